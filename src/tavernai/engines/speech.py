"""Speech servers that speak as OpenAI's does: POST /audio/speech, sound back."""

import asyncio
from collections.abc import AsyncGenerator

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver

from tavernai.engines.outgoing import outgoing_session
from tavernai.gateway.addresses import endpoint
from tavernai.gateway.errors import (
    UpstreamBadAnswer,
    UpstreamCut,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnreachable,
    clean_words,
    error_of_status,
)
from tavernai.gateway.speech.ports import Audio, SpeechServer

CONNECT_SECONDS = 10.0
FIRST_SECONDS = 60.0
BETWEEN_SECONDS = 30.0
AUDIO_BYTES_MAX = 32 * 1024 * 1024
"""Half an hour of MP3; a longer answer to 4,000 characters is no speech."""
ERROR_BYTES_MAX = 16 * 1024
PART_BYTES = 16 * 1024


class OpenAISpeaker:
    """Fulfils gateway.speech.ports.Speaker."""

    def __init__(self, *, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def speak(self, server: SpeechServer, text: str, *, voice: str) -> Audio:
        response = await self._asked(server, text, voice=voice)
        try:
            if response.status != 200:
                raise await _error(response, server)
            kind = response.content_type
            if not (kind.startswith("audio/") or kind == "application/octet-stream"):
                raise UpstreamBadAnswer(words=f"this is no sound but {kind}")
        except BaseException:
            response.close()
            raise
        return Audio(kind if kind.startswith("audio/") else "audio/mpeg", _parts(response))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _asked(self, server: SpeechServer, text: str, *, voice: str) -> aiohttp.ClientResponse:
        body = {"model": server.model, "input": text, "voice": voice, "response_format": "mp3"}
        headers = {"Content-Type": "application/json", "User-Agent": "TavernAI-Plus"}
        if server.key:
            headers["Authorization"] = f"Bearer {server.key.reveal()}"
        limits = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        if self._session is None:
            self._session = outgoing_session(self._resolver)
        url = endpoint(server.base_url, "/audio/speech")
        data = orjson.dumps({name: value for name, value in body.items() if value})
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                return await self._session.post(url, data=data, headers=headers, timeout=limits, allow_redirects=False)
        except TimeoutError:
            raise UpstreamTimeout from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise UpstreamUnreachable from None


async def _parts(response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
    size = 0
    try:
        while True:
            async with asyncio.timeout(BETWEEN_SECONDS):
                part = await response.content.read(PART_BYTES)
            size += len(part)
            if not part or size > AUDIO_BYTES_MAX:
                return
            yield part
    except (TimeoutError, aiohttp.ClientError, OSError):
        raise UpstreamCut from None
    finally:
        response.close()


async def _error(response: aiohttp.ClientResponse, server: SpeechServer) -> UpstreamError:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            data = await response.content.read(ERROR_BYTES_MAX)
    except (TimeoutError, aiohttp.ClientError, OSError):
        data = b""
    error = error_of_status(response.status, clean_words(_words(data), secret=server.key.reveal()))
    return type(error)(**error.shared_facts)  # everybody listens, not owners alone


def _words(data: bytes) -> str:
    try:
        told = orjson.loads(data)["error"]
        return str(told["message"] if isinstance(told, dict) else told)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
