"""Trials over HTTP, and preset files read in."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from tavernai.accounts.guards import Principal, allows
from tavernai.agent.workshop import schemas as s
from tavernai.agent.workshop.service import Place, WorkshopService
from tavernai.characters.uploads import MULTIPART, uploaded
from tavernai.config.presets.domain.kinds import Kind
from tavernai.config.presets.service import PresetService
from tavernai.kernel.web import provided
from tavernai.prompting.domain.builtin_templates import CONTEXT, INSTRUCT
from tavernai.prompting.domain.starters import starters

router = APIRouter(tags=["workshop"])

Workshop = Annotated[WorkshopService, provided(WorkshopService)]
Presets = Annotated[PresetService, provided(PresetService)]
ForCharacters = Annotated[Principal, Depends(allows("characters"))]
ForConfig = Annotated[Principal, Depends(allows("config"))]
ForChat = Annotated[Principal, Depends(allows("chat"))]
BUILT_IN = s.BuiltInTemplates(
    items=[
        s.BuiltInTemplate(name=name, context=dict(CONTEXT[name]), instruct=dict(INSTRUCT[name])) for name in INSTRUCT
    ],
    starters=[s.Starter(kind=one.kind, name=one.name, data=dict(one.data)) for one in starters()],
)


@router.get("/api/templates")
async def list_built_in_templates(who: ForConfig) -> s.BuiltInTemplates:
    return BUILT_IN


@router.post("/api/presets/import", openapi_extra=MULTIPART)
async def import_presets(
    request: Request, who: ForConfig, presets: Presets, kind: Annotated[Kind | None, Query()] = None
) -> s.PresetImportShown:
    """Files of presets, templates, scripts, quick replies or themes; `kind` overrides what their content says."""
    results: list[s.ImportedPresetShown] = []
    async with uploaded(request) as uploads:
        for upload in uploads:
            made = await presets.import_bytes(who.user_id, upload.filename, await upload.read(), kind=kind)
            results += [s.ImportedPresetShown(**asdict(one)) for one in made]
    return s.PresetImportShown(results=results)


@router.post("/api/presets:preview")
async def preview_preset(given: s.PreviewGiven, who: ForConfig, workshop: Workshop) -> s.PreviewShown:
    place = Place(given.conversation_id, given.character_id)
    return s.PreviewShown(**await workshop.preview(who.user_id, given.kind, given.data, place=place))


@router.post("/api/scripts:test")
async def try_script(given: s.ScriptTestGiven, who: ForConfig, workshop: Workshop) -> s.ScriptTestShown:
    return s.ScriptTestShown(**await workshop.test_script(who.user_id, given.script, given.text))


@router.post("/api/lorebooks:test")
async def try_lorebooks(given: s.LoreTestGiven, who: ForCharacters, workshop: Workshop) -> s.LoreTestShown:
    place = Place(given.conversation_id, given.character_id)
    found = await workshop.test_lore(
        who.user_id, place=place, text=given.text, lorebook_ids=given.lorebook_ids, settings=given.settings
    )  # fmt: skip
    return s.LoreTestShown(**found)


@router.post("/api/conversations/{conversation_id}:display")
async def display_messages(
    conversation_id: Annotated[str, Path(max_length=64)], given: s.DisplayGiven, who: ForChat, workshop: Workshop
) -> s.DisplayShown:
    """Which of these messages scripts show otherwise; the others are shown as they are stored."""
    found = await workshop.displayed(who.user_id, conversation_id, **given.model_dump())
    return s.DisplayShown(**asdict(found))
