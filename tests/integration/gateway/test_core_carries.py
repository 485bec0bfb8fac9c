"""What a gateway elsewhere is told and tells: nothing of a connection is lost on the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tavernai.engines.core_client import RemoteGateway
from tavernai.engines.text import TextBackend
from tavernai.gateway.breaker import FAILURES_MAX, Breakers
from tavernai.gateway.core_app import CoreApp
from tavernai.gateway.domain import ChatRequest, Connection, Prices, Timeouts
from tavernai.gateway.errors import UpstreamAuth, UpstreamPaused
from tavernai.gateway.service import FixedBook, GatewayService
from tests.contract.gateway.doors import running_mock, served
from tests.tools.mock_upstream import Mock

KEY = "tvk_a-key-of-core"
SHORT = Timeouts(1.0, 1.0, 1.0)


async def keyed(token: str | None) -> bool:
    return token == KEY


@asynccontextmanager
async def core(key: str = KEY) -> AsyncIterator[tuple[RemoteGateway, Breakers, Connection, Mock]]:
    """Core behind a key, its one connection a text server with everything set."""
    async with running_mock(record=5) as (url, mock):
        house = Connection(
            "c1", "house", "text", url, model="mock", timeouts=SHORT, is_default=True, template="alpaca",
            prices=Prices(3, 15, "EUR"), fallbacks=("c2", "c3"),
        )  # fmt: skip
        breakers = Breakers()
        inside = GatewayService(FixedBook([house]), {"text": TextBackend()}, breakers=breakers)
        async with served(Starlette(routes=[Mount("/core", app=CoreApp(inside, authorize=keyed))])) as address:
            gateway = RemoteGateway(f"{address}/core", key=key)
            yield gateway, breakers, house, mock
            await gateway.close()
        await inside.close()


async def test_a_connection_arrives_with_all_that_is_set() -> None:
    async with core() as (gateway, _, house, _mock):
        found = await gateway.resolve("house")
    assert (found.template, found.prices, found.fallbacks) == (house.template, house.prices, house.fallbacks)


async def test_samplers_and_a_rendered_prompt_reach_the_server_under_its_names() -> None:
    request = ChatRequest(
        [{"role": "user", "content": "unused"}], samplers={"dry_multiplier": 0.8, "top_a": 0.2}, prompt="Ann: "
    )
    async with core() as (gateway, _, _house, mock):
        await gateway.complete("house", request)
        body = mock.recorded[-1]["body"]
    assert (body["prompt"], body["dry_multiplier"], body["top_a"]) == ("Ann: ", 0.8, 0.2)
    assert "samplers" not in body
    assert "messages" not in body


async def test_a_connection_that_rests_does_so_for_both() -> None:
    async with core() as (gateway, breakers, house, _mock):
        for _ in range(FAILURES_MAX):
            breakers.left(house, "upstream_timeout")
        assert (await gateway.status("c1")).state == "open"
        with pytest.raises(UpstreamPaused) as caught:
            await gateway.complete("house", ChatRequest([{"role": "user", "content": "Hello."}]))
    assert caught.value.facts["retry_after_seconds"] > 0


async def test_without_the_right_key_core_stays_closed() -> None:
    async with core(key="tvk_another") as (gateway, *_):
        with pytest.raises(UpstreamAuth):
            await gateway.models()
