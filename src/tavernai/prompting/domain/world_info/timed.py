"""Timed effects: entries that stay awake for some messages, that rest for some, or that wait for the chat to grow.

An effect is kept from the message count it started at to the count it ends at, so going back in a chat takes it away
again. It is known by book and uid: editing an entry does not end its effect. Source: shared contract 2.4, 4 and 18.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tavernai.prompting.domain.world_info.entries import LoreEntry, flag, whole


@dataclass(frozen=True, slots=True)
class Span:
    """Message counts. A protected one outlasts going back to where it started."""

    start: int
    end: int
    is_protected: bool = False


@dataclass(slots=True)
class Timed:
    """The running effects of a chat, by entry."""

    sticky: dict[str, Span] = field(default_factory=dict)
    cooldown: dict[str, Span] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As chats keep it: {sticky: {"Book.uid": {start, end, protected}}, cooldown: …}."""
        return {name: {key: _told(span) for key, span in self.of(name).items()} for name in ("sticky", "cooldown")}

    def of(self, effect: Any) -> dict[str, Span]:
        return self.sticky if effect == "sticky" else self.cooldown


def timed_from(raw: Any) -> Timed:
    """From a chat's `timedWorldInfo`; what is damaged is left out."""
    timed = Timed()
    for effect in ("sticky", "cooldown"):
        spans = raw.get(effect) if isinstance(raw, Mapping) else None
        for key, span in (spans if isinstance(spans, Mapping) else {}).items():
            if isinstance(span, Mapping):
                start, end = whole(span.get("start")), whole(span.get("end"))
                timed.of(effect)[str(key)] = Span(start, end, flag(span.get("protected")))
    return timed


def still_running(timed: Timed, entries: Mapping[str, LoreEntry], *, messages: int) -> Timed:
    """The effects that run at this length of the chat. A sticky one that ends may start its entry's cooldown."""
    running = Timed()
    for key, span in timed.sticky.items():
        entry = entries.get(key)
        if _is_over(span, entry, messages=messages, has_field=bool(entry and entry.sticky)):
            if entry is not None and entry.sticky and messages >= span.end and entry.cooldown:
                running.cooldown[key] = Span(messages, messages + entry.cooldown, is_protected=True)
            continue
        running.sticky[key] = span
    for key, span in timed.cooldown.items():
        entry = entries.get(key)
        if key not in running.cooldown and not _is_over(
            span, entry, messages=messages, has_field=bool(entry and entry.cooldown)
        ):
            running.cooldown[key] = span
    return running


def started(running: Timed, active: Iterable[LoreEntry], *, messages: int) -> Timed:
    """The effects after these entries woke."""
    after = Timed(dict(running.sticky), dict(running.cooldown))
    for entry in active:
        if entry.sticky:
            after.sticky.setdefault(entry.id, Span(messages, messages + entry.sticky))
        if entry.cooldown:
            after.cooldown.setdefault(entry.id, Span(messages, messages + entry.cooldown))
    return after


def _is_over(span: Span, entry: LoreEntry | None, *, messages: int, has_field: bool) -> bool:
    went_back = messages <= span.start and not span.is_protected
    return went_back or (entry is not None and not has_field) or messages >= span.end


def _told(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "protected": span.is_protected}
