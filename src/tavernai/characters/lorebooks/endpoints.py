"""/api/lorebooks."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import schemas as cs
from tavernai.characters import shown
from tavernai.characters.lorebooks import schemas as s
from tavernai.characters.lorebooks.importing import ImportedBook, LorebookImportService
from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.uploads import MULTIPART, uploaded
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import attachment, provided
from tavernai.ledger.schemas import BringBackGiven, UsesShown, VersionShown, uses_shown, version_shown
from tavernai.ledger.versioned import Against, line_shown

router = APIRouter(tags=["characters"])

Lorebooks = Annotated[LorebookService, provided(LorebookService)]
Imports = Annotated[LorebookImportService, provided(LorebookImportService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Number = Annotated[int, Path(ge=1)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
FILE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {"application/json": {}}, "description": "The file"}
}


@router.get("/api/lorebooks")
async def list_lorebooks(
    who: Who,
    lorebooks: Lorebooks,
    q: Annotated[str, Query(max_length=200)] = "",
    trash: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.LorebookPage:
    page = await lorebooks.list(who.user_id, q=q, trash=trash, cursor=cursor, limit=limit)
    return s.LorebookPage(items=[s.LorebookItem(**one.shown()) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/lorebooks", status_code=201)
async def create_lorebook(given: s.LorebookGiven, who: Who, lorebooks: Lorebooks) -> s.LorebookShown:
    made = await lorebooks.create(
        who.user_id, given.name, description=given.description, entries=given.entries
    )  # fmt: skip
    return s.LorebookShown(**made.detail())


@router.post("/api/lorebooks/import", openapi_extra=MULTIPART)
async def import_lorebooks(request: Request, who: Who, imports: Imports) -> s.LorebookImportShown:
    async with uploaded(request) as uploads:
        results = await imports.import_files(who.user_id, uploads)
    return s.LorebookImportShown(results=[_imported(one) for one in results])


@router.get("/api/lorebooks/{lorebook_id}")
async def read_lorebook(lorebook_id: Id, who: Who, lorebooks: Lorebooks) -> s.LorebookShown:
    return s.LorebookShown(**(await lorebooks.get(who.user_id, lorebook_id)).detail())


@router.patch("/api/lorebooks/{lorebook_id}")
async def edit_lorebook(
    lorebook_id: Id, given: s.LorebookChangeGiven, who: Who, lorebooks: Lorebooks
) -> s.LorebookShown:
    edited = await lorebooks.change(
        who.user_id, lorebook_id,
        version=given.version, name=given.name, description=given.description, entries=given.entries,
    )  # fmt: skip
    return s.LorebookShown(**edited.detail())


@router.delete("/api/lorebooks/{lorebook_id}", status_code=204)
async def delete_lorebook(lorebook_id: Id, who: Who, lorebooks: Lorebooks) -> None:
    await lorebooks.delete(who.user_id, lorebook_id)


@router.post("/api/lorebooks/{lorebook_id}:restore")
async def restore_lorebook(lorebook_id: Id, who: Who, lorebooks: Lorebooks) -> s.LorebookShown:
    return s.LorebookShown(**(await lorebooks.restore(who.user_id, lorebook_id)).detail())


@router.get("/api/lorebooks/{lorebook_id}/history")
async def list_lorebook_history(
    lorebook_id: Id, who: Who, lorebooks: Lorebooks, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.LorebookHistoryPage:
    page = await lorebooks.history(who.user_id, lorebook_id, cursor=cursor, limit=limit)
    items = [cs.ChangeShown(**line_shown(row)) for row in page.items]
    return s.LorebookHistoryPage(items=items, next_cursor=page.next_cursor)


@router.get("/api/lorebooks/{lorebook_id}/history/{version}")
async def read_lorebook_version(
    lorebook_id: Id, version: Number, who: Who, lorebooks: Lorebooks, against: Against = "before"
) -> VersionShown:
    return version_shown(await lorebooks.version(who.user_id, lorebook_id, version, against=against))


@router.post("/api/lorebooks/{lorebook_id}:bring-back")
async def bring_lorebook_back(
    lorebook_id: Id, given: BringBackGiven, who: Who, lorebooks: Lorebooks
) -> s.LorebookShown:
    again = await lorebooks.bring_back(who.user_id, lorebook_id, version=given.version, to=given.to)
    return s.LorebookShown(**again.detail())


@router.get("/api/lorebooks/{lorebook_id}/uses")
async def list_lorebook_uses(lorebook_id: Id, who: Who, lorebooks: Lorebooks) -> UsesShown:
    return uses_shown(await lorebooks.uses(who.user_id, lorebook_id))


@router.get("/api/lorebooks/{lorebook_id}/export", response_class=Response, responses=FILE_ANSWERS)
async def export_lorebook(
    lorebook_id: Id,
    who: Who,
    lorebooks: Lorebooks,
    form: Annotated[Literal["sillytavern", "character_book"], Query(alias="format")] = "sillytavern",
) -> Response:
    name, content = await lorebooks.export(who.user_id, lorebook_id, form=form)
    headers = {"Content-Disposition": attachment(f"{name}.json"), "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/json", headers=headers)


def _imported(one: ImportedBook) -> s.ImportedLorebook:
    return s.ImportedLorebook(
        filename=one.filename, status=one.status, lorebook_id=one.lorebook_id, name=one.name, code=one.code,
        message=one.message, warnings=shown.sentences(one.warnings),
    )  # fmt: skip
