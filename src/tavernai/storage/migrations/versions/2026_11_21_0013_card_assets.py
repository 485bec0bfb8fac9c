"""pictures that cards brought along, from the facts that tell them"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "2026_11_21_0013_card_assets"
down_revision = "2026_11_21_0012_persona_places"

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_INT = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")
_TOLD = (
    "SELECT p.data, s.owner_id FROM ledger_events e JOIN ledger_payloads p ON p.pos = e.pos"
    " JOIN streams s ON s.stream_id = e.stream_id"
    " WHERE e.kind = 'character.imported' AND p.data LIKE '%\"blob\":%' ORDER BY e.pos"
)


def upgrade() -> None:
    table = op.create_table(
        "character_assets",
        sa.Column("character_id", _TEXT, nullable=False),
        sa.Column("place", _INT, autoincrement=False, nullable=False),
        sa.Column("owner_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("media_type", _TEXT, nullable=False),
        sa.Column("bytes", _INT, nullable=False),
        sa.Column("blob", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("character_id", "place", name=op.f("character_assets_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for data, owner_id in connection.execute(sa.text(_TOLD)).all():
        rows = _rows(json.loads(data), owner_id)
        if rows:
            connection.execute(table.insert(), rows)


def _rows(told: dict[str, Any], owner_id: str) -> list[dict[str, Any]]:
    return [
        {name: asset[name] for name in ("kind", "name", "media_type", "bytes", "blob")}
        | {"character_id": told["character_id"], "place": place, "owner_id": owner_id}
        for place, asset in enumerate(told.get("assets") or ())
    ]
