"""YAML as cards use it: texts in mappings. Built from parser events, so that no tag and no alias can build anything.

A scalar stays the text it is written as; an alias may repeat a scalar, never a list or mapping, so that a file cannot
grow by naming itself. Other tags than those of plain texts are refused.
"""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from tavernai.characters.domain.jsontext import decoded
from tavernai.characters.domain.repairs import Repairs

YAML_BYTES_MAX: Final = 4 * 1024 * 1024
EVENTS_MAX: Final = 50_000
ALIASES_MAX: Final = 64
REPEATED_CHARS_MAX: Final = 1_000_000
"""What aliases may add: 64 of four megabytes are a quarter of a gigabyte."""
DEPTH_MAX: Final = 50
TAGS: Final = frozenset({None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})

KEYS: Final = (("context", "description"), ("greeting", "first_mes"))
"""text-generation-webui's own keys and the card's; char_persona and the like are known to read_card."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlRefused(ValueError):
    """The text is not YAML that can be used; the message says why."""


def parse_yaml(data: bytes, repairs: Repairs) -> Any:
    """Dicts, lists, texts and None of the first document. Raises YamlRefused."""
    if len(data) > YAML_BYTES_MAX:
        raise YamlRefused("it is larger than 4 MiB")
    try:
        return _Builder().built(yaml.parse(decoded(data, repairs), Loader=_LOADER))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise YamlRefused(f"{getattr(error, 'problem', None) or 'it cannot be read'}{where}") from None


def as_card(value: dict[str, Any]) -> dict[str, Any]:
    """The mapping with the card's names for what has them; what a card has already wins."""
    renamed = {ours: value[theirs] for theirs, ours in KEYS if value.get(theirs) and not value.get(ours)}
    used = {theirs for theirs, ours in KEYS if ours in renamed}
    return {name: told for name, told in value.items() if name not in used} | renamed


class _Builder:
    """Puts values together as events come; `_open` holds the lists and mappings that are not closed yet."""

    def __init__(self) -> None:
        self._open: list[list[Any]] = []
        self._kinds: list[type[dict[Any, Any]] | type[list[Any]]] = []
        self._anchors: dict[str, str | None] = {}
        self._aliases = 0
        self._repeated = 0
        self._done: list[Any] = []

    def built(self, events: Iterator[Any]) -> Any:
        for count, event in enumerate(events):
            if count >= EVENTS_MAX:
                raise YamlRefused("it has too many parts")
            self._take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                break
        return self._done[0] if self._done else None

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            items, kind = self._open.pop(), self._kinds.pop()
            self._add(_mapping(items) if kind is dict else items)

    def _scalar(self, event: Any) -> None:
        _check_tag(event.tag)
        is_null = event.implicit[0] and event.style is None and event.value in NULLS
        value = None if is_null else event.value
        if event.anchor:
            self._anchors[event.anchor] = value
        self._add(value)

    def _alias(self, anchor: str | None) -> None:
        self._aliases += 1
        if anchor is None or anchor not in self._anchors or self._aliases > ALIASES_MAX:
            raise YamlRefused("it repeats parts of itself by aliases")
        value = self._anchors[anchor]
        self._repeated += len(value or "")
        if self._repeated > REPEATED_CHARS_MAX:
            raise YamlRefused("it repeats parts of itself by aliases")
        self._add(value)

    def _start(self, event: Any) -> None:
        _check_tag(event.tag)
        if len(self._open) >= DEPTH_MAX:
            raise YamlRefused("nested too deeply")
        self._open.append([])
        self._kinds.append(dict if isinstance(event, yaml.MappingStartEvent) else list)

    def _add(self, value: Any) -> None:
        (self._open[-1] if self._open else self._done).append(value)


def _mapping(items: list[Any]) -> dict[str, Any]:
    pairs = zip(items[::2], items[1::2], strict=True)
    return {key: value for key, value in pairs if isinstance(key, str)}


def _check_tag(tag: str | None) -> None:
    if tag not in TAGS:
        raise YamlRefused(f"it asks for {tag!r}, which is not text")
