"""The scan: which entries of all books wake up, in rounds, until nothing more does.

    collect ─► timed effects ─► round: candidates (RULES) ─ groups ─ chance ─ budget ─► next round? ─► woken, in order

A round follows when woken texts may wake others (recursion), when too few woke (the search widens), or when entries
waited for a later level. Everything random is asked of one source, in a fixed order, so a scan can be repeated.
Source: shared contract 2.4; parity held by tests/acceptance/prompting/test_world_info_goldens.py.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal

from tavernai.prompting.domain.macro_env import RandomSource
from tavernai.prompting.domain.world_info.entries import MATCHES, LoreBook, LoreEntry, Match, Worlds
from tavernai.prompting.domain.world_info.finder import (
    Finder,
    Key,
    Part,
    Stopped,
    View,
    is_expression,
    keys_ready,
    messages_part,
)
from tavernai.prompting.domain.world_info.groups import filtered
from tavernai.prompting.domain.world_info.settings import DEFAULT_SETTINGS, ScanSettings
from tavernai.prompting.domain.world_info.timed import Timed, started, still_running

ROUNDS_MAX: Final = 1_000
SCAN_SECONDS_MAX: Final = 1.0
"""A scan from its first key to its last round. Five thousand plain keys take some 10 ms; whoever writes books of
expressions that explode, or searches that widen without end, has every reply of theirs wait no longer than this."""

Dropped = Literal["budget", "chance", "group"]


class Round(Enum):
    """Why a round is made."""

    FIRST = "first"
    RECURSION = "recursion"
    WIDER = "wider"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ScanInput:
    """What is searched, and for whom.

    lines: the messages that go into the prompt, newest first, trimmed and named; message_count counts all of them.
    sources: texts that single entries may look at besides; injections: texts that every entry looks at.
    trigger: the generation type. speaker_file: the card's file name without extension; speaker_name: another name by
    which entries may mean the speaker; speaker_tags: None when it has no tag list at all. budget_tokens: of the whole
    prompt. woken_outside: ids woken by other means.
    """

    worlds: Worlds
    settings: ScanSettings = DEFAULT_SETTINGS
    lines: Sequence[str] = ()
    message_count: int = 0
    sources: Mapping[Match, str] = field(default_factory=dict)
    injections: Sequence[str] = ()
    trigger: str = "normal"
    speaker_file: str = ""
    speaker_name: str = ""
    speaker_tags: frozenset[str] | None = None
    budget_tokens: int = 4_096
    timed: Timed = field(default_factory=Timed)
    is_dry: bool = False
    woken_outside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Woken:
    """An entry that woke: its content with macros expanded, and what woke it."""

    entry: LoreEntry
    content: str
    why: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan found. `woken` in the order in which they woke; `timed` is to be kept, unless the scan was dry."""

    woken: tuple[Woken, ...]
    dropped: tuple[tuple[LoreEntry, Dropped], ...]
    timed: Timed
    budget_tokens: int
    used_tokens: int
    has_overflowed: bool
    rounds: int
    stopped_keys: Mapping[str, Stopped]
    """keys that were given up, and why"""
    is_cut_short: bool = False
    """time ran out: keys were not tried, or rounds not made"""


@dataclass(slots=True)
class Tools:
    """What the scan is handed: how macros expand, what texts cost, chance, and time for the expressions' limit."""

    expand: Callable[[str], str]
    tokens: Callable[[str], int]
    random: RandomSource
    monotonic: Callable[[], float]


def scan(given: ScanInput, tools: Tools) -> Scan:
    """Wake the entries of all books."""
    return Scanner(given, tools).run()


class Scanner:
    """One scan under way."""

    def __init__(self, given: ScanInput, tools: Tools) -> None:
        self.given = given
        self.settings = given.settings
        self.tools = tools
        self.entries = collected(given.worlds, given.settings)
        by_id = {entry.id: entry for entry in self.entries}
        self.timed = Timed() if given.is_dry else still_running(given.timed, by_id, messages=given.message_count)
        self.budget = given.settings.budget(given.budget_tokens)
        self.levels = sorted({entry.recursion_level for entry in self.entries if entry.recursion_level})
        self.level = self.levels.pop(0) if self.levels else 0
        self.round = Round.FIRST
        self.rounds = 0
        self.extra_depth = 0
        self.active: dict[str, Woken] = {}
        self.failed: set[str] = set()
        self.dropped: dict[str, tuple[LoreEntry, Dropped]] = {}
        self.recursion_text = ""
        self.has_overflowed = False
        self.used = 0
        self.is_cut_short = False
        self._ends_at = tools.monotonic() + SCAN_SECONDS_MAX
        self._unread: set[str] = set()
        self._keys = {entry.id: self._keys_of(entry) for entry in self.entries}
        self._by_key: dict[Key, list[str]] = {}
        self._always_asked = set(self.timed.sticky) | set(self.timed.cooldown) | given.woken_outside
        self._index()
        self.finder = Finder(
            frozenset(self._by_key), self.is_over, stopped=dict.fromkeys(sorted(self._unread), "not_tried")
        )
        self.finder.add(messages_part(given.lines))
        self.sources = {match: self._part(given.sources.get(match, "")) for match in MATCHES.values()}
        self.always = [self._part(text) for text in given.injections]
        self.recursion: list[int] = []
        self.why: dict[str, str] = {}

    def run(self) -> Scan:
        while self.entries and self.round != Round.NONE and self.rounds < ROUNDS_MAX:
            if self.settings.steps_max and self.rounds >= self.settings.steps_max:
                break
            if self.rounds and self.is_over():
                break
            self.rounds += 1
            self.finder.turn()
            self._go_round()
        woken = tuple(self.active.values())
        timed = self.timed
        if not self.given.is_dry:
            timed = started(timed, [one.entry for one in woken], messages=self.given.message_count)
        return Scan(
            woken=woken,
            dropped=tuple(drop for key, drop in self.dropped.items() if key not in self.active),
            timed=timed,
            budget_tokens=self.budget,
            used_tokens=self.used,
            has_overflowed=self.has_overflowed,
            rounds=self.rounds,
            stopped_keys=self.finder.stopped,
            is_cut_short=self.is_cut_short,
        )

    def is_over(self) -> bool:
        """Whether the scan's time is used up; asked only where something is left to do."""
        if not self.is_cut_short:
            self.is_cut_short = self.tools.monotonic() > self._ends_at
        return self.is_cut_short

    # One round

    def _index(self) -> None:
        """Which entries a key may wake, and which have to be asked each time."""
        for entry in self.entries:
            keys, secondary = self._keys[entry.id]
            for key in (*keys, *secondary):
                self._by_key.setdefault(key, []).append(entry.id)
            if not entry.wakes_by_keys_only or any(key.pattern is not None or key.spans_lines for key in keys):
                self._always_asked.add(entry.id)

    def _asked(self) -> list[LoreEntry]:
        """Entries that may wake in this round: of five thousand, most have no key in what is said."""
        asked = self._always_asked.union(*[self._by_key[key] for key in set(self.finder.found())])
        return [entry for entry in self.entries if entry.id in asked]

    def _go_round(self) -> None:
        candidates = [entry for entry in self._asked() if self._is_candidate(entry)]
        candidates.sort(key=lambda entry: not self.is_sticky(entry))
        left = filtered(
            candidates,
            active=[one.entry for one in self.active.values()],
            is_sticky=self.is_sticky,
            is_scored=lambda entry: self.settings.is_scored if entry.is_scored is None else entry.is_scored,
            everything_scored=self.settings.is_scored,
            score=self._score,
            random=self.tools.random,
        )
        stayed = {entry.id for entry in left}
        self.dropped |= {entry.id: (entry, "group") for entry in candidates if entry.id not in stayed}
        self._move_on([content for entry, content in self._spend(left) if not entry.prevents_recursion])

    def _is_candidate(self, entry: LoreEntry) -> bool:
        if entry.id in self.active or entry.id in self.failed:
            return False
        for name, fires, wakes in RULES:
            if fires(self, entry):
                if wakes:
                    self.why.setdefault(entry.id, name)
                return wakes
        return self._wakes_by_keys(entry)

    def _wakes_by_keys(self, entry: LoreEntry) -> bool:
        keys, secondary = self._keys[entry.id]
        view = self._view(entry)
        first = next((key for key in keys if self.finder.has(key, view)), None)
        if first is None:
            return False
        if entry.logic is None:
            self.why[entry.id] = f"key: {first.text}"
            return True
        there = [key for key in secondary if self.finder.has(key, view)]
        self.why[entry.id] = " + ".join([f"key: {first.text}", *[key.text for key in there]])
        # A key that its macros left empty is one that does not match.
        wanted, found = len(entry.secondary), len(there)
        return {"any": found > 0, "not_all": found < wanted, "not_any": found == 0, "all": found == wanted}[entry.logic]

    def _spend(self, candidates: Sequence[LoreEntry]) -> Iterator[tuple[LoreEntry, str]]:
        """Let candidates in as long as chance and budget allow; what may wake others: all that chance let pass."""
        base, text = self.tools.tokens(self.recursion_text), ""
        passed: list[tuple[LoreEntry, str]] = []
        for entry in candidates:
            if self.has_overflowed and not entry.ignores_budget:
                self.dropped[entry.id] = (entry, "budget")
                passed.append((entry, entry.content))
                continue
            if not self._is_lucky(entry):
                self.failed.add(entry.id)
                self.dropped[entry.id] = (entry, "chance")
                continue
            content = self.tools.expand(entry.content)
            text += content + "\n"
            passed.append((entry, content))
            cost = base + self.tools.tokens(text)
            if not entry.ignores_budget and cost >= self.budget:
                self.has_overflowed = True
                self.dropped[entry.id] = (entry, "budget")
                continue
            self.used = max(self.used, cost)
            self.active[entry.id] = Woken(entry, content, self.why.get(entry.id, ""))
        return iter(passed)

    def _is_lucky(self, entry: LoreEntry) -> bool:
        if entry.probability is None or entry.probability == 100 or self.is_sticky(entry):
            return True
        return self.tools.random.random() * 100 <= entry.probability and entry.probability > 0

    def _move_on(self, texts: Sequence[str]) -> None:
        """Decide whether there is another round, and what it searches besides."""
        settings, following = self.settings, Round.NONE
        can_recurse = settings.is_recursive and not self.has_overflowed
        if can_recurse and (texts or (self.round == Round.WIDER and self.recursion)):
            following = Round.RECURSION
        elif not self.has_overflowed and len(self.active) < settings.activations_min and self._may_widen():
            following, self.extra_depth = Round.WIDER, self.extra_depth + 1
        if following == Round.NONE and self.levels:
            following, self.level = Round.RECURSION, self.levels.pop(0)
        self.round = following
        joined = "\n".join(texts)
        if following != Round.NONE and joined:
            self.recursion.append(self._part(joined))
            self.recursion_text = joined + "\n" + self.recursion_text

    def _may_widen(self) -> bool:
        depth = self.settings.depth + self.extra_depth
        is_too_deep = self.settings.depth_max > 0 and depth > self.settings.depth_max
        return not is_too_deep and depth <= self.given.message_count

    # What an entry sees

    def _view(self, entry: LoreEntry) -> View:
        depth = self.settings.depth + self.extra_depth if entry.scan_depth is None else entry.scan_depth
        own = [part for match, part in self.sources.items() if match in entry.matches]
        recursion = self.recursion if self.round != Round.WIDER else []
        return View(depth, tuple(part for part in (*own, *self.always, *recursion) if part >= 0))

    def _part(self, text: str) -> int:
        return self.finder.add(Part(text)) if text else -1

    def _keys_of(self, entry: LoreEntry) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
        return self._ready(entry, entry.keys), self._ready(entry, entry.secondary if entry.logic or entry.group else ())

    def _ready(self, entry: LoreEntry, texts: tuple[str, ...]) -> tuple[Key, ...]:
        if not texts:
            return ()
        settings = self.settings
        is_case_sensitive = settings.is_case_sensitive if entry.is_case_sensitive is None else entry.is_case_sensitive
        is_whole_word = settings.is_whole_word if entry.is_whole_word is None else entry.is_whole_word
        for text in texts:
            if "{" in text or "<" in text:
                texts = tuple([self.tools.expand(text) for text in texts])
                break
        return keys_ready(self._readable(texts), is_case_sensitive, is_whole_word)

    def _readable(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """The keys without expressions that there is no time left to read."""
        unread = {text for text in texts if is_expression(text)}
        if not unread or not self.is_over():
            return texts
        self._unread |= {text.strip() for text in unread}
        return tuple(text for text in texts if text not in unread)

    def _score(self, entry: LoreEntry) -> int:
        """How many of its keys are there: the measure by which members of a group compete."""
        keys, secondary = self._keys[entry.id]
        view = self._view(entry)
        primary = sum(self.finder.has(key, view) for key in keys)
        if not keys or not secondary or entry.scored_by not in ("any", "all"):
            return primary
        further = sum(self.finder.has(key, view) for key in secondary)
        return primary + (further if entry.scored_by == "any" or further == len(entry.secondary) else 0)

    def is_sticky(self, entry: LoreEntry) -> bool:
        return entry.id in self.timed.sticky

    def is_meant_for_speaker(self, entry: LoreEntry) -> bool:
        given = self.given
        named = entry.only_for
        if named and (given.speaker_file in named or given.speaker_name in named - {""}) == entry.is_exclusive:
            return False
        if entry.only_tags and given.speaker_tags is not None:
            return bool(entry.only_tags & given.speaker_tags) != entry.is_exclusive
        return True


Rule = tuple[str, Callable[[Scanner, LoreEntry], bool], bool]

RULES: Final[tuple[Rule, ...]] = (
    # name, when it fires, whether the entry wakes then; the first that fires decides, and after them the keys
    ("disabled", lambda scan, entry: entry.is_disabled, False),
    ("trigger", lambda scan, entry: bool(entry.triggers) and scan.given.trigger not in entry.triggers, False),
    ("speaker", lambda scan, entry: not scan.is_meant_for_speaker(entry), False),
    ("delay", lambda scan, entry: entry.delay > scan.given.message_count, False),
    ("cooldown", lambda scan, entry: entry.id in scan.timed.cooldown and not scan.is_sticky(entry), False),
    (
        "waits for recursion",
        lambda scan, entry: bool(entry.recursion_level) and scan.round != Round.RECURSION and not scan.is_sticky(entry),
        False,
    ),
    (
        "later level",
        lambda scan, entry: (
            scan.round == Round.RECURSION and entry.recursion_level > scan.level and not scan.is_sticky(entry)
        ),
        False,
    ),
    (
        "no recursion",
        lambda scan, entry: (
            scan.round == Round.RECURSION
            and scan.settings.is_recursive
            and entry.excludes_recursion
            and not scan.is_sticky(entry)
        ),
        False,
    ),
    ("@@activate", lambda scan, entry: "@@activate" in entry.decorators, True),
    ("@@dont_activate", lambda scan, entry: "@@dont_activate" in entry.decorators, False),
    ("woken by another part", lambda scan, entry: entry.id in scan.given.woken_outside, True),
    ("constant", lambda scan, entry: entry.is_constant, True),
    ("sticky", lambda scan, entry: scan.is_sticky(entry), True),
)


def collected(worlds: Worlds, settings: ScanSettings) -> list[LoreEntry]:
    """Every entry of every book in the order in which the scan looks at them; each book once.

    A book attached twice counts where it weighs most: everywhere, then the chat, the persona, the character.
    """
    seen: set[str] = set()

    def own(books: Sequence[LoreBook]) -> list[LoreEntry]:
        entries: list[LoreEntry] = []
        for book in books:
            if book.name not in seen:
                seen.add(book.name)
                entries += book.entries
        return sorted(entries, key=lambda entry: -entry.order)

    everywhere, chat, persona, character = (
        own(books) for books in (worlds.everywhere, worlds.chat, worlds.persona, worlds.character)
    )
    rest = {
        "character_first": [*character, *everywhere],
        "everywhere_first": [*everywhere, *character],
        "together": sorted([*everywhere, *character], key=lambda entry: -entry.order),
    }[settings.strategy]
    return [*chat, *persona, *rest]
