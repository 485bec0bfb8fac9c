"""/api/connections."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tavernai.accounts.guards import Principal, allows, signed_in
from tavernai.gateway import schemas as s
from tavernai.gateway.connections import ConnectionService, NewConnection
from tavernai.gateway.probing import ProbeService, StatusDesk
from tavernai.kernel.facts import By
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["connections"])

Connections = Annotated[ConnectionService, provided(ConnectionService)]
Probes = Annotated[ProbeService, provided(ProbeService)]
Statuses = Annotated[StatusDesk, provided(StatusDesk)]
Anybody = Annotated[Principal, Depends(signed_in)]
Owner = Annotated[Principal, Depends(allows("admin", owner=True))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=512)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/api/connections")
async def list_connections(
    who: Anybody, service: Connections, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.ConnectionPage:
    page = await service.listed(cursor=cursor, limit=limit)
    shape = s.ConnectionShown if who.may("admin", owner=True) else s.ConnectionListed
    return s.ConnectionPage(items=[shape.of(one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/connections", status_code=201)
async def add_connection(given: s.ConnectionGiven, who: Owner, service: Connections) -> s.ConnectionShown:
    new = NewConnection(
        name=given.name,
        kind=given.kind,
        base_url=given.base_url,
        model=given.model,
        key=given.key,
        is_default=given.is_default,
        settings=given.settings.given(),
    )
    return s.ConnectionShown.of(await service.add(new, owner_id=who.user_id, by=By.user(who.user_id)))


@router.patch("/api/connections/{connection_id}")
async def change_connection(
    connection_id: Id, given: s.ConnectionChange, who: Owner, service: Connections
) -> s.ConnectionShown:
    changed = await service.change(connection_id, given.changes(), version=given.version, by=By.user(who.user_id))
    return s.ConnectionShown.of(changed)


@router.delete("/api/connections/{connection_id}", status_code=204)
async def remove_connection(connection_id: Id, who: Owner, service: Connections) -> Response:
    await service.remove(connection_id, by=By.user(who.user_id))
    return Response(status_code=204)


@router.post("/api/connections/{connection_id}:duplicate", status_code=201)
async def duplicate_connection(connection_id: Id, who: Owner, service: Connections) -> s.ConnectionShown:
    made = await service.duplicate(connection_id, owner_id=who.user_id, by=By.user(who.user_id))
    return s.ConnectionShown.of(made)


@router.get("/api/connections/{connection_id}/models")
async def list_models(connection_id: Id, who: Owner, service: Connections, probes: Probes) -> s.ModelList:
    connection = await service.resolved(connection_id)
    found = await probes.models_of(connection)
    return s.ModelList(items=[s.ModelShown.of(one, kind=connection.kind) for one in found])


@router.get("/api/connections/{connection_id}/status")
async def read_connection_status(
    connection_id: Id, who: Anybody, service: Connections, statuses: Statuses
) -> s.StatusShown:
    await service.get(connection_id)
    return s.StatusShown.of(await statuses.gateway.status(connection_id))


@router.post("/api/connections:test")
async def try_new_connection(given: s.ConnectionTry, who: Owner, probes: Probes) -> s.TryResult:
    found = await probes.try_given(given.kind, given.base_url, model=given.model, key=given.key)
    return s.TryResult.of(found, kind=given.kind)


@router.post("/api/connections/{connection_id}:test")
async def try_connection(connection_id: Id, who: Owner, service: Connections, probes: Probes) -> s.TryResult:
    connection = await service.resolved(connection_id)
    return s.TryResult.of(await probes.try_connection(connection), kind=connection.kind)


@router.post("/api/connections:discover")
async def discover_connections(who: Owner, probes: Probes) -> s.Discovery:
    return s.Discovery(found=[s.FoundShown.of(one) for one in await probes.discover()])
