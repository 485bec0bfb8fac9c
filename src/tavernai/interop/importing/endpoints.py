"""The HTTP door to imports: parse, call the service, shape the answer."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from typing import IO, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.responses import StreamingResponse

from tavernai.accounts.guards import Principal, allows
from tavernai.interop.importing import schemas as s
from tavernai.interop.importing.domain.found import KINDS
from tavernai.interop.importing.errors import PathNotAllowed
from tavernai.interop.importing.exporting import ENDINGS, MEDIA, ExportService, Format, Kind
from tavernai.interop.importing.homes import HOMES
from tavernai.interop.importing.service import Arrival, ImportsService
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import MalformedInput
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided
from tavernai.storage.rows import Row

router = APIRouter(tags=["import"])

Imports = Annotated[ImportsService, provided(ImportsService)]
Who = Annotated[Principal, Depends(allows("import"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]

FILES_MAX = 1_000
FIELDS_MAX = 20
CHUNK_BYTES = 1 << 20
JSON_BYTES_MAX = 64 * 1024
EXPORTED: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA.values()}
FORWARDED = ("forwarded", "x-forwarded-for", "via")

ItemKind = Literal[
    "lorebook", "character", "persona", "chat_preset", "text_preset", "kobold_preset", "novel_preset", "context",
    "instruct", "system_prompt", "reasoning", "script", "quick_reply", "theme", "background", "group", "chat",
    "group_chat", "settings", "secret", "unknown", "sprite",
]  # fmt: skip
assert set(ItemKind.__args__) == set(KINDS)  # type: ignore[attr-defined]


@router.post(
    "/api/config/import/sillytavern", status_code=202, response_model=s.ImportOpened, openapi_extra=s.MULTIPART
)
async def import_sillytavern(request: Request, who: Who, imports: Imports) -> s.ImportOpened:
    """Look at a backup, at card files, or (owners, from the server's own machine) at a folder there."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with imports.receiving(who.user_id) as arrival:
            await _receive(request, arrival)
        return s.ImportOpened(import_id=arrival.id)
    asked = await _asked(request)
    if who.role != "owner" or not is_from_here(request):
        raise PathNotAllowed
    return s.ImportOpened(import_id=await imports.open_path(who.user_id, asked.path))


@router.get("/api/config/import")
async def list_imports(who: Who, imports: Imports, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT) -> s.ImportPage:
    """Imports, the newest first."""
    page = await imports.list(who.user_id, cursor=cursor, limit=limit)
    return s.ImportPage(items=[s.ImportListed(**_listed(row)) for row in page.items], next_cursor=page.next_cursor)


@router.get("/api/config/import/{import_id}")
async def get_import(import_id: Id, who: Who, imports: Imports) -> s.ImportDetail:
    """Where an import stands."""
    return _detail(await imports.get(who.user_id, import_id))


@router.get("/api/config/import/{import_id}/items")
async def list_import_items(
    import_id: Id,
    who: Who,
    imports: Imports,
    status: s.Asked | None = None,
    kind: ItemKind | None = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.ImportItems:
    """Object by object and field by field: kept, mapped, preserved or refused, and why."""
    page = await imports.items(who.user_id, import_id, status=status, kind=kind, cursor=cursor, limit=limit)
    return s.ImportItems(items=[s.ImportItem(**_item(row)) for row in page.items], next_cursor=page.next_cursor)


@router.post("/api/config/import/{import_id}:start")
async def start_import(import_id: Id, who: Who, imports: Imports, asked: s.StartAsked | None = None) -> s.ImportDetail:
    """Import what was found."""
    skip = asked.skip if asked is not None else []
    return _detail(await imports.start(who.user_id, import_id, skip=skip))


@router.post("/api/config/import/{import_id}:cancel")
async def cancel_import(import_id: Id, who: Who, imports: Imports) -> s.ImportDetail:
    """Stop; what was imported by then stays until it is undone."""
    return _detail(await imports.cancel(who.user_id, import_id))


@router.post("/api/config/import/{import_id}:resume")
async def resume_import(import_id: Id, who: Who, imports: Imports) -> s.ImportDetail:
    """Go on with what was cancelled or failed."""
    return _detail(await imports.resume(who.user_id, import_id))


@router.post("/api/config/import/{import_id}:undo")
async def undo_import(import_id: Id, who: Who, imports: Imports) -> s.ImportUndoneAnswer:
    """Put what the import made into the trash, except what was changed since; that is listed."""
    undone = await imports.undo(who.user_id, import_id)
    return s.ImportUndoneAnswer(trashed=undone.trashed, kept=[s.ImportKeptItem(**one) for one in undone.kept])


@router.get("/api/config/export", response_class=StreamingResponse, responses={200: {"content": EXPORTED}})
async def export_data(
    who: Annotated[Principal, Depends(allows("config"))],
    exports: Annotated[ExportService, provided(ExportService)],
    format: Annotated[Format, Query()] = "sillytavern",  # noqa: A002
    kind: Annotated[list[Kind], Query(max_length=10)] = [],  # noqa: B006
    ids: Annotated[str, Query(max_length=20_000, description="Only these, with commas between")] = "",
) -> StreamingResponse:
    """What is yours as a file: a SillyTavern folder as a zip, JSON, or conversations as csv or txt."""
    file = await exports.export(who.user_id, format, kinds=kind, ids=[one for one in ids.split(",") if one])
    headers = {
        "Content-Disposition": f'attachment; filename="tavernai.{ENDINGS[format]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_sent(file), media_type=MEDIA[format], headers=headers)


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        file.close()


def is_from_here(request: Request) -> bool:
    """Whether the other end is this very machine, with no proxy between."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _asked(request: Request) -> s.PathAsked:
    if int(request.headers.get("content-length") or 0) > JSON_BYTES_MAX:
        raise MalformedInput
    try:
        return s.PathAsked.model_validate_json(await request.body())
    except ValidationError:
        raise MalformedInput("Send files as multipart/form-data, each as a part named “file”, or {path}.") from None


async def _receive(request: Request, arrival: Arrival) -> None:
    """Write the parts named `file` into the arrival's folder, a piece at a time."""
    async with request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX) as form:
        for part in form.getlist("file"):
            if not isinstance(part, UploadFile):
                continue
            place = arrival.place(part.filename or "file")
            with await asyncio.to_thread(place.open, "xb") as file:
                while chunk := await part.read(CHUNK_BYTES):
                    await asyncio.to_thread(file.write, chunk)


def _listed(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("id", "status", "label", "code", "detail")}
    progress = {"done": row["done"], "total": row["total"]}
    at = {name: rfc3339(row[name]) for name in ("created_at", "updated_at")}
    return told | {"progress": progress} | at


def _detail(row: Row) -> s.ImportDetail:
    return s.ImportDetail(**_listed(row), counts=row["counts"], checks=s.ImportChecks(**row["about"]))


def _item(row: Row) -> dict[str, Any]:
    names = (
        "n", "kind", "path", "name", "size", "verdict", "status", "outcome", "code", "message", "warnings", "fields",
        "undone",
    )  # fmt: skip
    home = HOMES.get(row["kind"])
    found = row["object_id"] or row["about"].get("object_id")
    made = {"type": home.type, "id": found} if home is not None and found else None
    return {name: row[name] for name in names} | {"object": made}
