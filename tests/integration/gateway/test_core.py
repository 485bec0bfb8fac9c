"""Core over HTTP, as programs that were written for the OpenAI API use it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openai
import orjson
import pytest

from tavernai.gateway.core_app import CoreApp
from tests.contract.gateway.doors import running_mock, served, service
from tests.tools.mock_upstream import Mock

MESSAGES: list[Any] = [{"role": "user", "content": "Hello."}]


async def only_the_key(token: str | None) -> bool:
    return token == "tvk_right"


@pytest.fixture
async def upstream() -> AsyncIterator[tuple[str, Mock]]:
    async with running_mock() as running:
        yield running


@pytest.fixture
async def core(upstream: tuple[str, Mock]) -> AsyncIterator[str]:
    gateway = service(upstream[0])
    async with served(CoreApp(gateway, authorize=only_the_key)) as url:
        yield url
    await gateway.close()


@pytest.fixture
async def client(core: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{core}/v1", api_key="tvk_right", max_retries=0) as made:
        yield made


@pytest.fixture
async def http(core: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(core, headers={"Authorization": "Bearer tvk_right"}) as session:
        yield session


async def test_the_official_client_gets_an_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="house", messages=MESSAGES)
    assert answer.choices[0].message.content == "the door opens slowly and a cold wind "
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 8


async def test_the_official_client_reads_the_stream(client: openai.AsyncOpenAI) -> None:
    options: Any = {"include_usage": True}
    stream = await client.chat.completions.create(
        model="house/any", messages=MESSAGES, stream=True, stream_options=options
    )
    chunks = [chunk async for chunk in stream]
    said = [chunk.choices[0] for chunk in chunks if chunk.choices]
    assert said[0].delta.role == "assistant"
    assert "".join(one.delta.content or "" for one in said) == "the door opens slowly and a cold wind "
    assert said[-1].finish_reason == "stop"
    assert chunks[-1].usage is not None
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


async def test_the_official_client_lists_models_and_makes_vectors(client: openai.AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    vectors = await client.embeddings.create(model="stage", input=["rain", "a red door"])
    assert "stage/demo" in listed
    assert [len(one.embedding) for one in vectors.data] == [1024, 1024]
    assert vectors.model == "hash-1024"


async def test_the_official_client_uses_tools(client: openai.AsyncOpenAI) -> None:
    asked: Any = [{"role": "user", "content": "[[mock tool_calls=look arguments={}]]"}]
    answer = await client.chat.completions.create(model="house", messages=asked)
    calls: Any = answer.choices[0].message.tool_calls
    assert (calls[0].function.name, calls[0].function.arguments) == ("look", "{}")
    assert answer.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("429", openai.RateLimitError, "upstream_rate_limited"),
        ("context", openai.BadRequestError, "upstream_context_too_long"),
        ("503", openai.InternalServerError, "upstream_server_error"),
    ],
)
async def test_the_official_client_meets_its_own_errors(
    client: openai.AsyncOpenAI, fault: str, kind: type[openai.APIStatusError], code: str
) -> None:
    asked: Any = [{"role": "user", "content": f"[[mock fault={fault}]]"}]
    with pytest.raises(kind) as caught:
        await client.chat.completions.create(model="house", messages=asked, stream=True)
    assert caught.value.code == code


async def test_the_official_client_hears_of_an_error_inside_the_stream(client: openai.AsyncOpenAI) -> None:
    asked: Any = [{"role": "user", "content": "[[mock fault=cut]]"}]
    stream = await client.chat.completions.create(model="house", messages=asked, stream=True)
    with pytest.raises(openai.APIError, match="line to the model broke"):
        _ = [chunk async for chunk in stream]


async def test_a_wrong_key_opens_nothing_but_health(core: str) -> None:
    async with openai.AsyncOpenAI(base_url=f"{core}/v1", api_key="tvk_wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as caught:
            await client.models.list()
        assert caught.value.code == "invalid_api_key"
    async with aiohttp.ClientSession(core) as session, session.get("/health") as answer:
        assert await answer.json() == {"status": "ok"}


BAD_BODIES: list[tuple[Any, str | None]] = [
    (b"{", None),
    (b"[]", None),
    ({}, "messages"),
    ({"messages": []}, "messages"),
    ({"messages": [{"role": "wizard", "content": ""}]}, "messages[0].role"),
    ({"messages": [{"role": "user", "content": 3}]}, "messages[0].content"),
    ({"messages": MESSAGES, "temperature": "hot"}, "temperature"),
    ({"messages": MESSAGES, "max_tokens": -1}, "max_tokens"),
    ({"messages": MESSAGES, "model": 7}, "model"),
    ({"messages": MESSAGES, "stop": [1]}, "stop"),
    ({"messages": MESSAGES, "tools": "all"}, "tools"),
    ({"messages": MESSAGES, "n": 2}, "n"),
]


@pytest.mark.parametrize(("body", "param"), BAD_BODIES)
async def test_a_bad_body_is_refused_as_openai_does(http: aiohttp.ClientSession, body: Any, param: str | None) -> None:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    async with http.post("/v1/chat/completions", data=data) as answer:
        error = (await answer.json())["error"]
    assert answer.status == 400
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]


async def test_routes_that_are_not_there_answer_in_the_same_shape(http: aiohttp.ClientSession) -> None:
    async with http.get("/v1/chat/completions") as wrong, http.post("/v1/nothing") as missing:
        assert (wrong.status, missing.status) == (405, 404)
        assert (await missing.json())["error"]["code"] == "unknown_url"


async def test_a_model_nobody_has_is_not_found(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model="gpt-9", messages=MESSAGES)
    assert caught.value.code == "model_not_found"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_cancels_upstream(
    http: aiohttp.ClientSession, upstream: tuple[str, Mock], stream: bool
) -> None:
    body = {"messages": [{"role": "user", "content": "[[mock tps=10 n=200]]"}], "stream": stream}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), http.post("/v1/chat/completions", json=body) as answer:
            await answer.read()
    for _ in range(100):
        if upstream[1].stats["client_gone"]:
            break
        await asyncio.sleep(0.02)
    assert upstream[1].stats["client_gone"] == 1


async def test_an_interrupted_stream_ends_without_done(upstream: tuple[str, Mock], http: aiohttp.ClientSession) -> None:
    body = {"messages": [{"role": "user", "content": "[[mock fault=cut]]"}], "stream": True}
    async with http.post("/v1/chat/completions", json=body) as answer:
        lines = (await answer.text()).strip().split("\n\n")
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "upstream_cut" in lines[-1]
    assert all(line != "data: [DONE]" for line in lines)


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_without_keys_a_web_page_of_elsewhere_gets_nothing(
    upstream: tuple[str, Mock], headers: dict[str, str]
) -> None:
    gateway = service(upstream[0])
    async with (
        served(CoreApp(gateway, loopback_only=True)) as url,
        aiohttp.ClientSession(url) as session,
        session.get("/v1/models", headers=headers) as refused,
        session.get("/v1/models") as welcome,
    ):
        assert (refused.status, welcome.status) == (403, 200)
    await gateway.close()


async def refused(core: str, words: str) -> dict[str, Any]:
    body = {"model": "house", "messages": [{"role": "user", "content": words}]}
    headers = {"Authorization": "Bearer tvk_right"}
    async with (
        aiohttp.ClientSession(core, headers=headers) as session,
        session.post("/v1/chat/completions", json=body) as answer,
    ):
        error: dict[str, Any] = (await answer.json())["error"]
    return error


async def test_words_that_may_name_an_owners_address_or_key_are_not_passed_on(core: str) -> None:
    error = await refused(core, "[[mock fault=401]]")
    assert error["code"] == "upstream_auth"
    assert error["facts"] == {"upstream_status": 401, "connection": "house"}
    assert (await refused(core, "[[mock fault=400]]"))["facts"]["words"] == "mock fault 400"


async def test_who_may_use_a_connection_does_not_learn_where_it_leads() -> None:
    gateway = service("http://127.0.0.1:9")
    async with served(CoreApp(gateway, authorize=only_the_key)) as url:
        error = await refused(url, "Hello.")
    await gateway.close()
    assert error["code"] == "upstream_unreachable"
    assert "127.0.0.1" not in str(error)
