"""What each provider documents, replayed: the request is theirs to the letter, the answer means what they say it means.

Each file in tests/data/exchanges/<kind>/ holds a call, the exchanges it leads to, and what comes of it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest

from tavernai.engines.http_backend import HttpBackend
from tavernai.gateway.domain import ChatRequest, Connection, EmbeddingsRequest, Secret, Timeouts, join_tool_calls
from tavernai.gateway.errors import UpstreamError
from tavernai.gateway.streamed import streamed
from tests.support.backends import BACKENDS

FOLDER = Path(__file__).parents[2] / "data" / "exchanges"
FILES = sorted(path.relative_to(FOLDER) for path in FOLDER.glob("*/*.json"))
OWN_WORDS = ("genkey",)


@asynccontextmanager
async def replayed(exchanges: list[dict[str, Any]]) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A server that answers as recorded, by path and turn: (its URL, what it was asked)."""
    asked: list[dict[str, Any]] = []
    left = list(exchanges)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines[1:] if one)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        told = {"path": lines[0].split(" ")[1], "headers": headers, "body": json.loads(body) if body else None}
        found = next((one for one in left if fits(one, told)), None)
        asked.append(told)
        if found is not None:
            left.remove(found)
            writer.write(answer_of(found))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()
    assert left == [], "not everything that was recorded was asked for"


def fits(one: dict[str, Any], told: dict[str, Any]) -> bool:
    asked = {name: value for name, value in (told["body"] or {}).items() if name not in OWN_WORDS}
    return bool(one["path"] == told["path"] and one.get("body", asked) == asked)


def answer_of(one: dict[str, Any]) -> bytes:
    body = one["answer"].encode()
    head = f"HTTP/1.1 {one['status']} X\r\nContent-Type: {one['type']}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def connection_of(kind: str, url: str, given: dict[str, Any]) -> Connection:
    more = {name: value for name, value in given.items() if name not in ("key", "base")}
    address = url + given.get("base", "")
    limits = Timeouts(1.0, 3.0, 3.0)
    return Connection("c", "house", kind, address, key=Secret(given.get("key", "")), timeouts=limits, **more)


async def outcome(backend: HttpBackend, connection: Connection, told: dict[str, Any]) -> dict[str, Any]:
    """What came of the call, in the words of the recording."""
    call, request = told["call"], told.get("request", {})
    if call == "describe":
        found = [astuple(about) for about in await backend.describe(connection)]
        return {"models": [[*about[:3], list(about[3])] for about in found]}
    if call == "embeddings":
        return {"vectors": (await backend.embeddings(EmbeddingsRequest(**request), connection)).vectors}
    if call == "complete":
        whole = await backend.complete(ChatRequest(**request), connection)
        names = ("text", "reasoning", "finish", "usage", "tool_calls")
        return {name: getattr(whole, name) for name in names}
    deltas = [delta async for delta in streamed(backend.tell, ChatRequest(**request), connection)]
    pieces = [piece for delta in deltas for piece in delta.tool_calls or ()]
    return {
        "text": "".join(delta.text for delta in deltas),
        "reasoning": "".join(delta.reasoning for delta in deltas),
        "finish": deltas[-1].finish,
        "usage": deltas[-1].usage,
        "tool_calls": join_tool_calls(pieces),
    }


@pytest.mark.parametrize("file", FILES, ids=str)
async def test_an_exchange_means_what_it_is_documented_to_mean(file: Path) -> None:
    told = json.loads((FOLDER / file).read_text())
    kind, backend = file.parent.name, BACKENDS[file.parent.name]()
    try:
        async with replayed(told["exchanges"]) as (url, asked):
            try:
                found = await outcome(backend, connection_of(kind, url, told["connection"]), told)
            except UpstreamError as error:
                found = {"code": error.code, "text": "", **error.facts}
    finally:
        await backend.close()
    assert {name: found.get(name) for name in told["meant"]} == told["meant"], asked
    for one, sent in zip(told["exchanges"], asked, strict=False):
        wanted = one.get("headers", {})
        assert {name: sent["headers"].get(name) for name in wanted} == wanted


@pytest.mark.parametrize("kind", BACKENDS)
def test_every_kind_has_its_recordings(kind: str) -> None:
    calls = {json.loads((FOLDER / file).read_text())["call"] for file in FILES if file.parent.name == kind}
    assert {"complete", "describe"} <= calls
