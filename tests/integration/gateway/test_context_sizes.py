"""Where nobody set a context size, the server's own is used, and it is asked once."""

import asyncio
from dataclasses import replace

from tavernai.engines.openai import OpenAIBackend
from tavernai.gateway.domain import Connection, ModelAbout
from tavernai.gateway.errors import UpstreamUnreachable
from tavernai.gateway.service import FixedBook, GatewayService

OPEN = Connection("c1", "house", "openai", "http://127.0.0.1:9", model="big", is_context_set=False)


class Telling(OpenAIBackend):
    """Tells what it is given; counts how often it is asked."""

    def __init__(self, told: list[ModelAbout] | None) -> None:
        super().__init__()
        self.told = told
        self.asked = 0

    async def describe(self, connection: Connection) -> list[ModelAbout]:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.told is None:
            raise UpstreamUnreachable
        return self.told


def gateway(backend: Telling, connection: Connection = OPEN) -> GatewayService:
    return GatewayService(FixedBook([connection]), {"openai": backend})


async def test_the_servers_size_is_used_and_asked_for_once() -> None:
    backend = Telling([ModelAbout("small", 4_096), ModelAbout("big", 131_072, 16_384)])
    service = gateway(backend)
    found = await asyncio.gather(*(service.resolve("house") for _ in range(50)))
    assert {one.context_tokens for one in found} == {16_384}
    assert (await service.resolve("c1")).context_tokens == 16_384
    assert backend.asked == 1


async def test_a_size_that_somebody_set_is_not_asked_for() -> None:
    backend = Telling([ModelAbout("big", 131_072)])
    chosen = replace(OPEN, context_tokens=2_048, is_context_set=True)
    assert (await gateway(backend, chosen).resolve("house")).context_tokens == 2_048
    assert backend.asked == 0


async def test_a_server_that_is_away_leaves_the_usual_size() -> None:
    assert (await gateway(Telling(None)).resolve("house")).context_tokens == 8_192
