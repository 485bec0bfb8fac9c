"""/api/characters."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import StringConstraints

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import schemas as s
from tavernai.characters import shown
from tavernai.characters.avatars import SVG, AvatarService, Served
from tavernai.characters.domain.pictures import Size
from tavernai.characters.importing import FILE_BYTES_MAX, Imported, ImportService
from tavernai.characters.service import CharacterService
from tavernai.characters.shipped import add_sample, sample, samples
from tavernai.characters.shown import Character
from tavernai.characters.store import Wanted
from tavernai.characters.uploads import MULTIPART, uploaded
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import long_list, provided
from tavernai.ledger.versioned import line_shown

router = APIRouter(tags=["characters"])

Characters = Annotated[CharacterService, provided(CharacterService)]
Imports = Annotated[ImportService, provided(ImportService)]
Avatars = Annotated[AvatarService, provided(AvatarService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
TagAsked = Annotated[str, StringConstraints(max_length=200)]

DAY_SECONDS = 86_400
FILE_TYPES = {"png": "image/png", "json": "application/json"}
PICTURE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {"image/webp": {}, SVG: {}}, "description": "The picture"},
    304: {"description": "The caller has it already"},
}
FILE_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {kind: {} for kind in FILE_TYPES.values()}, "description": "The file"}
}


@router.get("/api/characters", response_model=s.CharacterPage)
async def list_characters(
    who: Who,
    characters: Characters,
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[list[TagAsked], Query(max_length=20)] = [],  # noqa: B006
    sort: Literal["name", "recent", "created", "chatted", "chats"] = "name",
    trash: bool = False,
    favourite: bool = False,
    creator: Annotated[str, Query(max_length=1_000)] = "",
    collection: Annotated[str, Query(max_length=64)] = "",
    hidden: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    wanted = Wanted(q, tuple(tag), sort, trash, favourite, creator, collection)
    page, total = await characters.page(who.user_id, wanted, with_hidden=hidden, cursor=cursor, limit=limit)
    return long_list(items=[shown.listed(row) for row in page.items], next_cursor=page.next_cursor, total=total)


@router.post("/api/characters", status_code=201)
async def create_character(given: s.CardGiven, who: Who, characters: Characters) -> s.CharacterShown:
    return _shown(await characters.create(who.user_id, given.card))


@router.post("/api/characters/import", openapi_extra=MULTIPART)
async def import_characters(request: Request, who: Who, imports: Imports) -> s.ImportShown:
    async with uploaded(request) as uploads:
        results = await imports.import_files(who.user_id, uploads)
    return s.ImportShown(results=[_imported(one) for one in results])


@router.get("/api/characters/tags")
async def list_character_tags(who: Who, characters: Characters) -> s.TagList:
    counted = await characters.tags(who.user_id)
    return s.TagList(items=[s.TagShown(tag=tag, count=count) for tag, count in counted])


@router.get("/api/characters/samples")
def list_samples(who: Who) -> s.SampleList:
    return s.SampleList(items=[s.SampleShown(**one.shown()) for one in samples().values()])


@router.get("/api/characters/samples/{name}/avatar", response_class=Response, responses=PICTURE_ANSWERS)
async def read_sample_avatar(
    name: Annotated[str, Path(max_length=64)], request: Request, who: Who, avatars: Avatars, size: Size = Size.LARGE
) -> Response:
    content = await avatars.resized(sample(name).data, size)
    return picture(request, Served(content, "image/webp", f'"{name}-{size}-{len(content)}"', None), immutable=False)


@router.post("/api/characters/samples/{name}:add")
async def add_sample_character(
    name: Annotated[str, Path(max_length=64)], who: Who, imports: Imports
) -> s.ImportedShown:
    return _imported(await add_sample(imports, who.user_id, name))


@router.get("/api/characters/{character_id}")
async def read_character(character_id: Id, who: Who, characters: Characters) -> s.CharacterShown:
    return _shown(await characters.get(who.user_id, character_id))


@router.patch("/api/characters/{character_id}")
async def edit_character(
    character_id: Id, given: s.CharacterGiven, who: Who, characters: Characters
) -> s.CharacterShown:
    fields = dict(given.card or {})
    if given.tags is not None:
        fields["tags"] = given.tags
    edited = await characters.edit(
        who.user_id, character_id, version=given.version, fields=fields, favourite=given.favourite
    )
    return _shown(edited)


@router.delete("/api/characters/{character_id}", status_code=204)
async def delete_character(character_id: Id, who: Who, characters: Characters) -> None:
    await characters.delete(who.user_id, character_id)


@router.post("/api/characters/{character_id}:restore")
async def restore_character(character_id: Id, who: Who, characters: Characters) -> s.CharacterShown:
    return _shown(await characters.restore(who.user_id, character_id))


@router.get("/api/characters/{character_id}/history")
async def list_character_history(
    character_id: Id, who: Who, characters: Characters, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.ChangePage:
    page = await characters.history(who.user_id, character_id, cursor=cursor, limit=limit)
    items = [s.ChangeShown(**line_shown(row)) for row in page.items]
    return s.ChangePage(items=items, next_cursor=page.next_cursor)


@router.get("/api/characters/{character_id}/export", response_class=Response, responses=FILE_ANSWERS)
async def export_character(
    character_id: Id,
    who: Who,
    characters: Characters,
    form: Annotated[Literal["png", "json"], Query(alias="format")] = "png",
) -> Response:
    make = characters.export_png if form == "png" else characters.export_json
    name, content = await make(who.user_id, character_id)
    headers = {"Content-Disposition": _attachment(name), "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=FILE_TYPES[form], headers=headers)


@router.get("/api/characters/{character_id}/avatar", response_class=Response, responses=PICTURE_ANSWERS)
async def read_avatar(
    character_id: Id,
    request: Request,
    who: Who,
    avatars: Avatars,
    size: Size = Size.LARGE,
    v: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    served = await avatars.avatar(who.user_id, character_id, size)
    named = served.avatar is not None and bool(v) and served.avatar.startswith(v)
    return picture(request, served, immutable=named)


@router.put("/api/characters/{character_id}/avatar", openapi_extra=MULTIPART)
async def change_avatar(character_id: Id, request: Request, who: Who, characters: Characters) -> s.CharacterShown:
    async with uploaded(request, bytes_max=FILE_BYTES_MAX) as uploads:
        data = await uploads[0].read()
    return _shown(await characters.set_avatar(who.user_id, character_id, data))


def _shown(character: Character) -> s.CharacterShown:
    return s.CharacterShown(**shown.detail(character))


def _imported(one: Imported) -> s.ImportedShown:
    return s.ImportedShown(
        filename=one.filename, status=one.status, character_id=one.character_id, name=one.name,
        code=one.code, message=one.message, warnings=shown.sentences(one.warnings),
    )  # fmt: skip


def picture(request: Request, served: Served, *, immutable: bool) -> Response:
    """The answer with a picture; 304 for who has it. `immutable`: its address names its content."""
    # Without the content's hash in its address a picture may change: then it is asked for again, and 304 is cheap.
    caching = f"private, max-age={365 * DAY_SECONDS}, immutable" if immutable else "private, no-cache"
    headers = {
        "ETag": served.etag,
        "Cache-Control": caching,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    }
    if served.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(served.content, media_type=served.media_type, headers=headers)


def _attachment(name: str) -> str:
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
