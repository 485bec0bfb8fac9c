"""Reading aloud by a server: what goes out, what comes back, and what is refused on the way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from aiohttp import web

from tavernai.accounts.domain import Principal
from tavernai.accounts.guards import signed_in
from tavernai.engines.secret_box import FileSecretBox
from tavernai.engines.speech import OpenAISpeaker
from tavernai.gateway.speech.endpoints import TEXT_CHARACTERS_MAX, router
from tavernai.gateway.speech.service import SpeechService
from tavernai.http.app import build_site
from tavernai.kernel.ids import new_id
from tavernai.ledger.ports import Storage

SOUND = b"ID3" + bytes(range(256)) * 100


@dataclass
class Upstream:
    """A speech server on loopback; remembers what it was asked."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    status: int = 200
    kind: str = "audio/mpeg"

    async def speak(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        if self.status != 200:
            return web.json_response({"error": {"message": "No such voice: sk-1"}}, status=self.status)
        return web.Response(body=SOUND, content_type=self.kind)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    told = Upstream()
    app = web.Application()
    app.router.add_post("/v1/audio/speech", told.speak)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    await runner.cleanup()


@pytest.fixture
async def client(sqlite_storage: Storage, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    speaker = OpenAISpeaker()
    service = SpeechService(sqlite_storage, FileSecretBox(tmp_path / "key"), speaker)
    site = build_site({SpeechService: service}, [router])
    owner = Principal(new_id(), "owner", frozenset({"admin", "gateway"}), "session")
    site.dependency_overrides[signed_in] = lambda: owner
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://tavern") as client:
        yield client
    await speaker.close()


async def kept(client: httpx2.AsyncClient, upstream: Upstream, **more: Any) -> dict[str, Any]:
    given = {"base_url": upstream.url, "model": "tts-1", "voice": "alloy", "key": "sk-1"} | more
    answer = await client.put("/api/speech", json=given)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_text_becomes_sound_in_the_voice_asked_for(client: httpx2.AsyncClient, upstream: Upstream) -> None:
    await kept(client, upstream)
    answer = await client.post("/api/speech", json={"text": "Sit by the fire.", "voice": "nova"})
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, SOUND, "audio/mpeg")
    assert upstream.asked == [
        {"model": "tts-1", "input": "Sit by the fire.", "voice": "nova", "response_format": "mp3"}
    ]
    assert upstream.keys == ["Bearer sk-1"]
    await client.post("/api/speech", json={"text": "And the usual voice."})
    assert upstream.asked[-1]["voice"] == "alloy"


async def test_the_key_is_never_shown_and_stays_only_for_its_host(
    client: httpx2.AsyncClient, upstream: Upstream
) -> None:
    shown = await kept(client, upstream)
    assert shown["has_key"] is True
    assert "sk-1" not in (await client.get("/api/speech")).text
    same = await client.put("/api/speech", json={"base_url": f"{upstream.url}/v1", "version": shown["version"]})
    assert same.json()["has_key"] is True
    elsewhere = await client.put("/api/speech", json={"base_url": "http://speech.example"})
    assert elsewhere.json()["has_key"] is False


async def test_without_a_server_the_page_is_told_to_read_itself(client: httpx2.AsyncClient, upstream: Upstream) -> None:
    assert (await client.get("/api/speech")).json()["ready"] is False
    refused = await client.post("/api/speech", json={"text": "Hm?"})
    assert (refused.status_code, refused.json()["code"]) == (503, "no_speech")
    await kept(client, upstream)
    assert (await client.delete("/api/speech")).status_code == 204
    assert (await client.get("/api/speech")).json()["ready"] is False
    assert (await client.delete("/api/speech")).status_code == 404


async def test_what_the_server_does_wrong_is_said_without_the_key(
    client: httpx2.AsyncClient, upstream: Upstream
) -> None:
    await kept(client, upstream)
    upstream.status = 400
    refused = await client.post("/api/speech", json={"text": "Hm?"})
    assert refused.json()["code"] == "upstream_refused"
    assert refused.json()["facts"]["words"] == "No such voice: ***"
    upstream.status = 401
    assert "words" not in (await client.post("/api/speech", json={"text": "Hm?"})).json()["facts"]
    upstream.status, upstream.kind = 200, "text/html"
    page = await client.post("/api/speech", json={"text": "Hm?"})
    assert page.json()["code"] == "upstream_bad_answer"


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/v1", "ftp://voices", "http://me:secret@voices", "http://metadata.goog"]
)
async def test_addresses_that_must_not_be_called_are_refused(client: httpx2.AsyncClient, url: str) -> None:
    refused = await client.put("/api/speech", json={"base_url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, "unsafe_address")


async def test_a_name_that_leads_to_a_forbidden_address_is_not_called(
    client: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def metadata(*_args: object, **_more: object) -> list[dict[str, Any]]:
        return [
            {"hostname": "voices.example", "host": "169.254.169.254", "port": 80, "family": 2, "proto": 6, "flags": 0}
        ]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", metadata)
    await kept(client, upstream, base_url="http://voices.example")
    refused = await client.post("/api/speech", json={"text": "Hm?"})
    assert refused.json()["code"] == "upstream_unreachable"


async def test_texts_are_bounded(client: httpx2.AsyncClient, upstream: Upstream) -> None:
    await kept(client, upstream)
    for text in ("", "a" * (TEXT_CHARACTERS_MAX + 1)):
        assert (await client.post("/api/speech", json={"text": text})).status_code == 422
    assert upstream.asked == []


async def test_an_old_version_is_a_conflict_that_shows_the_current_one(
    client: httpx2.AsyncClient, upstream: Upstream
) -> None:
    first = await kept(client, upstream)
    second = await kept(client, upstream, version=first["version"], voice="nova")
    late = await client.put("/api/speech", json={"base_url": upstream.url, "version": first["version"]})
    assert (late.status_code, late.json()["facts"]["current"]["voice"]) == (409, "nova")
    assert second["version"] == 2
