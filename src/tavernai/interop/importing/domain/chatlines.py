"""SillyTavern's chat files, line by line: which line is the header, and what a line says. Source: contract 3.1–3.4.

A line that cannot be read costs that line only; nothing is ever sorted by date.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from tavernai.interop.importing.domain.dates import moment
from tavernai.kernel.text import clean_json, clean_text

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
SWIPES_MAX: Final = 500
NAME_CHARS_MAX: Final = 200
USED: Final = frozenset({
    "name", "is_user", "is_system", "send_date", "mes", "swipes", "swipe_id", "original_avatar", "force_avatar",
    "is_name",
})  # fmt: skip
"""Fields a message becomes; all others are kept beside it as they came."""
DERIVED: Final = frozenset({"swipe_info", "swipes_info"})


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a file."""

    number: int
    name: str
    role: str
    """user | character | system"""
    hidden: bool
    at: int | None
    texts: list[str]
    """all swipes"""
    shown: int
    avatar: str
    """the speaker's card in a group"""
    model: str | None
    reasoning: str | None
    checkpoint: str
    """name of the chat that was copied here"""
    rest: dict[str, Any] = field(default_factory=dict)
    """what we do not use, as it came"""


@dataclass(slots=True)
class Heard:
    """What reading a file told, besides its lines."""

    header: dict[str, Any] = field(default_factory=dict)
    broken: int = 0
    too_long: int = 0
    hidden: int = 0

    @property
    def metadata(self) -> dict[str, Any]:
        found = self.header.get("chat_metadata")
        return found if isinstance(found, dict) else {}


def read_lines(raw: Iterable[bytes], heard: Heard) -> Iterator[Line]:
    """The messages of a file; the header and what was wrong go to `heard`."""
    first = True
    for number, line in enumerate(raw, start=1):
        line = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not line:
            continue
        value = _parsed(line, heard)
        if value is None:
            first = False
            continue
        if first and is_header(value):
            heard.header = value
        elif (told := line_of(value, number)) is not None:
            heard.hidden += told.hidden
            yield told
        first = False


def is_header(value: dict[str, Any]) -> bool:
    """The first line is one if it has metadata, or names without a message."""
    if "mes" in value and "chat_metadata" not in value:
        return False
    return "chat_metadata" in value or "user_name" in value or "character_name" in value


def line_of(value: dict[str, Any], number: int) -> Line | None:
    """The message a line tells of; None when it tells of none."""
    if "mes" not in value and not isinstance(value.get("swipes"), list):
        return None
    texts, shown = swipes_of(value)
    extra = value.get("extra") if isinstance(value.get("extra"), dict) else {}
    assert isinstance(extra, dict)
    hidden = truth(value.get("is_system"))
    return Line(
        number=number,
        name=clean_text(str(value.get("name") or ""))[:NAME_CHARS_MAX],
        role=_role(value, extra),
        hidden=hidden,
        at=moment(value.get("send_date")),
        texts=texts,
        shown=shown,
        avatar=str(value.get("original_avatar") or ""),
        model=_text(extra.get("model")),
        reasoning=_text(extra.get("reasoning")),
        checkpoint=_text(extra.get("bookmark_link")) or "",
        rest=_rest(value, extra),
    )


def swipes_of(value: dict[str, Any]) -> tuple[list[str], int]:
    """All texts and the one shown: `mes` wins over the swipe it should equal; Chub's objects are flattened."""
    shown_text = _flat(value.get("mes"))
    listed = value.get("swipes")
    texts = [_flat(one) for one in listed[:SWIPES_MAX]] if isinstance(listed, list) else []
    if not texts:
        return [shown_text], 0
    asked = value.get("swipe_id")
    place = min(max(asked, 0), len(texts) - 1) if isinstance(asked, int) and not isinstance(asked, bool) else 0
    if "mes" not in value or texts[place] == shown_text:
        return texts, place
    if shown_text in texts:
        return texts, texts.index(shown_text)
    return [*texts, shown_text], len(texts)


def truth(value: Any) -> bool:
    """A boolean, also as text: 'false' and '' are no."""
    return value.strip().lower() not in ("", "false", "0", "no") if isinstance(value, str) else bool(value)


def _parsed(line: bytes, heard: Heard) -> dict[str, Any] | None:
    if len(line) > LINE_BYTES_MAX:
        heard.too_long += 1
        return None
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            value = orjson.loads(line.decode("utf-8", "replace"))
        except orjson.JSONDecodeError:
            heard.broken += 1
            return None
    if not isinstance(value, dict):
        heard.broken += 1
        return None
    cleaned: dict[str, Any] = clean_json(value)
    return cleaned


def _role(value: dict[str, Any], extra: dict[str, Any]) -> str:
    if truth(value.get("is_user")):
        return "user"
    return "system" if extra.get("type") in ("narrator", "comment", "group", "help", "welcome") else "character"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("message", value.get("mes", ""))
    return clean_text(value) if isinstance(value, str) else ""


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _rest(value: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    kept = {name: told for name, told in value.items() if name not in USED and name not in DERIVED and name != "extra"}
    left = {name: told for name, told in extra.items() if name not in ("model", "reasoning")}
    return kept | ({"extra": left} if left else {})
