"""/api/speech."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from tavernai.accounts.guards import Principal, allows
from tavernai.gateway.schemas import Given, Key, Model, Url
from tavernai.gateway.speech.ports import Audio
from tavernai.gateway.speech.service import NewSpeech, SpeechService
from tavernai.kernel.web import provided

router = APIRouter(tags=["speech"])

TEXT_CHARACTERS_MAX = 4_000

Speech = Annotated[SpeechService, provided(SpeechService)]
Listener = Annotated[Principal, Depends(allows("gateway"))]
Owner = Annotated[Principal, Depends(allows("admin", owner=True))]
Voice = Annotated[str, Field(max_length=200)]
AUDIO: dict[int | str, dict[str, object]] = {
    200: {"content": {"audio/mpeg": {}}, "description": "The sound, as it comes"}
}


class SpeechGiven(Given):
    """The server to keep. `key`: a text sets it, "" takes it away, left out keeps it for the same host."""

    base_url: Url
    model: Model = ""
    voice: Voice = ""
    key: Key | None = None
    version: Annotated[int, Field(ge=1)] | None = None


class SpeechShown(BaseModel):
    """Whether a server reads aloud; owners also see which."""

    model_config = ConfigDict(protected_namespaces=())

    ready: bool
    voice: str = ""
    base_url: str | None = None
    model: str | None = None
    has_key: bool | None = None
    version: int | None = None


class TextToSpeak(Given):
    """A sentence or a few."""

    text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
    voice: Voice | None = None


@router.get("/api/speech")
async def read_speech(who: Listener, service: Speech) -> SpeechShown:
    server = await service.server()
    if server is None:
        return SpeechShown(ready=False)
    return SpeechShown(ready=True, **(server.as_json() if who.may("admin", owner=True) else {"voice": server.voice}))


@router.put("/api/speech")
async def keep_speech(given: SpeechGiven, who: Owner, service: Speech) -> SpeechShown:
    new = NewSpeech(given.base_url, given.model, given.voice, given.key, given.version)
    return SpeechShown(ready=True, **(await service.keep(new, owner_id=who.user_id)).as_json())


@router.delete("/api/speech", status_code=204)
async def remove_speech(who: Owner, service: Speech) -> Response:
    await service.remove(owner_id=who.user_id)
    return Response(status_code=204)


@router.post("/api/speech", response_class=Response, responses=AUDIO)
async def speak(given: TextToSpeak, who: Listener, service: Speech) -> Response:
    audio = await service.speak(given.text, voice=given.voice)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(_closed_after(audio), media_type=audio.media_type, headers=headers)


async def _closed_after(audio: Audio) -> AsyncGenerator[bytes, None]:
    try:
        async for part in audio.parts:
            yield part
    finally:
        await audio.parts.aclose()
