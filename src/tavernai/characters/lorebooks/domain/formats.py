"""Lorebooks as others write them: told by what stands in them, turned into SillyTavern's own form.

FAMILIES is asked from top to bottom; the first that fits reads the book. Source: shared contract 2.5.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tavernai.characters.domain.coerce import kind_of, number
from tavernai.characters.domain.jsontext import JsonRefused, parse_json
from tavernai.characters.domain.png import Scan, card_texts, from_base64, is_png
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardUnreadable, NotALorebook
from tavernai.characters.lorebooks.domain.character_book import from_book_entry, from_character_book
from tavernai.characters.lorebooks.domain.coercing import is_on, put_right, split_keys
from tavernai.characters.lorebooks.domain.entries import Entry, filled_in, keyed, new_entry

ENTRIES_MAX: Final = 50_000
FILE_BYTES_MAX: Final = 64 << 20


@dataclass(slots=True)
class Book:
    """A book that was understood. `fields` are what stood beside the entries, `name` only when the file says one."""

    entries: dict[str, Entry]
    name: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    family: str = "sillytavern"
    written: dict[str, Any] | None = None
    """the book as it stands in the file, where its form is one that we give back"""


def read_book_file(data: bytes, repairs: Repairs) -> Book:
    """The book in a file's bytes: JSON of any family, a picture with a book or a card in it.

    Raises:
        NotALorebook: nothing in it makes a book; CardUnreadable: it cannot be read at all.
    """
    if is_png(data):
        return read_book(_from_png(data, repairs), repairs)
    try:
        value = parse_json(data, repairs)
    except JsonRefused as error:
        raise CardUnreadable(f"This file is not readable JSON: {error}.") from None
    return read_book(value, repairs)


def read_book(value: Any, repairs: Repairs) -> Book:
    """The book in a JSON value. Raises NotALorebook."""
    if not isinstance(value, dict):
        raise NotALorebook(kind=kind_of(value))
    for family, fits, read in FAMILIES:
        if fits(value):
            book = read(value, repairs)
            book.family = family
            for entry in book.entries.values():
                put_right(entry, told=partial(_told, entry, repairs))
            return book
    raise NotALorebook


def _native(value: dict[str, Any], repairs: Repairs) -> Book:
    entries = value.get("entries")
    if entries is None:
        repairs.add("field_dropped", "entries", detail="empty")
    listed = list(entries_of(entries, repairs))
    quiet = {name for _, entry in listed for name in filled_in(entry)}
    for name in sorted(quiet):
        repairs.add("missing_meant", name)
    made = keyed(listed, renumbered=lambda: repairs.add("uid_renumbered", "uid"))
    for entry in made.values():
        _split_keys(entry, repairs)
    return Book(made, _text(value.get("name")), _rest(value, ("entries", "name")), written=value)


def _chub(value: dict[str, Any], repairs: Repairs) -> Book:
    """SillyTavern's names where they stand, the specification's beside them where they are missing."""
    listed = [
        (key, {**from_book_entry(entry, uid=key, index=index), **entry})
        for index, (key, entry) in enumerate(entries_of(value.get("entries"), repairs))
    ]
    made = keyed(listed, renumbered=lambda: repairs.add("uid_renumbered", "uid"))
    for entry in made.values():
        _split_keys(entry, repairs)
    return Book(made, _text(value.get("name")), _rest(value, ("entries", "name")), written=value)


def _character_book(value: dict[str, Any], repairs: Repairs) -> Book:
    made = from_character_book(value)
    return Book(made, _text(value.get("name")), _rest(value, ("entries", "name")), written=value)


def _standalone(value: dict[str, Any], repairs: Repairs) -> Book:
    data = value.get("data")
    return _character_book(data if isinstance(data, dict) else {}, repairs)


def _card(value: dict[str, Any], repairs: Repairs) -> Book:
    data = value["data"] if isinstance(value.get("data"), dict) else value
    return _character_book(data["character_book"], repairs)


def _novelai(value: dict[str, Any], repairs: Repairs) -> Book:
    """Budget priority is their order; a category that is switched off switches its entries off."""
    off = {one.get("id") for one in _objects(value.get("categories")) if one.get("enabled") is False and one.get("id")}
    made: dict[str, Entry] = {}
    for index, told in enumerate(_objects(value.get("entries"))):
        config = told.get("contextConfig")
        order = number(config.get("budgetPriority")) if isinstance(config, Mapping) else None
        rest = _rest(told, ("keys", "text", "displayName", "enabled", "forceActivation"))
        made[str(index)] = new_entry(
            index,
            key=_texts(told.get("keys")),
            content=_text(told.get("text")),
            comment=_text(told.get("displayName")),
            order=int(order or 0),
            disable=not is_on(told.get("enabled"), otherwise=True) or told.get("category") in off,
            constant=is_on(told.get("forceActivation"), otherwise=False),
            selective=False,
            addMemo=bool(told.get("displayName")),
            displayIndex=index,
            extensions={"novelai": rest} if rest else {},
        )
    return Book(made, fields={"novelai": _rest(value, ("entries",))})


def _agnai(value: dict[str, Any], repairs: Repairs) -> Book:
    made: dict[str, Entry] = {}
    for index, told in enumerate(_objects(value.get("entries"))):
        own = {
            "keysecondary": _texts(told.get("secondaryKeys")),
            "constant": is_on(told.get("constant"), otherwise=False),
            "selective": is_on(told.get("selective"), otherwise=False),
            "selectiveLogic": told.get("selectiveLogic", 0),
            "probability": told.get("probability", 100),
            "excludeRecursion": is_on(told.get("excludeRecursion"), otherwise=False),
            "position": {"before_char": 0, "after_char": 1}.get(_text(told.get("position")), 0),
        }
        weight = number(told.get("weight"))
        made[str(index)] = new_entry(
            index,
            key=_texts(told.get("keywords")),
            content=_text(told.get("entry")),
            comment=_text(told.get("name")),
            order=int(weight or 0),
            disable=not is_on(told.get("enabled"), otherwise=True),
            addMemo=bool(told.get("name")),
            displayIndex=index,
            extensions={"agnai": {"priority": told.get("priority")}},
            **own,
        )
    fields = _rest(value, ("entries", "name", "kind"))
    return Book(made, _text(value.get("name")), {"agnai": fields} if fields else {})


def _risu(value: dict[str, Any], repairs: Repairs) -> Book:
    made: dict[str, Entry] = {}
    for told in _objects(value.get("data")):
        if told.get("mode") == "folder":
            repairs.add("folder_flattened", "mode")
            continue
        keys, further = split_keys(_text(told.get("key"))), split_keys(_text(told.get("secondkey")))
        if told.get("useRegex"):
            keys, further = [_slashed(key) for key in keys], [_slashed(key) for key in further]
        extensions = told.get("extentions")
        is_exact = extensions.get("risu_case_sensitive") if isinstance(extensions, Mapping) else None
        index, chance = len(made), number(told.get("activationPercent"))
        made[str(index)] = new_entry(
            index,
            key=keys,
            keysecondary=further,
            content=_text(told.get("content")),
            comment=_text(told.get("comment")),
            constant=is_on(told.get("alwaysActive"), otherwise=False),
            selective=is_on(told.get("selective"), otherwise=False),
            order=int(number(told.get("insertorder")) or 0),
            addMemo=True,
            displayIndex=index,
            probability=100 if chance is None else chance,
            caseSensitive=is_exact if isinstance(is_exact, bool) else None,
        )
    return Book(made, _text(value.get("name")))


Family = tuple[str, Callable[[dict[str, Any]], bool], Callable[[dict[str, Any], Repairs], Book]]


def _listed(value: Any) -> list[Mapping[str, Any]]:
    entries = value.get("entries") if isinstance(value, Mapping) else None
    return _objects(list(entries.values()) if isinstance(entries, Mapping) else entries)


FAMILIES: Final[tuple[Family, ...]] = (
    ("novelai", lambda value: "lorebookVersion" in value, _novelai),
    ("agnai", lambda value: value.get("kind") == "memory", _agnai),
    ("risu", lambda value: value.get("type") == "risu" and isinstance(value.get("data"), list), _risu),
    ("lorebook_v3", lambda value: value.get("spec") == "lorebook_v3", _standalone),
    (
        "card",
        lambda value: isinstance(
            (value["data"] if isinstance(value.get("data"), dict) else value).get("character_book"), dict
        ),
        _card,
    ),
    ("chub", lambda value: any("key" in entry and "keys" in entry for entry in _listed(value)), _chub),
    (
        "character_book",
        lambda value: bool(_listed(value)) and all("keys" in entry and "key" not in entry for entry in _listed(value)),
        _character_book,
    ),
    ("sillytavern", lambda value: "entries" in value, _native),
)
"""Name, how it is known, how it is read."""


def entries_of(entries: Any, repairs: Repairs) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries with their keys as the file has them; what is no entry is left out and told."""
    if isinstance(entries, Mapping):
        listed: list[tuple[str, Any]] = [(str(key), entry) for key, entry in entries.items()]
    elif isinstance(entries, list):
        listed = [(str(index), entry) for index, entry in enumerate(entries)]
    else:
        if entries is not None:
            repairs.add("field_dropped", "entries", detail=kind_of(entries))
        return
    numbers = sorted((one for one in listed if one[0].isdecimal()), key=lambda one: int(one[0]))
    ordered = [*numbers, *(one for one in listed if not one[0].isdecimal())][:ENTRIES_MAX]
    usable = [(key, entry) for key, entry in ordered if isinstance(entry, Mapping)]
    if len(usable) < len(listed):
        repairs.add("items_dropped", "entries", detail=len(listed) - len(usable))
    yield from usable


def _told(entry: Entry, repairs: Repairs, code: str, field: str) -> None:
    repairs.add(code, field, detail="0" if code == "value_clamped" else kind_of(entry[field]))


def _split_keys(entry: Entry, repairs: Repairs) -> None:
    for name in ("key", "keysecondary"):
        if isinstance(entry.get(name), str):
            entry[name] = split_keys(entry[name])
            repairs.add("field_converted", name, detail="text")
        elif not isinstance(entry.get(name), list):
            entry[name] = []


def _from_png(data: bytes, repairs: Repairs) -> Any:
    """The first JSON in one of the chunks that carry books and cards; damaged ones before it are passed over."""
    for keyword in ("naidata", "ccv3", "chara"):
        for text in card_texts(data, Scan(), keywords=(keyword,)):
            try:
                decoded = from_base64(text.open())
                if decoded is not None:
                    return parse_json(decoded, repairs)
            except ValueError:  # a chunk that is cut off or too large, or no JSON in it
                continue
    raise NotALorebook("There is no lorebook in this picture.")


def _slashed(key: str) -> str:
    return key if key.startswith("/") and key.rfind("/") > 0 else f"/{key.replace('/', chr(92) + '/')}/"


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value if isinstance(one, str | int)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _rest(value: Mapping[str, Any], used: tuple[str, ...]) -> dict[str, Any]:
    return {name: told for name, told in value.items() if name not in used}
