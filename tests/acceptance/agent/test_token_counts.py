"""A model's server that counts tokens is asked near the edge of the budget, once for each text."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from tests.acceptance.agent.conftest import ends, heard
from tests.conftest import NewServer
from tests.support.people import Person

PROSE = "The lamp gutters, the kettle sings. " * 30


@dataclass
class Llama:
    """llama.cpp's server with a token for every two characters, whose chat always says the same."""

    url: str = ""
    counted: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    async def tokenize(self, request: web.Request) -> web.Response:
        text = (await request.json())["content"]
        self.counted.append(text)
        return web.json_response({"tokens": [1] * (len(text) // 2)})

    async def completion(self, request: web.Request) -> web.Response:
        self.prompts.append((await request.json())["prompt"])
        ended = b'data: {"content": "Aye.", "stop": true, "stop_type": "eos"}\n\n'
        return web.Response(body=ended, content_type="text/event-stream")


@pytest.fixture
async def llama() -> AsyncIterator[Llama]:
    one = Llama()
    app = web.Application()
    app.router.add_post("/tokenize", one.tokenize)
    app.router.add_post("/completion", one.completion)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield one
    await runner.cleanup()


@pytest.fixture
async def person(new_server: NewServer, llama: Llama) -> AsyncIterator[Person]:
    """The owner of a server whose default connection is that llama, with a context of 2,000 tokens."""
    server = new_server()
    async with Person(server.url, key=server.key) as somebody:
        limits = {"context_tokens": 2_000, "reply_tokens": 100, "template": "chatml"}
        connection = {"name": "L", "kind": "llamacpp", "base_url": llama.url, "settings": limits, "is_default": True}
        (await somebody.post("/api/connections", connection)).ok()
        yield somebody


async def test_near_the_edge_the_server_counts_and_the_reply_tells_so(person: Person, llama: Llama) -> None:
    async with person.say(content="Hello.") as frames:
        first = await heard(frames, ends)
    short = (await person.get(f"/api/messages/{first[0].data['reply_message_id']}/prompt")).ok()
    assert (short["counted"], llama.counted) == (False, [])
    told = first
    for number in range(6):
        where = {"conversation_id": first[0].data["conversation_id"]}
        async with person.say(content=f"{number} {PROSE}", **where) as frames:
            told = await heard(frames, ends)
    prompt = (await person.get(f"/api/messages/{told[0].data['reply_message_id']}/prompt")).ok()
    assert (prompt["counted"], prompt["tokenizer"], prompt["hash_ok"]) == (True, "llamacpp", True)
    assert (prompt["messages"], prompt["prompt"]) == (None, llama.prompts[-1])
    assert prompt["prompt_tokens"] == len(llama.prompts[-1]) // 2 <= 1_900
    assert len(llama.counted) == len(set(llama.counted))
