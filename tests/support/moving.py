"""Moving in over HTTP: sends, looks, imports, waits."""

import asyncio
from typing import Any

from tests.support.people import Person

WAIT_SECONDS = 60
IMPORT = "/api/config/import"


async def until(person: Person, import_id: str, *statuses: str) -> dict[str, Any]:
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            told: dict[str, Any] = (await person.get(f"{IMPORT}/{import_id}")).ok()
            if told["status"] in (*statuses, "failed"):
                assert told["status"] in statuses, told
                return told
            await asyncio.sleep(0.05)


async def looked_at(person: Person, data: bytes, name: str = "backup.zip") -> dict[str, Any]:
    sent = await person.upload(f"{IMPORT}/sillytavern", (name, data))
    assert sent.status == 202
    return await until(person, sent.ok()["import_id"], "ready")


async def imported(person: Person, data: bytes, name: str = "backup.zip") -> dict[str, Any]:
    found = await looked_at(person, data, name)
    (await person.post(f"{IMPORT}/{found['id']}:start", {})).ok()
    return await until(person, found["id"], "done")


async def items(person: Person, import_id: str, **asked: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await person.get(f"{IMPORT}/{import_id}/items", params={"limit": "200", **asked})
    ).ok()["items"]
    return found


async def names(person: Person, path: str, field: str = "name") -> list[str]:
    return sorted(item[field] for item in (await person.get(path)).ok()["items"])
