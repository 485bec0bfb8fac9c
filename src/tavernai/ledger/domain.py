"""The hash chain and what a stream is: pure rules, the same bytes on every engine.

    payload_hash = sha256(salt || RFC 8785 of the payload)
    hash         = sha256(RFC 8785 of [prev, id, stream, seq, kind, v, ts, actor, origin, task, cause, payload_hash])

The salt lies beside the payload: when a text is erased both go, the hash stays, and nobody can guess the text.
"""

import hashlib
from dataclasses import dataclass

from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import Recorded


@dataclass(frozen=True, slots=True)
class Stream:
    """Facts that are ordered among themselves: `conv:<id>`, `char:<id>`, `user:<id>`, … and whose they are."""

    key: str
    owner_id: str

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


def seed_hash(key: str) -> str:
    """The head of an empty stream."""
    return hashlib.sha256(b"stream\0" + key.encode()).hexdigest()


def payload_hash(salt: bytes, data: bytes) -> str:
    """What binds a payload to its event without revealing it."""
    return hashlib.sha256(salt + data).hexdigest()


def link_hash(prev: str, *link: str | int | None) -> str:
    """The next link of a stream's chain: id, stream key, seq, kind, v, ts, actor, origin, task, cause, payload hash."""
    return hashlib.sha256(canonical_json([prev, *link])).hexdigest()


def event_hash(prev: str, event: Recorded, of_payload: str) -> str:
    """The link as it must be for an event read back."""
    return link_hash(
        prev, event.id, event.stream, event.seq, event.kind, event.v, event.ts, event.actor, event.origin,
        event.task_id, event.cause_id, of_payload,
    )  # fmt: skip
