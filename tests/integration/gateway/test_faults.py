"""Every way a model's server can misbehave ends in bounded time, with the right verdict, and keeps what was said."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest

from tavernai.engines.openai import OpenAIBackend
from tavernai.gateway.domain import ChatRequest, Connection, Secret, Timeouts
from tavernai.gateway.errors import UpstreamError, UpstreamTimeout
from tavernai.gateway.streamed import streamed
from tests.contract.gateway.doors import running_mock

LIMITS = Timeouts(connect_seconds=0.5, first_token_seconds=0.5, between_tokens_seconds=0.3)
KEPT = "the door opens "
WHOLE = "the door opens slowly and a cold wind "
SLOW = {"slowloris": "secs=0.0005", "stall": "secs=0.15", "429": "secs=1"}

# fault: (code of the error, text that stays)
STREAMED: dict[str, tuple[str | None, str | None]] = {
    "hang": ("upstream_timeout", ""),
    "hang-mid": ("upstream_timeout", KEPT),
    "500": ("upstream_server_error", ""),
    "502": ("upstream_server_error", ""),
    "503": ("upstream_server_error", ""),
    "401": ("upstream_auth", ""),
    "400": ("upstream_refused", ""),
    "404": ("upstream_refused", ""),
    "408": ("upstream_timeout", ""),
    "413": ("upstream_context_too_long", ""),
    "429": ("upstream_rate_limited", ""),
    "context": ("upstream_context_too_long", ""),
    "cut": ("upstream_cut", KEPT),
    "rst": ("upstream_cut", KEPT),
    "nodone": (None, WHOLE),
    "empty": ("upstream_bad_answer", ""),
    "slowloris": (None, WHOLE),
    "stall": (None, WHOLE),
    "garbage": ("upstream_bad_answer", KEPT),
    "badutf8": (None, "the door opens \ufffd\ufffd\ufffdslowly and a cold wind "),
    "error-event": ("upstream_server_error", KEPT),
    "huge": (None, KEPT + "x" * (1 << 20) + "slowly and a cold wind "),
    "badlength": ("upstream_cut", ""),
    "html": ("upstream_bad_answer", ""),
    "badframe": ("upstream_cut", KEPT),
    "refuse": ("upstream_unreachable", ""),
}
WHOLE_ANSWERS = {
    "hang": "upstream_timeout",
    "503": "upstream_server_error",
    "cut": "upstream_cut",
    "garbage": "upstream_bad_answer",
    "html": "upstream_bad_answer",
    "badlength": "upstream_cut",
}


def to(url: str, *, key: str = "") -> Connection:
    return Connection("c", "house", "openai", url, model="mock", key=Secret(key), timeouts=LIMITS)


def ask(fault: str, pace: str = "tps=0") -> ChatRequest:
    return ChatRequest([{"role": "user", "content": f"[[mock fault={fault} {pace} {SLOW.get(fault, '')}]]"}])


@pytest.fixture
async def backend() -> AsyncIterator[OpenAIBackend]:
    made = OpenAIBackend()
    yield made
    await made.close()


async def outcome(
    backend: OpenAIBackend, request: ChatRequest, url: str, *, pause: float = 0
) -> tuple[str | None, str, str | None]:
    """(code of the error, text, finish)."""
    text, finish = "", None
    try:
        async for delta in streamed(backend.tell, request, to(url)):
            text += delta.text
            finish = delta.finish
            await asyncio.sleep(pause)
    except UpstreamError as error:
        return error.code, text, finish
    return None, text, finish


PACED = [(fault, "tps=100") for fault, (_, text) in STREAMED.items() if text and fault != "slowloris"]


@pytest.mark.parametrize(("fault", "pace"), [*((fault, "tps=0") for fault in STREAMED), *PACED])
async def test_a_stream_ends_in_time_and_keeps_its_text(backend: OpenAIBackend, fault: str, pace: str) -> None:
    async with running_mock() as (url, _):
        started = time.monotonic()
        code, text, finish = await outcome(backend, ask(fault, pace), url)
        assert (code, text) == STREAMED[fault]
        assert finish == (None if code else "stop")
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(("fault", "code"), WHOLE_ANSWERS.items())
async def test_a_whole_answer_fails_by_the_same_names(backend: OpenAIBackend, fault: str, code: str) -> None:
    async with running_mock() as (url, _):
        with pytest.raises(UpstreamError) as caught:
            await backend.complete(ask(fault), to(url))
        assert caught.value.code == code


async def test_text_a_slow_reader_had_not_read_yet_survives_the_cut(backend: OpenAIBackend) -> None:
    async with running_mock(tps=500) as (url, _):
        started = time.monotonic()
        code, text, _ = await outcome(backend, ask("cut at=7", ""), url, pause=0.03)
    assert (code, text) == ("upstream_cut", "the door opens slowly and a cold ")
    assert time.monotonic() - started > 7 * 0.03


async def test_a_busy_reader_is_not_the_upstreams_fault(backend: OpenAIBackend) -> None:
    async with running_mock(tps=200) as (url, _), aclosing(streamed(backend.tell, ask("none", ""), to(url))) as deltas:
        await anext(deltas)
        await asyncio.sleep(LIMITS.between_tokens_seconds * 2)
        rest = [delta async for delta in deltas]
    assert rest[-1].finish == "stop"


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
SAID = b'data: {"choices":[{"index":0,"delta":{"content":"Well"},"finish_reason":null}]}\n\n'


@asynccontextmanager
async def canned(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that gives these answers, one a call, whatever it is asked: (its URL, what it was asked)."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        asked.append(await reader.readexactly(size))
        writer.write(answers[min(len(asked), len(answers)) - 1])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()


def plain(status: str, body: bytes) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def test_a_clean_end_without_a_finish_is_called_interrupted(backend: OpenAIBackend) -> None:
    async with canned(HEAD + SAID) as (url, _):
        assert await outcome(backend, ask("none"), url) == (None, "Well", "interrupted")


async def test_done_without_a_finish_counts_as_a_stop(backend: OpenAIBackend) -> None:
    async with canned(HEAD + SAID + b"data: [DONE]") as (url, _):
        assert await outcome(backend, ask("none"), url) == (None, "Well", "stop")


async def test_comments_carriage_returns_and_missing_blanks_are_understood(backend: OpenAIBackend) -> None:
    body = b": PROCESSING\r\n\r\nevent: x\r\n" + SAID.replace(b"data: ", b"data:").replace(b"\n", b"\r\n")
    async with canned(HEAD + body + b"data: [DONE]\r\n\r\n") as (url, _):
        assert await outcome(backend, ask("none"), url) == (None, "Well", "stop")


async def test_a_line_without_an_end_is_given_up(backend: OpenAIBackend) -> None:
    async with canned(HEAD + SAID + b"data: " + b"x" * (9 << 20)) as (url, _):
        assert await outcome(backend, ask("none"), url) == ("upstream_bad_answer", "Well", None)


@pytest.mark.parametrize(
    "payload", [b"[]", b"7", b'{"choices": 3}', b'{"choices": [null]}', b'{"choices": [{"delta": 1}]}']
)
async def test_json_of_another_shape_is_a_bad_answer(backend: OpenAIBackend, payload: bytes) -> None:
    async with canned(HEAD + SAID + b"data: " + payload + b"\n\n") as (url, _):
        code, text, _ = await outcome(backend, ask("none"), url)
        assert (code, text) == ("upstream_bad_answer", "Well")


async def test_thoughts_come_apart_from_the_text(backend: OpenAIBackend) -> None:
    thought = SAID.replace(b'"content"', b'"reasoning_content"')
    other = SAID.replace(b'"content"', b'"reasoning"')
    async with canned(HEAD + thought + other + SAID + b"data: [DONE]\n\n") as (url, _):
        deltas = [delta async for delta in streamed(backend.tell, ask("none"), to(url))]
        assert [delta.reasoning for delta in deltas] == ["Well", "Well", "", ""]
        assert [delta.text for delta in deltas] == ["", "", "Well", ""]


async def test_a_server_that_cannot_stream_is_heard_all_the_same(backend: OpenAIBackend) -> None:
    body = b'{"choices":[{"message":{"content":"All at once."},"finish_reason":"stop"}]}'
    async with canned(plain("200 OK", body)) as (url, _):
        assert await outcome(backend, ask("none"), url) == (None, "All at once.", "stop")


async def test_what_a_server_refuses_to_read_is_left_out_from_then_on(backend: OpenAIBackend) -> None:
    refusal = plain("400 Bad Request", b'{"error":{"message":"Unknown field: stream_options"}}')
    async with canned(refusal, HEAD + SAID + b"data: [DONE]\n\n") as (url, asked):
        assert (await outcome(backend, ask("none"), url))[1] == "Well"
        await outcome(backend, ask("none"), url)
    assert [b"stream_options" in body for body in asked] == [True, False, False]


async def test_a_redirect_is_not_followed(backend: OpenAIBackend) -> None:
    away = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    async with canned(away) as (url, asked):
        assert (await outcome(backend, ask("none"), url))[0] == "upstream_bad_answer"
    assert len(asked) == 1


async def test_the_key_is_in_no_error(backend: OpenAIBackend) -> None:
    body = b'{"error":{"message":"Incorrect API key provided: sk-very-secret-1234"}}'
    async with canned(plain("401 Unauthorized", body)) as (url, _):
        with pytest.raises(UpstreamError) as caught:
            await backend.complete(ask("none"), to(url, key="sk-very-secret-1234"))
    assert caught.value.words == "Incorrect API key provided: ***"
    assert "sk-very-secret-1234" not in repr(caught.value) + repr(caught.value.facts) + repr(to(url, key="sk-very"))


async def test_a_line_that_died_while_it_was_idle_is_replaced_without_a_word(backend: OpenAIBackend) -> None:
    whole = plain("200 OK", b'{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}]}')
    async with canned(whole) as (url, asked):
        answers = [(await backend.complete(ask("none"), to(url))).text for _ in range(5)]
    assert answers == ["Yes."] * 5
    assert len(asked) == 5


async def test_a_line_cut_in_its_middle_is_a_cut_not_nonsense(backend: OpenAIBackend) -> None:
    chunked = HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked")
    async with canned(chunked + b"%x\r\n%b\r\n" % (len(SAID), SAID) + b'9\r\ndata: {"c') as (url, _):
        assert await outcome(backend, ask("none"), url) == ("upstream_cut", "Well", None)


async def test_a_cut_after_the_finish_no_longer_matters(backend: OpenAIBackend) -> None:
    done = SAID.replace(b"null", b'"length"')
    chunked = HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked")
    async with canned(chunked + b"%x\r\n%b\r\n" % (len(done), done)) as (url, _):
        assert await outcome(backend, ask("none"), url) == (None, "Well", "length")


async def test_silence_counts_from_the_last_token_however_long_the_first_may_take(backend: OpenAIBackend) -> None:
    patient = replace(to(""), timeouts=Timeouts(0.5, first_token_seconds=30, between_tokens_seconds=0.2))
    async with running_mock() as (url, _):
        started = time.monotonic()
        with pytest.raises(UpstreamTimeout):
            _ = [delta async for delta in streamed(backend.tell, ask("hang-mid"), replace(patient, base_url=url))]
        assert time.monotonic() - started < 3


async def test_a_token_that_comes_byte_by_byte_is_waited_for(backend: OpenAIBackend) -> None:
    hasty = replace(to(""), timeouts=Timeouts(0.5, first_token_seconds=1, between_tokens_seconds=0.1))
    slow = ChatRequest([{"role": "user", "content": "[[mock fault=slowloris secs=0.001 n=2]]"}])
    async with running_mock() as (url, _):
        deltas = [delta async for delta in streamed(backend.tell, slow, replace(hasty, base_url=url))]
    assert "".join(delta.text for delta in deltas) == "the door "
