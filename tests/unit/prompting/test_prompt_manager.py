"""Places and orders in the prompt that the recorded scenarios leave open."""

import random
from dataclasses import replace
from typing import Any

from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.presets import DEFAULT_ORDER, DEFAULT_PRESET, OrderEntry, Preset, PromptEntry
from tavernai.prompting.domain.scene import (
    AuthorNote,
    Character,
    Group,
    HistoryMessage,
    Injection,
    Member,
    Options,
    Persona,
    ReasoningOptions,
    Scene,
)
from tavernai.prompting.domain.tokenizers import CALIBRATED

HISTORY = (
    HistoryMessage("1", "assistant", "Mira", "Evening."),
    HistoryMessage("2", "user", "Ari", "I brought oil."),
    HistoryMessage("3", "system", "Narrator", "Thunder."),
    HistoryMessage("4", "assistant", "Mira", "Come in", reasoning="be brief"),
)


def sent(**changes: Any) -> list[str]:
    """One line a message: role, name, content."""
    scene = Scene(Character("Mira", {"description": "A keeper."}), Persona("Ari"), HISTORY)
    prompt = assemble(replace(scene, **changes), clock=lambda: 0, random=random.Random(1), tokenizer=CALIBRATED)
    return [f"{one['role']}{'=' + one['name'] if 'name' in one else ''}: {one['content']}" for one in prompt.messages]


def preset_with(*entries: PromptEntry, **changes: Any) -> Preset:
    order = (*DEFAULT_ORDER, *[OrderEntry(one.identifier) for one in entries])
    prompts = {**DEFAULT_PRESET.prompts, **{one.identifier: one for one in entries}}
    return replace(DEFAULT_PRESET, prompts=prompts, order=order, **changes)


def test_a_prompt_takes_part_only_in_the_generations_it_names() -> None:
    preset = preset_with(
        PromptEntry("own", content="Only when writing for {{user}}.", triggers=frozenset({"impersonate"}))
    )
    assert "system: Only when writing for Ari." not in sent(preset=preset)
    assert "system: Only when writing for Ari." in sent(preset=preset, generation="impersonate")


def test_a_note_before_the_main_prompt_comes_first() -> None:
    assert sent(note=AuthorNote("First.", position="before_main"))[0] == "system: First."
    assert sent(note=AuthorNote("Second.", position="after_main"))[1] == "system: Second."


def test_relative_injections_survive_a_main_prompt_that_is_off_or_missing() -> None:
    off = replace(DEFAULT_PRESET, order=(OrderEntry("main", enabled=False), *DEFAULT_ORDER[1:]))
    missing = replace(DEFAULT_PRESET, order=DEFAULT_ORDER[1:])
    in_chat = preset_with(replace(DEFAULT_PRESET.prompts["main"], in_chat=True, depth=1))
    in_chat = replace(in_chat, order=(OrderEntry("main", enabled=False), *DEFAULT_ORDER[1:]))
    for preset in (off, missing, in_chat):
        assert "system: Keep." in sent(preset=preset, injections=[Injection("x", "Keep.", "after_main")])


def test_names_go_where_the_preset_wants_them() -> None:
    field = sent(preset=replace(DEFAULT_PRESET, names_behaviour="field"))
    content = sent(preset=replace(DEFAULT_PRESET, names_behaviour="content"))
    assert "user=Ari: I brought oil." in field
    assert content[-4:] == [
        "assistant: Mira: Evening.",
        "user: Ari: I brought oil.",
        "system: Thunder.",
        "assistant: Mira: Come in",
    ]


def test_the_start_of_a_reply_is_the_last_thing_the_model_reads() -> None:
    assert sent(options=Options(reply_start="Well, {{user}},"))[-1] == "assistant: Well, Ari,"


def test_a_continuation_ends_with_the_text_and_the_nudge_or_with_the_text_alone() -> None:
    nudge = "system: [Continue your last message without repeating its original content.]"
    options = Options(reasoning=ReasoningOptions(prefix="<", suffix=">", separator=" "))
    assert sent(generation="continue", options=options)[-2:] == ["assistant: <be brief> Come in", nudge]
    prefill = replace(DEFAULT_PRESET, continue_prefill=True)
    assert sent(generation="continue", preset=prefill, options=options)[-1] == "assistant: <be brief> Come in"


def test_in_a_group_the_nudge_ends_the_history_and_the_post_history_prompt_follows() -> None:
    mira, luca = Character("Mira", {"description": "A keeper."}), Character("Luca", {"description": "A fisherman."})
    group = Group([Member(mira), Member(luca, is_muted=True)], "all", prefix="[<FIELDNAME> of {{char}}] ")
    card = {"description": "A keeper.", "post_history_instructions": "{{group}} | {{groupNotMuted}} | {{notChar}}"}
    lines = sent(group=group, character=Character("Mira", card))
    assert "system: [Description of Mira] A keeper.\n[Description of Luca] A fisherman." in lines
    assert "system: [Start a new group chat. Group members: Mira, Luca]" in lines
    assert lines[-2:] == ["system: [Write the next reply only as Mira.]", "system: Mira, Luca | Mira | Luca"]


def test_strict_backends_get_one_system_message_and_speakers_in_turn() -> None:
    lines = sent(preset=replace(DEFAULT_PRESET, post_processing="strict"), note=AuthorNote("Calm.", depth=1))
    roles = [line.split(":")[0] for line in lines]
    assert roles == ["system", "user", "assistant", "user", "assistant"]
    assert lines[3] == "user: I brought oil.\n\nThunder.\n\nCalm."


def test_one_system_message_when_squashing_but_for_those_that_mark_a_beginning() -> None:
    lines = sent(preset=replace(DEFAULT_PRESET, squash_system_messages=True))
    assert lines[:2] == [
        "system: Write Mira's next reply in a fictional chat between Mira and Ari.\nA keeper.",
        "system: [Start a new Chat]",
    ]
