"""Corners of a prompt that recordings seldom show: each a sentence of the contract."""

import random
import time
from typing import Any

import pytest

from tavernai.prompting.domain.account import Prompt
from tavernai.prompting.domain.assemble import assemble, environment
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.presets import Preset, preset_from_sillytavern
from tavernai.prompting.domain.scene import (
    AuthorNote,
    Character,
    Context,
    Group,
    HistoryMessage,
    LoreHit,
    Member,
    Options,
    Persona,
    Scene,
    Variables,
)
from tavernai.prompting.domain.scripts import replaced, script_from
from tavernai.prompting.domain.story import told
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR, NO_TOKENIZER
from tavernai.prompting.domain.world_info.entries import LoreBook, Worlds, book_from
from tavernai.prompting.domain.world_info.in_scene import woken_in
from tavernai.prompting.domain.world_info.settings import ScanSettings
from tavernai.prompting.domain.world_info.world import World

ARI = Persona("Ari", "A sailor.")


def prompt(**given: Any) -> Prompt:
    scene = Scene(**{"character": Character("Mira"), "persona": ARI} | given)
    return assemble(scene, clock=lambda: 0, random=random.Random(1), tokenizer=BYTES_OVER_FOUR)


def contents(**given: Any) -> list[str]:
    return [message["content"] for message in prompt(**given).messages]


def hit(content: str, position: Any) -> LoreHit:
    return LoreHit(content, content, position)


def said(*texts: str) -> list[HistoryMessage]:
    """Of the person and of Mira in turn, the newest last."""
    return [
        HistoryMessage(str(n), "assistant" if n % 2 else "user", "Mira" if n % 2 else "Ari", text)
        for n, text in enumerate(texts)
    ]


def scanned(book: LoreBook, history: list[HistoryMessage], **given: Any) -> list[str]:
    """The titles of what woke."""
    settings, note = given.pop("settings", ScanSettings()), given.pop("note_is_searched", False)
    scene = Scene(Character("Mira"), ARI, history, **given)
    env = environment(scene, clock=lambda: 0, random=random.Random(1))
    world = World(Worlds(everywhere=[book]), settings, note_is_searched=note)
    return [one.entry.title for one in woken_in(env, world, tokens=len, monotonic=time.monotonic).woken]


def test_of_prompts_with_one_identifier_the_first_counts() -> None:
    twice = [{"identifier": "main", "content": "first"}, {"identifier": "main", "content": "second"}]
    assert preset_from_sillytavern({"prompts": twice}).prompts["main"].content == "first"


@pytest.mark.parametrize(
    ("position", "text", "wanted"),
    [
        ("in_prompt", "N", "T\nN\nB"),
        ("in_prompt", "", "T\n\nB"),
        ("note_top", "", "A sailor.\nT\n\nB"),
        ("note_bottom", "N", "T\nN\nB\nA sailor."),
    ],
)
def test_the_line_of_an_empty_note_stays_between_the_lore_around_it(position: Any, text: str, wanted: str) -> None:
    lore = [hit("T", "note_top"), hit("B", "note_bottom")]
    persona = Persona("Ari", "A sailor.", position)
    assert wanted in contents(persona=persona, note=AuthorNote(text), lore=lore, history=said("Hi."))


def test_a_note_that_is_left_out_this_turn_wakes_no_lore() -> None:
    book = book_from("b", {"entries": {"0": {"key": ["storm"], "content": "C", "comment": "storm"}}})
    note = AuthorNote("A storm comes.", interval=3)
    assert scanned(book, said("Hi."), note=note, note_is_searched=True) == []
    assert scanned(book, said(*"abcde"), note=note, note_is_searched=True) == ["storm"]


def test_the_search_widens_to_the_first_message_where_nothing_bounds_it() -> None:
    book = book_from("b", {"entries": {"0": {"key": ["storm"], "content": "C", "comment": "storm"}}})
    history = said("A storm.", *["x"] * 200)
    assert scanned(book, history, settings=ScanSettings(activations_min=1)) == ["storm"]
    assert scanned(book, history, settings=ScanSettings(activations_min=1, depth_max=150)) == []


def test_a_frame_of_lore_without_its_mark_stands_alone() -> None:
    assert "Lore." in contents(preset=Preset(wi_format="Lore."), lore=[hit("secret", "before")])


def test_line_breaks_at_the_ends_of_a_prefix_set_joined_cards_apart() -> None:
    members = [Member(Character(name, {"data": {"description": f"{name} sails."}})) for name in ("Mira", "Bo")]
    group = Group(members, "all", "\n# <FIELDNAME> of {{char}}\n", "\n")
    described = contents(character=members[0].character, group=group)
    assert "\n# Description of Mira\nMira sails.\n\n\n# Description of Bo\nBo sails.\n" in described


def test_lines_of_two_members_that_follow_each_other_are_one_turn_of_an_example() -> None:
    examples = "<START>\nAri: Hi.\nMira: Yes.\nBo: Aye."
    cards = [Character(name, {"data": {"mes_example": examples}}) for name in ("Mira", "Bo")]
    told = prompt(character=cards[0], group=Group([Member(card) for card in cards])).messages
    turns = [one["content"] for one in told if one.get("name") == "example_assistant"]
    assert turns == ["Mira: Yes.\nBo: Aye."]


def test_numbers_come_first_up_to_where_a_browser_stops_counting() -> None:
    entries = {key: {"comment": key} for key in ("x", "4294967295", "4294967294", "7", "07")}
    assert [one.title for one in book_from("b", {"entries": entries}).entries] == [
        "7", "4294967294", "x", "4294967295", "07",
    ]  # fmt: skip


def test_a_condition_reads_a_variable_that_is_written_and_not_one_that_macros_gave() -> None:
    env = environment(
        Scene(Character("Mira"), variables=Variables({"a": "$x"}, {"x": "0"})), clock=lambda: 0, random=random
    )
    assert expand("{{if $x}}yes{{else}}no{{/if}}{{if !$x}}yes{{/if}}", env) == "noyes"
    assert expand("{{if {{noop}}$x}}yes{{else}}no{{/if}}", env) == "yes"
    assert expand("{{if {{getvar::a}}}}yes{{else}}no{{/if}}", env) == "yes"


@pytest.mark.parametrize(
    ("find", "text", "wanted"),
    [
        ("/a/y", "ba", "ba"),
        ("/a/y", "ab", "Xb"),
        ("/a/gy", "aab a", "XXb a"),
        ("/<b>.*?</b>/g", "1 <b>2</b> 3", "1 X 3"),
        ("/[^/]+/", "ab/c", "X/c"),
        ("/home/ari", "in /home/ari now", "in X now"),
    ],
)
def test_an_expression_of_a_script_is_read_to_its_last_slash(find: str, text: str, wanted: str) -> None:
    script = script_from({"findRegex": find, "replaceString": "X", "placement": [2]})
    assert replaced(script, text, expand=str) == wanted


def test_a_sticky_key_stands_where_the_search_begins() -> None:
    keys = {"0": {"key": ["/storm/y"], "comment": "no"}, "1": {"key": ["/\\x01Ari: A storm/y"], "comment": "yes"}}
    assert scanned(book_from("b", {"entries": keys}), said("A storm.")) == ["yes"]


def test_a_greeting_that_came_in_unread_is_read_in_a_text_completion_too() -> None:
    history = [HistoryMessage("1", "assistant", "Mira", "Hello, {{user}}."), *said("I am {{user}}.")]
    options = Options(context=Context(story_string="{{system}}"))
    scene = Scene(Character("Mira"), ARI, history, options=options)
    made = assemble_text(scene, clock=lambda: 0, random=random, tokenizer=NO_TOKENIZER)
    assert "Mira: Hello, Ari.\nAri: I am {{user}}.\nMira:" in made.messages[0]["content"]


def test_a_long_comment_of_a_story_may_hold_macros() -> None:
    assert told("a{{!-- not {{char}} --}}b{{! short }}c", {"char": "Mira"}) == "abc"
