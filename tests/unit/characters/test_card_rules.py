"""The rules of the one form, row by row, and the law of the round trip."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tavernai.characters.domain import png
from tavernai.characters.domain.card import FIELD_NAMES, changed_card, changed_fields, greetings, new_card, read_card
from tavernai.characters.domain.export import export_json, export_object, export_png, file_name
from tavernai.characters.domain.names import clean_name
from tavernai.characters.domain.reading import canonical_hash, read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardRefused, NotACard
from tests.data.pictures import tiny_png
from tests.support.cards import outcome


def v2(**data: Any) -> dict[str, Any]:
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mira", **data}}


def read(value: Any, filename: str | None = None) -> tuple[dict[str, Any], set[str]]:
    repairs = Repairs()
    card = read_card(value, repairs, filename=filename)
    return card.data, {one.code for one in repairs.items}


COERCED = [
    ("alternate_greetings", "1687194031049", [], "field_dropped"),
    ("alternate_greetings", "Hello there", ["Hello there"], "field_converted"),
    ("alternate_greetings", ["a", None, "", "b"], ["a", "", "b"], "items_dropped"),
    ("alternate_greetings", None, [], None),
    ("tags", "sea, , calm ", ["sea", "calm"], "field_converted"),
    ("tags", ["sea", None, " "], ["sea"], "items_dropped"),
    ("character_version", 1.5, "1.5", "field_converted"),
    ("character_book", None, None, None),
    ("character_book", [{"keys": ["a"]}], {"entries": [{"keys": ["a"]}], "extensions": {}}, "field_converted"),
    ("extensions", [], {"fav": False}, None),
    ("extensions", "x", {"fav": False}, "field_dropped"),
    ("source", "https://a.invalid", ["https://a.invalid"], "field_converted"),
    ("creation_date", 1_700_000_000_123, 1_700_000_000, "field_converted"),
    ("creation_date", "2023-11-14T22:13:20Z", 1_700_000_000, "field_converted"),
    ("creation_date", "2023-5-12 @21h 32m 29s 228ms", 1_683_927_149, "field_converted"),
    ("creation_date", "someday", None, "field_dropped"),
    ("creator_notes_multilingual", {"en": "a", "de": 5}, {"en": "a"}, "items_dropped"),
    ("assets", [{"type": "icon"}, "x"], [{"type": "icon"}], "items_dropped"),
    ("system_prompt", ["a", "b"], "a\nb", "field_converted"),
]


@pytest.mark.parametrize(("field", "written", "kept", "code"), COERCED)
def test_what_stands_in_a_field_becomes_what_the_field_is(
    field: str, written: Any, kept: Any, code: str | None
) -> None:
    data, codes = read(v2(**{field: written}))
    assert data[field] == kept
    assert (code in codes) if code else not codes


EXTENSIONS = [
    ({"talkativeness": "0.9"}, {"talkativeness": "0.9"}),
    ({"talkativeness": 3}, {"talkativeness": 1}),
    ({"talkativeness": "often"}, {"talkativeness": 0.5}),
    ({"depth_prompt": {"prompt": "p", "depth": "", "role": "wizard"}},
     {"depth_prompt": {"prompt": "p", "depth": 4, "role": "system"}}),
    ({"depth_prompt": {"prompt": "p", "depth": "2", "x": 1}},
     {"depth_prompt": {"prompt": "p", "depth": 2, "role": "system", "x": 1}}),
    ({"fav": "true", "chub": {"id": 7}}, {"chub": {"id": 7}}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "kept"), EXTENSIONS)
def test_extensions_are_repaired_where_we_read_them_and_kept_elsewhere(written: Any, kept: dict[str, Any]) -> None:
    data, _ = read(v2(extensions=written))
    assert data["extensions"] == kept | {"fav": False}


WRAPPED = [
    [v2(description="d")],
    {"data": {"name": "Mira", "description": "d"}},
    {"character": {"name": "Mira", "description": "d"}},
    {"character": v2(description="d")},
    {"spec": "chara_card_v2", "name": "Mira", "description": "d"},
    {"char_name": "Mira", "char_persona": "d"},
    {"name": "Mira", "char_persona": "d"},
    {"spec": "chara_card_v2", "name": "Old", "description": "old", "data": {"name": "Mira", "description": "d"}},
]


@pytest.mark.parametrize("value", WRAPPED)
def test_a_card_is_found_however_it_is_wrapped(value: Any) -> None:
    data, _ = read(value)
    assert (data["name"], data["description"]) == ("Mira", "d")
    assert data.keys() >= FIELD_NAMES


@pytest.mark.parametrize(
    "value", [[], [{}, {}], "x", 5, None, {}, {"name": "Lore", "entries": {}}, {"savedsettings": {}}]
)
def test_what_is_no_card_is_refused(value: Any) -> None:
    with pytest.raises(NotACard):
        read(value)


def test_a_name_comes_from_the_file_when_the_card_has_none() -> None:
    data, codes = read(v2(name=""), filename="C:\\cards\\Old Tom.v2.png")
    assert data["name"] == "Old Tom.v2"
    assert "name_missing" in codes
    assert read(v2(name="..."))[0]["name"] == "Character"
    assert read(v2(name=42))[0]["name"] == "42"


NAMES = [
    ("../../Mi/ra:?*", "....Mira"),
    ("Mira\n\r\t../..\\CON", "Mira....CON"),
    (" Mi|ra. ", "Mira"),
    ("M" * 300, "M" * 128),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_a_name_is_cleaned_once_and_for_all(name: str, kept: str) -> None:
    assert clean_name(name) == kept
    assert clean_name(kept) == kept


def test_agnai_personas_are_written_out_by_their_kind() -> None:
    def described(kind: str) -> str:
        persona = {"kind": kind, "attributes": {"mood": ["calm", "dry"], "job": ["keeper"]}}
        return str(read({"kind": "character", "name": "X", "persona": persona})[0]["description"])

    assert described("attributes") == "Name: X\nmood: calm, dry\njob: keeper"
    assert described("wpp") == '[character("X") {\nmood("calm" + "dry")\njob("keeper")\n}]'
    assert described("sbf") == '[ character: "X"; mood: "calm", "dry"; job: "keeper" ]'
    assert described("boostyle") == "calm + dry + keeper"
    assert described("text") == "calm"


def test_an_edited_field_is_known_by_name_and_an_unknown_null_goes_away() -> None:
    card = new_card({"name": "Mira", "mood": "calm", "nickname": "Mi"}, Repairs())
    edited = changed_card(card, {"description": "d", "mood": None, "nickname": None}, Repairs())
    assert changed_fields(card, edited) == ["description", "mood", "nickname"]
    assert "mood" not in edited.data
    assert edited.data["nickname"] == ""


def test_greetings_begin_with_the_first_message_and_skip_blank_ones() -> None:
    data, _ = read(v2(first_mes=" ", alternate_greetings=["a", "", "b"], group_only_greetings=["g"]))
    assert greetings(data) == ["a", "b"]
    assert greetings(data, in_group=True) == ["a", "b", "g"]


def test_an_export_holds_nothing_of_the_exporting_person() -> None:
    value = v2(extensions={"fav": True}) | {"fav": True, "chat": "Mira - 2024", "avatar": "C:/me.png", "lang": "en"}
    exported = export_object(read_card(value, Repairs()))
    assert exported["fav"] is False
    assert exported["data"]["extensions"]["fav"] is False
    assert exported["avatar"] == "none"
    assert "chat" not in exported
    assert exported["lang"] == "en"


def test_an_exported_png_carries_both_kinds_and_no_older_card() -> None:
    old = export_png(new_card({"name": "Old"}, Repairs()), tiny_png())
    made = export_png(new_card({"name": "New"}, Repairs()), old)
    texts = png.card_texts(made, png.Scan())
    assert [text.keyword for text in texts] == ["chara", "ccv3"]
    told = [orjson.loads(png.from_base64(text.open()) or b"") for text in texts]
    assert [(one["spec"], one["spec_version"]) for one in told] == [("chara_card_v2", "2.0"), ("chara_card_v3", "3.0")]
    assert read_file(made).card.name == "New"
    assert file_name(read_file(made).card, "png") == "New.png"


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
known = st.sampled_from([*sorted(FIELD_NAMES), "mood", "custom"])
fields = st.dictionaries(known, anything, max_size=8)
outside = st.dictionaries(
    st.sampled_from(["lang", "create_date", "x-app", "talkativeness", "tags"]), anything, max_size=3
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(fields, outside)
def test_a_card_that_was_exported_and_imported_is_the_same_card(inside: dict[str, Any], around: dict[str, Any]) -> None:
    value = {"spec": "chara_card_v3", "spec_version": "3.0", **around, "data": {"name": "Mira", **inside}}
    try:
        first = read_file(json.dumps(value).encode()).card
    except CardRefused:
        return  # a number that is not finite in JSON's eyes
    from_json = read_file(export_json(first)).card
    from_png = read_file(export_png(first, tiny_png())).card
    assert from_json.data == from_png.data == first.data
    assert from_json.outer == first.outer
    assert canonical_hash(from_json) == canonical_hash(first)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_any_json_is_read_or_refused_in_our_words(value: Any) -> None:
    data = json.dumps({"name": value, "data": value, "tags": value, "extensions": value}).encode()
    assert outcome(data)
