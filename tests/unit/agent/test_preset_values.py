"""Sampling values of presets under our names."""

from tavernai.agent.domain.preset_values import CHAT, TEXT, values_of
from tavernai.config.domain.paths import GENERATION, PATHS


def test_every_name_stands_for_a_path_of_ours() -> None:
    for table in (CHAT, TEXT):
        assert [name for name in table.values() if GENERATION + name not in PATHS] == []


def test_what_does_not_fit_is_left_out_and_texts_count_as_numbers() -> None:
    told = values_of({"temp": "0.8", "rep_pen": 99, "top_k": 40.0, "genamt": True, "top_p": "x"}, TEXT)
    assert told == {"temperature": 0.8, "top_k": 40}


def test_the_file_wins_over_the_name_settings_use() -> None:
    assert values_of({"temp_openai": 1, "temperature": 0.5, "seed": -1}, CHAT) == {"temperature": 0.5}


def test_breakers_are_read_from_a_list_written_out() -> None:
    assert values_of({"dry_sequence_breakers": '["\\n", 3, ":"]'}, TEXT) == {"dry_sequence_breakers": ["\n", ":"]}
    assert values_of({"dry_sequence_breakers": "nope"}, TEXT) == {}
