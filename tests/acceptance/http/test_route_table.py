"""Every route × {anonymous, member, other member, owner} gets its verdict; and no key gets further than its scopes."""

import base64
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from starlette.routing import BaseRoute

from tavernai.accounts.domain import SCOPES
from tavernai.bootstrap import open_services, web_app
from tavernai.http import docs, health
from tavernai.kernel.ids import new_id
from tavernai.rooms import ROUTERS
from tavernai.settings import Settings
from tests.acceptance.http.routes import CARD, FITS, PNG, ROWS, VERDICTS, WHO, Row, Who
from tests.support.people import Person
from tests.support.serving import served

PASSWORD = "correct horse"
FRAMEWORK = {("GET", "/api/openapi.json")}
NAMES: dict[Who, str] = {"owner": "olivia", "member": "mina", "other member": "otto"}
SAD = {
    "type": "emotion", "name": "sad", "ext": "png", "uri": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
}  # fmt: skip
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Cast:
    """Who plays: a person for each part, by key; what of the member's there is, by name."""

    url: str
    people: dict[Who, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    keyed: dict[tuple[Who, str], Person] = field(default_factory=dict)

    async def by_session(self, who: Who) -> Person:
        """The same person signed in anew; close it."""
        person = await Person(self.url).__aenter__()
        if who != "anonymous":
            (await person.sign_in(NAMES[who], PASSWORD)).ok()
        return person

    async def without(self, who: Who, scope: str, others: list[str]) -> Person:
        """This person with a key of the other scopes, kept for the next row."""
        if (who, scope) not in self.keyed:
            self.keyed[who, scope] = await self.by_scopes(who, others)
        return self.keyed[who, scope]

    async def by_scopes(self, who: Who, scopes: list[str]) -> Person:
        """The same person with a fresh key; close it."""
        person = await self.by_session(who)
        issued = await person.post("/api/keys", {"label": "x", "scopes": scopes})
        person.key = issued.ok()["key"]
        return person


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cast]:
    """The whole product with three people."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("routes"), log_level="error")
    async with open_services(settings) as services, served(web_app(services)) as url, Person(url) as first:
        made = Cast(url)
        first.csrf = (await first.post("/api/setup", {"username": "olivia", "password": PASSWORD})).ok()["csrf_token"]
        for name in ("mina", "otto"):
            (await first.post("/api/users", {"username": name, "password": PASSWORD})).ok()
        for who in WHO:
            scopes = list(SCOPES if who == "owner" else SCOPES[:-1])
            anonymous = who == "anonymous"
            made.people[who] = await (made.by_session(who) if anonymous else made.by_scopes(who, scopes))
        yield made
        for person in (*made.people.values(), *made.keyed.values()):
            await person.__aexit__()


@asynccontextmanager
async def visiting(cast: Cast, who: Who) -> AsyncIterator[Person]:
    """Somebody signed in for a moment."""
    person = await cast.by_session(who)
    yield person
    await person.__aexit__()


Maker = Callable[[Cast], Awaitable[str]]


async def _character(cast: Cast) -> str:
    card = {"name": "Wren", "first_mes": "Hm?"}
    return str((await cast.people["member"].post("/api/characters", {"card": card})).ok()["id"])


async def _conversation(cast: Cast) -> str:
    body = {"character_id": await _character(cast)}
    return str((await cast.people["member"].post("/api/conversations", body)).ok()["id"])


async def _message(cast: Cast) -> str:
    await _told_conversation(cast)
    return cast.ids["message_id"]


async def _told_conversation(cast: Cast) -> str:
    """A conversation whose message and variant are then `told_message` and `variant_id`."""
    conversation_id = await _conversation(cast)
    item = (await cast.people["member"].get(f"/api/conversations/{conversation_id}/messages")).ok()["items"][0]
    cast.ids |= {"message_id": item["id"], "variant_id": item["variant"]["id"], "told": conversation_id}
    return conversation_id


async def _told_message(cast: Cast) -> str:
    return cast.ids["message_id"]


async def _change(cast: Cast) -> str:
    """Something done in the conversation made before it."""
    member = cast.people["member"]
    (await member.put(f"/api/messages/{cast.ids['message_id']}/bookmark", {"label": "here"})).ok()
    return str((await member.get(f"/api/conversations/{cast.ids['told']}/changes")).ok()["items"][0]["event_id"])


async def _variant(cast: Cast) -> str:
    return cast.ids["variant_id"]


async def _task(cast: Cast) -> str:
    body = {"content": "hi", "conversation_id": await _conversation(cast)}
    return str((await cast.people["member"].post("/v1/agent/messages", body)).ok()["task_id"])


async def _persona(cast: Cast) -> str:
    return str((await cast.people["member"].post("/api/personas", {"name": "Guest"})).ok()["id"])


async def _lorebook(cast: Cast) -> str:
    return str((await cast.people["member"].post("/api/lorebooks", {"name": "Harbour"})).ok()["id"])


async def _group(cast: Cast) -> str:
    body = {"members": [{"character_id": await _character(cast)}]}
    return str((await cast.people["member"].post("/api/groups", body)).ok()["id"])


async def _first(cast: Cast) -> str:
    """A version that everything has."""
    return "1"


async def _preset(cast: Cast) -> str:
    body = {"kind": "theme", "name": "Dusk", "data": {}}
    return str((await cast.people["member"].post("/api/presets", body)).ok()["id"])


async def _stream_session(cast: Cast) -> str:
    return str((await cast.people["member"].post("/api/stream/sessions", {})).ok()["id"])


async def _session(cast: Cast) -> str:
    async with visiting(cast, "member") as person:
        return str((await person.get("/api/auth/sessions")).ok()["items"][-1]["id"])


async def _key(cast: Cast) -> str:
    async with visiting(cast, "member") as person:
        return str((await person.post("/api/keys", {"label": "x"})).ok()["id"])


async def _user(cast: Cast) -> str:
    body = {"username": f"spare{new_id()}", "password": PASSWORD}
    return str((await cast.people["owner"].post("/api/users", body)).ok()["id"])


async def _connection(cast: Cast) -> str:
    body = {"name": f"demo{new_id()}", "kind": "demo"}
    return str((await cast.people["owner"].post("/api/connections", body)).ok()["id"])


async def _avatar(cast: Cast) -> str:
    character_id = await _character(cast)
    (await cast.people["member"].put(f"/api/characters/{character_id}/avatar", data=upload(PNG))).ok()
    return character_id


async def _sample(cast: Cast) -> str:
    return str((await cast.people["member"].get("/api/characters/samples")).ok()["items"][0]["name"])


async def _fresh(cast: Cast) -> str:
    return f"fresh{new_id()}"


async def _console_file(cast: Cast) -> str:
    return "console.js"


async def _background(cast: Cast) -> str:
    character_id = await _character(cast)
    sent = await cast.people["member"].put(f"/api/characters/{character_id}/background", data=upload(PNG))
    assert sent.status == 200, sent.text
    return character_id


async def _asset(cast: Cast) -> str:
    """A character whose file brought a further picture, which is then `asset_hash`."""
    told = {"name": f"Wren {new_id()}", "first_mes": "Hm?", "assets": [SAD]}
    card = json.dumps({"spec": "chara_card_v3", "spec_version": "3.0", "data": told}).encode()
    sent = await cast.people["member"].upload("/api/characters/import", ("card.json", card))
    character_id = str(sent.ok()["results"][0]["character_id"])
    [item] = (await cast.people["member"].get(f"/api/characters/{character_id}/assets")).ok()["items"]
    cast.ids["asset_hash"] = item["url"].rpartition("/")[2]
    return character_id


async def _asset_hash(cast: Cast) -> str:
    return cast.ids["asset_hash"]


async def _collection(cast: Cast) -> str:
    return str((await cast.people["member"].post("/api/collections", {"name": await _fresh(cast)})).ok()["id"])


async def _filter(cast: Cast) -> str:
    body = {"name": "Sea", "filter": {"tag": ["sea"]}}
    return str((await cast.people["member"].post("/api/saved-filters", body)).ok()["id"])


async def _bulk(cast: Cast) -> str:
    body = {"ids": [await _character(cast)], "action": "favourite"}
    return str((await cast.people["member"].post("/api/characters:bulk", body)).ok()["id"])


async def _import(cast: Cast) -> str:
    sent = await cast.people["member"].post("/api/config/import/sillytavern", data=upload(CARD))
    return str(sent.ok()["import_id"])


# What can stand in a path or a body, and how the member (or the owner, for what owners administer) comes by it.
MAKERS: dict[str, Maker] = {
    "import_id": _import,
    "character_id": _character,
    "character_with_avatar": _avatar,
    "character_with_background": _background,
    "character_with_asset": _asset,
    "asset_hash": _asset_hash,
    "conversation_id": _conversation,
    "message_id": _message,
    "told_conversation": _told_conversation,
    "told_message": _told_message,
    "variant_id": _variant,
    "event_id": _change,
    "task_id": _task,
    "persona_id": _persona,
    "lorebook_id": _lorebook,
    "group_id": _group,
    "preset_id": _preset,
    "version": _first,
    "stream_session": _stream_session,
    "session_id": _session,
    "key_id": _key,
    "user_id": _user,
    "connection_id": _connection,
    "name": _sample,
    "fresh": _fresh,
    "console_file": _console_file,
    "collection_id": _collection,
    "filter_id": _filter,
    "bulk_id": _bulk,
}


async def furnished(cast: Cast, path: str, row: Row) -> dict[str, str]:
    """Fresh objects for this row alone, so that it may do with them what it likes."""
    aliases = dict(row.ids)
    wanted = {name: aliases.get(name, name) for name in re.findall(r"{(\w+)}", path + row.query)}
    wanted |= {name: aliases.get(name, name) for name in re.findall(r"'{(\w+)}'", str(row.body))}
    return {name: await MAKERS[of](cast) for name, of in wanted.items()}


def upload(data: bytes) -> aiohttp.FormData:
    """A file as a browser uploads it."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", data, filename="card.json" if data.startswith(b"{") else "avatar.png")
    return form


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with `{name}` in its texts replaced."""
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item, ids) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return ids[value.strip("{}")]
    return value


async def status(person: Person, method: str, path: str, row: Row, ids: dict[str, str]) -> int:
    """How the request ends; its body is left unread, because a stream's has no end."""
    body: dict[str, Any] = {} if row.body is None else {"json": filled(row.body, ids)}
    if row.file is not None:
        body = {"data": upload(row.file)}
    assert person._session is not None
    address = (path + row.query).format_map(ids)
    if method == "WEBSOCKET":
        return await socket_status(person._session, address, person._headers())
    async with person._session.request(method, address, headers=person._headers(), **body) as answer:
        return answer.status


async def socket_status(session: aiohttp.ClientSession, address: str, headers: dict[str, str]) -> int:
    """101 for a socket that was taken, otherwise how it was refused."""
    try:
        async with session.ws_connect(address, headers=headers):
            return 101
    except aiohttp.WSServerHandshakeError as refused:
        return refused.status


def routes_of(router: Any) -> set[tuple[str, str]]:
    """Method and path of every route, hidden ones too."""
    found: list[BaseRoute] = list(router.routes)
    return {
        (method, route.path)  # type: ignore[attr-defined]
        for route in found
        for method in getattr(route, "methods", None) or {"WEBSOCKET"}
        if method != "HEAD"
    }


async def test_every_route_has_a_row_and_every_row_a_route() -> None:
    routers = [*ROUTERS, health.router]
    known = {("GET", route.path) for route in docs.ROUTES} | FRAMEWORK
    for router in routers:
        known |= routes_of(router)
    assert sorted(known - set(ROWS)) == []
    assert sorted(set(ROWS) - known) == []


@pytest.mark.parametrize(("method", "path"), ROWS, ids=[" ".join(key) for key in ROWS])
async def test_everybody_gets_their_verdict(cast: Cast, method: str, path: str) -> None:
    row = ROWS[method, path]
    ids = await furnished(cast, path, row)
    told: dict[str, int] = {}
    for who in WHO:
        person = await cast.by_session(who) if row.scope == "session" else cast.people[who]
        told[who] = await status(person, method, path, row, ids)
        if row.scope == "session":
            await person.__aexit__()
    for who in WHO:
        fits = row.fits if VERDICTS[row.verdict][who] == FITS else (VERDICTS[row.verdict][who],)
        assert told[who] in fits, f"{who}: {told}"


SCOPED = [key for key, row in ROWS.items() if row.scope is not None]


@pytest.mark.parametrize(("method", "path"), SCOPED, ids=[" ".join(key) for key in SCOPED])
async def test_a_key_of_every_other_scope_does_not_get_in(cast: Cast, method: str, path: str) -> None:
    row = ROWS[method, path]
    who: Who = "owner" if row.verdict == "owners" else "member"
    most = SCOPES if who == "owner" else SCOPES[:-1]
    names = re.findall(r"{(\w+)}", path + row.query + str(row.body))
    program = await cast.without(who, row.scope or "", [scope for scope in most if scope != row.scope])
    assert await status(program, method, path, row, dict.fromkeys(names, new_id())) == 403
