"""Text completions: sentences of the contract (4.8 to 4.12) that no recording tells."""

import random
from dataclasses import replace

import pytest

from tavernai.prompting.domain.account import Prompt
from tavernai.prompting.domain.builtin_templates import STORY
from tavernai.prompting.domain.scene import (
    Character,
    Context,
    Group,
    HistoryMessage,
    Instruct,
    Member,
    Options,
    Persona,
    Scene,
)
from tavernai.prompting.domain.story import is_broken, told
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import NO_TOKENIZER
from tavernai.prompting.errors import PromptTooLarge

CHATML = Instruct(
    enabled=True,
    input_sequence="<user>",
    input_suffix="</user>\n",
    output_sequence="<char>",
    output_suffix="</char>\n",
    system_sequence="<sys>",
    system_suffix="</sys>\n",
    last_system_sequence="<quiet>",
    last_output_sequence="<last>",
    wrap=True,
)
MIRA = Character("Mira", {"data": {"name": "Mira", "description": "Keeper of {{user}}'s lamp."}})
SAID = (HistoryMessage("1", "assistant", "Mira", "Hello."), HistoryMessage("2", "user", "Ari", "Is it dark?"))


def scene(story: str = "{{description}}", *, context: Context | None = None, **given: object) -> Scene:
    options = Options(context=context or Context(story_string=story), padding_tokens=0)
    return replace(
        Scene(MIRA, Persona("Ari"), SAID, options=options, context_tokens=400, reply_tokens=0),
        **given,  # type: ignore[arg-type]
    )


def made(one: Scene) -> Prompt:
    return assemble_text(one, clock=lambda: 0, random=random.Random(1), tokenizer=NO_TOKENIZER)


def text(one: Scene) -> str:
    return str(made(one).messages[0]["content"])


@pytest.mark.parametrize(
    "story",
    [
        "{{#if description}}{{description}}",
        "{{description}}{{/if}}",
        "{{else}}",
        "{{#if a}}b{{/unless}}",
        "{{#if a}}b{{else}}c{{else}}d{{/if}}",
        "{{#if}}b{{/if}}",
        "{{description",
    ],
)
def test_a_story_that_cannot_be_told_gives_way_to_the_usual_one_and_the_account_says_so(story: str) -> None:
    prompt = made(scene(story))
    assert prompt.messages == made(scene(STORY)).messages
    assert [(cut.source, cut.why) for cut in prompt.cut] == [("preset", "broken")]


@pytest.mark.parametrize(
    "story",
    ["", "words", "{{a}} }} {b}", "{{!-- {{#if --}}a", "{{random::{{user}}::b}}", "{{#unless a}}b{{else}}c{{/unless}}"],
)
def test_a_story_that_can_be_told_is(story: str) -> None:
    assert not is_broken(story)


def test_a_tilde_takes_the_white_space_beside_it_away() -> None:
    assert told("a \n {{~#if x~}} \n b {{~/if}} \n c", {"x": "1"}) == "ab \n c"
    assert told("a {{x~}} \n b", {"x": "1"}) == "a 1b"


def test_a_quiet_prompt_stands_alone_unless_the_character_is_to_speak() -> None:
    quiet = scene(generation="quiet", quiet_prompt="Sum it up, {{user}}.")
    assert text(quiet).endswith("Ari: Is it dark?\nSum it up, Ari.")
    assert text(replace(quiet, quiet_is_loud=True)).endswith("Ari: Is it dark?\nSum it up, Ari.\nMira:")


def test_instruct_gives_a_quiet_prompt_its_own_sequence_unless_the_character_is_to_speak() -> None:
    quiet = scene(generation="quiet", quiet_prompt="Sum it up.")
    quiet = replace(quiet, options=replace(quiet.options, instruct=replace(CHATML, names_behavior="always")))
    assert text(quiet).endswith("<sys>\nSum it up.</sys>\n<quiet>\n")
    assert text(replace(quiet, quiet_is_loud=True)).endswith("<sys>\nSum it up.</sys>\n<last>\nMira:")


def test_padding_keeps_messages_out_but_never_refuses_a_prompt_that_fits() -> None:
    padded = scene(context_tokens=60)
    padded = replace(padded, options=replace(padded.options, padding_tokens=64))
    assert text(padded) == "Keeper of Ari's lamp.\n\nMira:"


def test_a_story_larger_than_the_context_is_refused() -> None:
    with pytest.raises(PromptTooLarge):
        made(scene("word " * 900))


def test_a_continuation_keeps_what_stands_at_depth_zero_before_its_open_end() -> None:
    context = Context(story_string="{{description}}", story_position="in_chat", story_depth=0)
    goes_on = scene(context=context, generation="continue", history=SAID[:1][::-1] + SAID[1:] + SAID[:1])
    assert text(goes_on).endswith("Ari: Is it dark?\nKeeper of Ari's lamp.\nMira:Mira: Hello.")


def test_a_group_stops_where_any_other_member_would_speak() -> None:
    group = Group([Member(MIRA), Member(Character("Bo")), Member(Character("Cy"), is_muted=True)])
    assert made(scene(group=group)).stop == ["\nAri:", "\nBo:", "\nCy:"]
    assert made(scene(group=group, generation="impersonate")).stop == ["\nMira:", "\nAri:", "\nBo:", "\nCy:"]


def test_a_single_line_ends_the_reply_at_its_end_before_all_else() -> None:
    context = Context(story_string="x", is_single_line=True, chat_start="***", frames_as_stop_strings=True)
    assert made(scene(context=context)).stop == ["\n", "\nAri:", "\n***"]


def test_own_stop_strings_come_last_and_once() -> None:
    told_twice = scene()
    told_twice = replace(told_twice, options=replace(told_twice.options, stop_strings=("\n{{user}}:", "END", "END")))
    assert made(told_twice).stop == ["\nAri:", "END"]
