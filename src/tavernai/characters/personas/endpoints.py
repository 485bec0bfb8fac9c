"""/api/personas."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import schemas as s
from tavernai.characters.personas.service import PersonaService
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["characters"])

Personas = Annotated[PersonaService, provided(PersonaService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]


@router.get("/api/personas")
async def list_personas(
    who: Who,
    personas: Personas,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> s.PersonaPage:
    page = await personas.list(who.user_id, cursor=cursor, limit=limit)
    return s.PersonaPage(items=[s.PersonaShown(**one.shown()) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/personas", status_code=201)
async def create_persona(given: s.PersonaGiven, who: Who, personas: Personas) -> s.PersonaShown:
    made = await personas.create(who.user_id, given.name, description=given.description, is_default=given.is_default)
    return s.PersonaShown(**made.shown())


@router.patch("/api/personas/{persona_id}")
async def edit_persona(persona_id: Id, given: s.PersonaChangeGiven, who: Who, personas: Personas) -> s.PersonaShown:
    edited = await personas.change(
        who.user_id, persona_id,
        version=given.version, name=given.name, description=given.description, is_default=bool(given.is_default),
    )  # fmt: skip
    return s.PersonaShown(**edited.shown())


@router.delete("/api/personas/{persona_id}", status_code=204)
async def delete_persona(persona_id: Id, who: Who, personas: Personas) -> None:
    await personas.delete(who.user_id, persona_id)
