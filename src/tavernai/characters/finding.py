"""How characters are found by what their cards say: the index that follows their facts, and what is shown of a hit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from tavernai.characters.store import avatar_url
from tavernai.characters.tables import character_cards, characters
from tavernai.kernel.facts import Recorded
from tavernai.kernel.snippets import Part, snippet
from tavernai.kernel.words import WORDS_VERSION, Question
from tavernai.ledger.tables import streams
from tavernai.ledger.transaction import Transaction
from tavernai.storage.finding import Found, Kind, Wanted, walked
from tavernai.storage.fulltext import Document, Facets, FullText, Portion, facet

CHARACTER_WORDS = FullText("character_words")
TOLD = ("nickname", "creator", "description", "personality", "scenario", "first_mes", "creator_notes", "mes_example")
"""The card's texts a character is found by, beside name, tags and further greetings; the first with a hit is shown."""
CARD_CHARACTERS_MAX = 20_000
_OF_STREAM = streams.c.key == "char:" + characters.c.id


class CharacterIndex:
    """What cards say; a character's stream's number is its document. Fulfils ledger.follower.Index."""

    name = "characters"
    version = WORDS_VERSION
    kinds: tuple[str, ...] = ("character.",)

    def prepare(self, conn: Connection, facts: Sequence[Recorded]) -> Sequence[Portion]:
        query = (
            select(streams.c.stream_id, characters.c.id, characters.c.owner_id, character_cards.c.card)
            .join(streams, _OF_STREAM)
            .join(character_cards, character_cards.c.character_id == characters.c.id)
            .where(characters.c.id.in_(sorted({fact.stream.partition(":")[2] for fact in facts})))
        )
        told = (
            Document(row.stream_id, _text(orjson.loads(row.card)), (facet("o", row.owner_id), facet("h", row.id)))
            for row in conn.execute(query)
        )
        return CHARACTER_WORDS.prepare(told, dialect=conn.dialect.name)

    def write(self, tx: Transaction, portion: Portion) -> None:
        CHARACTER_WORDS.write(tx, portion)

    def clear_some(self, tx: Transaction) -> bool:
        return CHARACTER_WORDS.clear_some(tx)


class CharacterFinder:
    """Characters outside the trash. Fulfils storage.finding.Finder."""

    kind: Kind = "character"
    scope = "characters"

    def find(
        self, conn: Connection, wanted: Wanted, *, before: int | None, limit: int
    ) -> tuple[list[Found], int | None]:
        if wanted.role is not None or wanted.conversation_id is not None:
            return [], None
        facets: list[Facets] = [(facet("o", wanted.owner_id),)]
        if wanted.character_id is not None:
            facets.append((facet("h", wanted.character_id),))
        return walked(
            lambda below, n: CHARACTER_WORDS.docs(conn, wanted.question, facets=facets, before=below, limit=n),
            lambda docs: _living(conn, docs, wanted),
            before=before,
            limit=limit,
        )


def _living(conn: Connection, docs: list[int], wanted: Wanted) -> Mapping[int, Found]:
    c = characters.c
    query = (
        select(streams.c.stream_id, c.id, c.name, c.avatar, c.created_at, character_cards.c.card)
        .join(characters, _OF_STREAM)
        .join(character_cards, character_cards.c.character_id == c.id)
        .where(streams.c.stream_id.in_(docs), c.owner_id == wanted.owner_id, c.deleted == 0)
    )
    if wanted.since is not None:
        query = query.where(c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(c.created_at < wanted.until)
    return {row.stream_id: _found(row, wanted.question) for row in conn.execute(query)}


def _found(row: Any, question: Question) -> Found:
    return Found(
        doc=row.stream_id,
        kind="character",
        id=row.id,
        title=row.name,
        snippet=_shown(orjson.loads(row.card), question),
        created_at=row.created_at,
        character_id=row.id,
        character_name=row.name,
        avatar_url=None if row.avatar is None else avatar_url(row.id, row.avatar),
    )


def _shown(card: dict[str, Any], question: Question) -> list[Part]:
    """The first text of the card in which something was found, else what it says first."""
    first: list[Part] = []
    for text in _texts(card):
        parts = snippet(text, question)
        if any(part.hit for part in parts):
            return parts
        first = first or parts
    return first


def _text(card: dict[str, Any]) -> str:
    return "\n".join((card["name"], *_texts(card)))[:CARD_CHARACTERS_MAX]


def _texts(card: dict[str, Any]) -> Iterator[str]:
    yield from (card[name] for name in TOLD if card.get(name))
    if card.get("tags"):
        yield " · ".join(card["tags"])
    yield from card.get("alternate_greetings") or ()
