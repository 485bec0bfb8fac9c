"""Sampling values of presets under our names."""

from tavernai.agent.domain.preset_values import CHAT, FURTHER, NAMES, TEXT, UNREAD, read, values_of
from tavernai.config.domain.paths import GENERATION, PATHS
from tavernai.gateway import samplers


def test_every_name_stands_for_a_path_of_ours() -> None:
    for table in NAMES.values():
        assert [name for name in table.values() if GENERATION + name not in PATHS] == []


def test_what_does_not_fit_is_left_out_and_texts_count_as_numbers() -> None:
    told = values_of({"temp": "0.8", "rep_pen": 99, "top_k": 40.0, "genamt": True, "top_p": "x"}, TEXT)
    assert told == {"temperature": 0.8, "top_k": 40}


def test_the_file_wins_over_the_name_settings_use() -> None:
    assert values_of({"temp_openai": 1, "temperature": 0.5, "seed": -1}, CHAT) == {"temperature": 0.5}


def test_breakers_are_read_from_a_list_written_out() -> None:
    assert values_of({"dry_sequence_breakers": '["\\n", 3, ":"]'}, TEXT) == {"dry_sequence_breakers": ["\n", ":"]}
    assert values_of({"dry_sequence_breakers": "nope"}, TEXT) == {}


def test_every_further_sampler_is_known_to_some_server() -> None:
    assert {row.name for table in FURTHER.values() for row in table.values()} <= set(samplers.FURTHER)
    assert all(not (set(UNREAD[kind]) & (set(FURTHER[kind]) | set(NAMES[kind]))) for kind in NAMES)


def test_a_kobold_preset_is_read_in_its_own_words() -> None:
    told = read("kobold", {
        "temp": 0.63, "rep_pen": 1.1, "rep_pen_slope": 0.7, "typical": 0.9, "mirostat": 2, "sampler_order": [6, 0, 1],
        "use_default_badwordsids": True, "grammar": " ", "genamt": 120, "max_length": 4096,
    })  # fmt: skip
    assert told.values == {
        "temperature": 0.63, "repetition_penalty": 1.1, "typical_p": 0.9, "mirostat_mode": 2, "reply_tokens": 120,
        "context_tokens": 4096,
    }  # fmt: skip
    assert told.further == {"repetition_penalty_slope": 0.7, "sampler_order": [6, 0, 1], "default_bans": True}
    assert told.unused == ()


def test_a_novel_preset_names_what_only_its_own_servers_can_do() -> None:
    told = read("novel", {"presetVersion": 3, "parameters": {
        "temperature": 1.2, "tail_free_sampling": 0.9, "repetition_penalty_frequency": 0.03, "max_length": 150,
        "math1_temp": 0.3, "math1_quad": 0, "phrase_rep_pen": "aggressive", "order": [{"id": "top_k"}],
        "banned_tokens": ["***"],
    }})  # fmt: skip
    assert told.values == {"temperature": 1.2, "tfs": 0.9, "frequency_penalty": 0.03, "reply_tokens": 150}
    assert (told.further, told.unused) == ({"banned_texts": ["***"]}, ("math1_temp", "phrase_rep_pen", "order"))


def test_a_temperature_that_moves_is_told_only_when_it_does() -> None:
    moving = {"dynatemp": True, "min_temp": 0.5, "max_temp": 1.5, "dynatemp_exponent": 2}
    assert read("text", moving).further == {"temperature_range": [0.5, 1.5, 2]}
    assert read("text", moving | {"dynatemp": False}).further == {}
