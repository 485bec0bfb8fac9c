"""What messages and titles are found by: indexes that follow the room's facts.

Every variant with a text is a document of its own, so that another one can be selected without anything being indexed
again; which one counts, what is hidden and what lies in the trash is asked of the tables when somebody searches.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.facts import Recorded
from tavernai.kernel.words import WORDS_VERSION
from tavernai.ledger.tables import streams
from tavernai.ledger.transaction import Transaction
from tavernai.storage.fulltext import Document, FullText, Portion, facet

MESSAGE_WORDS = FullText("message_words")
CONVERSATION_WORDS = FullText("conversation_words")
VARIANT_BITS = 12


def doc_of(message_pos: int, n: int) -> int:
    """A variant's document: newer messages have greater ones."""
    return message_pos << VARIANT_BITS | n


def place_of_doc(doc: int) -> tuple[int, int]:
    """The message's position and the variant's number."""
    return doc >> VARIANT_BITS, doc & ((1 << VARIANT_BITS) - 1)


class MessageIndex:
    """The newest text of every variant. Fulfils ledger.follower.Index."""

    name = "messages"
    version = WORDS_VERSION
    kinds: tuple[str, ...] = ("message.", "variant.", "completion.")

    def prepare(self, conn: Connection, facts: Sequence[Recorded]) -> Sequence[Portion]:
        ids = sorted({fact.payload["message_id"] for fact in facts if "message_id" in fact.payload})
        m, v, c = messages.c, variants.c, conversations.c
        query = (
            select(m.pos, m.owner_id, m.conv_id, m.role, v.n, v.text, c.character_id)
            .join(variants, v.message_pos == m.pos)
            .join(conversations, c.id == m.conv_id)
            .where(m.id.in_(ids), v.n < 1 << VARIANT_BITS)
        )
        told = (
            Document(doc_of(row.pos, row.n), row.text, _facets(row.owner_id, row.conv_id, row.role, row.character_id))
            for row in conn.execute(query)
        )
        return MESSAGE_WORDS.prepare(told, dialect=conn.dialect.name)

    def write(self, tx: Transaction, portion: Portion) -> None:
        MESSAGE_WORDS.write(tx, portion)

    def clear_some(self, tx: Transaction) -> bool:
        return MESSAGE_WORDS.clear_some(tx)


class ConversationIndex:
    """Titles, and whom a conversation is with; its stream's number is its document. Fulfils ledger.follower.Index."""

    name = "conversations"
    version = WORDS_VERSION
    kinds: tuple[str, ...] = ("conversation.",)

    def prepare(self, conn: Connection, facts: Sequence[Recorded]) -> Sequence[Portion]:
        c = conversations.c
        query = (
            select(streams.c.stream_id, c.owner_id, c.title, c.character_id, c.character_name)
            .join(streams, streams.c.key == "conv:" + c.id)
            .where(c.id.in_(sorted({fact.stream.partition(":")[2] for fact in facts})))
        )
        told = (
            Document(row.stream_id, f"{row.title}\n{row.character_name}", _about(row.owner_id, row.character_id))
            for row in conn.execute(query)
        )
        return CONVERSATION_WORDS.prepare(told, dialect=conn.dialect.name)

    def write(self, tx: Transaction, portion: Portion) -> None:
        CONVERSATION_WORDS.write(tx, portion)

    def clear_some(self, tx: Transaction) -> bool:
        return CONVERSATION_WORDS.clear_some(tx)


def _facets(owner_id: str, conversation_id: str, role: str, character_id: str | None) -> tuple[str, ...]:
    return (*_about(owner_id, character_id), facet("c", conversation_id), facet("r", role))


def _about(owner_id: str, character_id: str | None) -> tuple[str, ...]:
    owner = facet("o", owner_id)
    return (owner,) if character_id is None else (owner, facet("h", character_id))
