"""The demo: honest, in the card's words, the same for the same words."""

import itertools
import time
from typing import Any

import pytest

from tavernai.engines.demo import DemoBackend
from tavernai.gateway.domain import ChatRequest, Completion, Connection
from tavernai.gateway.streamed import streamed

HERE = Connection("d", "stage", "demo")
CARD = [
    {"role": "system", "content": "Write Mira's next reply in a fictional chat between Mira and Ann."},
    {"role": "system", "content": "Mira keeps the lighthouse at Cape Sorrow. She never lets the lamp go dark."},
    {"role": "assistant", "content": '*The door creaks.* "You are soaked through, come to the stove."'},
]
CARD_WORDS = ("keeps the lighthouse", "come to the stove", "never lets the lamp")
CHINESE = [
    {"role": "system", "content": "扮演苏晚晴。苏晚晴在临河的老街上经营一家茶馆。店里的灯总是亮到最晚。"},
    {"role": "user", "content": "你好，这里是哪里？"},
]


def said(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


async def reply(*messages: dict[str, Any], **more: Any) -> Completion:
    backend = DemoBackend(tokens_per_second=0)
    return await backend.complete(ChatRequest(list(messages), **more), HERE)


async def test_its_first_reply_says_what_it_is_and_where_to_connect_a_model() -> None:
    for variant in range(12):
        text = (await reply(*CARD, said("Hello!"), variant=variant)).text
        assert "demo" in text
        assert "**Connections**" in text
        assert "Mira" in text


async def test_later_replies_play_on_without_repeating_it() -> None:
    text = (await reply(*CARD, said("Hello!"), {"role": "assistant", "content": "x"}, said("I sit down."))).text
    assert "Connections" not in text
    assert "Mira" in text


async def test_it_speaks_in_the_cards_own_words() -> None:
    talk = [*CARD, said("Hello!"), {"role": "assistant", "content": "x"}]
    texts = [(await reply(*talk, said("And then?"), variant=number)).text for number in range(6)]
    assert all(any(words in text for words in CARD_WORDS) for text in texts)
    assert not any("fictional chat" in text for text in texts)


async def test_the_same_words_get_the_same_answer_and_each_variant_another() -> None:
    texts = [(await reply(*CARD, said("Hello!"), variant=number)).text for number in range(8)]
    again = [(await reply(*CARD, said("Hello!"), extra={"seed": number})).text for number in range(8)]
    assert len(set(texts)) == 8
    assert texts == again


async def test_it_answers_in_chinese_when_the_talk_is_chinese() -> None:
    text = (await reply(*CHINESE)).text
    assert "演示" in text
    assert "**连接**" in text
    assert "苏晚晴" in text or "灯" in text


@pytest.mark.parametrize("limit", [1, 5, 20])
async def test_it_keeps_to_the_token_bound_and_counts_truly(limit: int) -> None:
    whole = await reply(*CARD, said("Hello!"), max_tokens=limit)
    usage = whole.usage or {}
    assert whole.finish == "length"
    assert usage["completion_tokens"] == limit
    assert len(whole.text.split()) == limit
    assert usage["total_tokens"] == usage["prompt_tokens"] + limit


async def test_it_stops_before_a_stop_string() -> None:
    whole = await reply(*CARD, said("Hello!"), stop=["\n\n"])
    assert whole.finish == "stop"
    assert "\n\n" not in whole.text
    assert whole.text


async def test_the_stream_says_what_the_whole_answer_says_at_its_pace() -> None:
    request = ChatRequest([*CARD, said("Hello!")], max_tokens=20)
    started = time.perf_counter()
    deltas = [delta async for delta in streamed(DemoBackend(tokens_per_second=200).tell, request, HERE)]
    assert 0.06 < time.perf_counter() - started < 1.5
    assert "".join(delta.text for delta in deltas) == (await reply(*CARD, said("Hello!"), max_tokens=20)).text
    assert deltas[-1].finish == "length"


@pytest.mark.parametrize("messages", [[], [said("")], [said("🙂")], [{"role": "system", "content": None}]])
async def test_it_has_something_to_say_to_anything(messages: list[dict[str, Any]]) -> None:
    assert (await reply(*messages)).text


async def test_asked_to_go_on_it_does_not_begin_again() -> None:
    text = (await reply(*CARD, said("Hello!"), {"role": "assistant", "content": "She nods, and"})).text
    assert "demo" not in text


async def test_every_kind_of_remark_finds_a_line() -> None:
    remarks = [
        "Bye!",
        "thank you",
        "who are you?",
        "Hi",
        "*waves*",
        "Why?",
        "Run!",
        "I sit.",
        "再见",
        "谢谢",
        "你是谁",
        "走吧",
    ]
    before = [*CARD, said("x"), {"role": "assistant", "content": "y"}]
    for remark, number in itertools.product(remarks, range(3)):
        text = (await reply(*before, said(remark), variant=number)).text
        assert "{" not in text
        assert len(text) > 20
