"""What a person tuned, turned into a prompt's numbers and notes and a request's samplers. Pure.

    effective config + the connection's own settings ─► Tuning ─► scene (note, room, line about length), request

Every value that took effect is accounted for with the layer it came from, so that a reply can tell later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tavernai.config.domain.fold import Effective
from tavernai.config.domain.paths import GENERATION
from tavernai.gateway.domain import Connection
from tavernai.gateway.samplers import CANONICAL, ignored, unknown_to
from tavernai.prompting.domain.scene import AuthorNote, Injection

LENGTH, REPLY, CONTEXT = "/reply/length", "/generation/reply_tokens", "/generation/context_tokens"
TEMPERATURE, TOP_P, STOP = "/generation/temperature", "/generation/top_p", "/generation/stop"
PERSONA, CONNECTION = "/persona/id", "/connection/name"
FROM_CONNECTION: Final = "connection"
FROM_LENGTH: Final = "length"
FROM_PRESET: Final = "preset"
LENGTH_ID: Final = "reply_length"


@dataclass(frozen=True, slots=True)
class Length:
    """A length of reply: the tokens it needs with room to finish a sentence, and how it is asked for."""

    tokens: int
    line: str


LENGTHS: Final[dict[str, Length]] = {
    "short": Length(240, "[Keep the next reply short: one or two paragraphs, about 80 words.]"),
    "medium": Length(520, "[Write the next reply at medium length: two to four paragraphs, about 200 words.]"),
    "long": Length(1_200, "[Take your time with the next reply: five paragraphs or more, about 500 words.]"),
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """How one reply is made. `used` accounts for it: [{path, value, source}]."""

    context_tokens: int
    reply_tokens: int
    temperature: float | None
    top_p: float | None
    stop: list[str]
    samplers: dict[str, Any]
    note: AuthorNote
    """also without words: lore and a persona may stand around it"""
    injections: tuple[Injection, ...]
    used: list[dict[str, Any]]
    ignored: list[str]
    revisions: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts_messages(self) -> bool:
        """Whether the note needs to know how many messages the person has written."""
        return self.note.interval > 1

    def account(self) -> dict[str, Any]:
        """What the plan of the prompt records of it."""
        return {"revisions": dict(self.revisions), "used": self.used, "ignored": self.ignored}


def tuned(
    told: Effective,
    connection: Connection,
    *,
    preset: Mapping[str, Any] | None = None,
    further: Mapping[str, Any] | None = None,
    unused: Sequence[str] = (),
) -> Tuning:
    """What these values mean for a reply of this connection.

    Args:
        preset: what the chosen preset says, by our names: above the connection, below what somebody tuned.
        further: samplers only presets speak of; unused: its fields that nothing reads.
    """
    usual, more = preset or {}, dict(further or {})
    strangers = unknown_to(connection.kind, more)
    wanted = told[CONTEXT] or usual.get("context_tokens") or connection.context_tokens
    context = min(wanted, connection.context_tokens)
    reply, reply_source = _reply_tokens(told, connection, context, usual.get("reply_tokens"))
    samplers = _samplers(told, connection, usual)
    used = [_used(told, path) for path in told.sources if _accounted(told, path)]
    used += [{"path": REPLY, "value": reply, "source": reply_source}]
    said = {one["path"] for one in used}
    used += [
        {"path": GENERATION + name, "value": value, "source": FROM_PRESET}
        for name, value in usual.items()
        if GENERATION + name not in said
    ]
    used += [
        {"path": GENERATION + name, "value": value, "source": FROM_PRESET}
        for name, value in more.items()
        if name not in strangers
    ]
    if TEMPERATURE not in [one["path"] for one in used] and connection.temperature is not None:
        used.append({"path": TEMPERATURE, "value": connection.temperature, "source": FROM_CONNECTION})
    return Tuning(
        context_tokens=context,
        reply_tokens=reply,
        temperature=samplers.pop("temperature", None),
        top_p=samplers.pop("top_p", None),
        stop=list(told[STOP] or []),
        samplers=samplers | {name: value for name, value in more.items() if name not in strangers},
        note=_note(told),
        injections=_length_line(told),
        used=sorted(used, key=lambda one: str(one["path"])),
        ignored=[
            *ignored(connection.kind, _asked(told, usual), base_url=connection.base_url),
            *strangers,
            *unused,
        ],
        revisions=told.vector,
    )


def _asked(told: Effective, preset: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: told.values.get(GENERATION + name) for name in CANONICAL}
    found |= {name: preset.get(name) for name in found if GENERATION + name not in told.sources}
    return {name: value for name, value in found.items() if value is not None}


def _samplers(told: Effective, connection: Connection, preset: Mapping[str, Any]) -> dict[str, Any]:
    asked = _asked(told, preset)
    if connection.temperature is not None:
        asked.setdefault("temperature", connection.temperature)
    return asked


def _reply_tokens(told: Effective, connection: Connection, context: int, preset: int | None) -> tuple[int, str]:
    """The limit of the reply. The nearer layer wins; in one layer the number wins over the word."""
    number, length = told[REPLY], LENGTHS.get(told[LENGTH])
    if number is not None and (length is None or told.rank(REPLY) >= told.rank(LENGTH)):
        return number, told.sources[REPLY].key
    if length is not None:
        return min(length.tokens, context // 2), FROM_LENGTH
    if preset:
        return min(preset, max(1, context // 2)), FROM_PRESET
    return connection.reply_tokens, FROM_CONNECTION


def _length_line(told: Effective) -> tuple[Injection, ...]:
    length = LENGTHS.get(told[LENGTH])
    if length is None:
        return ()
    return (Injection(LENGTH_ID, length.line, depth=0, title="Reply length"),)


NOTES: Final = ("/note/text", "/note/character_text")


def _note(told: Effective) -> AuthorNote:
    return AuthorNote(
        text=told["/note/text"], interval=told["/note/every"], position=told["/note/position"],
        depth=told["/note/depth"], role=told["/note/role"],
        character_text=told["/note/character_text"], character_place=told["/note/character_place"],
    )  # fmt: skip


def _accounted(told: Effective, path: str) -> bool:
    """Whether a value that some layer sets played a part in the reply, and is not told another way."""
    if path == REPLY:
        return False
    if path.startswith("/note/"):
        return any(told[text].strip() for text in NOTES)
    return told[path] is not None and path.split("/")[1] in ("generation", "reply", "persona", "connection")


def _used(told: Effective, path: str) -> dict[str, Any]:
    # The note's text stands among the parts of the prompt already.
    value = None if path in NOTES else told[path]
    return {"path": path, "value": value, "source": told.sources[path].key}
