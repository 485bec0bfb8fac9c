"""All hostile files, each read in a process with little memory: read or refused as demanded, in bounded time."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import environment
from tests.support.requirements import ROOT, needs_shared
from tests.support.shared import fixture
from tests.support.tavernfolder import card

MEMORY_BYTES_MAX = 200 * 1024 * 1024
SECONDS_MAX = 2

REFUSED = {
    "byaf_bad_manifest.byaf": "card_unreadable",
    "charx_card_too_big.charx": "card_too_large",
    "charx_encrypted_flag.charx": "card_encrypted",
    "charx_truncated.charx": "card_truncated",
    "json_deep_nesting.json": "card_unreadable",
    "json_nan.json": "card_unreadable",
    "json_trailing_comma.json": "card_unreadable",
    "png_base64_of_garbage.png": "card_unreadable",
    "png_chunk_length_huge.png": "card_truncated",
    "png_empty_chara.png": "card_unreadable",
    "png_json_truncated.png": "card_unreadable",
    "png_not_png.png": "card_missing",
    "png_truncated_in_text.png": "card_truncated",
    "png_wrong_base64.png": "card_unreadable",
    "png_zero_bytes.png": "empty_file",
    "png_ztxt_bomb.png": "card_too_large",
    "yaml_bomb.yaml": "card_unreadable",
    "yaml_python_tag.yaml": "card_unreadable",
}
TOLD = {  # what must be said of a file that is read
    "charx_absolute_and_backslash.charx": {"members_ignored"},
    "charx_bomb.charx": {"asset_too_large"},
    "charx_many_entries.charx": {"archive_capped"},
    "charx_not_image_asset.charx": {"asset_not_picture"},
    "charx_path_traversal.charx": {"members_ignored", "asset_elsewhere"},
    "charx_symlink.charx": {"members_ignored"},
    "chat_bad_swipes.jsonl": {"swipe_repaired"},
    "chat_half_line.jsonl": {"line_unreadable"},
    "chat_html.jsonl": {"link_dropped"},
    "chat_invalid_utf8.jsonl": {"invalid_utf8"},
    "chat_one_huge_line.jsonl": {"large_message"},
    "chat_types.jsonl": {"line_no_message"},
    "json_bom_v2.json": {"bom_removed"},
    "json_control_name.json": {"name_cleaned"},
    "json_duplicate_keys.json": set(),
    "json_html_name.json": {"name_cleaned"},
    "json_huge_field.json": {"large_field"},
    "json_invalid_utf8.json": {"invalid_utf8"},
    "json_lone_surrogate.json": {"text_replaced"},
    "json_many_greetings.json": {"many_greetings"},
    "json_negative_numbers.json": {"value_clamped"},
    "json_nul_chars.json": {"text_replaced"},
    "json_proto_pollution.json": {"unsafe_key_dropped"},
    "json_regex_bomb.json": {"scripts_inert"},
    "json_utf16.json": {"utf16_decoded"},
    "json_wrong_types.json": {"field_converted"},
    "png_bad_crc.png": {"crc_wrong"},
    "png_ccv3_broken_chara_ok.png": {"ccv3_unreadable"},
    "png_huge_dimensions.png": set(),
    "png_truncated_before_iend.png": {"png_truncated"},
    "preset_story_string_bad.json": set(),
    "preset_wrong_types.json": set(),
    "settings_secrets_inside.json": set(),
    "world_duplicate_uids.json": {"uid_renumbered"},
    "world_entries_null.json": {"field_dropped"},
    "world_entries_wrong.json": {"items_dropped", "field_converted"},
    "world_huge_key.json": set(),
    "world_regex_redos.json": set(),
}

pytestmark = needs_shared


def read_with_little_memory(*paths: Path) -> dict[str, dict[str, Any]]:
    program = [sys.executable, str(ROOT / "tests" / "support" / "limited.py"), *map(str, paths)]
    ended = subprocess.run(program, env=environment(), capture_output=True, text=True, timeout=240, check=True)
    return dict(json.loads(ended.stdout))


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, Any]]:
    return read_with_little_memory(*(path for path in sorted(fixture("malformed").iterdir()) if path.suffix != ".md"))


def test_there_is_a_demand_for_every_file(outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes.keys() == REFUSED.keys() | TOLD.keys()
    assert len(outcomes) == 56


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
def test_a_hopeless_file_is_refused_with_its_reason(name: str, code: str, outcomes: dict[str, Any]) -> None:
    assert (outcomes[name]["is_read"], outcomes[name]["code"]) == (False, code)
    assert outcomes[name]["detail"]


@pytest.mark.parametrize(("name", "codes"), TOLD.items())
def test_a_damaged_file_is_read_and_the_damage_told(name: str, codes: set[str], outcomes: dict[str, Any]) -> None:
    assert outcomes[name]["is_read"], outcomes[name]
    assert codes <= set(outcomes[name].get("told", ()))


@pytest.mark.parametrize("name", [*REFUSED, *TOLD])
def test_no_file_takes_more_than_its_share(name: str, outcomes: dict[str, Any]) -> None:
    assert outcomes[name]["peak_bytes"] < MEMORY_BYTES_MAX
    assert outcomes[name]["seconds"] < SECONDS_MAX


def test_what_the_files_try_does_not_happen(outcomes: dict[str, Any]) -> None:
    assert outcomes["world_regex_redos.json"]["woken"] == ["ok"]
    assert outcomes["world_duplicate_uids.json"]["entries"] == 3
    assert "javascript:" not in outcomes["chat_html.jsonl"]["text"]
    assert "passwd" not in outcomes["chat_html.jsonl"]["text"]
    assert "FAKE" not in outcomes["settings_secrets_inside.json"]["text"]
    assert not any(outcomes[name]["picture"] for name in TOLD if name.startswith("charx"))


def test_a_chat_of_64_mb_is_read_without_being_held(tmp_path: Path) -> None:
    line = json.dumps({"name": "Mira", "is_user": False, "mes": "x" * 16_000, "extra": {}}).encode() + b"\n"
    path = tmp_path / "stream_long.jsonl"
    with path.open("wb") as file:
        file.writelines(line for _ in range(4_000))
    told = read_with_little_memory(path)[path.name]
    assert (told["is_read"], told["messages"]) == (True, 4_000)
    assert told["grown_bytes"] < 30 * 1024 * 1024


def test_a_backup_of_thousands_of_files_and_a_long_chat_is_looked_through_in_little_memory(tmp_path: Path) -> None:
    line = json.dumps({"name": "Mira", "is_user": False, "mes": "x " * 8_000, "extra": {}}).encode() + b"\n"
    path = tmp_path / "backup_long.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("settings.json", json.dumps({"main_api": "openai", "power_user": {}}))
        for number in range(3_000):
            archive.writestr(f"characters/C{number}.png", card(f"C{number}"))
        with archive.open("chats/C1/Long.jsonl", "w") as file:
            file.writelines(line for _ in range(4_000))
    told = read_with_little_memory(path)[path.name]
    assert told["verdicts"] == {"new": 3_002}
    assert told["grown_bytes"] < 40 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("card_lists.json", b'{"name":"x","a":[' + b"[]," * 5_000_000 + b"1]}", "card_unreadable"),
        ("card_numbers.json", b'{"name":"x","a":[' + b"1," * 7_000_000 + b"1]}", "card_unreadable"),
        ("preset_lists.json", b"[" + b"{}," * 5_000_000 + b"1]", "preset_unreadable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_small_file_that_unfolds_into_millions_of_values_is_refused(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(data)
    told = read_with_little_memory(tmp_path / name)[name]
    assert (told["is_read"], told["code"]) == (False, code)
    assert told["grown_bytes"] < 60 * 1024 * 1024


def test_what_takes_more_than_its_share_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "greedy_file.bin"
    path.write_bytes(b"?")
    assert read_with_little_memory(path)[path.name]["code"] == "out of memory"
