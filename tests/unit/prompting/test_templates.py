"""Templates as SillyTavern stores them: what is missing, what is old, what comes out."""

import pytest

from tavernai.prompting.domain.builtin_templates import CONTEXT, INSTRUCT, suggested
from tavernai.prompting.domain.scene import Options
from tavernai.prompting.domain.templates import (
    INSTRUCT_TEXTS,
    Templates,
    anchored,
    context_from,
    instruct_from,
    options_from,
)


def test_a_template_of_2023_is_read_by_what_it_meant() -> None:
    told = instruct_from({"input_sequence": "A", "separator_sequence": "</s>", "names": True, "system_sequence": 3})
    assert (told.input_sequence, told.output_suffix, told.names_behavior) == ("A", "</s>", "always")
    assert told.system_sequence == ""
    assert instruct_from({"names": False, "names_force_groups": True}).names_behavior == "force"
    assert instruct_from({"names": False}).names_behavior == "none"
    assert instruct_from({}).names_behavior == "force"


def test_every_text_of_a_template_is_taken_over() -> None:
    assert "user_alignment_message" in INSTRUCT_TEXTS
    told = instruct_from({name: name.upper() for name in INSTRUCT_TEXTS})
    assert {name: getattr(told, name) for name in INSTRUCT_TEXTS} == {name: name.upper() for name in INSTRUCT_TEXTS}


@pytest.mark.parametrize(
    ("story", "made"),
    [
        (
            "{{system}}",
            "{{#if anchorBefore}}{{anchorBefore}}\n{{/if}}{{system}}{{#if anchorAfter}}\n{{anchorAfter}}{{/if}}",
        ),
        ("", ""),
        ("{{anchorBefore}}{{anchorAfter}}", "{{anchorBefore}}{{anchorAfter}}"),
    ],
)
def test_a_story_without_places_for_notes_gets_them(story: str, made: str) -> None:
    assert anchored(story) == made
    assert context_from({"story_string": story, "story_string_position": 0}).story_string == story


def test_a_trim_stays_the_last_word_of_a_story() -> None:
    assert anchored("{{system}}\n{{trim}}").endswith("{{/if}}\n{{trim}}")


def test_what_was_not_chosen_stays_and_a_text_always_has_a_system_prompt() -> None:
    base = Options(stop_strings=("x",))
    plain = options_from(Templates(), base)
    assert plain.stop_strings == ("x",)
    assert "{{char}}" in plain.system_prompt
    told = options_from(Templates(system_prompt={"content": "", "post_history": "P", "enabled": False}), base)
    assert (told.system_prompt, told.post_history, told.system_prompt_enabled) == ("", "P", False)
    thoughts = options_from(Templates(reasoning={"prefix": "[", "suffix": 4}), base).reasoning
    assert (thoughts.prefix, thoughts.suffix) == ("[", "\n</think>")


def test_built_in_templates_come_in_pairs_and_every_turn_of_one_ends() -> None:
    assert set(CONTEXT) == set(INSTRUCT)
    for name, raw in INSTRUCT.items():
        told = instruct_from(raw)
        assert told.enabled == (name != "plain")
        assert not told.enabled or (told.input_sequence and told.input_suffix and told.output_suffix)
    assert suggested("google/Gemma-3-27b") == "gemma"
    assert suggested("llama-3") is None
