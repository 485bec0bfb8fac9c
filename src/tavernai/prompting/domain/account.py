"""The account of a prompt: the messages, what each is made of, what was cut and why; and how to write it down small.

A message is a row of *pieces*. A piece is a text from one source and the literal put before it (a newline between two
injections, a name in front of a line); the content of a message is its pieces read in order. From that follow both the
parts people see and the plan the ledger keeps:

    plan   = {prompt_hash, numbers, parts: [...], cut: [...]}          small, stands in plan.made
    texts  = {hash: text}                                              each text stored once for ever (prompt_parts)

Parts of a plan are pieces, and *chunks*: runs of chat messages written as one text that lists their hashes. One ends
at a message whose id says so (about one in 16), never at a count, so that the chunks of a long chat stay the same when
the oldest messages fall out of the window or new ones come in; a turn then adds two or three short texts, whatever the
length of the chat.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, NotRequired, TypedDict

from tavernai.kernel.canonical import canonical_json
from tavernai.prompting.domain.world_info.scan import Scan

Source = Literal[
    "main", "character", "persona", "examples", "history", "greeting", "lore", "note", "post_history",
    "preset", "injection", "control", "nudge", "instruction",
]  # fmt: skip

HASH_HEX_DIGITS = 32
CHUNK_LENGTH_MEAN = 16
CHUNK_LENGTH_MAX = 64
HISTORY: frozenset[str] = frozenset({"history", "greeting"})


@dataclass(slots=True)
class Piece:
    """A text from one source. `before` is the literal between it and what precedes it in its message."""

    source: Source
    id: str
    title: str
    text: str
    before: str = ""
    message_id: str | None = None
    tokens: int = 0


@dataclass(slots=True)
class Line:
    """A message in the making. Lines that are not `may_squash` keep to themselves when system messages are joined."""

    role: str
    pieces: tuple[Piece, ...]
    name: str | None = None
    tokens: int = 0
    may_squash: bool = True

    @property
    def content(self) -> str:
        if len(self.pieces) == 1:
            piece = self.pieces[0]
            return piece.before + piece.text if piece.before else piece.text
        return "".join([piece.before + piece.text for piece in self.pieces])


@dataclass(frozen=True, slots=True)
class Part:
    """What one source gave to the prompt, as people see it. The history is one part."""

    id: str
    source: Source
    title: str
    role: str
    tokens: int
    text: str
    message_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """What was left out. `why` is "budget" when it did not fit, "older" when it never was a candidate,
    "broken" when it cannot be read and something else stands in its place."""

    source: Source
    title: str
    tokens: int
    why: Literal["budget", "older", "broken"]
    message_ids: tuple[str, ...] = ()
    count: int = 1


@dataclass(frozen=True, slots=True)
class ScriptsUsed:
    """Scripts of a prompt by id: how many texts each changed, and why some did nothing."""

    ran: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)


class PlanRecord(TypedDict):
    """What the ledger keeps of a prompt: JSON, with hashes where the texts were."""

    v: int
    prompt_hash: str
    tokenizer: str
    context_tokens: int
    reply_tokens: int
    budget_tokens: int
    prompt_tokens: int
    parts: list[dict[str, Any]]
    cut: list[dict[str, Any]]
    stop: list[str]
    config: NotRequired[dict[str, Any]]
    """what was tuned: {revisions: {scope: n}, used: [{path, value, source}], ignored: [sampler]}"""
    lore: NotRequired[dict[str, Any]]
    """what the scan found: {hits: [{id, book, title, why, position, tokens}], dropped, flagged, timed, …}"""
    scripts: NotRequired[dict[str, Any]]
    """{ran: [{id, name, texts}], failed: [{id, name, why}]}"""
    variables: NotRequired[dict[str, Any]]
    """what the branch goes on with: {local: all of this chat's, everywhere: those of the person's that changed}"""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A finished prompt and its account. `local` and `everywhere` are the variables after its macros ran."""

    messages: list[dict[str, str]]
    lines: tuple[Line, ...]
    parts: list[Part]
    cut: list[Cut]
    context_tokens: int
    reply_tokens: int
    budget_tokens: int
    prompt_tokens: int
    prompt_hash: str
    tokenizer: str
    stop: list[str]
    local: Mapping[str, Any] = field(default_factory=dict)
    everywhere: Mapping[str, Any] = field(default_factory=dict)
    scan: Scan | None = None
    scripts: ScriptsUsed = ScriptsUsed()


def text_hash(text: str) -> str:
    """The name of a text among the stored parts. 128 bits suffice: `prompt_hash` seals the whole list with 256."""
    return sha256(text.encode()).hexdigest()[:HASH_HEX_DIGITS]


def hash_of_messages(messages: Sequence[Mapping[str, Any]]) -> str:
    """sha256 in hex over the canonical JSON of a message list."""
    return sha256(canonical_json(list(messages))).hexdigest()


def messages_from(lines: Sequence[Line]) -> list[dict[str, str]]:
    """The message list as it goes to a model."""
    messages = []
    for line in lines:
        message = {"role": line.role, "content": line.content}
        if line.name is not None:
            message["name"] = line.name
        messages.append(message)
    return messages


def parts_from(lines: Sequence[Line]) -> list[Part]:
    """Neighbouring pieces of one source and id become one part; all of the history is one part where it begins."""
    groups: dict[tuple[str, str], list[tuple[Line, Piece]]] = {}
    for line in lines:
        for piece in line.pieces:
            groups.setdefault((piece.source, piece.id), []).append((line, piece))
    return [_part(members) for members in groups.values()]


def _part(members: list[tuple[Line, Piece]]) -> Part:
    line, first = members[0]
    if len(members) == 1:
        ids = (first.message_id,) if first.message_id else ()
        return Part(first.id, first.source, first.title, line.role, first.tokens, first.text, ids)
    return Part(
        id=first.id,
        source=first.source,
        title=first.title,
        role=line.role,
        tokens=sum([piece.tokens for _, piece in members]),
        text="\n".join([piece.text for _, piece in members]),
        message_ids=tuple([piece.message_id for _, piece in members if piece.message_id]),
    )
