"""Pictures from elsewhere over HTTP: none until a person allowed them, and then nothing but the picture."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tavernai.chat.pictures.service import AT_ONCE, WAITING_MAX
from tests.support.elsewhere import INNER_HOST, PICTURE, Elsewhere, house
from tests.support.people import Answer, Person

PATH = "/chat/remote_pictures"


@dataclass
class Scene:
    """Olivia, the owner, in a conversation; and a server elsewhere that has pictures."""

    person: Person
    host: Elsewhere
    character_id: str
    conversation_id: str

    def address(self, path: str = "/a.png", **place: str) -> str:
        asked = place or {"conversation_id": self.conversation_id}
        words = "".join(f"&{name}={value}" for name, value in asked.items())
        return f"/api/pictures?url={quote(self.host.url(path), safe='')}{words}"

    async def say(self, kind: str, value: bool | None, scope_id: str | None = None, **more: Any) -> None:
        op = {"op": "unset", "path": PATH} if value is None else {"op": "set", "path": PATH, "value": value} | more
        body = {"scope": {"type": kind, "id": scope_id}, "ops": [op]}
        (await self.person.post("/api/config/revisions", body)).ok()

    async def allow_here(self) -> None:
        await self.say("conversation", True, self.conversation_id)

    async def code(self, address: str) -> str:
        answer = await self.person.get(address)
        return str(answer.json()["code"]) if answer.status != 200 else "shown"


def headers_of(answer: Answer) -> dict[str, str]:
    """By name in small letters, however the server writes them."""
    return {name.lower(): value for name, value in answer.headers.items()}


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with house(tmp_path / "data") as made:
        person, host = made.person, made.host
        card = {"name": "Wren", "first_mes": f"![a harbour]({host.url('/a.png')})"}
        who = (await person.post("/api/characters", {"card": card})).ok()["id"]
        chat = (await person.post("/api/conversations", {"character_id": who})).ok()["id"]
        yield Scene(person, host, who, chat)


async def test_nothing_is_asked_for_before_somebody_allowed_it(scene: Scene) -> None:
    (await scene.person.get(f"/api/conversations/{scene.conversation_id}/messages")).ok()
    for address in (scene.address(), scene.address(character_id=scene.character_id)):
        answer = await scene.person.get(address)
        assert (answer.status, answer.json()["code"]) == (403, "pictures_not_allowed")
    assert scene.host.asked == []


async def test_allowed_is_shown_with_our_headers_and_none_of_theirs(scene: Scene) -> None:
    await scene.allow_here()
    answer = await scene.person.get(scene.address())
    assert (answer.status, answer.body) == (200, PICTURE)
    told = headers_of(answer)
    assert told["content-type"] == "image/png"
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "default-src 'none'; sandbox"
    assert told["cross-origin-resource-policy"] == "same-origin"
    assert told["cache-control"].startswith("private")
    assert "Cookie" in told["vary"]
    assert not {"set-cookie", "x-theirs"} & set(told)
    assert not {"cookie", "referer", "authorization", "x-csrf-token"} & {name.lower() for name in scene.host.headers[0]}


@pytest.mark.parametrize("kind", ["user", "character", "conversation"])
async def test_each_layer_allows_and_takes_back(scene: Scene, kind: str) -> None:
    named = {"character": scene.character_id, "conversation": scene.conversation_id}.get(kind)
    await scene.say(kind, True, named)
    assert await scene.code(scene.address()) == "shown"
    await scene.say(kind, None, named)
    assert await scene.code(scene.address()) == "pictures_not_allowed"


async def test_what_one_chat_allowed_holds_in_no_other(scene: Scene) -> None:
    other = (await scene.person.post("/api/conversations", {"character_id": scene.character_id})).ok()["id"]
    await scene.allow_here()
    assert await scene.code(scene.address(conversation_id=other)) == "pictures_not_allowed"
    assert await scene.code(scene.address(character_id=scene.character_id)) == "pictures_not_allowed"
    both = scene.address(conversation_id=other, character_id=scene.character_id)
    assert await scene.code(both) == "picture_place_wanted"
    assert await scene.code("/api/pictures?url=https%3A%2F%2Fexample.org") == "picture_place_wanted"


async def test_a_nearer_no_wins_over_a_farther_yes(scene: Scene) -> None:
    await scene.say("user", True)
    await scene.say("conversation", False, scene.conversation_id)
    assert await scene.code(scene.address()) == "pictures_not_allowed"


async def test_one_picture_is_shown_by_a_persons_deed_and_allows_no_other(scene: Scene) -> None:
    asked = {"url": scene.host.url("/a.png"), "conversation_id": scene.conversation_id}
    answer = await scene.person.post("/api/pictures:show", asked)
    assert (answer.status, answer.body) == (200, PICTURE)
    assert await scene.code(scene.address()) == "pictures_not_allowed"
    csrf, scene.person.csrf = scene.person.csrf, ""
    assert (await scene.person.post("/api/pictures:show", asked)).status == 403
    scene.person.csrf = csrf
    assert scene.host.asked == ["/a.png"]


async def test_what_the_owner_fixed_no_deed_gets_around(scene: Scene) -> None:
    await scene.say("global", False, lock=True)
    await scene.allow_here()
    assert await scene.code(scene.address()) == "pictures_not_allowed"
    asked = {"url": scene.host.url("/a.png"), "conversation_id": scene.conversation_id}
    assert (await scene.person.post("/api/pictures:show", asked)).status == 403
    assert scene.host.asked == []


async def test_the_second_look_comes_from_the_shelf_and_can_be_short(scene: Scene) -> None:
    await scene.allow_here()
    first = await scene.person.get(scene.address())
    again = await scene.person.get(scene.address(), headers={"If-None-Match": headers_of(first)["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert scene.host.asked == ["/a.png"]


async def test_each_refusal_has_its_code(scene: Scene) -> None:
    await scene.allow_here()
    here = f"&conversation_id={scene.conversation_id}"
    inner = quote(scene.host.url("/a.png", host=INNER_HOST), safe="")
    assert await scene.code(f"/api/pictures?url={inner}{here}") == "picture_address_refused"
    for url in ("file:///etc/passwd", "data:image/png;base64,AAAA", f"http://127.0.0.1:{scene.host.port}/a"):
        assert await scene.code(f"/api/pictures?url={quote(url, safe='')}{here}") == "picture_address_refused"
    assert await scene.code(scene.address("/status/404")) == "picture_failed"
    scene.host.body = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    assert await scene.code(scene.address("/b.svg")) == "not_a_picture"
    assert scene.host.inside == []


async def test_one_person_keeps_few_lines_open_and_a_bounded_queue(scene: Scene) -> None:
    await scene.allow_here()
    asked = [scene.person.get(scene.address(f"/slow/0.2/{number}")) for number in range(12)]
    assert {answer.status for answer in await asyncio.gather(*asked)} == {200}
    assert scene.host.most_at_once == AT_ONCE
    flood = [scene.person.get(scene.address(f"/slow/0.1/more{number}")) for number in range(WAITING_MAX + 20)]
    statuses = [answer.status for answer in await asyncio.gather(*flood)]
    assert statuses.count(429) > 0
    assert set(statuses) <= {200, 429}
