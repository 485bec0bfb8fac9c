"""Every hostile card file, with what is demanded of it."""

import time

import pytest

from tavernai.characters.domain.reading import CardFile, read_file
from tavernai.kernel.errors import TavernError
from tests.support.shared import fixture, fixture_names

REFUSED = {
    "png_truncated_in_text.png": "card_truncated",
    "png_chunk_length_huge.png": "card_truncated",
    "png_wrong_base64.png": "card_unreadable",
    "png_base64_of_garbage.png": "card_unreadable",
    "png_json_truncated.png": "card_unreadable",
    "png_empty_chara.png": "card_unreadable",
    "png_ztxt_bomb.png": "card_too_large",
    "png_not_png.png": "card_missing",
    "png_zero_bytes.png": "empty_file",
    "json_trailing_comma.json": "card_unreadable",
    "json_nan.json": "card_unreadable",
    "json_deep_nesting.json": "card_unreadable",
    "charx_card_too_big.charx": "card_too_large",
    "charx_truncated.charx": "card_truncated",
    "charx_encrypted_flag.charx": "card_encrypted",
    "byaf_bad_manifest.byaf": "card_unreadable",
    "yaml_bomb.yaml": "card_unreadable",
    "yaml_python_tag.yaml": "card_unreadable",
}
READ = {  # name, and the warnings that must be there
    "png_truncated_before_iend.png": ("Mira", {"png_truncated"}),
    "png_bad_crc.png": ("Mira", {"crc_wrong"}),
    "png_ccv3_broken_chara_ok.png": ("Mira", {"ccv3_unreadable"}),
    "png_huge_dimensions.png": ("Mira", set()),
    "json_invalid_utf8.json": ("Mi\ufffd\ufffdra", {"invalid_utf8"}),
    "json_utf16.json": ("Mira", {"utf16_decoded"}),
    "json_bom_v2.json": ("Mira", {"bom_removed"}),
    "json_duplicate_keys.json": ("Second", set()),
    "json_wrong_types.json": ("Mira", {"field_converted"}),
    "json_proto_pollution.json": ("Mira", {"unsafe_key_dropped"}),
    "json_html_name.json": ("img src=x onerror=alert(1)", {"name_cleaned"}),
    "json_huge_field.json": ("Mira", {"large_field"}),
    "json_many_greetings.json": ("Mira", {"many_greetings"}),
    "json_regex_bomb.json": ("Mira", {"scripts_inert"}),
    "json_nul_chars.json": ("Mira", {"text_replaced"}),
    "json_control_name.json": ("Mira....CON", {"name_cleaned"}),
    "json_lone_surrogate.json": ("Mira", {"text_replaced"}),
    "json_negative_numbers.json": ("Mira", {"value_clamped"}),
    "charx_bomb.charx": ("Mira", {"asset_too_large"}),
    "charx_many_entries.charx": ("Mira", {"archive_capped"}),
    "charx_path_traversal.charx": ("Mira", {"members_ignored", "asset_missing", "asset_elsewhere"}),
    "charx_absolute_and_backslash.charx": ("Mira", {"members_ignored"}),
    "charx_symlink.charx": ("Mira", {"members_ignored", "asset_missing"}),
    "charx_not_image_asset.charx": ("Mira", {"asset_not_picture"}),
}


def read(name: str) -> CardFile:
    return read_file(fixture(f"malformed/{name}").read_bytes(), filename=name)


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_a_hopeless_file_is_refused_quickly_with_its_reason(name: str, code: str) -> None:
    data = fixture(f"malformed/{name}").read_bytes()
    started = time.perf_counter()
    with pytest.raises(TavernError) as refused:
        read_file(data, filename=name)
    assert refused.value.code == code
    assert refused.value.detail
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(("name", "wanted"), READ.items())
def test_a_damaged_file_is_read_and_every_repair_is_told(name: str, wanted: tuple[str, set[str]]) -> None:
    found = read(name)
    assert found.card.name == wanted[0]
    assert wanted[1] <= {repair.code for repair in found.repairs}


@pytest.mark.parametrize(
    "path", [path for kind in ("png", "json", "charx", "byaf", "yaml") for path in fixture_names(f"malformed/{kind}_*")]
)
def test_every_hostile_card_file_has_a_demand_here(path: str) -> None:
    fixture(path)
    assert path.removeprefix("malformed/") in REFUSED.keys() | READ.keys()


@pytest.mark.parametrize("path", fixture_names("malformed/charx_*"))
def test_no_hostile_archive_brings_a_picture_it_should_not(path: str) -> None:
    if path.removeprefix("malformed/") in READ:
        found = read(path.removeprefix("malformed/"))
        assert (found.picture, found.assets) == (None, ())


@pytest.mark.parametrize("path", fixture_names("malformed/world_*") + fixture_names("malformed/preset_*"))
def test_lorebooks_and_presets_are_not_taken_for_characters(path: str) -> None:
    with pytest.raises(TavernError) as refused:
        read_file(fixture(path).read_bytes(), filename=path)
    assert refused.value.code == "not_a_card"


def test_wrong_types_become_what_they_most_likely_meant() -> None:
    data = read("json_wrong_types.json").card.data
    assert (data["description"], data["personality"], data["character_version"]) == ("x", "5", "1.5")
    assert (data["alternate_greetings"], data["tags"], data["scenario"]) == (["hi"], ["sea", "calm"], "")
    assert data["character_book"] == {"entries": {"0": {"keys": "lamp", "content": 5}}}


def test_extension_values_out_of_range_are_clamped() -> None:
    extensions = read("json_negative_numbers.json").card.data["extensions"]
    assert extensions["talkativeness"] == 0
    assert extensions["depth_prompt"] == {"prompt": "x", "depth": 0, "role": "system"}
    assert extensions["fav"] is False


def test_prototype_keys_reach_neither_the_card_nor_its_surroundings() -> None:
    card = read("json_proto_pollution.json").card
    assert card.outer == {}
    assert card.data["extensions"] == {"a": {}, "fav": False}


def test_control_characters_and_nul_are_gone_from_every_text() -> None:
    assert read("json_nul_chars.json").card.data["description"] == "ab"
    assert read("json_lone_surrogate.json").card.data["description"] == "\ufffd alone"


def test_all_5000_greetings_are_kept() -> None:
    assert len(read("json_many_greetings.json").card.data["alternate_greetings"]) == 5000
