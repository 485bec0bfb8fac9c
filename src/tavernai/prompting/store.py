"""The only SQL of prompting: texts by hash."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.account import text_hash
from tavernai.prompting.domain.plan import chunks_of, hashes_of
from tavernai.prompting.errors import PromptTextChanged
from tavernai.prompting.tables import prompt_parts

HASHES_A_QUERY_MAX: Final = 500


def put_parts(tx: Transaction, parts: Mapping[str, str]) -> None:
    """Store the texts that are not stored yet.

    No reads: a thousand replies that start at once mean one statement run over all their texts at the group's end.
    """
    for key, value in parts.items():
        tx.ensure(prompt_parts, {"hash": key, "text": value})


def texts(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """The stored texts among these hashes."""
    wanted = list(dict.fromkeys(hashes))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), HASHES_A_QUERY_MAX):
        some = wanted[start : start + HASHES_A_QUERY_MAX]
        rows = connection.execute(select(prompt_parts).where(prompt_parts.c.hash.in_(some)))
        found.update((row.hash, row.text) for row in rows)
    return found


def plan_texts(connection: Connection, plan: Mapping[str, Any]) -> dict[str, str]:
    """Every text that `messages_of` and `parts_of` need for this plan.

    Raises:
        PromptTextGone: a chunk was erased. PromptTextChanged: one is not what was stored; single texts that changed
            are told by the prompt's own hash.
    """
    chunks = texts(connection, chunks_of(plan))
    for key, text in chunks.items():
        if text_hash(text) != key:
            raise PromptTextChanged(hash=key)
    return chunks | texts(connection, hashes_of(plan, chunks))
