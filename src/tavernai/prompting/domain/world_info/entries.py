"""Entries of lorebooks as the scan needs them, read from SillyTavern's objects however they were written.

A field that a file lacks has the effect it has in a scan of the raw file, which is not always what the editor would
write for a new entry (`selective`, `useProbability`). Source: shared contract 2.2.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tavernai.prompting.domain.presets import ROLES
from tavernai.prompting.domain.words import LorePosition, Role

Logic = Literal["any", "not_all", "not_any", "all"]
LOGICS: Final[tuple[Logic, ...]] = ("any", "not_all", "not_any", "all")
POSITIONS: Final[tuple[LorePosition, ...]] = (
    "before", "after", "note_top", "note_bottom", "in_chat", "examples_top", "examples_bottom", "outlet",
)  # fmt: skip

Match = Literal["persona", "description", "personality", "depth_prompt", "scenario", "creator_notes"]
MATCHES: Final[dict[str, Match]] = {
    # SillyTavern's flag: the text it adds to what is searched, in the order in which they are added
    "matchPersonaDescription": "persona",
    "matchCharacterDescription": "description",
    "matchCharacterPersonality": "personality",
    "matchCharacterDepthPrompt": "depth_prompt",
    "matchScenario": "scenario",
    "matchCreatorNotes": "creator_notes",
}

DECORATORS: Final = ("@@activate", "@@dont_activate")
ORDER_DEFAULT: Final = 100
DEPTH_DEFAULT: Final = 4
WEIGHT_DEFAULT: Final = 100
KEY_COMMA: Final = re.compile(r",(?=(?:[^/]*/[^/]*/)*[^/]*$)")
GROUP_COMMA: Final = re.compile(r",\s*")


@dataclass(frozen=True, slots=True)
class LoreEntry:
    """One entry. None means: the general setting. `probability` None: it never rolls. Times count messages."""

    book: str
    uid: str
    keys: tuple[str, ...] = ()
    secondary: tuple[str, ...] = ()
    title: str = ""
    content: str = ""
    decorators: tuple[str, ...] = ()
    is_constant: bool = False
    logic: Logic | None = None
    scored_by: Logic = "any"
    """how its secondary keys count where members of a group compete, whether or not they are asked for otherwise"""
    order: float = ORDER_DEFAULT
    position: LorePosition = "before"
    depth: int = DEPTH_DEFAULT
    role: Role = "system"
    outlet: str = ""
    is_disabled: bool = False
    ignores_budget: bool = False
    excludes_recursion: bool = False
    prevents_recursion: bool = False
    recursion_level: int = 0
    matches: frozenset[Match] = frozenset()
    probability: float | None = None
    group: str = ""
    has_priority: bool = False
    weight: float = WEIGHT_DEFAULT
    is_scored: bool | None = None
    scan_depth: int | None = None
    is_case_sensitive: bool | None = None
    is_whole_word: bool | None = None
    sticky: int = 0
    cooldown: int = 0
    delay: int = 0
    triggers: frozenset[str] = frozenset()
    only_for: frozenset[str] = frozenset()
    only_tags: frozenset[str] = frozenset()
    is_exclusive: bool = False
    """`only_for` and `only_tags` name those it is not for"""
    id: str = field(init=False)
    """book and uid: asked for at every step of a scan, so made once"""
    wakes_by_keys_only: bool = field(init=False)
    """nothing but its keys decides, unless an effect runs"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", f"{self.book}.{self.uid}")
        ruled = (
            self.is_constant, self.is_disabled, self.excludes_recursion, self.recursion_level, self.delay,
            self.triggers, self.only_for, self.only_tags, self.decorators,
        )  # fmt: skip
        object.__setattr__(self, "wakes_by_keys_only", not any(ruled))

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(name for name in GROUP_COMMA.split(self.group) if name) if self.group else ()


@dataclass(frozen=True, slots=True)
class LoreBook:
    """A book: its name is its identity in a scan."""

    name: str
    entries: tuple[LoreEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Worlds:
    """The books at hand, by where they are attached, each list in its order; one attached twice is read once."""

    chat: Sequence[LoreBook] = ()
    persona: Sequence[LoreBook] = ()
    character: Sequence[LoreBook] = ()
    everywhere: Sequence[LoreBook] = field(default=())


def book_from(name: str, raw: Mapping[str, Any]) -> LoreBook:
    """A book from SillyTavern's file: `{entries: {uid: entry} | [entry]}`."""
    return LoreBook(name, tuple(entry_from(entry, book=name, key=key) for key, entry in numbered(raw.get("entries"))))


def numbered(entries: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries with their keys: whole numbers first, ascending, then the others as they stand in the file."""
    if isinstance(entries, Mapping):
        named = [(str(key), entry) for key, entry in entries.items()]
    elif isinstance(entries, list):
        named = [(str(index), entry) for index, entry in enumerate(entries)]
    else:
        return
    numbers = sorted((one for one in named if is_index(one[0])), key=lambda one: int(one[0]))
    for key, entry in [*numbers, *(one for one in named if not is_index(one[0]))]:
        if isinstance(entry, Mapping):
            yield key, entry


def entry_from(raw: Mapping[str, Any], *, book: str, key: str) -> LoreEntry:
    """One entry, its fields coerced to what they mean; what makes no sense counts as missing."""
    content, decorators = decorated(_text(raw.get("content")))
    secondary = keys_of(raw.get("keysecondary"))
    chosen = raw.get("characterFilter")
    chosen = chosen if isinstance(chosen, Mapping) else {}
    return LoreEntry(
        book=book,
        uid=_uid(raw.get("uid"), key),
        keys=keys_of(raw.get("key")),
        secondary=secondary,
        title=_text(raw.get("comment")),
        content=content,
        decorators=decorators,
        is_constant=flag(raw.get("constant")),
        logic=_one_of(LOGICS, raw.get("selectiveLogic")) if flag(raw.get("selective")) and secondary else None,
        scored_by=_one_of(LOGICS, raw.get("selectiveLogic")),
        order=number(raw.get("order"), ORDER_DEFAULT),
        position=_position(raw.get("position")),
        depth=whole(raw.get("depth"), DEPTH_DEFAULT),
        role=ROLES.get(whole(raw.get("role"), 0), "system"),
        outlet=_text(raw.get("outletName")).strip(),
        is_disabled=flag(raw.get("disable")),
        ignores_budget=flag(raw.get("ignoreBudget")),
        excludes_recursion=flag(raw.get("excludeRecursion")),
        prevents_recursion=flag(raw.get("preventRecursion")),
        recursion_level=_level(raw.get("delayUntilRecursion")),
        matches=frozenset(match for name, match in MATCHES.items() if flag(raw.get(name))),
        probability=number(raw.get("probability"), 100) if flag(raw.get("useProbability")) else None,
        group=_text(raw.get("group")),
        has_priority=flag(raw.get("groupOverride")),
        weight=number(raw.get("groupWeight"), WEIGHT_DEFAULT),
        is_scored=_unless_missing(flag, raw.get("useGroupScoring")),
        scan_depth=_unless_missing(whole, raw.get("scanDepth")),
        is_case_sensitive=_unless_missing(flag, raw.get("caseSensitive")),
        is_whole_word=_unless_missing(flag, raw.get("matchWholeWords")),
        sticky=max(0, whole(raw.get("sticky"), 0)),
        cooldown=max(0, whole(raw.get("cooldown"), 0)),
        delay=max(0, whole(raw.get("delay"), 0)),
        triggers=frozenset(_texts(raw.get("triggers"))),
        only_for=frozenset(_texts(chosen.get("names"))),
        only_tags=frozenset(_texts(chosen.get("tags"))),
        is_exclusive=flag(chosen.get("isExclude")),
    )


def decorated(content: str) -> tuple[str, tuple[str, ...]]:
    """The content without its leading `@@` lines, and which of them count.

    A line with three `@` is a fallback: it counts only when the line before it was no decorator we know.
    """
    if not content.startswith("@@"):
        return content, ()
    lines, fallback = content.split("\n"), False
    known: list[str] = []
    for index, line in enumerate(lines):
        if not line.startswith("@@"):
            return "\n".join(lines[index:]), tuple(known)
        if line.startswith("@@@") and not fallback:
            continue
        name = next((one for one in DECORATORS if line.removeprefix("@").startswith(one) or line.startswith(one)), None)
        fallback = name is None
        if name is not None:
            known.append(name)
    return "", tuple(known)


def keys_of(value: Any) -> tuple[str, ...]:
    """Keys as files write them: a list of texts, or one text with commas (outside of expressions)."""
    if isinstance(value, str):
        return tuple(part.strip() for part in KEY_COMMA.split(value) if part.strip())
    return tuple(_texts(value))


def flag(value: Any) -> bool:
    """A switch as files write it: true, 1, "true", "1"."""
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1", "yes")
    return bool(value) if isinstance(value, bool | int | float) else False


def number(value: Any, default: float) -> float:
    """A number, maybe as a text; the default for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        found = float(value)
    except ValueError:
        return default
    return found if abs(found) < 1e15 else default


def whole(value: Any, default: int = 0) -> int:
    """A whole number, maybe as a text; the default for anything else."""
    return int(number(value, default))


def _unless_missing(read: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None or value == "" else read(value)


def _one_of(choices: Sequence[Any], value: Any) -> Any:
    index = whole(value, 0)
    return choices[index] if 0 <= index < len(choices) else choices[0]


def _position(value: Any) -> LorePosition:
    """A number we do not know means: woken, but placed nowhere; a missing one means before the character."""
    index = whole(value, 0)
    return POSITIONS[index] if 0 <= index < len(POSITIONS) else "none"


def _level(value: Any) -> int:
    return 1 if value is True or value == "true" else max(0, whole(value, 0))


def _uid(value: Any, key: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return key
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_index(key: str) -> bool:
    """Whether a browser keeps this name of an object's field among the numbers, which come first."""
    return key.isdecimal() and key.isascii() and (key == "0" or key[0] != "0") and int(key[:11]) < 2**32 - 1


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value if isinstance(one, str | int)] if isinstance(value, list) else []
