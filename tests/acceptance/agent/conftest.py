"""A server whose model is the stand-in, and ways to talk about what it does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewServer
from tests.support.people import Frame, Person, joined
from tests.support.processes import Program, mock_upstream_program
from tests.support.servers import Server, started_server

WAIT_SECONDS = 20


SHORT = {
    "TAVERNAI_FIRST_TOKEN_SECONDS": "2",
    "TAVERNAI_BETWEEN_TOKENS_SECONDS": "2",
    "TAVERNAI_CONNECT_SECONDS": "1",
}
"""Time-outs under which hanging ends soon."""


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The stand-in for a model's server, one for all tests here."""
    folder = tmp_path_factory.mktemp("model")
    program = mock_upstream_program(folder, "--tps", "0", "--tokens", "20", "--record", "200").start()
    yield program
    program.kill()


@pytest.fixture(scope="session")
def modelled(
    model: Program, data_template: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server whose default connection is the stand-in, one for all tests that do not stop it."""
    template, key = data_template
    server = started_server(tmp_path_factory.mktemp("modelled") / "data", key, template=template, **SHORT)
    connect(server, model)
    yield server
    server.kill()


@pytest.fixture
def own_modelled(new_server: NewServer, model: Program) -> Server:
    """The same for one test alone, which may kill it."""
    server = new_server(**SHORT)
    connect(server, model)
    return server


def connect(server: Server, model: Program) -> None:
    add = ("connection", "add", "mock", "--kind", "openai", "--base-url", f"{model.url}/v1", "--model", "mock")
    server.command(*add, "--default")


@pytest.fixture
async def person(modelled: Server) -> AsyncIterator[Person]:
    async with Person(modelled.url, key=modelled.key) as somebody:
        yield somebody


async def heard(frames: AsyncIterator[Frame], until: Callable[[Frame], bool]) -> list[Frame]:
    """Frames up to and with the one that satisfies `until`."""
    told: list[Frame] = []
    async with asyncio.timeout(WAIT_SECONDS):
        async for frame in frames:
            told.append(frame)
            if until(frame):
                return told
    raise AssertionError(f"the stream ended without it: {[frame.event for frame in told]}")


def ends(frame: Frame) -> bool:
    return frame.event in ("complete", "error")


def tokens(frames: list[Frame]) -> list[Frame]:
    return [frame for frame in frames if frame.data.get("type") == "token"]


def text_of(frames: list[Frame]) -> str:
    """What a listener ends up with: the joined tokens, or what `complete` puts in their place."""
    ending = next((frame for frame in frames if frame.event == "complete"), None)
    if ending is not None and "text" in ending.data:
        return str(ending.data["text"])
    return joined(tokens(frames))


async def conversation(person: Person, words: str = "Hello") -> dict[str, Any]:
    """A new conversation with the shipped assistant, its first message answered."""
    async with person.say(content=f'{words} [[mock reply="Well met."]]') as frames:
        told = await heard(frames, ends)
    return dict(told[0].data)


async def shown(person: Person, conversation_id: str) -> list[dict[str, Any]]:
    """The active branch, oldest first."""
    page = (await person.get(f"/api/conversations/{conversation_id}/messages?limit=200")).ok()
    items: list[dict[str, Any]] = page["items"]
    return items


async def task_ended(person: Person, task_id: str, *, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
    """The task once it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        task: dict[str, Any] = (await person.get(f"/v1/agent/tasks/{task_id}")).ok()
        if task["status"] in ("completed", "failed", "cancelled"):
            return task
        await asyncio.sleep(0.05)
    raise AssertionError(f"task {task_id} is still {task['status']}")
