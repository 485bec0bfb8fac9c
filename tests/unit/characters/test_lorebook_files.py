"""Lorebooks that go out as files and come back: nothing is lost, in either form."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardUnreadable
from tavernai.characters.lorebooks.domain.character_book import to_character_book
from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY, new_entry
from tavernai.characters.lorebooks.domain.formats import Book, read_book, read_book_file
from tavernai.characters.lorebooks.domain.giving import Told, as_file, description_of
from tests.support.shared import fixture, fixture_names

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
keys = st.lists(texts.filter(lambda key: bool(key.strip())), max_size=3)
flags = st.booleans()
counts = st.integers(0, 1_000)
maybe = st.none() | counts
fields = st.fixed_dictionaries({}, optional={
    "key": keys, "keysecondary": keys, "content": texts, "constant": flags, "selective": flags,
    "selectiveLogic": st.integers(0, 3), "order": counts, "position": st.integers(0, 7), "disable": flags,
    "excludeRecursion": flags, "preventRecursion": flags, "delayUntilRecursion": flags | counts,
    "probability": st.integers(0, 100), "useProbability": flags, "depth": counts, "role": st.integers(0, 2),
    "group": texts, "groupOverride": flags, "groupWeight": counts, "scanDepth": maybe,
    "caseSensitive": st.none() | flags, "matchWholeWords": st.none() | flags, "sticky": maybe, "cooldown": maybe,
    "delay": maybe, "triggers": st.lists(st.sampled_from(["normal", "swipe"])), "outletName": texts,
    "matchScenario": flags, "vectorized": flags, "ignoreBudget": flags, "automationId": texts,
    "characterFilter": st.fixed_dictionaries({"names": st.lists(texts), "isExclude": flags}),
    "extensions": st.dictionaries(st.sampled_from(["x_mine", "other"]), texts, min_size=1),
    "unheard_of": texts,
})  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> dict[str, Any]:
    """A book as the editor keeps it, with fields nobody knows."""
    uids = draw(st.lists(st.integers(0, 10_000), unique=True, max_size=5))
    entries = {}
    for uid in sorted(uids):
        comment = draw(texts)
        entry = new_entry(uid, **{"extensions": {}, **draw(fields)}, comment=comment)
        entries[str(uid)] = entry | {"addMemo": bool(comment), "displayIndex": draw(counts)}
    return {"entries": entries, "description": draw(texts), "x_book": draw(texts)}


def read(value: Any) -> Book:
    return read_book_file(json.dumps(value).encode(), Repairs())


@settings(max_examples=100, deadline=None)
@given(books())
def test_a_book_in_sillytavern_s_form_comes_back_as_it_was(book: dict[str, Any]) -> None:
    found = read(book)
    assert found.fields | {"entries": found.entries} == book
    assert read(found.fields | {"entries": found.entries}).entries == found.entries


@settings(max_examples=100, deadline=None)
@given(books())
def test_a_book_as_a_card_carries_it_comes_back_as_it_was(book: dict[str, Any]) -> None:
    given = read(book)
    carried = to_character_book("Lore", given.entries, given.fields)
    again = read_book({"spec": "lorebook_v3", "data": carried}, Repairs())
    assert (again.name, again.fields["description"], again.fields["x_book"]) == ("Lore", *list(book.values())[1:])
    assert {uid: known(entry) for uid, entry in again.entries.items()} == given.entries


def known(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry without what a card's book needed extensions for; ours stay in the entry itself."""
    own = {name: value for name, value in entry["extensions"].items() if name in ("x_mine", "other")}
    return entry | {"extensions": own}


anything = st.recursive(
    st.none() | flags | st.integers(-9, 9) | st.floats(-1e6, 1e6) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6,
)  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """A world as strangers' programs write it: fields missing and unheard of, in any order, entries in any shape."""
    raw = st.fixed_dictionaries(
        {"key": keys | texts}, optional={"uid": counts | texts, "content": texts, "order": counts, "odd": anything}
    )
    unknown = st.dictionaries(texts.filter(lambda name: name not in ("keys", "key")), anything, max_size=3)
    entries = [draw(unknown) | draw(raw) for _ in range(draw(st.integers(0, 4)))]
    listed: Any = entries
    if draw(flags):
        names = draw(st.lists(counts.map(str) | texts, unique=True, min_size=len(entries), max_size=len(entries)))
        listed = dict(zip(names, entries, strict=True))
    around = st.dictionaries(st.sampled_from(["description", "x_book", "vendor", "name"]), texts, max_size=4)
    told = [*draw(around).items(), ("entries", listed)]
    return dict(draw(st.permutations(told)))


def written(book: Book, *, entries: dict[str, Any] | None = None) -> str:
    """The file that goes out, order and all."""
    name = {"name": book.name} if book.name else {}
    told = Told("Lore", entries or book.entries, book.fields | name, description_of(book.fields))
    return json.dumps(as_file(told, "sillytavern", written=book.written))


def is_harmless(file: dict[str, Any]) -> bool:
    """Without the keys that are dropped while a file is read, because they are traps for programs in JavaScript."""
    return not any(word in json.dumps(file) for word in ("__proto__", "prototype"))


@settings(max_examples=200, deadline=None)
@given(files().filter(is_harmless))
def test_a_file_that_nobody_changed_goes_out_with_its_keys_order_and_values(file: dict[str, Any]) -> None:
    book = read(file)
    stored = json.loads(json.dumps(book.entries, sort_keys=True))
    assert json.loads(written(book, entries=stored)) == file
    assert written(book, entries=stored) == json.dumps(book.written)


@settings(max_examples=100, deadline=None)
@given(files().filter(is_harmless), texts)
def test_a_change_of_one_entry_goes_out_and_leaves_the_others_alone(file: dict[str, Any], text: str) -> None:
    book = read(file)
    if not book.entries:
        return
    uid = next(iter(book.entries))
    changed = book.entries | {uid: book.entries[uid] | {"content": text}}
    again = read(json.loads(written(book, entries=changed)))
    assert [one["content"] for one in again.entries.values()] == [one["content"] for one in changed.values()]
    assert list(again.entries.values())[1:] == list(book.entries.values())[1:]


REAL = [path for path in fixture_names("sillytavern/worlds/*") if "invalid" not in path]


@pytest.mark.parametrize("path", REAL)
def test_every_real_book_is_read_and_survives_both_forms(path: str) -> None:
    first = read_book_file(fixture(path).read_bytes(), Repairs())
    native = read_book(first.fields | {"entries": first.entries}, Repairs())
    assert native.entries == first.entries
    carried = to_character_book("Lore", first.entries, first.fields)
    again = read_book({"spec": "lorebook_v3", "data": json.loads(json.dumps(carried))}, Repairs())
    assert len(again.entries) == len(first.entries)
    told = ("key", "content", "order", "constant", "disable", "position")
    assert [[one[name] for name in told] for one in again.entries.values()] == [
        [one[name] for name in told] for one in first.entries.values()
    ]


WILD = {
    "key": "dawn, /a\\/b,c/i, dusk", "position": "at_depth", "role": "assistant", "selectiveLogic": "not_all",
    "constant": "false", "disable": "true", "order": "50", "caseSensitive": "1", "useProbability": 1,
}  # fmt: skip


def test_fields_of_the_wrong_kind_become_what_they_mean() -> None:
    repairs = Repairs()
    entry = read_book({"entries": {"0": WILD}}, repairs).entries["0"]
    assert [entry[name] for name in WILD] == [
        ["dawn", "/a\\/b,c/i", "dusk"], 4, 2, 1, False, True, 50, True, True,
    ]  # fmt: skip
    assert {one.field for one in repairs.items} >= {"position", "role", "constant", "disable"}


def test_a_place_or_a_logic_that_does_not_exist_is_the_first_one_and_told() -> None:
    repairs = Repairs()
    odd = {"key": ["a"], "position": 12, "selectiveLogic": 9, "role": -1}
    entry = read_book({"entries": [odd]}, repairs).entries["0"]
    assert (entry["position"], entry["selectiveLogic"], entry["role"]) == (0, 0, 0)
    assert {one.field for one in repairs.items if one.code == "value_clamped"} == {"position", "selectiveLogic", "role"}


def test_switches_of_a_card_book_may_be_texts_and_numbers() -> None:
    book = [{"keys": "a, /x,y/", "enabled": 0, "constant": "false"}, {"keys": ["b"], "enabled": "false"}, {"keys": []}]
    entries = list(read_book({"entries": book}, Repairs()).entries.values())
    assert [entry["disable"] for entry in entries] == [True, True, False]
    assert (entries[0]["key"], entries[0]["constant"]) == (["a", "/x,y/"], False)


def test_a_book_that_is_no_json_is_refused_in_our_words() -> None:
    with pytest.raises(CardUnreadable, match="not readable JSON"):
        read_book_file(fixture("sillytavern/worlds/tk_invalid.json").read_bytes(), Repairs())


def test_a_new_entry_says_everything_an_editor_shows() -> None:
    assert new_entry(3).keys() == {"uid", *NEW_ENTRY}
