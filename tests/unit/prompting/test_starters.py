"""What ships as a starting point."""

import random

import pytest

from tavernai.config.presets.domain.kinds import found_in
from tavernai.prompting.domain.model_fit import fits
from tavernai.prompting.domain.presets import DEFAULT_PRESET, preset_from_sillytavern
from tavernai.prompting.domain.scene import Character, HistoryMessage, Options, Scene
from tavernai.prompting.domain.starters import SYSTEM_PROMPTS, TITLES, starters, stored
from tavernai.prompting.domain.templates import Templates, options_from
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import ByteTokenizer

INSTRUCTS = {one.name: one.data for one in starters() if one.kind == "instruct"}
CONTEXTS = {one.name: one.data for one in starters() if one.kind == "context"}


def test_every_starter_is_known_for_what_it_is() -> None:
    for one in starters():
        [found] = found_in(dict(one.data))
        assert found.kind == one.kind, one.name
    names = [(one.kind, one.name) for one in starters()]
    assert len(names) == len(set(names)) == 1 + 2 * len(TITLES) + len(SYSTEM_PROMPTS) + 4


def test_the_default_preset_reads_back_as_it_is() -> None:
    assert preset_from_sillytavern(stored(DEFAULT_PRESET)) == DEFAULT_PRESET


@pytest.mark.parametrize("name", TITLES.values())
def test_every_template_makes_a_prompt_that_ends_where_the_reply_begins(name: str) -> None:
    history = [
        HistoryMessage("1", "assistant", "Mira", "Hello."),
        HistoryMessage("2", "user", "Ari", "The oil is here."),
    ]
    options = options_from(Templates(context=CONTEXTS[name], instruct=INSTRUCTS[name]), Options())
    scene = Scene(Character("Mira", {"description": "Keeper."}), history=history, options=options)
    tokenizer = ByteTokenizer("bytes", bytes_a_token=4, message_tokens=4, name_tokens=1)
    made = assemble_text(scene, clock=lambda: 0, random=random.Random(1), tokenizer=tokenizer)
    text = made.messages[0]["content"]
    before, after = INSTRUCTS[name].get("input_sequence", "Ari: "), INSTRUCTS[name].get("input_suffix", "\n")
    assert f"{before}The oil is here.{after}" in text
    assert "Keeper." in text
    told = INSTRUCTS[name].get("output_sequence", "").strip() or INSTRUCTS[name].get("input_suffix", "").strip()
    assert text.rstrip().endswith(told or "Mira:")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Meta-Llama-3.1-8B-Instruct", "Llama 3"), ("gemma-3-27b-it", "Gemma"), ("vicuna-13b-v1.5", "Vicuna"),
        ("c4ai-command-r-plus", "Command R"), ("Qwen2.5-72B", "ChatML"),
        ("Mistral-Small-2501", "Mistral V7"), ("Phi-3.5-mini-instruct", "Phi"), ("GLM-4-9B", "GLM-4"),
    ],
)  # fmt: skip
def test_a_models_name_finds_its_starter(model: str, name: str) -> None:
    assert [title for title, data in INSTRUCTS.items() if fits(data["activation_regex"], model)] == [name]
