"""/api/characters/{id}/background."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import schemas as s
from tavernai.characters import shown
from tavernai.characters.avatars import WEBP
from tavernai.characters.backgrounds.service import BackgroundService
from tavernai.characters.importing import FILE_BYTES_MAX
from tavernai.characters.uploads import MULTIPART, uploaded
from tavernai.kernel.web import provided

router = APIRouter(tags=["characters"])

Backgrounds = Annotated[BackgroundService, provided(BackgroundService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]

YEAR_SECONDS = 365 * 86_400
ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {WEBP: {}}, "description": "The picture"},
    304: {"description": "The caller has it already"},
}


@router.get("/api/characters/{character_id}/background", response_class=Response, responses=ANSWERS)
async def read_background(
    character_id: Id,
    request: Request,
    who: Who,
    backgrounds: Backgrounds,
    v: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    served = await backgrounds.background(who.user_id, character_id)
    named = bool(v) and served.avatar is not None and served.avatar.startswith(v)
    headers = {
        "ETag": served.etag,
        "Cache-Control": f"private, max-age={YEAR_SECONDS}, immutable" if named else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if served.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(served.content, media_type=served.media_type, headers=headers)


@router.put("/api/characters/{character_id}/background", openapi_extra=MULTIPART)
async def change_background(character_id: Id, request: Request, who: Who, backgrounds: Backgrounds) -> s.CharacterShown:
    async with uploaded(request, bytes_max=FILE_BYTES_MAX) as uploads:
        data = await uploads[0].read()
    return s.CharacterShown(**shown.detail(await backgrounds.change(who.user_id, character_id, data)))


@router.delete("/api/characters/{character_id}/background")
async def remove_background(character_id: Id, who: Who, backgrounds: Backgrounds) -> s.CharacterShown:
    return s.CharacterShown(**shown.detail(await backgrounds.change(who.user_id, character_id, None)))
