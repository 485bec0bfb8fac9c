"""Real cards, and what the reference server made of ours."""

import json
from typing import Any

import pytest

from tavernai.characters.domain.card import V1_TEXTS, greetings
from tavernai.characters.domain.export import export_object
from tavernai.characters.domain.reading import read_file
from tests.support.cards import outcome
from tests.support.shared import fixture, fixture_names

REAL = fixture_names("sillytavern/cards/*.*")
OURS_BETTER = {"v1_extra_keys.json", "gradio_and_name.json", "agnai_character.json"}
"""Where the reference loses data and we keep it, on purpose."""


def golden() -> dict[str, dict[str, Any]]:
    told = json.loads(fixture("golden/card_import/expected.json").read_bytes())
    return {one["file"]: one for one in told["results"]}


@pytest.mark.parametrize("path", REAL)
def test_a_real_card_is_read_and_survives_export(path: str) -> None:
    first = read_file(fixture(path).read_bytes(), filename=path)
    again = read_file(json.dumps(export_object(first.card)).encode(), filename="other.json")
    assert first.card.data == again.card.data
    assert first.card.outer == again.card.outer
    assert first.card.name


@pytest.mark.parametrize("path", fixture_names("golden/card_import/inputs/*.json"))
def test_json_cards_are_stored_as_the_reference_stores_them(path: str) -> None:
    check_golden(path)


@pytest.mark.parametrize("path", fixture_names("golden/card_import/inputs/*.png"))
def test_png_cards_are_stored_as_the_reference_stores_them(path: str) -> None:
    check_golden(path)


def check_golden(path: str) -> None:
    name = path.rsplit("/", 1)[-1]
    expected = golden()[name].get("stored")
    if expected is None:  # the reference refused it; what we do is said below and by the malformed files
        assert outcome(fixture(path).read_bytes())
        return
    card = read_file(fixture(path).read_bytes(), filename=name).card
    if name in OURS_BETTER:
        assert card.name == expected["name"]
        return
    for field, value in expected["data"].items():
        if field != "extensions":
            assert card.data[field] == value, field
    # For V1 the reference writes its defaults into extensions; we keep what the card said.
    if card.version != "1.0":
        assert card.data["extensions"] == expected["data"]["extensions"]
    exported = export_object(card)
    assert {key: exported[key] for key in V1_TEXTS} == {key: expected[key] for key in V1_TEXTS}
    assert exported["tags"] == expected["tags"]


REFUSED_THERE_READ_HERE = {
    "json_array.json": "Mira", "json_bom.json": "Mira", "name_dots.json": "name_dots", "name_empty.json": "name_empty",
    "png_itxt.png": "Mira", "png_ztxt.png": "Mira",
}  # fmt: skip


@pytest.mark.parametrize(("name", "wanted"), REFUSED_THERE_READ_HERE.items())
def test_what_the_reference_refuses_is_read_here(name: str, wanted: str) -> None:
    found = read_file(fixture(f"golden/card_import/inputs/{name}").read_bytes(), filename=name)
    assert found.card.name == wanted
    assert found.repairs


def test_a_v1_card_keeps_the_fields_the_reference_loses() -> None:
    data = read_file(fixture("golden/card_import/inputs/v1_extra_keys.json").read_bytes()).card.data
    assert (data["alternate_greetings"], data["system_prompt"], data["tags"]) == (["Alt"], "SP", ["a", "b", "c"])
    assert data["extensions"] == {"x": 1, "my_custom": {"keep": True}, "fav": False}
    assert data["creator_notes"] == " Real note."


def test_an_agnai_character_keeps_persona_greeting_and_samples() -> None:
    data = read_file(fixture("golden/card_import/inputs/agnai_character.json").read_bytes()).card.data
    assert (data["description"], data["first_mes"], data["mes_example"]) == (
        "Keeper of Gull Rock.", "Hello.", "{{user}}: Hi",
    )  # fmt: skip
    assert data["creator_notes"] == "catalogue text"
    assert data["extensions"]["agnai"]["persona"]["kind"] == "text"


def test_blank_fields_are_filled_from_gradio_names_and_the_rest_is_kept() -> None:
    data = read_file(fixture("golden/card_import/inputs/gradio_and_name.json").read_bytes()).card.data
    assert (data["name"], data["description"], data["first_mes"]) == ("Mira", "D", "G")
    assert data["extensions"]["char_persona"] == "P"
    assert greetings(data) == ["G"]
