"""A family of chat files becomes one conversation: read twice, written in pieces, begun again without doubling.

The first reading learns when messages were written, the second writes them. Ids are derived from the import and the
place in the tree, so a piece that was written before a crash is recognised and left alone.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import orjson

from tavernai.chat import importing as writing
from tavernai.chat.formats.dates import filled
from tavernai.chat.formats.shapes import ChatMessage, Names
from tavernai.interop.importing.chats import open_chat
from tavernai.interop.importing.domain.family import ROOT, Edge, Family, Step, after
from tavernai.interop.importing.ids import derived_id
from tavernai.interop.importing.sources import Source
from tavernai.kernel.facts import By
from tavernai.ledger.ports import Storage

PIECE_MESSAGES: Final = 400
PIECE_CHARS: Final = 2_000_000
LABEL_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks: characters by their card's file, and by name where only that is known."""

    by_file: Mapping[str, str]
    by_name: Mapping[str, str]
    only: str | None
    """of a chat with one character"""

    def speaker(self, message: ChatMessage) -> str | None:
        """The character's id; None for the person, for narrators and for who is not there."""
        if message.role != "character":
            return None
        if message.speaker_file:
            return self.by_file.get(message.speaker_file)
        return self.only or self.by_name.get(message.name)


@dataclass(slots=True)
class Written:
    """A piece to write, and what is kept beside its messages."""

    piece: writing.Piece
    extras: dict[str, Any] = field(default_factory=dict)
    """message id → its line as it came"""
    chars: int = 0


@dataclass(slots=True)
class End:
    """Where each file ended, by the moment of its last message."""

    at: int = -1
    leaf_id: str | None = None
    variant_id: str | None = None


class ChatTeller:
    """Tells a family of files piece by piece. Plain code for a thread."""

    def __init__(self, source: Source, about: Mapping[str, Any], *, seed: str, cast: Cast, begin: int) -> None:
        self._source = source
        self._files = about.get("files") or [about["file"]]
        self._form, self._index = about["form"], about.get("index", 0)
        self._names = Names(*about["names"]) if "names" in about else None
        self._seed = seed
        self._cast = cast
        self._begin = begin
        self._family = Family()
        self._times: dict[int, int] = {}
        self.end = End()
        self.metadata: dict[str, Any] = {}
        """all that the header says of the chat, once the first file is read"""
        self._out = Written(writing.Piece())

    def pieces(self) -> Iterator[Written]:
        """Parents before children. Raises MemberUnreadable."""
        for path in self._files:
            for is_full in self._file(path):
                if is_full:
                    yield self._taken()
        yield self._taken()

    def _taken(self) -> Written:
        out, self._out = self._out, Written(writing.Piece())
        return out

    def _file(self, path: str) -> Iterator[bool]:
        """Add a file's messages to the piece; True whenever the piece is full."""
        times = self._dates(path)
        parent, last = ROOT, -1
        with self._open(path) as chat:
            self.metadata = self.metadata or chat.metadata
            for at, message in zip(times, chat.messages, strict=False):
                step = self._family.step(parent, message)
                self._add(self._out, step, message, at)
                parent, last = after(step), at
                yield len(self._out.piece.messages) >= PIECE_MESSAGES or self._out.chars > PIECE_CHARS
        if parent != ROOT and last > self.end.at:
            self.end = End(last, self._message_id(parent[0]), self._variant_id(*parent))

    def _dates(self, path: str) -> list[int]:
        with self._open(path) as chat:
            return filled([message.sent_at for message in chat.messages], otherwise=self._begin)

    def _open(self, path: str) -> Any:
        return open_chat(self._source, path, self._form, index=self._index, names=self._names)

    def _add(self, out: Written, step: Step, message: ChatMessage, at: int) -> None:
        message_id = self._message_id(step.node, at)
        if step.is_new:
            out.piece.messages.append(self._told(step, message, at, message_id))
            if any(value is not None for value in message.kept.values()):
                swipes = [one.kept for one in message.variants]
                out.extras[message_id] = {"line": message.kept} | ({"swipes": swipes} if any(swipes) else {})
        else:
            known = self._family.nodes[step.node].texts
            first = len(known) - len(step.fresh)
            for count, place in enumerate(step.fresh):
                variant_id = self._variant_id(step.node, first + count)
                out.piece.variants.append(writing.Further(message_id, variant_id, message.variants[place].text))
        if message.checkpoint:
            out.piece.bookmarks.append((message_id, message.checkpoint[:LABEL_CHARS_MAX]))
        out.chars += sum(len(one.text) for one in message.variants)

    def _told(self, step: Step, message: ChatMessage, at: int, message_id: str) -> writing.Told:
        variants = []
        for number, place in enumerate(step.fresh):
            one = message.variants[place]
            variants.append({
                "id": self._variant_id(step.node, number), "text": one.text, "at": one.sent_at or at,
                "model": one.model, "reasoning": one.reasoning,
            })  # fmt: skip
        parent_id, parent_variant = self._parent(step.parent)
        return writing.Told(
            message_id, parent_id, parent_variant, message.role, message.name, self._cast.speaker(message), variants,
            step.shown, message.is_system, at,
        )  # fmt: skip

    def _parent(self, edge: Edge) -> tuple[str | None, str | None]:
        return (None, None) if edge == ROOT else (self._message_id(edge[0]), self._variant_id(*edge))

    def _message_id(self, node: int, at: int | None = None) -> str:
        if at is not None:
            self._times.setdefault(node, at)
        return derived_id(self._times[node], f"{self._seed}/{node}")

    def _variant_id(self, node: int, place: int) -> str:
        return derived_id(self._times[node], f"{self._seed}/{node}/{place}")


async def tell(storage: Storage, teller: ChatTeller, conversation_id: str, *, owner_id: str, by: By, keep: Any) -> None:
    """Write every piece, each in a unit of work of its own; `keep(tx, number, extras)` keeps what stood beside."""
    pieces = teller.pieces()
    number = 0
    while (written := await asyncio.to_thread(next, pieces, None)) is not None:
        place: dict[str, Any] = {"number": number, "conversation_id": conversation_id, "owner_id": owner_id}
        await storage.commit(partial(_one, written=written, by=by, keep=keep, **place))
        number += 1


def _one(tx: Any, *, written: Written, number: int, conversation_id: str, owner_id: str, by: By, keep: Any) -> None:
    writing.add_piece(tx, conversation_id, written.piece, owner_id=owner_id, by=by)
    if written.extras:
        keep(tx, number, orjson.dumps(written.extras).decode())
