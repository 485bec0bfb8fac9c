"""/api/connections as owners and members use it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from fastapi import FastAPI

from tavernai.accounts.domain import SCOPES, Principal
from tavernai.accounts.guards import optional
from tavernai.engines.demo import DemoBackend
from tavernai.engines.openai import OpenAIBackend
from tavernai.engines.secret_box import FileSecretBox
from tavernai.gateway.connections import ConnectionService
from tavernai.gateway.endpoints import router
from tavernai.gateway.kinds import LocalServer
from tavernai.gateway.probing import ProbeService, StatusDesk
from tavernai.gateway.service import GatewayService
from tavernai.http.errors import on_refusal
from tavernai.kernel.errors import TavernError
from tavernai.storage.database import Database
from tests.contract.gateway.doors import running_mock, served

KEY = "sk-a-key-nobody-gets-back"
SAFE = {"id", "name", "kind", "model", "is_default", "samplers"}
WHOLE = SAFE | {"base_url", "has_key", "settings", "version"}


@dataclass
class Desk:
    """The routes, and whoever sits before them."""

    session: aiohttp.ClientSession
    upstream: str
    who: Principal | None = None

    def sit(self, role: Any) -> None:
        self.who = Principal("u1", role, frozenset(SCOPES), "session") if role else None

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.session.request(method, path, json=body) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None


@pytest.fixture
async def desk(sqlite_storage: Database, tmp_path: Any) -> AsyncIterator[Desk]:
    backends = {"openai": OpenAIBackend(), "demo": DemoBackend(tokens_per_second=0)}
    async with running_mock() as (upstream, _):
        local = LocalServer("openai", "LM Studio", f"{upstream}/v1")
        nobody = LocalServer("openai", "llama.cpp", "http://127.0.0.1:9/v1")
        connections = ConnectionService(sqlite_storage, FileSecretBox(tmp_path / "secret.key"))
        app = FastAPI()
        app.include_router(router)
        app.add_exception_handler(TavernError, on_refusal)  # type: ignore[arg-type]
        probes = ProbeService(backends, servers=(local, nobody))
        gateway = GatewayService(connections, backends)
        app.state.provides = {
            ConnectionService: connections, ProbeService: probes, StatusDesk: StatusDesk(gateway),
        }  # fmt: skip
        async with served(app) as url, aiohttp.ClientSession(url) as session:
            made = Desk(session, upstream)
            app.dependency_overrides[optional] = lambda: made.who
            made.sit("owner")
            yield made
        for backend in backends.values():
            await backend.close()


def house(desk: Desk, **more: Any) -> dict[str, Any]:
    return {"name": "House", "kind": "openai", "base_url": desk.upstream, "model": "mock", "key": KEY, **more}


async def test_an_owner_adds_changes_and_removes_a_connection(desk: Desk) -> None:
    status, made = await desk.ask("POST", "/api/connections", house(desk, settings={"reply_tokens": 50}))
    assert (status, set(made)) == (201, WHOLE)
    assert (made["has_key"], made["is_default"], made["settings"]["reply_tokens"]) == (True, True, 50)
    path = f"/api/connections/{made['id']}"
    status, changed = await desk.ask("PATCH", path, {"version": 1, "model": "other", "key": None})
    assert (status, changed["model"], changed["has_key"], changed["version"]) == (200, "other", False, 2)
    assert (await desk.ask("PATCH", path, {"version": 1, "model": "x"}))[0] == 409
    assert (await desk.ask("DELETE", path))[0] == 204
    assert (await desk.ask("DELETE", path))[0] == 404


async def test_the_key_never_comes_back(desk: Desk) -> None:
    _, made = await desk.ask("POST", "/api/connections", house(desk))
    answers = [made, await desk.ask("GET", "/api/connections")]
    answers.append(await desk.ask("PATCH", f"/api/connections/{made['id']}", {"version": 9}))
    answers.append(await desk.ask("POST", f"/api/connections/{made['id']}:test"))
    assert KEY not in repr(answers)


async def test_a_member_sees_the_safe_fields_and_changes_nothing(desk: Desk) -> None:
    _, made = await desk.ask("POST", "/api/connections", house(desk))
    desk.sit("member")
    _, listed = await desk.ask("GET", "/api/connections")
    assert set(listed["items"][0]) == SAFE
    for method, path in (
        ("POST", ""),
        ("PATCH", f"/{made['id']}"),
        ("DELETE", f"/{made['id']}"),
        ("POST", f"/{made['id']}:test"),
        ("POST", ":test"),
        ("POST", ":discover"),
    ):
        assert (await desk.ask(method, f"/api/connections{path}", house(desk)))[0] == 403
    desk.sit(None)
    assert (await desk.ask("GET", "/api/connections"))[0] == 401


async def test_a_try_tells_models_and_latency_or_what_is_wrong(desk: Desk) -> None:
    good = {"kind": "openai", "base_url": desk.upstream, "model": "mock"}
    _, answer = await desk.ask("POST", "/api/connections:test", good)
    assert (answer["ok"], answer["models"]) == (True, ["mock"])
    assert answer["latency_ms"] >= 0
    _, away = await desk.ask("POST", "/api/connections:test", {**good, "base_url": "http://127.0.0.1:9"})
    assert (away["ok"], away["code"]) == (False, "upstream_unreachable")
    assert "cannot be reached" in away["detail"]
    status, refused = await desk.ask("POST", "/api/connections:test", {**good, "base_url": "http://169.254.169.254"})
    assert (status, refused["code"]) == (422, "unsafe_address")


async def test_a_saved_connection_is_tried_with_its_key(desk: Desk) -> None:
    async with aiohttp.ClientSession(desk.upstream) as mock:
        await mock.post("/mock/config", json={"key": KEY})
    _, made = await desk.ask("POST", "/api/connections", house(desk))
    _, answer = await desk.ask("POST", f"/api/connections/{made['id']}:test")
    assert answer["ok"] is True
    wrong = {"kind": "openai", "base_url": desk.upstream, "model": "mock", "key": "sk-wrong"}
    _, answer = await desk.ask("POST", "/api/connections:test", wrong)
    assert (answer["ok"], answer["code"]) == (False, "upstream_auth")


async def test_the_demo_passes_its_try(desk: Desk) -> None:
    _, answer = await desk.ask("POST", "/api/connections:test", {"kind": "demo"})
    assert (answer["ok"], answer["models"]) == (True, ["demo"])


async def test_servers_on_this_machine_are_found(desk: Desk) -> None:
    _, answer = await desk.ask("POST", "/api/connections:discover")
    found = {"kind": "openai", "name": "LM Studio", "base_url": f"{desk.upstream}/v1", "models": ["mock"]}
    assert answer == {"found": [found]}


async def test_a_copy_has_another_name_and_the_same_key(desk: Desk) -> None:
    settings = {"prices": {"input_per_million": 3, "output_per_million": 15, "currency": "EUR"}, "template": "alpaca"}
    _, made = await desk.ask("POST", "/api/connections", house(desk, settings=settings))
    status, copy = await desk.ask("POST", f"/api/connections/{made['id']}:duplicate")
    assert (status, copy["name"], copy["is_default"], copy["has_key"]) == (201, "House 2", False, True)
    assert (copy["settings"], copy["base_url"]) == (made["settings"], made["base_url"])
    _, again = await desk.ask("POST", f"/api/connections/{made['id']}:duplicate")
    assert again["name"] == "House 3"


async def test_fallbacks_are_other_connections_that_exist(desk: Desk) -> None:
    _, first = await desk.ask("POST", "/api/connections", house(desk))
    _, second = await desk.ask("POST", f"/api/connections/{first['id']}:duplicate")
    path = f"/api/connections/{first['id']}"
    for wrong in ([first["id"]], ["nobody"], [second["id"]] * 2):
        status, refused = await desk.ask("PATCH", path, {"version": 1, "settings": {"fallbacks": wrong}})
        assert (status, refused["code"]) == (422, "invalid_input")
    status, changed = await desk.ask("PATCH", path, {"version": 1, "settings": {"fallbacks": [second["id"]]}})
    assert (status, changed["settings"]["fallbacks"]) == (200, [second["id"]])
    _, cleared = await desk.ask("PATCH", path, {"version": 2, "settings": {"fallbacks": []}})
    assert cleared["settings"]["fallbacks"] == []


async def test_prices_templates_and_sizes_are_set_and_taken_back(desk: Desk) -> None:
    _, made = await desk.ask("POST", "/api/connections", house(desk, settings={"context_tokens": 4096}))
    path = f"/api/connections/{made['id']}"
    prices = {"input_per_million": 0.5, "output_per_million": 2.5, "currency": "USD"}
    _, priced = await desk.ask("PATCH", path, {"version": 1, "settings": {"prices": prices, "template": "chatml"}})
    assert (priced["settings"]["prices"], priced["settings"]["template"]) == (prices, "chatml")
    back = {"prices": None, "template": "", "context_tokens": None}
    _, plain = await desk.ask("PATCH", path, {"version": 2, "settings": back})
    assert (plain["settings"]["prices"], plain["settings"]["template"], plain["settings"]["context_tokens"]) == (
        None, "", None,
    )  # fmt: skip
    status, _ = await desk.ask("PATCH", path, {"version": 3, "settings": {"template": "klingon"}})
    assert status == 422


async def test_a_servers_models_and_a_connections_state_can_be_read(desk: Desk) -> None:
    _, made = await desk.ask("POST", "/api/connections", house(desk))
    status, listed = await desk.ask("GET", f"/api/connections/{made['id']}/models")
    assert (status, [one["id"] for one in listed["items"]]) == (200, ["mock"])
    desk.sit("member")
    status, state = await desk.ask("GET", f"/api/connections/{made['id']}/status")
    assert (status, state["state"], state["failures"]) == (200, "closed", 0)
    assert (await desk.ask("GET", f"/api/connections/{made['id']}/models"))[0] == 403
    assert (await desk.ask("GET", "/api/connections/nobody/status"))[0] == 404
