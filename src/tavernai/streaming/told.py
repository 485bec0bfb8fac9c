"""Frames for doors that are not an event stream: the very bytes of each frame, its fields in JSON.

A frame is serialised once, as Server-Sent Events have it; here its `id`, `event` and `data` are only put into other
brackets. So what three doors tell cannot differ.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """One frame: `text` is its JSON, `{"id": …, "event": …, "data": …}`; a frame without a position has no id."""

    id: bytes
    event: bytes
    text: bytes


def told_in(body: bytes) -> Iterator[Told]:
    """The frames in a piece of an event stream, in order; what only tunes the line (`retry`) is no frame."""
    for block in body.split(b"\n\n"):
        frame = _told(block)
        if frame is not None:
            yield frame


def _told(block: bytes) -> Told | None:
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b": ")
        fields[name] = value
    if b"data" not in fields:
        return None
    position, event = fields.get(b"id", b""), fields.get(b"event", b"message")
    # Positions are digits and a dot, events are our own words: neither needs escaping.
    head = b'"id":"%b",' % position if position else b""
    return Told(position, event, b'{%b"event":"%b","data":%b}' % (head, event, fields[b"data"]))
