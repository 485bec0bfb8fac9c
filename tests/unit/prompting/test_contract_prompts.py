"""Chat completions and what all prompts share: sentences of the contract (4.1 to 4.6) that no recording tells."""

import random
from dataclasses import replace

import pytest

from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.examples import example_blocks, example_turns
from tavernai.prompting.domain.injections import note_is_due
from tavernai.prompting.domain.presets import preset_from_sillytavern
from tavernai.prompting.domain.scene import (
    AuthorNote,
    Character,
    Group,
    HistoryMessage,
    Injection,
    LoreHit,
    Member,
    Options,
    Persona,
    ReasoningOptions,
    Scene,
)
from tavernai.prompting.domain.scripts import script_from
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR
from tavernai.prompting.domain.world_info.entries import Worlds, book_from
from tavernai.prompting.domain.world_info.world import World

MIRA = Character("Mira", {"data": {"name": "Mira"}})
SAID = (HistoryMessage("1", "assistant", "Mira", "Hello."), HistoryMessage("2", "user", "Ari", "Is it dark?"))
EMPTY = {"main": "", "new_chat_prompt": ""}


def scene(**given: object) -> Scene:
    return replace(Scene(MIRA, Persona("Ari"), SAID), **given)  # type: ignore[arg-type]


def preset(*prompts: dict[str, object], **settings: object) -> object:
    """Only these prompts and the history, in this order."""
    history = {"identifier": "chatHistory", "marker": True, "system_prompt": True}
    listed = [*prompts, history]
    order = [{"identifier": one["identifier"], "enabled": True} for one in listed]
    settings = {"new_chat_prompt": "", **settings}
    return preset_from_sillytavern(
        {"prompts": listed, "prompt_order": [{"character_id": 100001, "order": order}], **settings}
    )


def told(one: Scene) -> list[tuple[str, str]]:
    prompt = assemble(one, clock=lambda: 0, random=random.Random(1), tokenizer=BYTES_OVER_FOUR)
    return [(message["role"], message["content"]) for message in prompt.messages]


def texts(one: Scene) -> list[str]:
    return [content for _, content in told(one)]


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("", []),
        ("<START>", []),
        ("a", ["a"]),
        ("<START>\na\n<start>\nb", ["a", "b"]),
        ("<start>\na", ["", "a"]),
        ("<START><START>a", ["", "a"]),
    ],
)
def test_examples_are_cut_at_their_marks_and_one_that_is_not_in_capitals_does_not_begin_them(
    written: str, blocks: list[str]
) -> None:
    assert example_blocks(written) == blocks


def test_lines_of_one_side_stay_one_turn_and_lines_of_nobody_belong_to_the_turn_before() -> None:
    turns = example_turns("At night.\nAri: a\nAri: b\nc\nMira: d", user="Ari", char="Mira")
    assert [(turn.is_user, turn.text) for turn in turns] == [(True, "At night.\n a\nAri: b\nc"), (False, "d")]


@pytest.mark.parametrize(
    ("interval", "users", "due"),
    [
        (1, 0, True),
        (0, 3, False),
        (-2, 4, False),
        (3, 0, False),
        (3, 2, False),
        (3, 3, True),
        (3, 4, False),
        (3, 6, True),
    ],
)
def test_an_authors_note_stands_at_every_nth_message_of_the_person(interval: int, users: int, due: bool) -> None:
    assert note_is_due(AuthorNote("N", interval=interval), users) is due


def test_the_frame_of_lore_knows_macros_and_may_name_its_lore_twice() -> None:
    own = preset({"identifier": "worldInfoBefore", "marker": True}, wi_format="[{{char}}: {0} | {0}]")
    assert texts(scene(preset=own, lore=[LoreHit("a", "L")]))[0] == "[Mira: L | L]"
    assert texts(scene(preset=own))[0] == "Hello."


def test_a_marker_the_order_lacks_comes_after_everything_but_one_switched_off_never() -> None:
    only = preset({"identifier": "main", "content": "M", "system_prompt": True})
    card = Character("Mira", {"data": {"name": "Mira", "description": "D"}})
    assert texts(scene(preset=only, character=card)) == ["M", "Hello.", "Is it dark?", "D"]
    off = {"identifier": "charDescription", "enabled": False}
    order = [{"identifier": "main", "enabled": True}, off, {"identifier": "chatHistory", "enabled": True}]
    without = preset_from_sillytavern(
        {"prompts": [], "prompt_order": [{"character_id": 100001, "order": order}], "new_chat_prompt": ""}
    )
    assert "D" not in texts(scene(preset=without, character=card))


def test_a_prompt_of_another_kind_of_reply_is_left_out_and_a_main_prompt_left_empty() -> None:
    main = {"identifier": "main", "content": "M", "system_prompt": True, "injection_trigger": ["swipe"]}
    other = {"identifier": "u", "content": "U", "injection_trigger": ["normal", "continue"]}
    own = preset(main, other)
    note = Injection("2_floating_prompt", "N", position="after_main")
    assert texts(scene(preset=own, injections=[note])) == ["N", "U", "Hello.", "Is it dark?"]
    assert texts(scene(preset=own, generation="swipe")) == ["M", "Hello.", "Is it dark?"]


def test_prompts_in_the_chat_stand_by_depth_then_order_then_side() -> None:
    def inside(name: str, role: str, order: int = 100, depth: int = 0) -> dict[str, object]:
        return {
            "identifier": name, "content": name, "role": role, "injection_position": 1, "injection_depth": depth,
            "injection_order": order,
        }  # fmt: skip

    own = preset(
        inside("s", "system"), inside("u", "user"), inside("a", "assistant"), inside("low", "system", 50),
        inside("high", "system", 200), inside("deep", "system", depth=99),
    )  # fmt: skip
    note = Injection("x", "ext", depth=0, role="user")
    assert texts(scene(preset=own, injections=[note])) == [
        "deep", "Hello.", "Is it dark?", "low", "a", "u\next", "s", "high",
    ]  # fmt: skip


def test_a_cards_prompt_names_the_one_it_replaces_once_and_not_where_that_is_forbidden() -> None:
    card = Character("Mira", {"data": {"name": "Mira", "system_prompt": "C {{original}} {{ORIGINAL}}."}})
    main = {"identifier": "main", "content": "M of {{char}}", "system_prompt": True}
    assert texts(scene(preset=preset(main), character=card))[0] == "C M of Mira ."
    assert texts(scene(preset=preset(main | {"forbid_overrides": True}), character=card))[0] == "M of Mira"


def test_scripts_see_a_narrator_as_a_model_and_thoughts_at_their_own_place() -> None:
    scripts = [
        script_from({"scriptName": "a", "findRegex": "o", "replaceString": "0", "placement": [2], "promptOnly": True}),
        script_from({"scriptName": "r", "findRegex": "h", "replaceString": "H", "placement": [6], "promptOnly": True}),
    ]
    history = [
        HistoryMessage("1", "system", "System", "No moon."),
        HistoryMessage("2", "user", "Ari", "Oh no."),
        HistoryMessage("3", "assistant", "Mira", "So.", reasoning="hm"),
    ]
    options = Options(reasoning=ReasoningOptions(add_to_prompts=True, prefix="<", suffix=">", separator=" "))
    given = scene(preset=preset(), history=history, scripts=scripts, options=options)
    assert texts(given) == ["N0 moon.", "Oh no.", "<Hm> S0."]


def test_thoughts_go_back_into_the_newest_replies_only_and_into_what_is_continued_anyway() -> None:
    history = [HistoryMessage(str(n), "assistant", "Mira", f"m{n}", reasoning=f"r{n}") for n in range(3)]
    some = ReasoningOptions(add_to_prompts=True, prefix="<", suffix=">", separator=" ", max_additions=2)
    given = scene(preset=preset(), history=history, options=Options(reasoning=some))
    assert texts(given) == ["m0", "<r1> m1", "<r2> m2"]
    none = replace(some, add_to_prompts=False)
    own = preset(continue_nudge_prompt="", continue_prefill=True)
    goes_on = replace(given, options=Options(reasoning=none), generation="continue", preset=own)
    assert texts(goes_on) == ["m0", "m1", "<r2> m2"]


def test_a_persona_in_the_chat_is_searched_for_lore_from_the_second_reply_on() -> None:
    world = World(Worlds(everywhere=[book_from("w", {"entries": {"0": {"key": ["smuggler"], "content": "L"}}})]))
    persona = Persona("Ari", "a smuggler", position="in_chat", depth=1)
    first = scene(preset=preset(), persona=persona, world=world)
    assert "L" not in texts(first)
    assert "L" in texts(replace(first, world=replace(world, persona_is_searched=True)))
    elsewhere = replace(persona, position="note_top")
    assert "L" not in texts(replace(first, persona=elsewhere, world=replace(world, persona_is_searched=True)))


def test_joined_cards_carry_their_fields_name_and_leave_the_muted_out() -> None:
    def card(name: str) -> Character:
        return Character(name, {"data": {"name": name, "description": f" {{{{char}}}} of {name} "}})

    members = [Member(card("Mira")), Member(card("Bo"), is_muted=True), Member(card("Cy"))]
    marker = preset({"identifier": "charDescription", "marker": True, "system_prompt": True}, group_nudge_prompt="")
    group = Group(members, "unmuted", "<FIELDNAME> {{char}}: ", ";")
    given = scene(preset=marker, character=card("Mira"), group=group)
    assert texts(given)[0] == "Description Mira: Mira of Mira;\nDescription Cy: Cy of Cy;"
    assert "Bo of Bo" in texts(replace(given, group=replace(group, cards="all")))[0]


def test_names_of_the_field_are_made_of_letters_and_cut() -> None:
    odd = HistoryMessage("1", "user", "Zoë & " + "x" * 80, "Hi.")
    given = scene(preset=preset(names_behavior=1), history=[odd])
    prompt = assemble(given, clock=lambda: 0, random=random.Random(1), tokenizer=BYTES_OVER_FOUR)
    assert prompt.messages[0]["name"] == ("Zo____" + "x" * 80)[:64]


def test_a_continuation_is_asked_for_by_its_words_without_the_name_before_them() -> None:
    own = preset(continue_nudge_prompt="Go on after: {{lastChatMessage}}", names_behavior=2)
    history = [HistoryMessage("1", "user", "Ari", "Hi."), HistoryMessage("2", "assistant", "Mira", " So it was ")]
    assert texts(scene(preset=own, history=history, generation="continue")) == [
        "Ari: Hi.", "Mira:  So it was ", "Go on after: So it was",
    ]  # fmt: skip


def test_what_is_sent_for_an_empty_message_answers_only_a_character() -> None:
    own = preset(send_if_empty="(go on)")
    assert texts(scene(preset=own))[-1] == "Is it dark?"
    assert told(scene(preset=own, history=SAID[:1])) == [("assistant", "Hello."), ("user", "(go on)")]


def test_a_prefilled_continuation_ends_the_prompt_and_has_no_nudge() -> None:
    own = preset(continue_prefill=True, continue_nudge_prompt="N")
    history = [*SAID, HistoryMessage("3", "assistant", "Mira", "It is")]
    note = Injection("x", "I", depth=0)
    given = scene(preset=own, history=history, generation="continue", injections=[note])
    assert texts(given) == ["Hello.", "Is it dark?", "I", "It is"]


def test_lore_of_examples_stands_before_and_after_the_cards_own() -> None:
    marker = preset({"identifier": "dialogueExamples", "marker": True}, new_example_chat_prompt="E")
    card = Character("Mira", {"data": {"name": "Mira", "mes_example": "<START>\nMira: card"}})
    hits = [
        LoreHit("a", "Mira: top low", "examples_top", order=1), LoreHit("b", "Mira: top high", "examples_top", order=2),
        LoreHit("c", "Mira: under", "examples_bottom"), LoreHit("d", "nobody speaks", "examples_bottom", order=200),
    ]  # fmt: skip
    assert texts(scene(preset=marker, character=card, lore=hits))[:9] == [
        "E", "top high", "E", "top low", "E", "card", "E", "under", "E",
    ]  # fmt: skip
