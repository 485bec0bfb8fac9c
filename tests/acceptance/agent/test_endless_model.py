"""A model's server that means harm: it never ends, or sends more than anybody reads."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest

from tavernai.agent.reply import REPLY_CHARACTERS_MAX
from tests.acceptance.agent.conftest import ends, heard, shown
from tests.support.people import Person

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def chunk(**said: str) -> bytes:
    return b"data: " + orjson.dumps({"choices": [{"delta": said}]}) + b"\n\n"


PIECES = {
    "words without end": chunk(content="word " * 2_000),
    "thoughts without end": chunk(reasoning_content="hm " * 2_000),
    "one token that is too long": chunk(content="x" * 4_000_000),
}


@pytest.fixture(params=PIECES.values(), ids=PIECES.keys())
async def endless(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a server that says the same for as long as somebody listens."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD)
        try:
            while True:
                writer.write(request.param)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    server.close()


async def test_a_reply_without_end_is_ended_and_what_was_said_stays_readable(person: Person, endless: str) -> None:
    given = {"name": "endless " + endless.rpartition(":")[2][:-3], "kind": "openai", "base_url": endless, "model": "m"}
    made = (await person.post("/api/connections", given)).ok()
    async with person.say(content="Say it.", connection=made["id"]) as frames:
        told = await heard(frames, ends)
    assert (told[-1].event, told[-1].data["code"]) == ("error", "upstream_bad_answer")
    reply = (await shown(person, told[0].data["conversation_id"]))[-1]
    assert len(reply["text"]) + len(reply["reasoning"] or "") <= REPLY_CHARACTERS_MAX
