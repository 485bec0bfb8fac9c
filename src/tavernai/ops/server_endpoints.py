"""This server, for its owners: how it stands, its backups, its log. Files are handed out only to who signed in."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from starlette.responses import FileResponse

from tavernai.accounts.guards import Principal, allows, in_person
from tavernai.kernel.clock import now_ms, rfc3339
from tavernai.kernel.errors import Forbidden
from tavernai.kernel.facts import By
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX, decode_cursor, encode_cursor
from tavernai.kernel.web import attachment, provided
from tavernai.ops import server_schemas as s
from tavernai.ops.backups.naming import Kept
from tavernai.ops.backups.plan import Plan
from tavernai.ops.backups.service import BackupService
from tavernai.ops.hosting import HostService
from tavernai.ops.ring import kept_lines

router = APIRouter(tags=["operations"])

Owner = Annotated[Principal, Depends(allows("admin", owner=True))]
Hosts = Annotated[HostService, provided(HostService)]
Backups = Annotated[BackupService, provided(BackupService)]
Name = Annotated[str, Path(max_length=100)]


async def owner_in_person(who: Annotated[Principal, Depends(in_person)]) -> Principal:
    """An owner who signed in: a backup is everything everybody wrote, and no key hands that on."""
    if not who.may("admin", owner=True):
        raise Forbidden(scope="admin", owner=True)
    return who


@router.get("/api/server")
async def read_server(who: Owner, hosts: Hosts, backups: Backups) -> s.ServerOut:
    """Version, space, health and backups."""
    host = await hosts.look()
    return s.ServerOut(
        version=host.version,
        engine=host.engine,
        python=host.python,
        system=host.system,
        started_at=rfc3339(host.started_at),
        uptime_seconds=(now_ms() - host.started_at) // 1000,
        storage=host.storage,
        storage_since=rfc3339(host.storage_since),
        space=s.SpaceOut(**asdict(host.space)),
        checks=[s.CheckOut(check=one.check, state=one.state, found=one.found, mend=one.mend) for one in host.checks],
        backups=await _backups(backups),
    )


@router.get("/api/server/backups")
async def list_backups(
    who: Owner,
    backups: Backups,
    cursor: Annotated[str | None, Query(max_length=2_048)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> s.BackupPage:
    """The backups in the backups' folder."""
    kept = await backups.kept()
    if cursor is not None:
        (after,) = decode_cursor(cursor, str)
        kept = [one for one in kept if one.name < after]
    page = kept[:limit]
    more = encode_cursor(page[-1].name) if len(kept) > limit else None
    return s.BackupPage(items=[_backup(one) for one in page], next_cursor=more)


@router.post("/api/server/backups", status_code=202)
async def begin_backup(
    who: Owner, backups: Backups, hosts: Hosts, given: Annotated[s.NewBackup, Body(default_factory=s.NewBackup)]
) -> s.BackupBegun:
    """Make a backup now."""
    task = backups.begin(with_key=given.with_key)
    task.add_done_callback(lambda _: hosts.forget())
    return s.BackupBegun(progress=backups.progress or 0.0)


@router.get("/api/server/backups/{name}", response_class=FileResponse)
async def download_backup(
    name: Name, who: Annotated[Principal, Depends(owner_in_person)], backups: Backups
) -> FileResponse:
    """The backup itself."""
    path = backups.path_of(name)
    return FileResponse(path, media_type="application/zip", headers={"Content-Disposition": attachment(name)})


@router.delete("/api/server/backups/{name}", status_code=204)
async def delete_backup(name: Name, who: Owner, backups: Backups, hosts: Hosts) -> None:
    """Delete a backup; there is no trash for backups."""
    await backups.remove(name)
    hosts.forget()


@router.patch("/api/server/backup-plan")
async def change_backup_plan(given: s.BackupPlanPatch, who: Owner, backups: Backups) -> s.BackupPlanOut:
    """Make daily backups at another hour, or none (`hour: null`), and keep more or fewer of them."""
    current, daily, weekly = await backups.plan(), given.keep_daily, given.keep_weekly
    plan = Plan(
        given.hour if "hour" in given.model_fields_set else current.hour,
        current.keep_daily if daily is None else daily,
        current.keep_weekly if weekly is None else weekly,
        given.version,
    )
    return _plan(await backups.change_plan(plan, by=By.user(who.user_id)))


@router.get("/api/server/logs", response_class=Response)
async def download_logs(who: Owner, hosts: Hosts) -> Response:
    """The newest lines of the log as JSON, one a line; nothing that people wrote is in them."""
    lines = await asyncio.to_thread(lambda: b"".join(kept_lines(hosts.logs)))
    headers = {"Content-Disposition": attachment("tavernai.log.jsonl")}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


async def _backups(backups: BackupService) -> s.BackupsOut:
    kept, failure = await backups.kept(), backups.failure
    return s.BackupsOut(
        plan=_plan(await backups.plan()),
        progress=backups.progress,
        last=_backup(kept[0]) if kept else None,
        failure=s.BackupFailureOut(at=rfc3339(failure.at), code=failure.code, detail=failure.detail)
        if failure
        else None,
    )


def _plan(plan: Plan) -> s.BackupPlanOut:
    return s.BackupPlanOut(**asdict(plan))


def _backup(kept: Kept) -> s.BackupOut:
    return s.BackupOut(name=kept.name, made_at=rfc3339(kept.made_at), why=kept.why, size=kept.size)
