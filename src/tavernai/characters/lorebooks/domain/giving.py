"""A book as a file: in SillyTavern's form or as cards carry it, and what nobody changed as its own file said it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.lorebooks.domain.character_book import to_book_entry, to_character_book
from tavernai.characters.lorebooks.domain.entries import Entry, next_uid
from tavernai.characters.lorebooks.domain.formats import entries_of, read_book
from tavernai.kernel.layout import given_back
from tavernai.kernel.text import clean_text

DESCRIPTION_CHARS_MAX: Final = 20_000

Form = Literal["sillytavern", "character_book"]
FORM_OF: Final[Mapping[str, Form]] = {
    "sillytavern": "sillytavern", "chub": "sillytavern", "character_book": "character_book",
}  # fmt: skip
"""Families whose files are in a form that we write as well; what cards carry and standalone books are the third."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a book says: its entries by uid, and what stands beside them."""

    name: str
    entries: Mapping[str, Entry]
    fields: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""


def description_of(fields: Mapping[str, Any]) -> str:
    """What a file says about itself."""
    text = fields.get("description")
    return clean_text(text)[:DESCRIPTION_CHARS_MAX] if isinstance(text, str) else ""


def as_file(book: Told, form: Form, *, written: Any = None) -> dict[str, Any]:
    """The file of a book. `written`: the book as it stood in the file that it came from, if it did."""
    around, entries = _around(book, form), {uid: _entry(uid, entry, form) for uid, entry in book.entries.items()}
    read = read_book(written, Repairs()) if isinstance(written, dict) else None
    if read is None or FORM_OF.get(read.family) != form:
        return around | {"entries": entries if form == "sillytavern" else list(entries.values())}
    # A name is the file's only where it says one and ours where it says none: then nothing was renamed.
    fields = read.fields | ({"name": read.name} if read.name and "name" in book.fields else {})
    came = Told(read.name or book.name, {}, fields, description_of(read.fields))
    kept = given_back(
        {**around, "entries": None}, read={**_around(came, form), "entries": None}, written={**written, "entries": None}
    )
    found = {uid: _entry(uid, entry, form) for uid, entry in read.entries.items()}
    return {**kept, "entries": _entries(entries, found, written["entries"], form=form)}


def _around(book: Told, form: Form) -> dict[str, Any]:
    """Everything but the entries."""
    fields = dict(book.fields)
    if book.description != description_of(fields):
        fields["description"] = book.description
    if form == "sillytavern":
        return fields
    made = to_character_book(book.name, {}, fields)
    return {name: value for name, value in made.items() if name != "entries"}


def _entry(uid: str, entry: Entry, form: Form) -> dict[str, Any]:
    return to_book_entry(uid, entry) if form == "character_book" else dict(entry)


def _entries(now: Mapping[str, Any], read: Mapping[str, Any], written: Any, *, form: Form) -> Any:
    """Entries in the place and under the key that they have in the file; new ones behind them."""
    listed = list(written.items()) if isinstance(written, dict) else list(enumerate(written or []))
    uids = dict(zip(_places(written, form), read, strict=False))
    made: dict[Any, Any] = {}
    for place, told in listed:
        uid = uids.get(str(place))
        if uid is None:  # no entry, so nobody took it out
            made[place] = told
        elif uid in now:
            made[place] = given_back(now[uid], read=read[uid], written=told)
    fresh = [(uid, entry) for uid, entry in now.items() if uid not in read]
    if not isinstance(written, dict):
        return [*made.values(), *(entry for _, entry in fresh)]
    for uid, entry in fresh:
        made[uid if uid not in made else next_uid(made)] = entry
    return made


def _places(written: Any, form: Form) -> list[str]:
    """Where the entries stand, in the order in which they are read."""
    if form == "sillytavern":
        return [place for place, _ in entries_of(written, Repairs())]
    listed = written.items() if isinstance(written, dict) else enumerate(written or [])
    return [str(place) for place, told in listed if isinstance(told, Mapping)]
