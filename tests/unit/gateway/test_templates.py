"""Messages as one prompt."""

import pytest

from tavernai.gateway.templates import TEMPLATES, chosen, guessed, render

SAID = [
    {"role": "system", "content": "You are Ann."},
    {"role": "system", "content": "Hm.", "name": "example_assistant"},
    {"role": "user", "content": "Hello."},
]
RENDERED = {
    "chatml": "<|im_start|>system\nYou are Ann.<|im_end|>\n<|im_start|>assistant\nHm.<|im_end|>\n"
    "<|im_start|>user\nHello.<|im_end|>\n<|im_start|>assistant\n",
    "llama3": "<|start_header_id|>system<|end_header_id|>\n\nYou are Ann.<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\nHm.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\nHello.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    "mistral": "[INST] You are Ann.[/INST] Hm.</s>[INST] Hello.[/INST]",
    "alpaca": "You are Ann.\n\n### Response:\nHm.\n\n### Instruction:\nHello.\n\n### Response:\n",
    "plain": "You are Ann.\n\nAssistant: Hm.\nUser: Hello.\nAssistant:",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_wraps_each_role(name: str) -> None:
    assert render(SAID, TEMPLATES[name]) == RENDERED[name]


@pytest.mark.parametrize("name", TEMPLATES)
def test_words_of_the_assistant_at_the_end_are_gone_on_from(name: str) -> None:
    prompt = render([*SAID, {"role": "assistant", "content": "She nods"}], TEMPLATES[name])
    assert prompt.endswith("She nods")
    assert not any(stop in prompt.rpartition("Hello.")[2].partition("She nods")[2] for stop in TEMPLATES[name].stops)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("koboldcpp/L3-8B-Stheno-v3.2-Q4_K_M", "llama3"),
        ("Meta-Llama-3.1-70B-Instruct", "llama3"),
        ("Mistral-Nemo-Instruct-2407", "mistral"),
        ("MN-12B-Mag-Mell-R1", "chatml"),
        ("Qwen3-30B-A3B", "chatml"),
        ("MythoMax-L2-13B", "alpaca"),
        ("pythia-1b", "plain"),
        ("something-new", "chatml"),
    ],
)
def test_a_models_name_suggests_its_template(model: str, name: str) -> None:
    assert guessed(model) == name


def test_a_chosen_template_beats_the_guess() -> None:
    assert chosen("alpaca", "Qwen3") is TEMPLATES["alpaca"]
