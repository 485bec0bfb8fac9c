"""What `tavernai` commands do, whichever road they take: beside a running server it runs them, else this process does.

Each takes the services and JSON arguments and returns JSON. This module brings the rooms with it; the command line
imports it only when it has to do the work itself.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from tavernai.accounts.domain import User
from tavernai.accounts.keys import Key, KeyService
from tavernai.accounts.service import AccountsService
from tavernai.agent.service import AgentService
from tavernai.cli import moving
from tavernai.cli.errors import NoOwner
from tavernai.cli.host import Services
from tavernai.cli.rebuilding import rebuild_check
from tavernai.gateway.connections import ConnectionService, NewConnection
from tavernai.gateway.kinds import StoredConnection, name_key
from tavernai.gateway.probing import ProbeService
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import NotFound
from tavernai.kernel.facts import By
from tavernai.kernel.paging import PAGE_MAX, Page
from tavernai.ledger.follower import Follower
from tavernai.ledger.verify import verify
from tavernai.ops.backups.service import BackupService
from tavernai.storage.health import StorageHealth

BY = By("cli", "owner")
"""Who can read the data folder is an owner; which one, nobody knows."""

Args = Mapping[str, Any]
_T = TypeVar("_T")


async def add_user(services: Services, args: Args) -> dict[str, Any]:
    accounts = _service(services, AccountsService)
    return _user(await accounts.add(args["username"], args["password"], role=args["role"], by=BY))


async def list_users(services: Services, args: Args) -> list[dict[str, Any]]:
    accounts = _service(services, AccountsService)
    return [_user(user) async for user in _every(lambda cursor: accounts.list(cursor=cursor, limit=PAGE_MAX))]


async def set_password(services: Services, args: Args) -> dict[str, Any]:
    accounts = _service(services, AccountsService)
    user = await accounts.named(args["username"])
    await accounts.set_password(user.id, args["password"], by=BY)
    return _user(user)


async def remove_user(services: Services, args: Args) -> dict[str, Any]:
    accounts = _service(services, AccountsService)
    user = await accounts.named(args["username"])
    await accounts.remove(user.id, by=BY)
    return _user(user)


async def add_key(services: Services, args: Args) -> dict[str, Any]:
    user = await _service(services, AccountsService).named(args["username"])
    issued = await _service(services, KeyService).issue(user.id, label=args["label"], scopes=args["scopes"], by=BY)
    return _key(issued.key) | {"key": issued.token}


async def list_keys(services: Services, args: Args) -> list[dict[str, Any]]:
    keys, user_id = _service(services, KeyService), None
    if args["username"] is not None:
        user_id = (await _service(services, AccountsService).named(args["username"])).id
    return [_key(key) async for key in _every(lambda cursor: keys.list(user_id, cursor=cursor, limit=PAGE_MAX))]


async def revoke_key(services: Services, args: Args) -> dict[str, Any]:
    await _service(services, KeyService).revoke(args["id"], user_id=None, by=BY)
    return {"id": args["id"]}


async def add_connection(services: Services, args: Args) -> dict[str, Any]:
    new = NewConnection(
        name=args["name"],
        kind=args["kind"],
        base_url=args["base_url"],
        model=args["model"],
        key=args["key"],
        is_default=args["is_default"],
    )
    owner_id = await _oldest_owner(services)
    return _connection(await _service(services, ConnectionService).add(new, owner_id=owner_id, by=BY))


async def list_connections(services: Services, args: Args) -> list[dict[str, Any]]:
    return [_connection(connection) async for connection in _connections(services)]


async def remove_connection(services: Services, args: Args) -> dict[str, Any]:
    connection = await _connection_named(services, args["name"])
    await _service(services, ConnectionService).remove(connection.id, by=BY)
    return _connection(connection)


async def try_connection(services: Services, args: Args) -> dict[str, Any]:
    named = await _connection_named(services, args["name"])
    connection = await _service(services, ConnectionService).resolved(named.id)
    result = await _service(services, ProbeService).try_connection(connection)
    return asdict(result) | {"models": None if result.models is None else [about.id for about in result.models]}


async def show_prompt(services: Services, args: Args) -> dict[str, Any]:
    agent = _service(services, AgentService)
    told = await agent.prompt(None, args["message_id"], variant_id=args["variant_id"])
    return told | {"generated_at": rfc3339(told["generated_at"])}


async def verify_ledger(services: Services, args: Args) -> dict[str, Any]:
    verdict = await services.storage.read(verify)
    faults = [{"stream": one.stream, "seq": one.seq, "pos": one.pos, "what": one.what} for one in verdict.faults]
    return {"ok": verdict.ok, "events": verdict.events, "streams": verdict.streams, "faults": faults}


async def rebuild_ledger(services: Services, args: Args) -> dict[str, Any]:
    tables = await services.storage.read(lambda conn: rebuild_check(conn, services.projections))
    return {"ok": all(table["equal"] for table in tables), "tables": tables}


async def remake_indexes(services: Services, args: Args) -> dict[str, Any]:
    return {"position": await _service(services, Follower).remake()}


async def server_state(services: Services, args: Args) -> dict[str, Any]:
    return {"storage": _service(services, StorageHealth).state}


async def make_backup(services: Services, args: Args) -> dict[str, Any]:
    target = Path(args["file"]) if args["file"] else None
    return asdict(await _service(services, BackupService).make(target=target, with_key=args["with_key"]))


COMMANDS: Mapping[str, Callable[[Any, Args], Awaitable[Any]]] = {
    "user.add": add_user,
    "user.list": list_users,
    "user.passwd": set_password,
    "user.remove": remove_user,
    "key.add": add_key,
    "key.list": list_keys,
    "key.revoke": revoke_key,
    "connection.add": add_connection,
    "connection.list": list_connections,
    "connection.remove": remove_connection,
    "connection.test": try_connection,
    "prompt.show": show_prompt,
    "import.open": moving.open_import,
    "import.get": moving.get_import,
    "import.start": moving.start_import,
    "import.undo": moving.undo_import,
    "export.write": moving.write_export,
    "server.state": server_state,
    "backup.make": make_backup,
    "ledger.verify": verify_ledger,
    "ledger.rebuild": rebuild_ledger,
    "ledger.reindex": remake_indexes,
}


def _service(services: Services, kind: type[_T]) -> _T:
    found = services.provides[kind]
    assert isinstance(found, kind)
    return found


async def _every(page_after: Callable[[str | None], Awaitable[Page[_T]]]) -> AsyncIterator[_T]:
    page = await page_after(None)
    while True:
        for item in page.items:
            yield item
        if page.next_cursor is None:
            return
        page = await page_after(page.next_cursor)


async def _oldest_owner(services: Services) -> str:
    accounts = _service(services, AccountsService)
    async for user in _every(lambda cursor: accounts.list(cursor=cursor, limit=PAGE_MAX)):
        if user.role == "owner":
            return user.id
    raise NoOwner


def _connections(services: Services) -> AsyncIterator[StoredConnection]:
    service = _service(services, ConnectionService)
    return _every(lambda cursor: service.listed(cursor=cursor, limit=PAGE_MAX))


async def _connection_named(services: Services, name: str) -> StoredConnection:
    async for connection in _connections(services):
        if name_key(connection.name) == name_key(name):
            return connection
    raise NotFound(f"There is no connection {name!r}.")


def _connection(connection: StoredConnection) -> dict[str, Any]:
    return asdict(connection)


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "username": user.username, "role": user.role, "created_at": rfc3339(user.created_at)}


def _key(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "username": key.username,
        "label": key.label,
        "scopes": list(key.scopes),
        "created_at": rfc3339(key.created_at),
        "last_used_at": None if key.last_used_at is None else rfc3339(key.last_used_at),
    }
