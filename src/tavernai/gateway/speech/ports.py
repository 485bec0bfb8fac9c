"""What speech needs of an engine."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Protocol

from tavernai.gateway.domain import Secret


@dataclass(frozen=True, slots=True)
class SpeechServer:
    """A server with the route /audio/speech, ready to be asked."""

    base_url: str
    model: str
    voice: str
    key: Secret = field(default_factory=lambda: Secret(""))


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound as it comes; `parts` must be closed by whoever stops listening early."""

    media_type: str
    parts: AsyncGenerator[bytes, None]


class Speaker(Protocol):
    """Asks a speech server."""

    async def speak(self, server: SpeechServer, text: str, *, voice: str) -> Audio:
        """The text as sound; the answer has begun when this returns. Raises UpstreamError."""
        ...

    async def close(self) -> None: ...
