"""A full-text index: FTS5 on SQLite, a tsvector under GIN on PostgreSQL, over words that kernel.words has cut already.

Neither engine's own idea of a word matters: SQLite gets the words joined by blanks with its plainest tokeniser,
PostgreSQL gets lexemes and positions written out. Beside its words a document has facets (whose it is, where it
stands), which are looked up as words are, so that a narrow question does not walk through everybody's texts.
These tables are described here and not in the metadata: no fact tells them, and they can be made again at any time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.event import listens_for

from tavernai.kernel.words import Indexed, Phrase, Question, indexed
from tavernai.storage.schema import metadata
from tavernai.storage.unit import Unit

SQLITE = "CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(words, marks, columnsize=0, tokenize='ascii')"
POSTGRES = (
    "CREATE TABLE IF NOT EXISTS {name} (doc BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
    "CREATE INDEX IF NOT EXISTS {name}_words_ix ON {name} USING gin (words)",
)
VECTOR_BYTES_MAX = 900_000  # PostgreSQL takes a megabyte
CLEARED_AT_ONCE = 500
NEWEST = 2**63 - 1
PORTION_CHARACTERS = 60_000
ROW_CHARACTERS = 300  # what a document costs besides its words

Facets = Sequence[str]
"""Any of them will do."""

_known: list["FullText"] = []


@dataclass(frozen=True, slots=True)
class Document:
    """A text under its number; an empty text is taken out of the index."""

    doc: int
    text: str
    facets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Portion:
    """Documents for one unit of work, as one engine takes them."""

    dialect: str
    rows: list[dict[str, Any]]


def facet(kind: str, value: str) -> str:
    """What something is, as one word: facet("o", owner_id)."""
    return kind + re.sub(r"[^0-9a-z]", "", value.lower())


class FullText:
    """One index. Make it at module level: its table is then made with all others."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._remove = {
            "sqlite": text(f"DELETE FROM {name} WHERE rowid = :doc"),  # noqa: S608 - the name is ours
            "postgresql": text(f"DELETE FROM {name} WHERE doc = :doc"),  # noqa: S608
        }
        self._insert = {
            "sqlite": text(f"INSERT INTO {name} (rowid, words, marks) VALUES (:doc, :words, :marks)"),  # noqa: S608
            "postgresql": text(f"INSERT INTO {name} (doc, words) VALUES (:doc, CAST(:words AS tsvector))"),  # noqa: S608
        }
        self._match = {
            "sqlite": text(
                f"SELECT rowid FROM {name} WHERE {name} MATCH :asked AND rowid < :before "  # noqa: S608
                "ORDER BY rowid DESC LIMIT :n"
            ),
            "postgresql": text(
                f"SELECT doc FROM {name} WHERE words @@ CAST(:asked AS tsquery) AND doc < :before "  # noqa: S608
                "ORDER BY doc DESC LIMIT :n"
            ),
        }
        key = {"sqlite": "rowid", "postgresql": "doc"}
        self._some = {
            dialect: text(f"SELECT {column} AS doc FROM {name} LIMIT {CLEARED_AT_ONCE}")  # noqa: S608
            for dialect, column in key.items()
        }
        _known.append(self)

    def prepare(self, documents: Iterable[Document], *, dialect: str) -> list[Portion]:
        """The documents as this engine takes them, in portions that are written quickly; for a reader's thread."""
        portions: list[Portion] = []
        room = 0
        for row in map(PREPARED[dialect], documents):
            if room <= 0:
                portions.append(Portion(dialect, []))
                room = PORTION_CHARACTERS
            portions[-1].rows.append(row)
            room -= len(row["words"]) + ROW_CHARACTERS
        return portions

    def write(self, tx: Unit, portion: Portion) -> None:
        """Put the documents over those that stand under their numbers."""
        for row in portion.rows:
            tx.later(self._remove[portion.dialect], {"doc": row["doc"]})
        for row in portion.rows:
            if row["words"]:
                tx.later(self._insert[portion.dialect], row)

    def clear_some(self, tx: Unit) -> bool:
        """Take a number of documents out; whether there were any."""
        some = tx.rows(self._some[tx.dialect])
        for row in some:
            tx.later(self._remove[tx.dialect], {"doc": row["doc"]})
        return bool(some)

    def docs(
        self, conn: Connection, question: Question, *, facets: Sequence[Facets], before: int | None, limit: int
    ) -> list[int]:
        """Numbers of at most `limit` documents, the greatest first, that answer the question and have these facets."""
        if question.is_empty:
            return []
        dialect = conn.dialect.name
        asked = ASKED[dialect](question, facets)
        values = {"asked": asked, "before": NEWEST if before is None else before, "n": limit}
        return list(conn.execute(self._match[dialect], values).scalars())


def _for_sqlite(one: Document) -> dict[str, Any]:
    told = indexed(one.text)
    words = " ".join(told.words)
    return {"doc": one.doc, "words": words, "marks": " ".join((*told.singles, *one.facets))}


def _for_postgres(one: Document) -> dict[str, Any]:
    told = indexed(one.text)
    return {"doc": one.doc, "words": _vector(told, one.facets) if told.words else ""}


def _vector(told: Indexed, facets: Sequence[str]) -> str:
    """Lexemes with positions. Facets begin with =, which no word has."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(told.words, start=1):
        places.setdefault(word, []).append(at)
    parts, room = [f"'={each}'" for each in facets], VECTOR_BYTES_MAX
    for word in told.singles:
        if word not in places:
            places[word] = []
    for word, positions in places.items():
        room -= len(word.encode()) + 2 * len(positions[:256]) + 4
        if room < 0:
            break
        parts.append(f"'{word}'" + (":" + ",".join(map(str, positions[:256])) if positions else ""))
    return " ".join(parts)


def _ask_sqlite(question: Question, facets: Sequence[Facets]) -> str:
    some = [" OR ".join(f'marks : "{each}"' for each in any_of) for any_of in facets]
    wanted = [f"({each})" for each in some] + [_fts(phrase) for phrase in question.wanted]
    without = [f" NOT ({' AND '.join(_fts(phrase) for phrase in group)})" for group in question.without]
    return f"({' AND '.join(wanted)}){''.join(without)}"


def _fts(phrase: Phrase) -> str:
    if phrase.single:
        return f'marks : "{phrase.words[0]}"'
    return f'words : "{" ".join(phrase.words)}"{" *" if phrase.prefix else ""}'


def _ask_postgres(question: Question, facets: Sequence[Facets]) -> str:
    some = [" | ".join(f"'={each}'" for each in any_of) for any_of in facets]
    wanted = [f"({each})" for each in some] + [_ts(phrase) for phrase in question.wanted]
    without = [f" & !({' & '.join(_ts(phrase) for phrase in group)})" for group in question.without]
    return " & ".join(wanted) + "".join(without)


def _ts(phrase: Phrase) -> str:
    *first, last = phrase.words
    return "(" + " <-> ".join([*(f"'{word}'" for word in first), f"'{last}'" + (":*" if phrase.prefix else "")]) + ")"


PREPARED = {"sqlite": _for_sqlite, "postgresql": _for_postgres}
ASKED = {"sqlite": _ask_sqlite, "postgresql": _ask_postgres}


def is_index(name: str) -> bool:
    """Whether a table belongs to a full-text index, so that no comparison with the metadata misses it there."""
    return any(name == one.name or name.startswith(f"{one.name}_") for one in _known)


def in_metadata(name: str | None, kind: str, parents: Any) -> bool:
    """For Alembic's `include_name`: all but the tables described here."""
    return not (kind == "table" and name is not None and is_index(name))


@listens_for(metadata, "after_create")
def _create(target: Any, connection: Connection, **_: Any) -> None:
    for statement in (statement for one in _known for statement in statements_of(one.name, connection)):
        connection.execute(statement)


@listens_for(metadata, "after_drop")
def _drop(target: Any, connection: Connection, **_: Any) -> None:
    for one in _known:
        connection.execute(text(f"DROP TABLE IF EXISTS {one.name}"))


def statements_of(name: str, connection: Connection) -> list[TextClause]:
    """What makes an index's table on this engine."""
    templates = (SQLITE,) if connection.dialect.name == "sqlite" else POSTGRES
    return [text(template.format(name=name)) for template in templates]
