"""Find-and-replace scripts ("regex scripts") at their places in a prompt. Source: shared contract 6.5 and 4.1, step 6.

A script's expression comes from a stranger's file: it runs under a time limit, and one that takes longer leaves the
text as it was and has no say about the texts after it. All scripts together have a limit, too.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import regex

from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled, group_name
from tavernai.prompting.domain.words import Placement
from tavernai.prompting.domain.world_info.entries import flag, whole

SCRIPT_SECONDS_MAX: Final = 0.25
SCRIPTS_SECONDS_MAX: Final = 2.0
"""What the expressions of one pass may take, over all its texts."""
MADE_CHARS_MAX: Final = 1_000_000
"""What a script may make of a text that is shorter: thirty scripts that double it come to gigabytes."""
TRIMS_MAX: Final = 100
Kind = Literal["stored", "prompt", "display"]
Where = Literal["user", "assistant", "slash", "lore", "reasoning"]

PLACEMENTS: Final[dict[int, Where]] = {1: "user", 2: "assistant", 3: "slash", 5: "lore", 6: "reasoning"}
EVERYWHERE: Final = frozenset(PLACEMENTS.values())
KINDS: Final[dict[tuple[bool, bool], frozenset[Kind]]] = {
    # shown only, sent only: what is changed
    (False, False): frozenset({"stored"}),
    (True, False): frozenset({"display"}),
    (False, True): frozenset({"prompt"}),
    (True, True): frozenset({"display", "prompt"}),
}
Expansion = Literal["no", "raw", "escaped"]
EXPANSIONS: Final[dict[int, Expansion]] = {0: "no", 1: "raw", 2: "escaped"}
SLASHED: Final = re.compile(r"/(.*)/([dgimsuvy]*)", re.DOTALL)
"""To the last slash: people write `/<b>(.*?)</b>/g`, and `[^/]` needs none before it."""
INSERTED: Final = re.compile(r"\{\{match\}\}|\$(\d+)|\$<([^>]+)>", re.IGNORECASE)
SPECIAL: Final = re.compile(r"[\n\r\t\v\f\0.^$*+?{}\[\]\\/|()]")
CONTROL: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\f": "\\f", "\0": "\\0"}


@dataclass(frozen=True, slots=True)
class Script:
    """One script. `expands` says how macros in its expression are treated; depths None: no bound."""

    id: str
    name: str
    find: str
    replacement: str = ""
    trims: tuple[str, ...] = ()
    places: frozenset[Where] = frozenset()
    kinds: frozenset[Kind] = frozenset({"stored"})
    expands: Expansion = "no"
    depth_min: int | None = None
    depth_max: int | None = None
    is_disabled: bool = False
    runs_on_edit: bool = False


def script_from(raw: Mapping[str, Any]) -> Script:
    """A script from SillyTavern's object; old numbers of places are read as it reads them."""
    places, is_legacy = _places(raw.get("placement"))
    display, prompt = flag(raw.get("markdownOnly")) or is_legacy, flag(raw.get("promptOnly")) or is_legacy
    least = raw.get("minDepth")
    depth_min = whole(least) if isinstance(least, int | float) and whole(least) >= -1 else None
    most = raw.get("maxDepth")
    return Script(
        id=str(raw.get("id") or raw.get("scriptName") or ""),
        name=str(raw.get("scriptName") or ""),
        find=str(raw.get("findRegex") or ""),
        replacement=str(raw.get("replaceString") or ""),
        trims=_trims(raw.get("trimStrings")),
        places=places,
        kinds=KINDS[display, prompt],
        expands=EXPANSIONS.get(whole(raw.get("substituteRegex")), "no"),
        depth_min=depth_min,
        depth_max=whole(most) if isinstance(most, int | float) and whole(most) >= 0 else None,
        is_disabled=flag(raw.get("disabled")),
        runs_on_edit=flag(raw.get("runOnEdit")),
    )


@dataclass(slots=True)
class ScriptRewriter:
    """Fulfils scene.Rewriter: every script that has its say at this place, one after another."""

    scripts: Sequence[Script]
    expand: Callable[[str], str]
    kind: Kind = "prompt"
    failed: dict[str, str] = field(default_factory=dict)
    """script id: why it did nothing"""
    ran: dict[str, int] = field(default_factory=dict)
    """script id: how many texts it changed"""
    monotonic: Callable[[], float] = time.monotonic
    _spent: float = 0.0

    def __call__(self, text: str, *, placement: Placement, depth: int | None) -> str:
        for script in self.scripts:
            if applies(script, placement=placement, kind=self.kind, depth=depth):
                text = self._run(script, text)
        return text

    def _run(self, script: Script, text: str) -> str:
        if self._spent >= SCRIPTS_SECONDS_MAX:
            self.failed[script.id] = "too_slow"
        if self.failed.get(script.id) == "too_slow":
            return text
        began = self.monotonic()
        try:
            after = replaced(script, text, expand=self.expand)
            if after != text:
                self.ran[script.id] = self.ran.get(script.id, 0) + 1
            return after
        except NotJavaScript:
            self.failed[script.id] = "invalid"
        except Untranslatable:
            self.failed[script.id] = "untranslatable"
        except TimeoutError:
            self.failed[script.id] = "too_slow"
        finally:
            self._spent += self.monotonic() - began
        return text


def applies(script: Script, *, placement: Where, kind: Kind, depth: int | None) -> bool:
    """Whether a script has its say about a text of this place and kind; depths count only where one is known."""
    if script.is_disabled or placement not in script.places or kind not in script.kinds or not script.find:
        return False
    if depth is None:
        return True
    is_deep_enough = script.depth_min is None or depth >= script.depth_min
    return is_deep_enough and (script.depth_max is None or depth <= script.depth_max)


def replaced(script: Script, text: str, *, expand: Callable[[str], str]) -> str:
    """The text after one script.

    Raises:
        NotJavaScript, Untranslatable: the expression; TimeoutError: it took longer than SCRIPT_SECONDS_MAX, or makes
            more than MADE_CHARS_MAX of what was less.
    """
    found = script.find
    if script.expands == "raw":
        found = expand(found)
    elif script.expands == "escaped":
        found = expanded_escaped(found, expand)
    source, flags = expression_of(found)
    pattern = compiled(source, "".join(sorted(set(flags) - {"g"})))

    bound = _Bound(max(MADE_CHARS_MAX, len(text)))

    def put(match: "regex.Match[str]") -> str:
        said = expand(_inserted(script, match, expand, bound=bound))
        bound.grow(len(said))
        return said

    # `concurrent`: other threads go on while it searches.
    count = 0 if "g" in flags else 1
    made = pattern.sub(put, text, count=count, timeout=SCRIPT_SECONDS_MAX, concurrent=True)
    if len(made) > bound.characters_max:
        raise TimeoutError
    return made


@dataclass(slots=True)
class _Bound:
    """What one script may still make and take: its expression has the engine's limit, what it inserts has this one."""

    characters_max: int
    made: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + SCRIPT_SECONDS_MAX)

    def grow(self, count: int) -> None:
        """So much was inserted in all. Raises TimeoutError."""
        self.made += count
        self.check(0)

    def check(self, more: int) -> None:
        """Whether so much more may be made. Raises TimeoutError."""
        if self.made + more > self.characters_max or time.monotonic() > self.until:
            raise TimeoutError


def expression_of(written: str) -> tuple[str, str]:
    """`/source/flags` taken apart; anything else is a source without flags."""
    found = SLASHED.fullmatch(written)
    return (found.group(1), found.group(2)) if found else (written, "")


def expanded_escaped(written: str, expand: Callable[[str], str]) -> str:
    """Macros expanded one by one, what they give made literal."""
    return re.sub(r"\{\{[^{}]*\}\}", lambda macro: escaped(expand(macro.group(0))), written)


def escaped(text: str) -> str:
    """A text as an expression that means just it."""
    return SPECIAL.sub(lambda found: CONTROL.get(found.group(0), "\\" + found.group(0)), text)


def _inserted(script: Script, match: "regex.Match[str]", expand: Callable[[str], str], *, bound: _Bound) -> str:
    """The replacement with `{{match}}`, `$1` and `$<name>` filled in, each without what is trimmed."""
    trims = [expand(one) for one in script.trims]
    size = len(script.replacement)

    def value(found: re.Match[str]) -> str:
        nonlocal size
        said = _group(match, found.group(1), found.group(2))
        for trim in trims:
            said = said.replace(trim, "")
        size += len(said)
        bound.check(size)
        return said

    return INSERTED.sub(value, script.replacement)


def _group(match: "regex.Match[str]", digits: str | None, name: str | None) -> str:
    try:
        if name is not None:
            return match.group(group_name(name)) or ""
        return match.group(int(digits or "0")) or ""
    except IndexError:
        return ""


def _trims(raw: Any) -> tuple[str, ...]:
    """What is taken out of what is inserted; a list of texts."""
    return tuple(str(one) for one in raw[:TRIMS_MAX] if one) if isinstance(raw, list) else ()


def _places(raw: Any) -> tuple[frozenset[Where], bool]:
    """The places a script names; whether 0 is among them: an old word for shown and sent, alone it means everywhere."""
    numbers = [whole(one, -1) for one in raw] if isinstance(raw, list) else []
    if numbers == [0]:
        return EVERYWHERE, True
    if numbers == [4]:
        return frozenset({"slash"}), False
    return frozenset(PLACEMENTS[one] for one in numbers if one in PLACEMENTS), 0 in numbers


def scripts_from(raws: Iterable[Any]) -> list[Script]:
    """All scripts of a list that are objects."""
    return [script_from(raw) for raw in raws if isinstance(raw, Mapping)]
