"""What `tavernai import` and `tavernai export` do with the services, on whichever road."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from tavernai.accounts.service import AccountsService
from tavernai.cli.errors import NoOwner
from tavernai.cli.host import Services
from tavernai.interop.importing.exporting import ExportService, Format, Kind
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.errors import InvalidInput
from tavernai.kernel.paging import PAGE_MAX
from tavernai.storage.rows import Row

Args = Mapping[str, Any]


async def open_import(services: Services, args: Args) -> dict[str, Any]:
    imports, user_id = _imports(services), await _user(services, args)
    return _told(await imports.get(user_id, await imports.open_path(user_id, args["path"])))


async def get_import(services: Services, args: Args) -> dict[str, Any]:
    return _told(await _imports(services).get(await _user(services, args), args["id"]))


async def start_import(services: Services, args: Args) -> dict[str, Any]:
    return _told(await _imports(services).start(await _user(services, args), args["id"]))


async def undo_import(services: Services, args: Args) -> dict[str, Any]:
    undone = await _imports(services).undo(await _user(services, args), args["id"])
    return {"trashed": undone.trashed, "kept": undone.kept}


async def write_export(services: Services, args: Args) -> dict[str, Any]:
    """Raises InvalidInput, NothingToExport, FileExistsError."""
    form, kinds = args["format"], args["kinds"]
    if form not in get_args(Format) or any(kind not in get_args(Kind) for kind in kinds):
        told = {"formats": list(get_args(Format)), "kinds": list(get_args(Kind))}
        raise InvalidInput(f"Formats are {', '.join(told['formats'])}; kinds are {', '.join(told['kinds'])}.", **told)
    exports = services.provides[ExportService]
    assert isinstance(exports, ExportService)
    source = await exports.export(await _user(services, args), form, kinds=kinds)
    return {"file": args["file"], "bytes": await asyncio.to_thread(_copied, source, Path(args["file"]))}


def _copied(source: Any, place: Path) -> int:
    with source, place.open("xb") as file:
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _imports(services: Services) -> ImportsService:
    found = services.provides[ImportsService]
    assert isinstance(found, ImportsService)
    return found


async def _user(services: Services, args: Args) -> str:
    accounts = services.provides[AccountsService]
    assert isinstance(accounts, AccountsService)
    if args.get("user"):
        return (await accounts.named(args["user"])).id
    page = await accounts.list(cursor=None, limit=PAGE_MAX)
    owner = next((user for user in page.items if user.role == "owner"), None)
    if owner is None:
        raise NoOwner
    return owner.id


def _told(row: Row) -> dict[str, Any]:
    names = ("id", "status", "label", "code", "detail", "counts")
    return {name: row[name] for name in names} | {
        "progress": {"done": row["done"], "total": row["total"]},
        "checks": row["about"],
    }
