"""Any server that speaks OpenAI's chat completions."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from tavernai.engines.http_backend import Body, HttpBackend, Mapped, Quirk, drop
from tavernai.engines.reading import Lines
from tavernai.gateway.addresses import endpoint
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Embeddings, EmbeddingsRequest, ModelAbout
from tavernai.gateway.errors import UpstreamBadAnswer
from tavernai.gateway.samplers import wired
from tavernai.gateway.wire import EventLines, Fold, body_of, completion_of, encoded

CONTEXT_FIELDS = ("context_length", "max_model_len", "max_context_length", "context_window", "n_ctx")


def _rename_max_tokens(body: Body) -> None:
    body["max_completion_tokens"] = body.pop("max_tokens", None) or body.get("max_completion_tokens")


_SAID_NO = r"(is|are|was|were)? ?(not|n't|un)\W?(support|permit|allow|recogni)|unknown|unrecogni|unexpected|extra input"


def refused(*names: str) -> Quirk:
    """The quirk of servers that refuse these fields by name."""
    either = "|".join(names)
    sign = rf"\b({either})\b.{{0,60}}({_SAID_NO})|({_SAID_NO}).{{0,60}}\b({either})\b"
    return re.compile(sign, re.IGNORECASE), drop(*names)


class OpenAIBackend(HttpBackend):
    """Fulfils gateway.ports.Backend for every server that speaks OpenAI's chat completions."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "usage": (re.compile(r"stream_options|include_usage"), drop("stream_options")),
        "max_tokens": (re.compile(r"max_completion_tokens"), _rename_max_tokens),
        "sampling": (
            re.compile(r"'?(temperature|top_p)'? (does not|is not) support", re.I),
            drop("temperature", "top_p"),
        ),
        "stop": refused("stop"),
        "penalties": refused("frequency_penalty", "presence_penalty"),
        "effort": refused("reasoning_effort"),
        "seed": refused("seed"),
        "imitators": refused("top_k", "min_p", "top_a", "repetition_penalty"),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        return endpoint(connection.base_url, "/chat/completions")

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        body = body_of(request, model=model, stream=stream)
        return body | wired(connection.kind, request, base_url=connection.base_url) if request.samplers else body

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold()

    def whole(self, answer: Any) -> Completion:
        return completion_of(answer)

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        return [about for about in map(about_of, await self.listed(connection)) if about.id]

    async def listed(self, connection: Connection) -> list[dict[str, Any]]:
        """The models as the server describes them."""
        with Mapped(connection):
            url = endpoint(connection.base_url, "/models")
        body = await self._fetch("GET", url, None, connection=connection)
        found = body.get("data") or body.get("models") or [] if isinstance(body, dict) else body
        if not isinstance(found, list):
            raise UpstreamBadAnswer(connection=connection.name, words="this is no list of models")
        return [one if isinstance(one, dict) else {"id": one} for one in found]

    async def _embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        body: Body = {"model": request.model or connection.model, "input": request.inputs, "encoding_format": "float"}
        if request.dimensions:
            body["dimensions"] = request.dimensions
        url, seconds = endpoint(connection.base_url, "/embeddings"), connection.timeouts.first_token_seconds
        answer = await self._fetch("POST", url, encoded(body), connection=connection, seconds=seconds)
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = [[float(number) for number in row["embedding"]] for row in rows]
            semantic = answer.get("semantic") is not False
            model = str(answer.get("model") or body["model"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UpstreamBadAnswer(connection=connection.name) from None
        if len(vectors) != len(request.inputs):
            raise UpstreamBadAnswer(connection=connection.name, words="another number of vectors than texts")
        return Embeddings(model, vectors, answer.get("usage"), semantic)


def about_of(one: dict[str, Any]) -> ModelAbout:
    """What a list of models tells of one, in the words of those who add to OpenAI's: vLLM, OpenRouter, LM Studio,
    llama.cpp, Mistral."""
    name = one.get("id") or one.get("name")
    inner = [one, *(one[part] for part in ("meta", "top_provider", "limits") if isinstance(one.get(part), dict))]
    sizes = (place.get(field) for place in inner for field in CONTEXT_FIELDS)
    size = next((size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size > 0), None)
    return ModelAbout(name if isinstance(name, str) else "", size, capabilities=_capabilities(one))


def _capabilities(one: dict[str, Any]) -> tuple[str, ...]:
    architecture, given = one.get("architecture"), one.get("capabilities")
    seen = architecture.get("input_modalities") or [] if isinstance(architecture, dict) else []
    takes = one.get("supported_parameters") or []
    flags = {name for name, value in given.items() if value} if isinstance(given, dict) else set(given or ())
    tells = {
        "vision": "image" in seen or "vision" in flags,
        "tools": "tools" in takes or bool(flags & {"tools", "tool_use", "function_calling"}),
        "thinking": "reasoning" in takes or bool(flags & {"reasoning", "thinking"}),
    }
    return tuple(name for name, is_told in tells.items() if is_told)
