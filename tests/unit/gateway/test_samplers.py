"""What each kind of server is told of samplers, and what it is spared."""

from typing import Any

import pytest

from tavernai.gateway.domain import ChatRequest, Prices
from tavernai.gateway.kinds import KINDS
from tavernai.gateway.samplers import CANONICAL, FURTHER, NEUTRAL, SWITCHES, WIRE, ignored, unknown_to, wired


def ask(**samplers: Any) -> ChatRequest:
    return ChatRequest([], samplers=samplers)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_row_of_known_names(kind: str) -> None:
    assert set(WIRE[kind]) <= set(CANONICAL)
    assert len(set(WIRE[kind].values())) == len(WIRE[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CANONICAL)
def test_a_sampler_that_does_something_is_sent_or_named(kind: str, name: str) -> None:
    value = {"seed": 7, "reasoning_effort": "high"}.get(name, 0.37)
    switch = {SWITCHES[name]: 2} if name in SWITCHES else {}
    sent, left = wired(kind, ask(**{name: value}, **switch)), ignored(kind, {name: value, **switch})
    assert (WIRE[kind].get(name) in sent) != (name in left)


@pytest.mark.parametrize(
    ("kind", "sent"), [("ollama", {"top_k": 0, "repeat_penalty": 1}), ("anthropic", {}), ("gemini", {})]
)
def test_neutral_values_go_only_where_the_server_has_defaults_to_switch_off(kind: str, sent: dict[str, Any]) -> None:
    neutral = {name: NEUTRAL[name] for name in ("top_k", "repetition_penalty", "seed")}
    assert wired(kind, ask(**neutral)) == sent
    assert ignored(kind, neutral) == []


def test_what_hangs_on_a_switch_stays_home_while_it_is_off() -> None:
    assert wired("llamacpp", ask(mirostat_mode=0, mirostat_tau=5)) == {"mirostat": 0}
    assert ignored("openai", {"dry_multiplier": 0, "dry_base": 1.75}) == []


def test_openais_own_servers_get_no_fields_of_their_imitators() -> None:
    asked = ask(top_k=40, min_p=0.1, presence_penalty=0.5)
    url = "https://api.openai.com/v1"
    assert wired("openai", asked, base_url=url) == {"presence_penalty": 0.5}
    assert ignored("openai", asked.samplers, base_url=url) == ["top_k", "min_p"]
    assert wired("openai", asked, base_url="http://127.0.0.1:8000") == {
        "top_k": 40,
        "min_p": 0.1,
        "presence_penalty": 0.5,
    }


def test_a_requests_own_fields_win() -> None:
    request = ChatRequest([], temperature=0.5, samplers={"temperature": 1.5}, extra={"top_k": 3, "strange": 1})
    assert wired("ollama", request) == {"temperature": 0.5, "top_k": 3}


@pytest.mark.parametrize(
    ("usage", "amount"),
    [
        ({"prompt_tokens": 1_000_000, "completion_tokens": 0}, "3"),
        ({"prompt_tokens": 1, "completion_tokens": 1}, "0.000018"),
        ({"prompt_tokens": 0, "completion_tokens": 0}, "0"),
    ],
)
def test_a_cost_is_exact(usage: dict[str, int], amount: str) -> None:
    assert Prices(3, 15).cost_of(usage) == {"amount": amount, "currency": "USD"}


def test_what_nobody_counted_costs_nothing_known() -> None:
    assert Prices(3, 15).cost_of(None) is None
    assert Prices(3, 15).cost_of({"prompt_tokens": None, "completion_tokens": 4}) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [one for one in FURTHER if one != "temperature_range"])
def test_what_only_presets_speak_of_is_sent_or_named(kind: str, name: str) -> None:
    sent = wired(kind, ask(**{name: ["x"]}))
    assert (sent == {FURTHER[name].get(kind): ["x"]}) != (name in unknown_to(kind, {name: ["x"]}))


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("koboldcpp", {"temperature": 1.0, "dynatemp_range": 0.5, "dynatemp_exponent": 2}),
        ("text", {"temperature": 0.9, "dynamic_temperature": True, "dynatemp_low": 0.5, "dynatemp_high": 1.5,
                  "dynatemp_exponent": 2}),
    ],
)  # fmt: skip
def test_a_moving_temperature_is_told_in_each_servers_way(kind: str, sent: dict[str, Any]) -> None:
    assert wired(kind, ask(temperature=0.9, temperature_range=[0.5, 1.5, 2])) == sent
