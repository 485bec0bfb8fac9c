"""/api/pictures."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from tavernai.accounts.guards import Principal, allows
from tavernai.chat.pictures.domain.asking import URL_CHARACTERS_MAX
from tavernai.chat.pictures.domain.looking import MEDIA_TYPES
from tavernai.chat.pictures.service import Fetched, Place, RemotePictureService
from tavernai.kernel.web import provided

router = APIRouter(tags=["chat"])

Pictures = Annotated[RemotePictureService, provided(RemotePictureService)]
Who = Annotated[Principal, Depends(allows("chat"))]
SomeId = Annotated[str | None, Query(max_length=64)]
FRESH_SECONDS = 600
ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"content": {kind: {} for kind in MEDIA_TYPES}, "description": "The picture"},
    304: {"description": "The caller has it already"},
}


class PictureAsked(BaseModel):
    """One picture that a person wants to see, and where they met it."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=URL_CHARACTERS_MAX)
    conversation_id: str | None = Field(default=None, max_length=64)
    character_id: str | None = Field(default=None, max_length=64)


@router.get("/api/pictures", response_class=Response, responses=ANSWERS)
async def read_remote_picture(
    request: Request,
    who: Who,
    pictures: Pictures,
    url: Annotated[str, Query(min_length=1, max_length=URL_CHARACTERS_MAX)],
    conversation_id: SomeId = None,
    character_id: SomeId = None,
) -> Response:
    return _answer(request, await pictures.allowed(who.user_id, url, Place(conversation_id, character_id)))


@router.post("/api/pictures:show", response_class=Response, responses={200: ANSWERS[200]})
async def show_remote_picture(given: PictureAsked, request: Request, who: Who, pictures: Pictures) -> Response:
    place = Place(given.conversation_id, given.character_id)
    return _answer(request, await pictures.shown(who.user_id, given.url, place))


def _answer(request: Request, fetched: Fetched) -> Response:
    # Nothing of what the other server said but the bytes: no header, no cookie, and not its word for what they are.
    headers = {
        "ETag": fetched.etag,
        "Cache-Control": f"private, max-age={FRESH_SECONDS}",
        "Vary": "Cookie, Authorization",  # the next person at this browser asks anew
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if request.method == "GET" and fetched.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(fetched.content, media_type=fetched.seen.media_type, headers=headers)
