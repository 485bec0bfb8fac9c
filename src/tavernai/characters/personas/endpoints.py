"""/api/personas."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import schemas as s
from tavernai.characters.avatars import AvatarService
from tavernai.characters.domain.pictures import Size
from tavernai.characters.endpoints import PICTURE_ANSWERS, picture
from tavernai.characters.importing import FILE_BYTES_MAX
from tavernai.characters.personas.placing import Place
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.uploads import MULTIPART, uploaded
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["characters"])

Personas = Annotated[PersonaService, provided(PersonaService)]
Avatars = Annotated[AvatarService, provided(AvatarService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]


@router.get("/api/personas")
async def list_personas(
    who: Who,
    personas: Personas,
    trash: bool = False,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> s.PersonaPage:
    page = await personas.list(who.user_id, trash=trash, cursor=cursor, limit=limit)
    return s.PersonaPage(items=[s.PersonaShown(**one.shown()) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/personas", status_code=201)
async def create_persona(given: s.PersonaGiven, who: Who, personas: Personas) -> s.PersonaShown:
    made = await personas.create(
        who.user_id, given.name, description=given.description, is_default=given.is_default,
        place=Place(given.position, given.depth, given.role),
    )  # fmt: skip
    return s.PersonaShown(**made.shown())


@router.patch("/api/personas/{persona_id}")
async def edit_persona(persona_id: Id, given: s.PersonaChangeGiven, who: Who, personas: Personas) -> s.PersonaShown:
    edited = await personas.change(
        who.user_id, persona_id,
        version=given.version, name=given.name, description=given.description, is_default=bool(given.is_default),
        lorebook_id=given.lorebook_id if "lorebook_id" in given.model_fields_set else ...,
        place=given.model_dump(include={"position", "depth", "role"}, exclude_none=True),
    )  # fmt: skip
    return s.PersonaShown(**edited.shown())


@router.delete("/api/personas/{persona_id}", status_code=204)
async def delete_persona(persona_id: Id, who: Who, personas: Personas) -> None:
    await personas.delete(who.user_id, persona_id)


@router.post("/api/personas/{persona_id}:restore")
async def restore_persona(persona_id: Id, who: Who, personas: Personas) -> s.PersonaShown:
    return s.PersonaShown(**(await personas.restore(who.user_id, persona_id)).shown())


@router.get("/api/personas/{persona_id}/avatar", response_class=Response, responses=PICTURE_ANSWERS)
async def read_persona_avatar(
    persona_id: Id,
    request: Request,
    who: Who,
    personas: Personas,
    avatars: Avatars,
    size: Size = Size.LARGE,
    v: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    name, avatar = await personas.portrait_of(who.user_id, persona_id)
    served = await avatars.portrait(name, avatar, size)
    return picture(request, served, immutable=avatar is not None and bool(v) and avatar.startswith(v))


@router.put("/api/personas/{persona_id}/avatar", openapi_extra=MULTIPART)
async def change_persona_avatar(persona_id: Id, request: Request, who: Who, personas: Personas) -> s.PersonaShown:
    async with uploaded(request, bytes_max=FILE_BYTES_MAX) as uploads:
        data = await uploads[0].read()
    return s.PersonaShown(**(await personas.set_avatar(who.user_id, persona_id, data)).shown())


@router.delete("/api/personas/{persona_id}/avatar")
async def remove_persona_avatar(persona_id: Id, who: Who, personas: Personas) -> s.PersonaShown:
    return s.PersonaShown(**(await personas.set_avatar(who.user_id, persona_id, None)).shown())
