"""Core in another process (CORE_BASE_URL): the same port as the gateway in this one, over the same four routes.

Core watches the time-outs of each connection itself; ours are a little longer, so that its verdict arrives first.
"""

import asyncio
from dataclasses import replace
from typing import Any

from tavernai.engines.openai import OpenAIBackend
from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Connection,
    ConnectionStatus,
    Embeddings,
    EmbeddingsRequest,
    ModelInfo,
    Prices,
    Secret,
    Timeouts,
)
from tavernai.gateway.errors import UpstreamBadAnswer, UpstreamError
from tavernai.gateway.ports import Hear
from tavernai.gateway.service import pick

GRACE_SECONDS = 2.0
KEPT_SECONDS = 5.0
STATUS_KEPT_SECONDS = 1.0


class RemoteGateway:
    """Fulfils gateway.ports.Gateway."""

    def __init__(self, base_url: str, *, key: str = "", backend: OpenAIBackend | None = None) -> None:
        self._core = Connection("core", "core", "core", base_url=base_url, key=Secret(key))
        self._backend = backend or OpenAIBackend()
        self._known: tuple[float, list[ModelInfo]] | None = None

    async def resolve(self, reference: str | None) -> Connection:
        return pick([info.connection for info in await self._own(KEPT_SECONDS)], reference)

    async def status(self, reference: str | None) -> ConnectionStatus:
        known = {info.connection.id: info for info in await self._own(STATUS_KEPT_SECONDS)}
        meant = pick([info.connection for info in known.values()], reference)
        return known[meant.id].status or ConnectionStatus()

    async def _own(self, seconds_max: float) -> list[ModelInfo]:
        """Each connection as Core lists it, asked again when what is known is older than this."""
        now = asyncio.get_running_loop().time()
        if self._known is None or now - self._known[0] > seconds_max:
            self._known = now, await self.models()
        return [info for info in self._known[1] if info.id == info.connection.name]

    async def tell(self, reference: str | Connection | None, request: ChatRequest, hear: Hear) -> None:
        core, asked = await self._addressed(reference, request)
        await self._backend.tell(asked, core, hear)

    async def complete(self, reference: str | Connection | None, request: ChatRequest) -> Completion:
        core, asked = await self._addressed(reference, request)
        return await self._backend.complete(asked, core)

    async def embeddings(self, reference: str | Connection | None, request: EmbeddingsRequest) -> Embeddings:
        meant = await self._meant(reference)
        return await self._backend.embeddings(replace(request, model=_name(meant)), self._towards(meant))

    async def models(self) -> list[ModelInfo]:
        try:
            return [_info(one) for one in await self._backend.listed(self._core)]
        except (KeyError, TypeError):
            raise UpstreamBadAnswer(connection="core", words="this is no Core") from None

    async def health(self) -> bool:
        """Whether Core answers now."""
        try:
            await self.models()
        except UpstreamError:
            return False
        return True

    async def close(self) -> None:
        await self._backend.close()

    async def _meant(self, reference: str | Connection | None) -> Connection:
        return reference if isinstance(reference, Connection) else await self.resolve(reference)

    async def _addressed(
        self, reference: str | Connection | None, request: ChatRequest
    ) -> tuple[Connection, ChatRequest]:
        meant = await self._meant(reference)
        ours = {"variant": request.variant, "samplers": dict(request.samplers), "prompt": request.prompt}
        extra = {**request.extra, **{name: value for name, value in ours.items() if value}}
        model = _name(replace(meant, model=request.model or meant.model))
        asked = replace(request, model=model, extra=extra, samplers={}, prompt=None)
        return self._towards(meant), asked

    def _towards(self, meant: Connection) -> Connection:
        limits = meant.timeouts
        longer = Timeouts(
            limits.connect_seconds,
            limits.connect_seconds + limits.first_token_seconds + GRACE_SECONDS,
            limits.between_tokens_seconds + GRACE_SECONDS,
        )
        return replace(self._core, name=meant.name, timeouts=longer)


def _name(connection: Connection) -> str:
    return f"{connection.name}/{connection.model}" if connection.model else connection.name


def _info(one: dict[str, Any]) -> ModelInfo:
    about = one["connection"]
    limits = {name: about[name] for name in Timeouts.__dataclass_fields__ if name in about}
    connection = Connection(
        id=about["id"],
        name=about["name"],
        kind=about["kind"],
        model=about["model"],
        timeouts=Timeouts(**limits),
        context_tokens=about["context_tokens"],
        reply_tokens=about["reply_tokens"],
        temperature=about["temperature"],
        is_default=about["is_default"],
        template=about.get("template") or "",
        tokenizer=about.get("tokenizer") or "",
        prices=Prices(**about["prices"]) if about.get("prices") else None,
        fallbacks=tuple(about.get("fallbacks") or ()),
    )
    status = ConnectionStatus(**about["status"]) if about.get("status") else None
    return ModelInfo(one["id"], connection, connection.model, status)
