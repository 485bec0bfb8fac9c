"""What an analysis says of one object, and the share of a source that can be imported."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Verdict = Literal["new", "duplicate", "changed", "refused"]
FieldStatus = Literal["kept", "mapped", "preserved", "refused"]

PRESETS: Final = {
    "chat_preset": "chat", "text_preset": "text", "kobold_preset": "kobold", "novel_preset": "novel",
    "context": "context", "instruct": "instruct", "system_prompt": "system_prompt", "reasoning": "reasoning",
    "script": "script", "quick_reply": "quick_reply", "theme": "theme",
}  # fmt: skip
"""Kinds of objects that are presets → the kind config knows them by; a background is a picture and stands alone."""

KINDS: Final = (
    "lorebook", "character", "persona", *PRESETS, "background", "group", "chat", "group_chat", "settings", "secret",
    "unknown", "sprite",
)  # fmt: skip
"""Every kind of object, in the order in which they are imported: what others point at comes first."""

LEFT_OUT: Final = frozenset({"secret", "not_needed"})
"""Codes of what is no part of the success rate: keys, code, thumbnails, vectors."""

FIELDS_MAX: Final = 400


@dataclass(frozen=True, slots=True)
class FieldNote:
    """What becomes of one field, and why."""

    field: str
    status: FieldStatus
    why: str = ""

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "status": self.status, "why": self.why}


@dataclass(slots=True)
class Found:
    """One object of a source."""

    kind: str
    path: str
    """inside the source; what lies inside a file stands behind a #"""
    name: str
    verdict: Verdict = "new"
    code: str | None = None
    message: str | None = None
    digest: str = ""
    """sha256 of the content: the same content is imported once"""
    size: int = 0
    warnings: list[dict[str, Any]] = field(default_factory=list)
    fields: list[FieldNote] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)
    """what the import needs to know besides the file: its folder's character, its group"""

    def refuse(self, code: str, message: str) -> "Found":
        self.verdict, self.code, self.message = "refused", code, message
        return self

    def warn(self, code: str, message: str, *, field: str | None = None) -> None:
        self.warnings.append({"code": code, "field": field, "message": message})

    def note(self, name: str, status: FieldStatus, why: str = "") -> None:
        if len(self.fields) < FIELDS_MAX:
            self.fields.append(FieldNote(name, status, why))


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of a source can be imported: items that are fine or repaired, of all that count."""

    fine: int
    repaired: int
    refused: int

    @property
    def success(self) -> float | None:
        """0 to 1; None when nothing counts."""
        total = self.fine + self.repaired + self.refused
        return (self.fine + self.repaired) / total if total else None


def rate(items: Iterable[tuple[str, str | None, bool]]) -> Rate:
    """The rate of (verdict, code, repaired). Source: shared contract 8.5."""
    fine = repaired = refused = 0
    for verdict, code, has_repairs in items:
        if code in LEFT_OUT:
            continue
        if verdict == "refused":
            refused += 1
        elif has_repairs:
            repaired += 1
        else:
            fine += 1
    return Rate(fine, repaired, refused)
