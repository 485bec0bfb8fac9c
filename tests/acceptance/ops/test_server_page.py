"""This server over HTTP, as its owner's settings page asks."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.people import Person
from tests.support.servers import Server

WORDS = "the heron keeps its counsel"


@pytest.fixture
async def signed_in(server: Server) -> AsyncIterator[Person]:
    async with Person(server.url) as person:
        (await person.sign_in(server.owner, server.password)).ok()
        yield person


async def backed_up(person: Person) -> dict[str, Any]:
    """Make a backup and wait until it is there."""
    (await person.post("/api/server/backups", {})).ok()
    async with asyncio.timeout(30):
        while (told := (await person.get("/api/server")).ok()["backups"])["progress"] is not None:
            await asyncio.sleep(0.1)
    assert told["failure"] is None
    return dict(told["last"])


async def test_owners_see_what_runs_and_what_it_takes(signed_in: Person) -> None:
    told = (await signed_in.get("/api/server")).ok()
    assert told["storage"] == "ok"
    assert told["space"]["database"] > 0
    assert told["space"]["free"] <= told["space"]["total"]
    assert {one["state"] for one in told["checks"]} <= {"ok", "warn"}
    assert told["backups"]["plan"] == {"hour": 4, "keep_daily": 7, "keep_weekly": 4, "version": 0}


async def test_a_backup_made_by_a_button_is_listed_handed_out_and_deleted(signed_in: Person, owner: Person) -> None:
    last = await backed_up(signed_in)
    [listed] = (await signed_in.get("/api/server/backups")).ok()["items"]
    assert listed == last
    path = f"/api/server/backups/{last['name']}"
    data = (await signed_in.get(path)).body
    assert "edge.db" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert (await owner.get(path)).json()["code"] == "session_needed", "a key does not hand out everything"
    assert (await signed_in.delete(path)).status == 204
    assert (await signed_in.get(path)).status == 404


async def test_the_plan_changes_and_an_older_one_is_not_put_over_it(signed_in: Person) -> None:
    changed = (await signed_in.patch("/api/server/backup-plan", {"version": 0, "hour": None, "keep_daily": 3})).ok()
    assert changed == {"hour": None, "keep_daily": 3, "keep_weekly": 4, "version": 1}
    assert (await signed_in.patch("/api/server/backup-plan", {"version": 0, "hour": 5})).status == 409
    again = (await signed_in.patch("/api/server/backup-plan", {"version": 1, "hour": 5})).ok()
    assert (again["hour"], again["keep_daily"]) == (5, 3)


async def test_the_log_that_is_handed_out_holds_nothing_that_people_wrote(signed_in: Person, server: Server) -> None:
    await signed_in.post("/v1/agent/messages", {"content": WORDS})
    await signed_in.get("/api/search", params={"q": WORDS})
    await signed_in.post("/api/characters", {"card": {"name": WORDS, "description": WORDS}})
    await signed_in.post("/api/characters", {"card": {"name": [WORDS]}})
    await asyncio.sleep(1)
    log = (await signed_in.get("/api/server/logs")).body.decode()
    assert "/v1/agent/messages" in log
    assert WORDS not in log
    assert "heron" not in log
