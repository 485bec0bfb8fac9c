"""/api/presets. Importing files is agent.workshop's, which may read uploads."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.config.presets import schemas as s
from tavernai.config.presets.domain.kinds import Kind
from tavernai.config.presets.service import PresetService, detail, shown
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import attachment, provided
from tavernai.ledger.schemas import BringBackGiven, UsesShown, VersionShown, uses_shown, version_shown
from tavernai.ledger.versioned import Against, line_shown

router = APIRouter(tags=["config"])

Presets = Annotated[PresetService, provided(PresetService)]
Who = Annotated[Principal, Depends(allows("config"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Number = Annotated[int, Path(ge=1)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
FILE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/json": {}}, "description": "The file"}
}


@router.get("/api/presets")
async def list_presets(
    who: Who,
    presets: Presets,
    kind: Kind | None = None,
    q: Annotated[str, Query(max_length=200)] = "",
    trash: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.PresetPage:
    page = await presets.list(who.user_id, kind=kind, q=q, trash=trash, cursor=cursor, limit=limit)
    return s.PresetPage(items=[s.PresetItem(**shown(row)) for row in page.items], next_cursor=page.next_cursor)


@router.post("/api/presets", status_code=201)
async def create_preset(given: s.PresetGiven, who: Who, presets: Presets) -> s.PresetShown:
    return s.PresetShown(**detail(await presets.create(who.user_id, given.kind, name=given.name, data=given.data)))


@router.get("/api/presets/{preset_id}")
async def read_preset(preset_id: Id, who: Who, presets: Presets) -> s.PresetShown:
    return s.PresetShown(**detail(await presets.get(who.user_id, preset_id)))


@router.patch("/api/presets/{preset_id}")
async def edit_preset(preset_id: Id, given: s.PresetChangeGiven, who: Who, presets: Presets) -> s.PresetShown:
    edited = await presets.change(
        who.user_id, preset_id, version=given.version, name=given.name, data=given.data
    )  # fmt: skip
    return s.PresetShown(**detail(edited))


@router.delete("/api/presets/{preset_id}", status_code=204)
async def delete_preset(preset_id: Id, who: Who, presets: Presets) -> None:
    await presets.delete(who.user_id, preset_id)


@router.post("/api/presets/{preset_id}:restore")
async def restore_preset(preset_id: Id, who: Who, presets: Presets) -> s.PresetShown:
    return s.PresetShown(**detail(await presets.restore(who.user_id, preset_id)))


@router.get("/api/presets/{preset_id}/history")
async def list_preset_history(
    preset_id: Id, who: Who, presets: Presets, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.PresetHistoryPage:
    page = await presets.history(who.user_id, preset_id, cursor=cursor, limit=limit)
    items = [s.PresetChangeShown(**line_shown(row)) for row in page.items]
    return s.PresetHistoryPage(items=items, next_cursor=page.next_cursor)


@router.get("/api/presets/{preset_id}/history/{version}")
async def read_preset_version(
    preset_id: Id, version: Number, who: Who, presets: Presets, against: Against = "before"
) -> VersionShown:
    return version_shown(await presets.version(who.user_id, preset_id, version, against=against))


@router.post("/api/presets/{preset_id}:bring-back")
async def bring_preset_back(preset_id: Id, given: BringBackGiven, who: Who, presets: Presets) -> s.PresetShown:
    again = await presets.bring_back(who.user_id, preset_id, version=given.version, to=given.to)
    return s.PresetShown(**detail(again))


@router.get("/api/presets/{preset_id}/uses")
async def list_preset_uses(preset_id: Id, who: Who, presets: Presets) -> UsesShown:
    return uses_shown(await presets.uses(who.user_id, preset_id))


@router.get("/api/presets/{preset_id}/export", response_class=Response, responses=FILE_ANSWERS)
async def export_preset(preset_id: Id, who: Who, presets: Presets) -> Response:
    name, content = await presets.export(who.user_id, preset_id)
    headers = {"Content-Disposition": attachment(f"{name}.json"), "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/json", headers=headers)
