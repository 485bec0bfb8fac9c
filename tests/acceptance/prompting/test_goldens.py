"""What SillyTavern 1.18.0 was recorded to send, and what we send for the same input."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tavernai.prompting.domain.assemble import assemble, environment
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.post_process import post_process
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR, NO_TOKENIZER
from tests.support.scenes import Rolls, milliseconds, scenario, scene_of, scenes, with_variables
from tests.support.shared import fixture, fixture_names


def mismatches(path: str) -> list[Any]:
    loaded = scenario(path)
    random = Rolls(loaded["input"])
    sent = [assemble(scene, clock=lambda: 0, random=random, tokenizer=BYTES_OVER_FOUR) for scene in scenes(loaded)]
    expected = [request["messages"] for request in loaded["expected"]["requests"]]
    return [(ours.messages, theirs) for ours, theirs in zip(sent, expected, strict=True) if ours.messages != theirs]


@pytest.mark.parametrize("path", fixture_names("golden/chat_completion/*.json"))
def test_a_chat_completion_prompt_is_what_sillytavern_sends(path: str) -> None:
    wrong = mismatches(path)
    for ours, theirs in wrong:
        assert ours == theirs


@pytest.mark.parametrize("path", fixture_names("golden/macros/*.json"))
def test_a_macro_gives_what_sillytavern_gives(path: str) -> None:
    loaded = scenario(path)
    given = loaded["input"]
    scene = scene_of(given, given["characters"][0])
    clock = lambda: milliseconds(given["frozen_time"])  # noqa: E731
    for row, expected in zip(given["texts"], loaded["expected"]["rows"], strict=True):
        options = row.get("options", {})
        seen = with_variables(scene, row)
        seen = replace(seen, persona=replace(seen.persona, name=options.get("name1Override", seen.persona.name)))
        seen = replace(seen, character=replace(seen.character, name=options.get("name2Override", seen.character.name)))
        env = environment(seen, clock=clock, random=Rolls({}))
        extra = {name.lower(): text for name, text in options.get("dynamicMacros", {}).items()}
        assert expand(row["text"], env, extra=extra, original=options.get("original")) == expected["new"]
        if row.get("show_vars"):
            assert (env.local, env.everywhere) == (expected["new_local_after"], expected["new_global_after"])


@pytest.mark.parametrize("path", fixture_names("golden/post_processing/*.json"))
def test_post_processing_gives_what_sillytavern_gives(path: str) -> None:
    loaded = json.loads(fixture(path).read_text())
    given = loaded["input"]
    names = given["names"]
    ours = post_process(
        given["messages"], kind=given["type"], char=names["charName"], user=names["userName"], group=names["groupNames"]
    )
    assert ours == loaded["expected"]["messages"]


@pytest.mark.parametrize("path", fixture_names("golden/text_completion/*.json"))
def test_a_text_completion_prompt_is_what_sillytavern_sends(path: str) -> None:
    loaded = scenario(path)
    random = Rolls(loaded["input"])
    for scene, theirs in zip(scenes(loaded), loaded["expected"]["requests"], strict=True):
        ours = assemble_text(scene, clock=lambda: 0, random=random, tokenizer=NO_TOKENIZER)
        assert ours.messages[0]["content"] == theirs["prompt"]
        assert ours.stop == theirs["stop"]
