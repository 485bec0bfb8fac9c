"""Rules of the assembler that hold for any scene."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.prompting.domain.account import Prompt, hash_of_messages
from tavernai.prompting.domain.assemble import assemble, history_wanted
from tavernai.prompting.domain.plan import messages_of, parts_of, recorded
from tavernai.prompting.domain.presets import Preset
from tavernai.prompting.domain.scene import (
    AuthorNote,
    Character,
    HistoryMessage,
    Injection,
    LoreHit,
    Options,
    Persona,
    Scene,
)
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR, CALIBRATED
from tavernai.prompting.errors import PromptTextGone, PromptTooLarge

CARD = {
    "data": {
        "name": "Mira",
        "description": "{{char}} keeps the light on Gull Rock.",
        "mes_example": "<START>\n{{user}}: Who are you?\n{{char}}: The keeper.\n<START>\n{{user}}: Alone?\n{{char}}: N",
        "extensions": {"depth_prompt": {"prompt": "{{char}} is tired.", "depth": 2, "role": "user"}},
    }
}
KINDS = ["", "merge", "semi", "strict", "single", "strict_tools"]
NAMES = ["none", "default", "field", "content"]

texts = st.text(alphabet=st.sampled_from("ab {}:\n{{char}}灯é😀\\"), max_size=60)
roles = st.sampled_from(["user", "assistant", "system"])
messages = st.builds(
    HistoryMessage,
    id=st.uuids().map(str),
    role=roles,
    name=st.sampled_from(["Ari", "Mira", "Stranger"]),
    text=texts,
    hidden=st.booleans(),
    reasoning=st.sampled_from(["", "hm"]),
    is_foreign=st.booleans(),
)
presets = st.builds(
    Preset,
    squash_system_messages=st.booleans(),
    post_processing=st.sampled_from(KINDS),
    names_behaviour=st.sampled_from(NAMES),
    continue_prefill=st.booleans(),
    send_if_empty=st.sampled_from(["", "(go on)"]),
    wi_format=st.sampled_from(["{0}", "[Lore: {0}]", ""]),
)
lore = st.builds(
    LoreHit,
    id=st.uuids().map(str),
    content=texts,
    position=st.sampled_from(["before", "after", "note_top", "in_chat", "examples_top", "outlet"]),
    depth=st.integers(0, 6),
    role=roles,
    order=st.integers(0, 3),
)
scenes = st.builds(
    Scene,
    character=st.just(Character("Mira", CARD)),
    persona=st.builds(
        Persona, name=st.just("Ari"), description=texts, position=st.sampled_from(["in_prompt", "in_chat"])
    ),
    history=st.lists(messages, max_size=30, unique_by=lambda one: one.id),
    generation=st.sampled_from(["normal", "continue", "impersonate", "swipe", "quiet"]),
    preset=presets,
    context_tokens=st.integers(600, 1500),
    reply_tokens=st.just(300),
    note=st.none() | st.builds(AuthorNote, text=texts, depth=st.integers(0, 40), role=roles),
    lore=st.lists(lore, max_size=4),
    injections=st.lists(st.builds(Injection, id=texts, text=texts, depth=st.integers(0, 9), role=roles), max_size=3),
    options=st.builds(Options, pin_examples=st.booleans(), reply_start=st.sampled_from(["", "Well,"])),
    quiet_prompt=st.sampled_from(["", "Summarise."]),
)


def prompt_of(scene: Scene, tokenizer: object = BYTES_OVER_FOUR) -> Prompt:
    return assemble(scene, clock=lambda: 0, random=random.Random(1), tokenizer=tokenizer)  # type: ignore[arg-type]


def chat(count: int, text: str = "said") -> list[HistoryMessage]:
    return [
        HistoryMessage(f"m{n}", "user" if n % 2 else "assistant", "Ari" if n % 2 else "Mira", f"{text} {n}")
        for n in range(count)
    ]


@given(scenes)
@settings(max_examples=200, deadline=None)
def test_the_budget_is_never_exceeded_and_the_parts_sum_up_to_the_prompt(scene: Scene) -> None:
    try:
        prompt = prompt_of(scene)
    except PromptTooLarge:
        return
    counted = sum(BYTES_OVER_FOUR.message(one["content"], name=one.get("name")) for one in prompt.messages)
    assert prompt.prompt_tokens == counted + 3 <= prompt.budget_tokens == scene.context_tokens - scene.reply_tokens
    assert sum(part.tokens for part in prompt.parts) + 3 == prompt.prompt_tokens


@given(scenes)
@settings(max_examples=200, deadline=None)
def test_a_recorded_plan_gives_back_the_same_messages_and_parts(scene: Scene) -> None:
    try:
        prompt = prompt_of(scene)
    except PromptTooLarge:
        return
    plan, stored = recorded(prompt)
    again = messages_of(plan, stored)
    assert again == prompt.messages
    assert hash_of_messages(again) == prompt.prompt_hash == plan["prompt_hash"]
    assert parts_of(plan, stored) == prompt.parts


@given(scenes)
@settings(max_examples=50, deadline=None)
def test_the_same_scene_gives_the_same_prompt(scene: Scene) -> None:
    try:
        assert prompt_of(scene) == prompt_of(scene)
    except PromptTooLarge:
        with pytest.raises(PromptTooLarge):
            prompt_of(scene)


@given(st.integers(0, 40), st.integers(400, 900))
@settings(max_examples=60, deadline=None)
def test_the_newest_messages_are_kept_and_the_fixed_prompts_with_them(count: int, context: int) -> None:
    scene = Scene(Character("Mira", CARD), Persona("Ari"), chat(count), context_tokens=context, reply_tokens=100)
    prompt = prompt_of(scene)
    told = [one["content"] for one in prompt.messages if one["content"].startswith("said")]
    assert told == [message.text for message in scene.history[count - len(told) :]]
    assert any(part.id == "charDescription" for part in prompt.parts)
    cut = [one for one in prompt.cut if one.source == "history"]
    assert sum(one.count for one in cut) == count - len(told)


def test_examples_give_way_from_the_last_one_on() -> None:
    scene = Scene(Character("Mira", CARD), Persona("Ari"), chat(4), context_tokens=8192, reply_tokens=0)
    whole = prompt_of(scene)
    cut = prompt_of(replace(scene, context_tokens=whole.prompt_tokens - 1))
    assert [one.title for one in cut.cut] == ["Example 2"]
    assert "Example 1" in [part.title for part in cut.parts]


def test_a_card_larger_than_the_context_is_refused_with_the_numbers() -> None:
    card = {"data": {"description": "x" * 4000}}
    with pytest.raises(PromptTooLarge) as refused:
        prompt_of(Scene(Character("Mira", card), context_tokens=900, reply_tokens=300))
    assert refused.value.facts["prompt"] == "charDescription"
    assert refused.value.facts["budget_tokens"] == 600
    assert refused.value.facts["needed_tokens"] > refused.value.facts["left_tokens"]


def test_the_account_names_where_every_text_came_from() -> None:
    greeting = HistoryMessage("g", "assistant", "Mira", "Hello.", is_greeting=True)
    scene = Scene(
        character=Character("Mira", CARD),
        persona=Persona("Ari", "A smuggler."),
        history=[
            greeting,
            HistoryMessage("u", "user", "Ari", "Hi."),
            HistoryMessage("c", "assistant", "Mira", "Well?"),
        ],
        note=AuthorNote("Stay calm.", depth=2, role="user"),
        lore=[LoreHit("book.1", "The rock is old.", title="Gull Rock")],
    )
    found = [(part.source, part.title, part.message_ids) for part in prompt_of(scene).parts]
    assert ("lore", "Gull Rock", ()) in found
    assert ("persona", "Persona", ()) in found
    assert ("note", "Author's note", ()) in found
    assert ("character", "Character's note", ()) in found
    assert ("greeting", "Greeting", ("g",)) in found
    assert ("history", "Chat history", ("u", "c")) in found


def test_injections_of_one_place_share_a_message_and_stay_parts_of_their_own() -> None:
    scene = Scene(Character("Mira", CARD), Persona("Ari"), chat(3), note=AuthorNote("Calm.", depth=2, role="user"))
    prompt = prompt_of(scene)
    assert {"role": "user", "content": "Calm.\nMira is tired."} in prompt.messages
    assert [part.text for part in prompt.parts if part.title.endswith("note")] == ["Calm.", "Mira is tired."]


def test_the_plan_of_a_long_chat_stays_small_and_a_turn_adds_few_texts() -> None:
    long = [replace(one, id=f"0193-{n * 7919}") for n, one in enumerate(chat(400))]
    scene = Scene(Character("Mira", CARD), Persona("Ari"), long[:-2], context_tokens=32_768)
    plan, before = recorded(prompt_of(scene))
    _, after = recorded(prompt_of(replace(scene, history=long)))
    assert len(plan["parts"]) < 60
    assert len(set(after) - set(before)) <= 6


def test_an_erased_text_is_said_to_be_gone() -> None:
    plan, stored = recorded(prompt_of(Scene(Character("Mira", CARD), Persona("Ari"), chat(3))))
    stored.pop(plan["parts"][0]["hash"])
    with pytest.raises(PromptTextGone):
        messages_of(plan, stored)


def test_variables_set_by_macros_come_back_and_the_scene_keeps_its_own() -> None:
    card = {"data": {"description": "{{setvar::mood::grim}}Mood: {{getvar::mood}}"}}
    scene = Scene(Character("Mira", card), Persona("Ari"))
    prompt = prompt_of(scene)
    assert prompt.local == {"mood": "grim"}
    assert scene.variables.local == {}
    assert any(one["content"] == "Mood: grim" for one in prompt.messages)


def test_a_script_sees_each_message_with_its_depth_from_the_newest() -> None:
    seen = []

    def rewriter(text: str, *, placement: str, depth: int | None) -> str:
        seen.append((placement, depth))
        return text.upper()

    prompt = prompt_of(Scene(Character("Mira", CARD), Persona("Ari"), chat(3), rewriter=rewriter))
    assert seen == [("assistant", 0), ("user", 1), ("assistant", 2)]
    assert prompt.messages[-1]["content"] == "SAID 2"


def test_stop_strings_are_expanded_unique_and_at_most_four() -> None:
    options = Options(stop_strings=("\n{{user}}:", "", "a", "a", "b", "c", "d"))
    assert prompt_of(Scene(Character("Mira"), Persona("Ari"), options=options)).stop == ["\nAri:", "a", "b", "c"]


def test_chinese_costs_about_a_token_a_character_and_english_a_quarter() -> None:
    assert CALIBRATED.text("灯塔看守人点燃了灯") == 9
    assert CALIBRATED.text("The keeper lights the lamp.") == 7
    assert CALIBRATED.message("") == 0
    assert CALIBRATED.text("Смотритель зажёг лампу") < BYTES_OVER_FOUR.text("Смотритель зажёг лампу")


@pytest.mark.parametrize(
    ("context", "least", "most"), [(0, 0, 64), (500, 100, 140), (8_192, 1_000, 1_100), (200_000, 5_000, 9_000)]
)
def test_a_very_long_chat_need_not_be_read_whole(context: int, least: int, most: int) -> None:
    assert least <= history_wanted(context) <= most


def test_more_messages_than_wanted_change_nothing_in_a_small_window() -> None:
    many = chat(history_wanted(900) + 50)
    scene = Scene(Character("Mira", CARD), Persona("Ari"), many, context_tokens=900, reply_tokens=300)
    fewer = replace(scene, history=many[-history_wanted(900) :])
    assert prompt_of(scene).messages == prompt_of(fewer).messages
