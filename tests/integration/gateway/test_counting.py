"""Servers that count tokens: each text asked once, within bounds; one that cannot is left alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from tavernai.engines.koboldcpp import KoboldCppBackend
from tavernai.engines.llamacpp import LlamaCppBackend
from tavernai.engines.text import TextBackend
from tavernai.gateway import counting
from tavernai.gateway.counting import CountService
from tavernai.gateway.domain import Connection

BOS = 1


@dataclass
class WordServer:
    """Counts words; puts one token before every text, as KoboldCpp does, and answers others the way it is told."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    status: int = 200
    pause: float = 0.0

    def route(self, field_name: str, answer: Callable[[int], Any]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            text = (await request.json())[field_name]
            self.asked.append(text)
            await asyncio.sleep(self.pause)
            return web.json_response(answer(len(text.split())), status=self.status)

        return handler


@pytest.fixture
async def server() -> AsyncIterator[WordServer]:
    words = WordServer()
    app = web.Application()
    app.router.add_post("/tokenize", words.route("content", lambda count: {"tokens": [7] * count}))
    app.router.add_post("/api/extra/tokencount", words.route("prompt", lambda count: {"value": count + BOS}))
    app.router.add_post("/v1/internal/token-count", words.route("text", lambda count: {"length": count}))
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    words.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield words
    await runner.cleanup()


@pytest.fixture
async def counts() -> AsyncIterator[CountService]:
    backends = {"llamacpp": LlamaCppBackend(), "koboldcpp": KoboldCppBackend(), "text": TextBackend()}
    yield CountService(backends)  # type: ignore[arg-type]
    for backend in backends.values():
        await backend.close()


def to(server: WordServer, kind: str) -> Connection:
    return Connection("c", "C", kind, server.url + ("/v1" if kind == "text" else ""), "some-model")


@pytest.mark.parametrize("kind", ["llamacpp", "koboldcpp", "text"])
async def test_a_server_is_asked_once_for_each_text(server: WordServer, counts: CountService, kind: str) -> None:
    connection = to(server, kind)
    await counts.ask(connection, ["one two", "three"])
    await counts.ask(connection, ["a b c d"])
    known = counts.known(connection)
    assert [known.get(text) for text in ("one two", "three", "a b c d", "new")] == [2, 1, 4, None]
    assert sorted(server.asked) == sorted(["", "one two", "three", "a b c d"])


@pytest.mark.parametrize("status", [404, 500])
async def test_a_server_that_does_not_count_is_left_alone(
    server: WordServer, counts: CountService, status: int
) -> None:
    connection, server.status = to(server, "text"), status
    assert counts.counts(connection)
    await counts.ask(connection, ["one", "two"])
    assert not counts.counts(connection)
    assert counts.counts(to(server, "llamacpp"))


async def test_a_slow_server_is_not_waited_for(
    server: WordServer, counts: CountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SECONDS_MAX", 0.2)
    connection, server.pause = to(server, "koboldcpp"), 5.0
    async with asyncio.timeout(3):
        await counts.ask(connection, ["one"])
    assert (counts.known(connection).get("one"), counts.counts(connection)) == (None, False)


async def test_what_is_kept_has_a_bound(
    server: WordServer, counts: CountService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "KEPT_MAX", 3)
    connection = to(server, "llamacpp")
    await counts.ask(connection, [f"text {n}" for n in range(9)])
    assert sum(counts.known(connection).get(f"text {n}") is not None for n in range(9)) == 3


async def test_the_demo_and_hosted_models_are_not_asked(counts: CountService) -> None:
    assert not counts.counts(Connection("c", "C", "openai", "http://127.0.0.1:1/v1"))
    assert not counts.counts(Connection("c", "C", "demo"))
