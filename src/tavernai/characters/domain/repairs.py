"""What had to be repaired, defaulted or left out while a file was read: one line each, for the import report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WARNINGS_MAX = 100

MESSAGES: dict[str, str] = {
    "bom_removed": "A byte order mark at the start was removed.",
    "utf16_decoded": "The file was UTF-16; it was converted.",
    "invalid_utf8": "Bytes that are not UTF-8 were replaced.",
    "text_replaced": "Characters that cannot be stored (NUL, lone surrogates) were removed or replaced.",
    "number_rounded": "A number too large to be exact was rounded.",
    "unsafe_key_dropped": "The key {detail} was dropped.",
    "array_unwrapped": "The card stood in a list of one; it was taken out.",
    "object_unwrapped": "The card stood inside “{detail}”; it was taken out.",
    "crc_wrong": "The checksum of the card data is wrong; the card was read nevertheless.",
    "png_truncated": "The picture is cut off at its end.",
    "png_too_many_chunks": "The picture has too many parts; the rest was not read.",
    "ccv3_unreadable": "The newer card (ccv3) is damaged; the older one (chara) was used.",
    "chara_unreadable": "One card in this file is damaged; another one was used.",
    "cards_differ": "The two cards in this picture differ; the newer kind (ccv3) was used.",
    "compressed_chunk": "The card was read from a compressed or international text chunk.",
    "name_missing": "The card has no name; “{detail}” was used.",
    "name_cleaned": "Characters that names cannot hold were removed from the name.",
    "name_shortened": "The name was longer than 128 characters and was cut.",
    "field_converted": "{field} was {detail} and was converted.",
    "field_dropped": "{field} was {detail} and could not be used.",
    "items_dropped": "{field} held {detail} unusable items; they were left out.",
    "large_field": "{field} is very long: {detail} characters.",
    "many_greetings": "The card has {detail} alternate greetings.",
    "value_clamped": "{field} was out of range; {detail} is used.",
    "spec_unknown": "The card says it is “{detail}”, which is unknown; it was read as V3.",
    "spec_newer": "The card's version {detail} is newer than 3.0; fields of later versions are kept but not used.",
    "boilerplate_removed": "A placeholder sentence was removed from the creator's notes.",
    "blank_filled": "{field} was empty and was filled from {detail}.",
    "kept_in_extensions": "Unknown fields were kept under extensions: {detail}.",
    "scripts_inert": "The card brings scripts ({detail}); they are kept but do not run until you allow them.",
    "picture_unusable": "The picture cannot be shown; a drawn portrait is used instead.",
    "missing_meant": "Entries lack {field}; they get the value that its absence meant until now.",
    "uid_renumbered": "Entries shared a number; the later ones got new numbers.",
    "folder_flattened": "Folders of entries were left out; the entries in them are kept.",
    "archive_capped": "The archive has more than {detail} files; the rest was not read.",
    "members_ignored": "{detail} files of the archive were left out: their names lead outside, or they are links.",
    "module_skipped": "The RisuAI module in this archive was left out; only RisuAI can read it.",
    "asset_missing": "The picture “{field}” is not in the file.",
    "asset_elsewhere": "The picture “{field}” lies on another server or computer; it was not fetched.",
    "asset_too_large": "The picture “{field}” is too large; it was left out.",
    "asset_unreadable": "The picture “{field}” cannot be read; it was left out.",
    "asset_not_picture": "“{field}” is not a picture we show; it was left out.",
    "further_characters": "The archive holds {detail} more characters; only the first was read.",
    "scenario_missing": "The scenario {field} cannot be read; it was left out.",
    "chats_left": "The file also holds {detail} chats; the import page brings them in with the character.",
    "more": "… and more.",
}


@dataclass(frozen=True, slots=True)
class Repair:
    """One line of the report; `code` is stable, the message is for people."""

    code: str
    field: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "field": self.field, "message": self.message}


@dataclass(slots=True)
class Repairs:
    """Collects them; each (code, field) once, at most WARNINGS_MAX."""

    items: list[Repair] = field(default_factory=list)
    _seen: set[tuple[str, str | None]] = field(default_factory=set)
    messages: Mapping[str, str] = field(default_factory=lambda: MESSAGES)
    """the words for codes; a room with codes of its own brings its own"""

    def add(self, code: str, field: str | None = None, *, detail: Any = "") -> None:
        if (code, field) in self._seen or len(self.items) > WARNINGS_MAX:
            return
        self._seen.add((code, field))
        if len(self.items) == WARNINGS_MAX:
            code, field = "more", None
        self.items.append(Repair(code, field, self.messages[code].format(field=field, detail=detail)))

    def as_json(self) -> list[dict[str, Any]]:
        return [one.as_json() for one in self.items]
