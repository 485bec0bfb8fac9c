"""The room at its own endpoints: shapes, caching, bounds. The whole product over a socket is tested in acceptance."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tavernai.accounts.domain import Principal
from tavernai.accounts.guards import signed_in
from tavernai.characters.domain.reading import read_file
from tavernai.characters.endpoints import router
from tavernai.characters.personas.endpoints import router as personas_router
from tavernai.characters.shipped import samples
from tavernai.http.app import build_site
from tests.data.pictures import tiny_png
from tests.integration.characters.conftest import Room
from tests.support.shared import fixture


@pytest.fixture
async def client(room: Room) -> AsyncIterator[httpx2.AsyncClient]:
    services = (room.characters, room.imports, room.avatars, room.personas)
    site = build_site({type(one): one for one in services}, [router, personas_router])
    site.dependency_overrides[signed_in] = lambda: Principal(
        room.user_id, "member", frozenset({"characters"}), "session"
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://tavern") as client:
        yield client


async def created(client: httpx2.AsyncClient, name: str = "Mira", **fields: Any) -> dict[str, Any]:
    answer = await client.post("/api/characters", json={"card": {"name": name, **fields}})
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def files(*sent: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", one) for one in sent]


async def test_import_answers_one_result_a_file_in_order(client: httpx2.AsyncClient) -> None:
    good, bad = (
        fixture("malformed/json_bom_v2.json").read_bytes(),
        fixture("malformed/png_empty_chara.png").read_bytes(),
    )
    sent = files(("a.json", good), ("b.png", bad), ("c.json", good))
    results = (await client.post("/api/characters/import", files=sent)).json()["results"]
    assert [one["status"] for one in results] == ["imported", "refused", "duplicate"]
    assert results[0]["warnings"] == ["A byte order mark at the start was removed."]
    assert (results[1]["code"], results[1]["character_id"]) == ("card_unreadable", None)
    assert results[2]["character_id"] == results[0]["character_id"]


async def test_a_list_item_and_the_detail_have_the_promised_fields(client: httpx2.AsyncClient) -> None:
    made = await created(client, tags=["sea"], creator="lab", first_mes="Hi")
    page = (await client.get("/api/characters")).json()
    [item] = page["items"]
    assert (page["next_cursor"], page["total"]) == (None, 1)
    chats = {name: item.pop(name) for name in ("chatted_at", "chats", "messages")}
    assert chats == {"chatted_at": None, "chats": 0, "messages": 0}
    assert item.items() <= made.items()
    assert item | {"created_at": "", "updated_at": ""} == {
        "id": made["id"], "name": "Mira", "tags": ["sea"], "avatar_url": None, "creator": "lab", "card_version": "3.0",
        "created_at": "", "updated_at": "", "favourite": False, "greetings": 1, "deleted": False, "version": 1,
    }  # fmt: skip
    assert (await client.get(f"/api/characters/{made['id']}")).json() == made


async def test_a_change_needs_the_version_and_a_late_one_gets_the_current_state(client: httpx2.AsyncClient) -> None:
    made = await created(client)
    path = f"/api/characters/{made['id']}"
    first = await client.patch(
        path, json={"version": 1, "card": {"scenario": "A storm."}, "tags": ["x"], "favourite": True}
    )
    assert (first.status_code, first.json()["favourite"], first.json()["card"]["tags"]) == (200, True, ["x"])
    late = await client.patch(path, json={"version": 1, "card": {"scenario": "Calm."}})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert late.json()["facts"]["current"] == first.json()
    assert (await client.patch(path, json={"card": {}})).status_code == 422


async def test_favourites_can_be_listed_alone(client: httpx2.AsyncClient) -> None:
    dear, _other = await created(client), await created(client, "Voss")
    await client.patch(f"/api/characters/{dear['id']}", json={"version": 1, "favourite": True})
    page = (await client.get("/api/characters?favourite=true")).json()
    assert [item["name"] for item in page["items"]] == ["Mira"]
    assert page["total"] == 1


async def test_trash_restore_tags_and_history_are_reached_by_their_addresses(client: httpx2.AsyncClient) -> None:
    made = await created(client, tags=["sea"])
    path = f"/api/characters/{made['id']}"
    assert (await client.get("/api/characters/tags")).json() == {"items": [{"tag": "sea", "count": 1}]}
    assert (await client.delete(path)).status_code == 204
    assert (await client.get("/api/characters")).json()["items"] == []
    assert (await client.get("/api/characters?trash=true")).json()["items"][0]["deleted"] is True
    assert (await client.post(f"{path}:restore")).json()["deleted"] is False
    history = (await client.get(f"{path}/history")).json()["items"]
    assert [one["kind"] for one in history] == ["character.restored", "character.deleted", "character.created"]


async def test_a_picture_is_cached_for_good_under_its_hash_and_asked_for_again_without(
    client: httpx2.AsyncClient,
) -> None:
    made = await created(client)
    changed = await client.put(f"/api/characters/{made['id']}/avatar", files=files(("a.png", tiny_png())))
    url = changed.json()["avatar_url"]
    named = await client.get(f"{url}&size=240")
    assert (named.headers["content-type"], named.headers["x-content-type-options"]) == ("image/webp", "nosniff")
    assert named.headers["cache-control"] == "private, max-age=31536000, immutable"
    bare = await client.get(f"/api/characters/{made['id']}/avatar?size=240")
    assert (bare.headers["cache-control"], bare.content) == ("private, no-cache", named.content)
    again = await client.get(f"{url}&size=240", headers={"If-None-Match": named.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_drawn_portrait_cannot_run_anything(client: httpx2.AsyncClient) -> None:
    made = await created(client, "<script>")
    answer = await client.get(f"/api/characters/{made['id']}/avatar?size=96")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert b"<script" not in answer.content


@pytest.mark.parametrize(("form", "kind"), [("png", "image/png"), ("json", "application/json")])
async def test_an_export_is_a_download_with_the_characters_name(
    client: httpx2.AsyncClient, form: str, kind: str
) -> None:
    made = await created(client, "林 Mira")
    answer = await client.get(f"/api/characters/{made['id']}/export?format={form}")
    assert answer.headers["content-type"] == kind
    assert f"filename*=UTF-8''%E6%9E%97%20Mira.{form}" in answer.headers["content-disposition"]
    assert read_file(answer.content).card.data == made["card"]


async def test_requests_that_are_no_upload_or_no_card_are_refused_in_words(client: httpx2.AsyncClient) -> None:
    asked = [
        await client.post("/api/characters/import", json={}),
        await client.post("/api/characters/import", files=[("other", ("a", b"x"))]),
        await client.post("/api/characters", json={"card": {}}),
        await client.post("/api/characters", json={"card": {"name": "x"}, "more": 1}),
        await client.post("/api/characters/import", files=files(*[("a.json", b"{}")] * 201)),
        await client.get("/api/characters/none"),
        await client.get("/api/characters?cursor=!!"),
    ]
    assert [answer.status_code for answer in asked] == [400, 400, 422, 422, 413, 404, 400]
    assert all(answer.json()["detail"] for answer in asked)


async def test_samples_are_shown_with_pictures_and_added_once(client: httpx2.AsyncClient) -> None:
    items = (await client.get("/api/characters/samples")).json()["items"]
    assert [item["name"] for item in items] == list(samples())
    for item in items:
        assert (await client.get(item["avatar_url"])).headers["content-type"] == "image/webp"
        added = (await client.post(f"/api/characters/samples/{item['name']}:add")).json()
        again = (await client.post(f"/api/characters/samples/{item['name']}:add")).json()
        assert (added["status"], again["status"], added["name"]) == ("imported", "duplicate", item["title"])
    assert (await client.post("/api/characters/samples/none:add")).status_code == 404


async def test_personas_are_made_chosen_and_removed(client: httpx2.AsyncClient) -> None:
    first = (await client.post("/api/personas", json={"name": "Ada", "is_default": True})).json()
    second = (await client.post("/api/personas", json={"name": "Captain", "description": "Salt"})).json()
    chosen = await client.patch(f"/api/personas/{second['id']}", json={"version": 1, "is_default": True})
    assert chosen.json()["is_default"] is True
    assert (await client.delete(f"/api/personas/{first['id']}")).status_code == 204
    [left] = (await client.get("/api/personas")).json()["items"]
    assert (left["name"], left["is_default"], left["version"]) == ("Captain", True, 2)
    assert (await client.delete(f"/api/personas/{second['id']}")).json()["code"] == "last_persona"


@pytest.mark.parametrize("slug", list(samples()))
def test_a_sample_is_a_whole_card_in_a_small_picture(slug: str) -> None:
    one = samples()[slug]
    card = read_file(one.data).card.data
    assert len(one.data) < 150_000
    assert len(card["alternate_greetings"]) == 2
    assert card["creator_notes_multilingual"]["zh"]
    assert all(card[field] for field in ("description", "personality", "scenario", "first_mes", "mes_example", "tags"))
    assert one.tagline
    assert json.dumps(card)
