"""Every back end over HTTP, and a server with faults that speaks its format."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from tavernai.engines.anthropic import AnthropicBackend
from tavernai.engines.gemini import GeminiBackend
from tavernai.engines.http_backend import HttpBackend
from tavernai.engines.koboldcpp import KoboldCppBackend
from tavernai.engines.llamacpp import LlamaCppBackend
from tavernai.engines.ollama import OllamaBackend
from tavernai.engines.openai import OpenAIBackend
from tavernai.engines.text import TextBackend
from tavernai.gateway.domain import ChatRequest, Connection, Secret, Timeouts
from tests.support.translator import speaking

LIMITS = Timeouts(connect_seconds=0.5, first_token_seconds=0.5, between_tokens_seconds=0.3)
BACKENDS: dict[str, type[HttpBackend]] = {
    "openai": OpenAIBackend,
    "anthropic": AnthropicBackend,
    "gemini": GeminiBackend,
    "ollama": OllamaBackend,
    "llamacpp": LlamaCppBackend,
    "koboldcpp": KoboldCppBackend,
    "text": TextBackend,
}
# llama.cpp speaks two formats; a chosen template leads to the second. Its chat is the mock's own.
WAYS = (*BACKENDS, "llamacpp-chat")


@dataclass
class Place:
    """A back end and where its server is."""

    kind: str
    backend: HttpBackend
    connection: Connection


def connection_of(way: str, url: str, *, key: str = "") -> Connection:
    kind = way.partition("-")[0]
    made = Connection("c", "house", kind, url, model="mock", key=Secret(key), timeouts=LIMITS)
    return replace(made, template="chatml") if way == "llamacpp" else made


def ask(directive: str = "", **more: object) -> ChatRequest:
    return ChatRequest([{"role": "user", "content": f"Hello. [[mock {directive}]]"}], **more)  # type: ignore[arg-type]


@asynccontextmanager
async def reached(way: str, **options: object) -> AsyncIterator[Place]:
    """This back end in front of the mock, in its own format."""
    backend = BACKENDS[way.partition("-")[0]]()
    try:
        async with speaking(way, **options) as url:
            yield Place(way, backend, connection_of(way, url))
    finally:
        await backend.close()
