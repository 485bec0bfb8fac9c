"""SillyTavern's chat files: one JSON object a line, a header first. Source: shared contract 3.1 to 3.5.

Reading and writing are one table of decisions: a line that was read and not changed is written as it was, key by key
and in the same order, because `kept` holds it with null where our own fields stand.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

import orjson

from tavernai.characters.domain.jsontext import JsonRefused, clean_value, parse_json
from tavernai.characters.domain.repairs import Repairs
from tavernai.chat.formats.dates import sent_at, written
from tavernai.chat.formats.links import without_unsafe
from tavernai.chat.formats.shapes import ChatMessage, ChatVariant
from tavernai.kernel.text import clean_text

LINE_BYTES_MAX: Final = 16 * 1024 * 1024
SWIPES_MAX: Final = 1_000
LARGE_MESSAGE_CHARS: Final = 100_000
DEPTH_MAX: Final = 60
OURS: Final = ("mes", "swipes", "swipe_info")
TRUE_WORDS: Final = frozenset({"true", "1", "yes", "on"})


def lines_of(source: bytes | BinaryIO, warnings: Repairs) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file with their line numbers; one line at a time lies in memory."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    number = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(line) > LINE_BYTES_MAX:
            warnings.add("line_too_long", f"Line {number}")
            while line and not line.endswith(b"\n"):
                line = stream.readline(LINE_BYTES_MAX)
            continue
        value = parsed(line, warnings, number)
        if value is not None:
            yield number, value


def parsed(line: bytes, warnings: Repairs, number: int) -> dict[str, Any] | None:
    """The object of one line; None for blank lines, and for bad ones, which are told."""
    line = line.strip()
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    if not line:
        return None
    try:
        value = _value(line, warnings)
    except JsonRefused:
        warnings.add("line_unreadable", f"Line {number}")
        return None
    if not isinstance(value, dict):
        warnings.add("line_no_message", f"Line {number}")
        return None
    return value


def _value(line: bytes, warnings: Repairs) -> Any:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return parse_json(line, warnings)
    if b"\\u0000" in line or not _is_shallow(value, DEPTH_MAX):
        return clean_value(value, warnings)
    return value


def _is_shallow(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left > 0 and all(_is_shallow(one, left - 1) for one in value.values())
    if isinstance(value, list):
        return left > 0 and all(_is_shallow(one, left - 1) for one in value)
    return True


def is_header(value: dict[str, Any]) -> bool:
    """Whether a file's first object is about the chat and no message of it."""
    return "chat_metadata" in value or (("user_name" in value or "character_name" in value) and "mes" not in value)


def is_message(value: dict[str, Any]) -> bool:
    return "mes" in value or ("name" in value and "is_user" in value)


def read_lines(
    objects: Iterable[tuple[int, dict[str, Any]]], warnings: Repairs
) -> tuple[dict[str, Any] | None, Iterator[ChatMessage]]:
    """The header, None without one, and the messages as they are asked for."""
    numbered = iter(objects)
    first = next(numbered, None)
    if first is None:
        return None, iter(())
    if is_header(first[1]):
        return first[1], _messages(numbered, warnings)
    if not first[1].get("is_group") and not first[1].get("original_avatar"):  # groups had none until 1.15
        warnings.add("header_missing")
    return None, _messages(_chained(first, numbered), warnings)


def _chained(
    first: tuple[int, dict[str, Any]], rest: Iterator[tuple[int, dict[str, Any]]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    yield first
    yield from rest


def _messages(objects: Iterable[tuple[int, dict[str, Any]]], warnings: Repairs) -> Iterator[ChatMessage]:
    for number, line in objects:
        if is_message(line):
            yield message_of(line, warnings, where=f"Line {number}")
        else:
            warnings.add("line_no_message", f"Line {number}")


def message_of(line: dict[str, Any], warnings: Repairs, *, where: str) -> ChatMessage:
    """The message of one line. Nothing in it is trusted to be of the kind it should be."""
    line = without_unsafe(line, warnings, where)
    text = _text(line.get("mes"), warnings, where, field="mes")
    if len(text) > LARGE_MESSAGE_CHARS:
        warnings.add("large_message", where, detail=len(text))
    extra = _object(line.get("extra"), warnings, where, field="extra")
    variants, selected = _variants(line, text, warnings, where=where)
    kept = {key: (None if key in OURS else value) for key, value in line.items() if _stays(key, value)}
    if "extra" in kept:
        kept["extra"] = extra
    return ChatMessage(
        name=_text(line.get("name"), warnings, where, field="name"),
        is_user=_flag(line.get("is_user")),
        is_system=_flag(line.get("is_system")),
        text=text,
        variants=variants,
        selected=selected,
        sent_at=sent_at(line.get("send_date")),
        reasoning=_told(extra.get("reasoning")),
        model=_told(extra.get("model")),
        kept=kept,
    )


def _stays(key: str, value: Any) -> bool:
    """Lists that are empty or no lists are not ours to write."""
    return key == "mes" or key not in OURS or (isinstance(value, list) and bool(value))


def _variants(line: dict[str, Any], text: str, warnings: Repairs, *, where: str) -> tuple[tuple[ChatVariant, ...], int]:
    """The alternatives, and which is shown: what the message says wins over the number of the alternative."""
    listed = line.get("swipes")
    told = listed[:SWIPES_MAX] if isinstance(listed, list) else []
    info = line.get("swipe_info", line.get("swipes_info"))
    infos = [one if isinstance(one, dict) else None for one in info] if isinstance(info, list) else []
    made = [
        _variant(_flat(one), infos[index] if index < len(infos) else None)
        for index, one in enumerate(told)
        if isinstance(_flat(one), str | int | float)
    ]
    if len(made) < len(told) or not all(isinstance(_flat(one), str) for one in told):
        warnings.add("swipe_repaired", where)
    if not made:
        return (_variant(text, None, line=line),), 0
    number = line.get("swipe_id")
    selected = number if isinstance(number, int) and 0 <= number < len(made) else 0
    if made[selected].text != text:
        same = [index for index, one in enumerate(made) if one.text == text]
        if not same:
            warnings.add("swipe_appended", where)
            made.append(_variant(text, None, line=line))
        selected = same[0] if same else len(made) - 1
    if made[selected].kept is None:  # what the line says is said of the text it shows
        made[selected] = _variant(text, None, line=line)
    return tuple(made), selected


def _variant(text: Any, info: dict[str, Any] | None, *, line: dict[str, Any] | None = None) -> ChatVariant:
    about = line or info or {}
    extra = about.get("extra")
    extra = extra if isinstance(extra, dict) else {}
    return ChatVariant(
        clean_text(str(text)),
        sent_at(about.get("send_date")),
        _told(extra.get("model")),
        _told(extra.get("reasoning")),
        info,
    )


def _flat(value: Any) -> Any:
    """Chub writes `{message: …}` where others write the text."""
    return value.get("message") if isinstance(value, dict) else value


def _text(value: Any, warnings: Repairs, where: str, *, field: str) -> str:
    value = _flat(value)
    if isinstance(value, str):
        return clean_text(value)
    if value is None:
        return ""
    is_plain = isinstance(value, int | float) and not isinstance(value, bool)
    warnings.add("field_converted" if is_plain else "field_dropped", f"{field} of {where.lower()}", detail="no text")
    return str(value) if is_plain else ""


def _object(value: Any, warnings: Repairs, where: str, *, field: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    if value not in (None, "", []):
        warnings.add("field_dropped", f"{field} of {where.lower()}", detail="no object")
    return {}


def _told(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _flag(value: Any) -> bool:
    """Old files have texts here; the text "false" is not true."""
    if isinstance(value, str):
        return value.strip().lower() in TRUE_WORDS
    return isinstance(value, bool | int | float) and bool(value)


def _says(told: Any, flag: bool) -> bool:
    """Whether what the line has already means this to us and to JavaScript; the text "false" does not."""
    return _flag(told) is flag and bool(told) is flag


def line_of(message: ChatMessage) -> dict[str, Any]:
    """The message as SillyTavern keeps it; for one that was read and not changed the line as it came."""
    is_new = "mes" not in message.kept
    line = {} if is_new else dict(message.kept)
    line["name"] = message.name
    for key, value in (("is_user", message.is_user), ("is_system", message.is_system)):
        if is_new or not _says(line.get(key), value):
            line[key] = value
    if message.sent_at is not None and sent_at(line.get("send_date")) != message.sent_at:
        line["send_date"] = written(message.sent_at)
    line["mes"] = message.text
    extra = _extra(message.extra, model=message.model, reasoning=message.reasoning)
    if extra or is_new or "extra" in line:
        line["extra"] = extra
    line |= {key: value for key, value in message.kept.items() if key not in line}
    _add_swipes(line, message)
    return line


def _add_swipes(line: dict[str, Any], message: ChatMessage) -> None:
    """Alternatives where the line had them, or where there are some to choose from."""
    had = "swipes" in line
    if not had and len(message.variants) < 2:
        return
    line["swipes"] = [variant.text for variant in message.variants]
    if not had or "swipe_id" in line or message.selected:
        line["swipe_id"] = message.selected
    infos = [variant.kept for variant in message.variants]
    while infos and infos[-1] is None:
        infos.pop()
    if infos and "swipes_info" not in line:
        line["swipe_info"] = [one or {} for one in infos]
    elif "swipe_info" in line:
        del line["swipe_info"]


def _extra(kept: dict[str, Any], *, model: str | None, reasoning: str | None) -> dict[str, Any]:
    told = {key: value for key, value in (("model", model), ("reasoning", reasoning)) if value}
    return {**kept, **told} if any(kept.get(key) != value for key, value in told.items()) else kept


def file_of(header: dict[str, Any] | None, messages: Iterable[ChatMessage]) -> Iterator[bytes]:
    """The file line by line, as SillyTavern writes it: no line break at the end."""
    start = b""
    if header is not None:
        yield orjson.dumps(header)
        start = b"\n"
    for message in messages:
        yield start + orjson.dumps(line_of(message))
        start = b"\n"
