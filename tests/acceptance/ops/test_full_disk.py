"""The disk fills up under a running server: nothing acknowledged is lost, reading goes on, and later everything."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.people import Person
from tests.support.processes import Program
from tests.support.servers import must
from tests.support.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.needs("namespaces")


@pytest.fixture
def disk(data_template: tuple[Path, str], tmp_path: Path) -> Iterator[SmallDisk]:
    """Twelve megabytes, of which the server's own files take one or two."""
    template, key = data_template
    with small_disk(template, key, tmp_path / "data", megabytes=12) as found:
        yield found


@pytest.fixture
async def person(disk: SmallDisk, mock_upstream: Program) -> AsyncIterator[Person]:
    async with Person(disk.server.url, key=disk.server.key) as person:
        about = {"name": "mock", "kind": "openai", "base_url": f"{mock_upstream.url}/v1", "model": "mock"}
        (await person.post("/api/connections", about | {"is_default": True})).ok()
        yield person


async def test_a_full_disk_is_told_and_everything_goes_on_when_it_is_not(disk: SmallDisk, person: Person) -> None:
    told = (await person.post("/v1/agent/messages", {"content": "before [[mock n=2 tps=0]]"})).ok()
    disk.fill()
    refused = await _refused(person)
    assert (refused["status"], refused["code"]) == (507, "storage_full")
    assert (await person.get("/api/health")).ok()["storage"] == "full"
    assert (await person.get(f"/api/conversations/{told['conversation_id']}/messages")).ok()["items"]
    disk.free()
    await _writes_again(person)
    (await person.post("/v1/agent/messages", {"content": "after"})).ok()


async def test_a_reply_that_ends_on_a_full_disk_is_kept_whole_once_there_is_space(
    disk: SmallDisk, person: Person
) -> None:
    words = {"content": "[[mock n=40 tps=20 ttft=0]]"}
    told, texts, end = None, [], None
    async with person.say(**words) as frames:
        async for frame in frames:
            told = told or frame.data
            if frame.data.get("type") == "token":
                texts.append(frame.data["text"])
            if len(texts) == 10 and frame.data.get("type") == "token":
                disk.fill()
                asyncio.get_running_loop().call_later(4, disk.free)
            end = frame.event
    assert end == "complete"
    assert told is not None
    items = (await person.get(f"/api/conversations/{told['conversation_id']}/messages")).ok()["items"]
    assert (items[-1]["text"], items[-1]["status"]) == ("".join(texts).strip(), "complete")


async def test_what_was_acknowledged_before_the_disk_filled_up_is_there_after_a_crash(
    disk: SmallDisk, person: Person
) -> None:
    kept = []
    disk.fill()
    for number in range(200):
        answer = await person.post("/v1/agent/messages", {"content": f"{number} " + "x" * 2_000, "reply": False})
        if answer.status == 202:
            kept.append(answer.json()["message_id"])
    disk.free()
    await _writes_again(person)
    for message_id in kept:
        assert (await person.get(f"/api/messages/{message_id}/variants")).status == 200
    assert "are as they were recorded" in must("verify", "ledger", "verify", data=disk.folder)


async def _refused(person: Person) -> dict[str, object]:
    """Post until the disk is really full: what SQLite has free inside its files is filled first."""
    for number in range(500):
        answer = await person.post("/v1/agent/messages", {"content": f"{number} " + "x" * 20_000})
        if answer.status != 202:
            return dict(answer.json())
    raise AssertionError("the disk never filled up")


async def _writes_again(person: Person) -> None:
    async with asyncio.timeout(10):
        while (await person.get("/api/health")).ok()["storage"] != "ok":
            await asyncio.sleep(0.1)
