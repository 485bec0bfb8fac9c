"""Pictures that came with a card: listed in its order, served safely, and told again from the facts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from tavernai.accounts.domain import Principal
from tavernai.accounts.guards import signed_in
from tavernai.characters.assets.endpoints import router
from tavernai.characters.assets.service import AssetService
from tavernai.characters.tables import character_assets
from tavernai.engines.blobs import FileBlobs
from tavernai.http.app import build_site
from tavernai.kernel.ids import new_id
from tests.integration.characters.conftest import Room
from tests.support.shared import fixture


@pytest.fixture
def who(room: Room) -> list[Principal]:
    """Whoever stands here asks."""
    return [Principal(room.user_id, "member", frozenset({"characters"}), "session")]


@pytest.fixture
async def client(room: Room, who: list[Principal]) -> AsyncIterator[httpx2.AsyncClient]:
    site = build_site({AssetService: AssetService(room.storage, FileBlobs(room.blobs), room.avatars)}, [router])
    site.dependency_overrides[signed_in] = lambda: who[0]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://tavern") as client:
        yield client


async def mira(room: Room) -> str:
    data = fixture("golden/card_import/inputs/charx_full.charx").read_bytes()
    made = await room.imported(data, "mira.charx")
    assert made.character_id is not None
    return made.character_id


async def listed(client: httpx2.AsyncClient, character_id: str, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"/api/characters/{character_id}/assets{query}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_they_are_listed_in_the_cards_order_page_by_page(client: httpx2.AsyncClient, room: Room) -> None:
    character_id = await mira(room)
    whole = (await listed(client, character_id))["items"]
    assert {one["kind"] for one in whole} == {"icon", "emotion", "background", "x_custom", "user_icon"}
    first = await listed(client, character_id, "?limit=2")
    rest = await listed(client, character_id, f"?limit=100&cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == whole
    assert rest["next_cursor"] is None


async def test_each_is_served_as_the_picture_it_is_and_as_nothing_else(client: httpx2.AsyncClient, room: Room) -> None:
    for one in (await listed(client, await mira(room)))["items"]:
        answer = await client.get(one["url"])
        assert (answer.headers["content-type"], len(answer.content)) == (one["media_type"], one["bytes"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "immutable" in answer.headers["cache-control"]
        again = await client.get(one["url"], headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        small = await client.get(one["url"], params={"size": "96"})
        assert small.headers["content-type"] in ("image/webp", "image/svg+xml", one["media_type"])


async def test_nobody_elses_are_there(client: httpx2.AsyncClient, room: Room, who: list[Principal]) -> None:
    character_id = await mira(room)
    url = (await listed(client, character_id))["items"][0]["url"]
    other = await room.created("Wren")
    assert (await listed(client, other))["items"] == []
    assert (await client.get(url.replace(character_id, other))).status_code == 404
    who[0] = replace(who[0], user_id=new_id())
    assert (await client.get(url)).status_code == 404
    assert (await client.get(f"/api/characters/{character_id}/assets")).status_code == 404


async def test_a_name_that_is_no_hash_finds_nothing(client: httpx2.AsyncClient, room: Room) -> None:
    character_id = await mira(room)
    for name in ("main", "..%2F..%2Fedge.db", "0" * 64):
        assert (await client.get(f"/api/characters/{character_id}/assets/{name}")).status_code == 404


async def test_a_card_without_any_leaves_no_rows(room: Room) -> None:
    await room.created("Wren")
    assert await room.storage.read(lambda conn: conn.execute(select(character_assets)).all()) == []
