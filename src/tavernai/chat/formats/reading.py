"""From a file's bytes to chats, whatever program wrote them; told by content, never by the file's name."""

import io
from typing import Any, BinaryIO, Final

from tavernai.characters.domain.jsontext import JsonRefused, decoded, parse_json
from tavernai.characters.domain.repairs import Repairs
from tavernai.chat.errors import NotAChat
from tavernai.chat.formats import tavern
from tavernai.chat.formats.foreign import FORMATS, Draft
from tavernai.chat.formats.shapes import ChatImport, Names, new_warnings
from tavernai.chat.formats.transcript import read_transcript

JSON_BYTES_MAX: Final = 32 * 1024 * 1024
TEXT_BYTES_MAX: Final = 16 * 1024 * 1024
LINES_LOOKED_AT: Final = 5


def read_chats(data: bytes, *, filename: str | None = None, names: Names | None = None) -> list[ChatImport]:
    """The chats in these bytes; most formats hold one, CAI Tools one for every history.

    Args:
        filename: names a chat that has no title.
        names: who speaks where the format only says "the user" or "the character".
    Raises:
        NotAChat: nothing in it makes a chat.
    """
    names = names or Names()
    title = _title(filename)
    if _is_tavern(data):
        return [read_tavern(io.BytesIO(data), title=title)]
    warnings = new_warnings()
    if _may_be_json(data):
        return _from_json(data, names, warnings, title=title)
    return [_from_text(data, names, warnings, title=title)]


def read_tavern(source: BinaryIO, *, title: str = "") -> ChatImport:
    """A SillyTavern chat with all its messages in memory; `tavern.read_lines` gives them one by one."""
    warnings = new_warnings()
    header, messages = tavern.read_lines(tavern.lines_of(source, warnings), warnings)
    chat = ChatImport(list(messages), header, title, "sillytavern", warnings)
    if header is None and not chat.messages:
        raise NotAChat
    return chat


def _is_tavern(data: bytes) -> bool:
    """Whether one of the first lines is a header or a message of SillyTavern's."""
    stream, quiet = io.BytesIO(data), new_warnings()
    looked_at = 0
    while looked_at < LINES_LOOKED_AT and (line := stream.readline(tavern.LINE_BYTES_MAX)):
        if not line.strip():
            continue
        looked_at += 1
        if not line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
            return False
        value = tavern.parsed(line, quiet, looked_at)
        if value is not None and (tavern.is_header(value) or "mes" in value):
            return True
    return False


def _may_be_json(data: bytes) -> bool:
    return data[:512].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] in (b"{", b"[")


def _from_json(data: bytes, names: Names, warnings: Repairs, *, title: str) -> list[ChatImport]:
    if len(data) > JSON_BYTES_MAX:
        raise NotAChat("This file is larger than 32 MiB and is not in lines; split it first.")
    try:
        value = parse_json(data, warnings)
    except JsonRefused as error:
        raise NotAChat(f"This file is not readable JSON: {error}.") from None
    if _is_list_of_lines(value):
        return [_from_lines(value, warnings, title=title)]
    for name, fits, read in FORMATS:
        if fits(value):
            drafts = [draft for draft in read(value, names) if draft.messages]
            if drafts:
                titles = [one.title or _numbered(title, index, len(drafts)) for index, one in enumerate(drafts)]
                told = zip(drafts, titles, strict=True)
                return [_chat(draft, names, warnings, family=name, title=one) for draft, one in told]
    raise NotAChat


def _is_list_of_lines(value: Any) -> bool:
    """SillyTavern's lines in one list, as some tools write them."""
    return isinstance(value, list) and any(isinstance(one, dict) and "mes" in one for one in value[:LINES_LOOKED_AT])


def _from_lines(value: list[Any], warnings: Repairs, *, title: str) -> ChatImport:
    numbered = ((number, one) for number, one in enumerate(value, 1) if isinstance(one, dict))
    header, messages = tavern.read_lines(numbered, warnings)
    return ChatImport(list(messages), header, title, "sillytavern", warnings)


def _chat(draft: Draft, names: Names, warnings: Repairs, *, family: str, title: str) -> ChatImport:
    told = draft.names or names
    header = {"user_name": told.user, "character_name": told.character, "chat_metadata": draft.metadata}
    return ChatImport(draft.messages, header, title, family, warnings)


def _from_text(data: bytes, names: Names, warnings: Repairs, *, title: str) -> ChatImport:
    if len(data) > TEXT_BYTES_MAX or b"\0" in data[:4096]:
        raise NotAChat
    messages = read_transcript(decoded(data, warnings).removeprefix("\ufeff"), names)
    if not messages:
        raise NotAChat
    return _chat(Draft(messages), names, warnings, family="text", title=title)


def _title(filename: str | None) -> str:
    last = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    stem, _, ending = last.rpartition(".")
    return stem if stem and ending.lower() in ("jsonl", "json", "txt") else last


def _numbered(title: str, index: int, count: int) -> str:
    return f"{title} {index + 1}".strip() if count > 1 else title
