"""The picture behind a character's chats."""

from collections.abc import AsyncIterator
from io import BytesIO

import httpx2
import pytest
from PIL import Image

from tavernai.accounts.domain import Principal
from tavernai.accounts.guards import signed_in
from tavernai.characters.backgrounds.endpoints import router as backgrounds_router
from tavernai.characters.backgrounds.service import BackgroundService
from tavernai.characters.endpoints import router
from tavernai.engines.blobs import FileBlobs
from tavernai.engines.pictures import PillowPictures
from tavernai.http.app import build_site
from tests.integration.characters.conftest import Room

NIGHT = (12, 24, 48)


def picture(width: int, height: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), NIGHT).save(out, "JPEG")
    return out.getvalue()


def sent(data: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", ("night.jpg", data))]


@pytest.fixture
async def client(room: Room) -> AsyncIterator[httpx2.AsyncClient]:
    backgrounds = BackgroundService(room.storage, FileBlobs(room.blobs), PillowPictures())
    services = {type(one): one for one in (room.characters, backgrounds)}
    site = build_site(services, [router, backgrounds_router])
    person = Principal(room.user_id, "member", frozenset({"characters"}), "session")
    site.dependency_overrides[signed_in] = lambda: person
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://tavern") as client:
        yield client


async def place(client: httpx2.AsyncClient) -> str:
    made = (await client.post("/api/characters", json={"card": {"name": "Maren"}})).json()
    assert made["background_url"] is None
    return f"/api/characters/{made['id']}/background"


async def test_a_background_is_kept_small_enough_and_cached_for_good_under_its_hash(client: httpx2.AsyncClient) -> None:
    path = await place(client)
    shown = await client.put(path, files=sent(picture(4_000, 1_000)))
    url = shown.json()["background_url"]
    answer = await client.get(url)
    assert (answer.headers["content-type"], answer.headers["x-content-type-options"]) == ("image/webp", "nosniff")
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert Image.open(BytesIO(answer.content)).size == (1_920, 480)
    again = await client.get(url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(path)).headers["cache-control"] == "private, no-cache"


async def test_a_background_that_was_taken_away_is_not_found(client: httpx2.AsyncClient) -> None:
    path = await place(client)
    assert (await client.get(path)).status_code == 404
    await client.put(path, files=sent(picture(40, 30)))
    gone = await client.delete(path)
    assert (gone.status_code, gone.json()["background_url"], gone.json()["version"]) == (200, None, 3)
    assert (await client.get(path)).status_code == 404


async def test_what_is_no_picture_is_refused_and_nothing_changes(client: httpx2.AsyncClient) -> None:
    path = await place(client)
    refused = await client.put(path, files=sent(b"GIF99a not a picture"))
    assert (refused.status_code, refused.json()["code"]) == (422, "picture_refused")
    assert (await client.get(path)).status_code == 404


async def test_the_same_picture_again_is_no_new_version(client: httpx2.AsyncClient) -> None:
    path = await place(client)
    versions = [(await client.put(path, files=sent(picture(40, 30)))).json()["version"] for _ in range(2)]
    assert versions == [2, 2]
