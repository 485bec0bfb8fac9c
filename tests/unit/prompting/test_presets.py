"""Presets as SillyTavern stores them, good and bad."""

from tavernai.prompting.domain.presets import BUILTINS, DEFAULT_ORDER, DEFAULT_PRESET, preset_from_sillytavern


def test_an_empty_preset_is_the_default_one() -> None:
    preset = preset_from_sillytavern({})
    assert preset.order == DEFAULT_ORDER
    assert set(preset.prompts) == {entry.identifier for entry in BUILTINS}
    assert preset.names_behaviour == "default"


def test_rubbish_takes_its_default() -> None:
    preset = preset_from_sillytavern(
        {
            "prompts": [
                None,
                {"identifier": 4},
                {"identifier": "main", "role": [], "injection_depth": "x", "content": None},
            ],
            "prompt_order": [{"character_id": 100001, "order": "x"}, 4],
            "names_behavior": [],
            "custom_prompt_post_processing": "odd",
            "new_chat_prompt": 4,
            "continue_prefill": "yes",
        }
    )
    assert preset.prompts["main"].role == "system"
    assert preset.prompts["main"].depth == 4
    assert (preset.order, preset.post_processing, preset.continue_prefill) == (DEFAULT_ORDER, "", False)
    assert preset.new_chat_prompt == "[Start a new Chat]"


def test_the_old_name_of_merging_is_understood() -> None:
    assert preset_from_sillytavern({"custom_prompt_post_processing": "claude"}).post_processing == "merge"


def test_only_the_global_order_counts() -> None:
    orders = [
        {"character_id": 100000, "order": [{"identifier": "jailbreak", "enabled": True}]},
        {"character_id": 100001, "order": [{"identifier": "main", "enabled": False}]},
    ]
    [entry] = preset_from_sillytavern({"prompt_order": orders}).order
    assert (entry.identifier, entry.enabled) == ("main", False)


def test_a_preset_of_2023_keeps_its_prompts_under_names_of_their_own() -> None:
    old = {"main_prompt": "Old main.", "jailbreak_prompt": "Old end.", "names_in_completion": True}
    told = preset_from_sillytavern(old)
    assert (told.prompts["main"].content, told.prompts["jailbreak"].content) == ("Old main.", "Old end.")
    assert told.names_behaviour == "field"
    newer = preset_from_sillytavern(old | {"prompts": [], "names_behavior": 0})
    assert (newer.prompts["main"].content, newer.names_behaviour) == (DEFAULT_PRESET.prompts["main"].content, "default")
