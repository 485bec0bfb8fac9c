"""/api/groups."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.characters.groups import schemas as s
from tavernai.characters.groups.service import GroupService
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import attachment, provided
from tavernai.ledger.schemas import BringBackGiven, VersionShown, version_shown
from tavernai.ledger.versioned import Against, line_shown

router = APIRouter(tags=["characters"])

Groups = Annotated[GroupService, provided(GroupService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Number = Annotated[int, Path(ge=1)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
FILE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/json": {}}, "description": "The file"}
}


@router.get("/api/groups")
async def list_groups(
    who: Who,
    groups: Groups,
    q: Annotated[str, Query(max_length=200)] = "",
    trash: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.GroupPage:
    page = await groups.list(who.user_id, q=q, trash=trash, cursor=cursor, limit=limit)
    return s.GroupPage(items=[s.GroupShown(**one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/groups", status_code=201)
async def create_group(given: s.GroupGiven, who: Who, groups: Groups) -> s.GroupShown:
    return s.GroupShown(**await groups.create(who.user_id, given.model_dump()))


@router.get("/api/groups/{group_id}")
async def read_group(group_id: Id, who: Who, groups: Groups) -> s.GroupShown:
    return s.GroupShown(**await groups.get(who.user_id, group_id))


@router.patch("/api/groups/{group_id}")
async def edit_group(group_id: Id, given: s.GroupChangeGiven, who: Who, groups: Groups) -> s.GroupShown:
    values = given.model_dump(exclude={"version"}, exclude_none=True)
    if given.members is not None:
        values["members"] = [one.model_dump() for one in given.members]
    return s.GroupShown(**await groups.change(who.user_id, group_id, version=given.version, given=values))


@router.delete("/api/groups/{group_id}", status_code=204)
async def delete_group(group_id: Id, who: Who, groups: Groups) -> None:
    await groups.delete(who.user_id, group_id)


@router.post("/api/groups/{group_id}:restore")
async def restore_group(group_id: Id, who: Who, groups: Groups) -> s.GroupShown:
    return s.GroupShown(**await groups.restore(who.user_id, group_id))


@router.get("/api/groups/{group_id}/history")
async def list_group_history(
    group_id: Id, who: Who, groups: Groups, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.GroupHistoryPage:
    page = await groups.history(who.user_id, group_id, cursor=cursor, limit=limit)
    return s.GroupHistoryPage(
        items=[s.GroupLine(**line_shown(row)) for row in page.items], next_cursor=page.next_cursor
    )


@router.get("/api/groups/{group_id}/history/{version}")
async def read_group_version(
    group_id: Id, version: Number, who: Who, groups: Groups, against: Against = "before"
) -> VersionShown:
    return version_shown(await groups.version(who.user_id, group_id, version, against=against))


@router.post("/api/groups/{group_id}:bring-back")
async def bring_group_back(group_id: Id, given: BringBackGiven, who: Who, groups: Groups) -> s.GroupShown:
    return s.GroupShown(**await groups.bring_back(who.user_id, group_id, version=given.version, to=given.to))


@router.get("/api/groups/{group_id}/export", response_class=Response, responses=FILE_ANSWERS)
async def export_group(group_id: Id, who: Who, groups: Groups) -> Response:
    """SillyTavern's file; fields we do not know come back as they were written."""
    name, content = await groups.export(who.user_id, group_id)
    headers = {"Content-Disposition": attachment(f"{name}.json"), "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/json", headers=headers)
