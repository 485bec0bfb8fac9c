"""What goes over the wire: each frame is serialised once and fanned out as bytes.

id: <position> or <position>.<offset>      offset = code points of the variant's text told so far
event: message | complete | error | news | heartbeat
data: one line of JSON
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from tavernai.kernel.clock import rfc3339
from tavernai.kernel.facts import Recorded
from tavernai.streaming.errors import BadPosition

HEARTBEAT = b"event: heartbeat\ndata: {}\n\n"
RETRY_MS = 1_000
OPENING = b"retry: %d\n\n" % RETRY_MS


@dataclass(frozen=True, slots=True)
class Position:
    """Where a listener stands: all facts up to `pos` heard, and of the reply then running, text up to `offset`."""

    pos: int = 0
    offset: int = 0

    @classmethod
    def parse(cls, text: str) -> "Position":
        """Read what `Last-Event-ID` or `?after=` carries. Raises BadPosition."""
        pos, _, offset = text.strip().partition(".")
        if not pos.isascii() or not pos.isdigit() or (offset and not (offset.isascii() and offset.isdigit())):
            raise BadPosition
        return cls(min(int(pos), 2**62), min(int(offset or 0), 2**62))


def timeline_item(event: Recorded) -> dict[str, Any]:
    """A fact as the timeline and the streams show it."""
    return {
        "position": event.pos,
        "seq": event.seq,
        "id": event.id,
        "kind": event.kind,
        "ts": rfc3339(event.ts),
        "actor": event.actor,
        "origin": event.origin,
        "cause": event.cause_id,
        "task_id": event.task_id,
        "payload": event.payload,
    }


def _complete(event: Recorded) -> dict[str, Any]:
    told = event.payload
    frame = {
        "task_id": event.task_id,
        "message_id": told.get("reply_message_id"),
        "variant_id": told.get("variant_id"),
        "finish": told.get("finish") or "stop",
        "usage": told.get("usage"),
        "position": event.pos,
    }
    return frame if told.get("text") is None else frame | {"text": told["text"]}


def _cancelled(event: Recorded) -> dict[str, Any]:
    return _complete(event) | {"finish": "interrupted"}


def _error(event: Recorded) -> dict[str, Any]:
    told = event.payload
    return {
        "task_id": event.task_id,
        "code": told.get("code") or "failed",
        "detail": told.get("detail") or "",
        "retryable": bool(told.get("retryable")),
        "position": event.pos,
    }


ENDINGS: dict[str, tuple[bytes, Callable[[Recorded], dict[str, Any]]]] = {
    "task.completed": (b"complete", _complete),
    "task.cancelled": (b"complete", _cancelled),
    "task.failed": (b"error", _error),
}
"""Facts after which a listener is told that a reply has ended."""


TEXTED = frozenset({"completion.done", "completion.interrupted", "completion.failed"})
"""Facts whose text a live listener has heard already, token by token."""


def event_frame(event: Recorded, *, heard: bool = False) -> bytes:
    """The frame of a fact; the fact that ends a task is followed by the frame that says how.

    Only the last of the two carries the position: a line cut between them brings both again. `heard`: the listener
    has the reply's text from its tokens, so the fact comes with `text: null` instead of all of it a second time.
    """
    item = timeline_item(event)
    if heard and event.kind in TEXTED:
        item["payload"] = {**event.payload, "text": None}
    data = orjson.dumps({"type": "event", **item})
    ending = ENDINGS.get(event.kind)
    if ending is None:
        return b"id: %d\nevent: message\ndata: %b\n\n" % (event.pos, data)
    name, shape = ending
    told = orjson.dumps(shape(event))
    return b"event: message\ndata: %b\n\nid: %d\nevent: %b\ndata: %b\n\n" % (data, event.pos, name, told)


class TokenFrames:
    """Frames of one running reply; everything that stays the same is laid out once."""

    __slots__ = ("_head", "_tail")

    def __init__(self, *, task_id: str, message_id: str, variant_id: str) -> None:
        ids = f'"task_id":"{task_id}","message_id":"{message_id}","variant_id":"{variant_id}"'
        self._head = b'\nevent: message\ndata: {"type":"token",' + ids.encode() + b',"offset":'
        self._tail = b"}\n\n"

    def frame(self, pos: int, offset: int, text: str) -> bytes:
        """The frame of `text`, which begins at `offset`; its id says where it ends."""
        return b'id: %d.%d%b%d,"text":%b}\n\n' % (pos, offset + len(text), self._head, offset, orjson.dumps(text))


NEWS: dict[str, str] = {
    "config": "config",
    "preset": "presets",
    "persona": "personas",
    "lore": "lorebooks",
    "group": "groups",
    "char": "characters",
    "conn": "connections",
}
"""What the facts of a kind of stream change for pages that show a conversation."""


def news_frame(about: str, **told: Any) -> bytes:
    """Something beside the conversation changed. It has no position: who misses it asks when they come back."""
    return b"event: news\ndata: %b\n\n" % orjson.dumps({"type": "news", "about": about, **told})


def ids_frame(data: dict[str, Any]) -> bytes:
    """The first frame of the stream a POST answers with."""
    return b"id: %d\nevent: message\ndata: %b\n\n" % (data["position"], orjson.dumps({"type": "ids", **data}))
