"""One description of every table, right on SQLite (STRICT) and PostgreSQL: the same Python values on both.

Ids and texts are text compared by bytes, times are milliseconds, flags are 0 or 1, JSON is canonical text. No table has
a foreign key or a server default: the folds write every column, and a rebuild may insert in any order.
"""

from typing import Any, Final

from sqlalchemy import BigInteger, Float, Index, Integer, LargeBinary, MetaData
from sqlalchemy import Text as SqlText
from sqlalchemy.dialects.sqlite import INTEGER, REAL
from sqlalchemy.event import listens_for
from sqlalchemy.schema import Table

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
    }
)

Text: Final = SqlText().with_variant(SqlText(collation="C"), "postgresql")
Id: Final = Text
Json: Final = Text
Int: Final = BigInteger().with_variant(INTEGER(), "sqlite")
Ms: Final = Int
Flag: Final = Integer().with_variant(INTEGER(), "sqlite")
Real: Final = Float(53).with_variant(REAL(), "sqlite")
Bytes: Final = LargeBinary()

TRANSIENT: Final[dict[Any, Any]] = {"transient": True}
"""`info=TRANSIENT` on a table or column: not told by facts, so neither rebuilt from them nor compared."""


def is_transient(thing: Any) -> bool:
    """Whether this table or column is outside the facts."""
    return bool(thing.info.get("transient"))


@listens_for(Table, "after_parent_attach")
def _strict(table: Table, parent: MetaData) -> None:
    if parent is not metadata:  # Alembic's own table
        return
    table.dialect_options["sqlite"]["strict"] = True
    if len(table.primary_key.columns) > 1 and not table.info.get("rowid"):
        table.dialect_options["sqlite"]["with_rowid"] = False


__all__ = ["TRANSIENT", "Bytes", "Flag", "Id", "Index", "Int", "Json", "Ms", "Real", "Text", "is_transient", "metadata"]
