"""The same request sent twice is done once: key and answer commit with the facts they led to."""

import hashlib
from typing import Any

import orjson
from sqlalchemy import bindparam, delete

from tavernai.kernel.canonical import canonical_json
from tavernai.ledger.errors import KeyReused
from tavernai.ledger.tables import idempotency
from tavernai.ledger.transaction import Transaction

KEEP_MS = 24 * 3_600_000
FORGET = delete(idempotency).where(idempotency.c.created_at < bindparam("before"))


def answered(tx: Transaction, owner_id: str, *, route: str, key: str | None, body: Any) -> Any | None:
    """The answer given to this key before, None when it is fresh.

    Raises:
        KeyReused: the key came with another body within 24 hours.
    """
    if key is None:
        return None
    row = tx.get(idempotency, (owner_id, route, key))
    if row is None or row["created_at"] < tx.now - KEEP_MS:
        return None
    if row["body_hash"] != _hash(body):
        raise KeyReused
    return orjson.loads(row["answer"])


def remember(tx: Transaction, owner_id: str, *, route: str, key: str | None, body: Any, answer: Any) -> None:
    """Keep the answer for 24 hours, in the unit of work that made it true."""
    if key is None:
        return
    tx.delete(idempotency, (owner_id, route, key))
    row = {
        "owner_id": owner_id, "route": route, "key": key, "body_hash": _hash(body),
        "answer": orjson.dumps(answer).decode(), "created_at": tx.now,
    }  # fmt: skip
    tx.insert(idempotency, row)


def forget_old(tx: Transaction) -> None:
    """Drop keys past their day."""
    tx.later(FORGET, {"before": tx.now - KEEP_MS})


def _hash(body: Any) -> str:
    return hashlib.sha256(canonical_json(body)).hexdigest()
