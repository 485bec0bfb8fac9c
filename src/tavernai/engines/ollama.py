"""Ollama's own API, which tells and takes more than its imitation of OpenAI's: context size, thoughts, all samplers.

Asked:    POST /api/chat {model, messages, stream, options, think, tools}
Answered: a JSON value a line: {message: {content, thinking, tool_calls}, done}, the last with done_reason and counts
Source:   the project's API documentation.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from tavernai.engines.http_backend import Body, HttpBackend, Quirk, drop
from tavernai.engines.reading import Lines
from tavernai.gateway.addresses import root_of
from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Connection,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelAbout,
)
from tavernai.gateway.errors import UpstreamBadAnswer, UpstreamRefused
from tavernai.gateway.samplers import wired
from tavernai.gateway.turns import arguments_of, pictures_of
from tavernai.gateway.wire import (
    FINISH_WORDS,
    Fold,
    JsonLines,
    completion_from,
    empty_answer,
    encoded,
    error_of_event,
    text_of,
)

DESCRIBED_MAX = 40
USABLE_TOKENS = 8_192
"""Ollama sets the asked context aside in memory; what a model was trained for is often more than the machine has."""

EFFORTS = {"minimal": "low", "xhigh": "high", "max": "high"}
CAPABILITIES = {
    "completion": "chat",
    "vision": "vision",
    "tools": "tools",
    "thinking": "thinking",
    "embedding": "embeddings",
}
_NUM_CTX = re.compile(r"^num_ctx\s+(\d+)", re.MULTILINE)
_PASSED = ("format", "keep_alive")


class OllamaBackend(HttpBackend):
    """Fulfils gateway.ports.Backend for Ollama."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "think": (re.compile(r"think", re.I), drop("think")),
        "tools": (re.compile(r"does not support tools", re.I), drop("tools")),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        return f"{root_of(connection.base_url)}/api/chat"

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        options = wired("ollama", request)
        effort = options.pop("think", None)
        options["num_ctx"] = connection.context_tokens
        if request.max_tokens is not None:
            options["num_predict"] = request.max_tokens
        if request.stop:
            options["stop"] = request.stop
        body: Body = {name: request.extra[name] for name in _PASSED if name in request.extra}
        body |= {"model": model, "messages": [_message(one) for one in request.messages], "stream": stream}
        body["options"] = options
        if effort is not None and effort != "auto":
            body["think"] = False if effort in ("none", "off") else EFFORTS.get(effort, effort)
        if request.tools:
            body["tools"] = request.tools
        return body

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return JsonLines(), Fold(Chunks())

    def whole(self, answer: Any) -> Completion:
        if not isinstance(answer, dict):
            raise empty_answer(None)
        return completion_from(Chunks()(answer), model=str(answer.get("model") or ""))

    async def _models(self, connection: Connection) -> list[str]:
        told = await self._fetch("GET", f"{root_of(connection.base_url)}/api/tags", None, connection=connection)
        rows = told.get("models") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise UpstreamBadAnswer(connection=connection.name, words="this is no list of models")
        names = (one.get("model") or one.get("name") for one in rows if isinstance(one, dict))
        return [name for name in names if isinstance(name, str) and name]

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        names = await self._models(connection)
        first = sorted(names, key=lambda name: name != connection.model)[:DESCRIBED_MAX]
        told = await asyncio.gather(*(self._about(connection, name) for name in first))
        known = {about.id: about for about in told}
        return [known.get(name, ModelAbout(name)) for name in names]

    async def _embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        model = request.model or connection.model
        body: Body = {"model": model, "input": request.inputs}
        if request.dimensions:
            body["dimensions"] = request.dimensions
        url, seconds = f"{root_of(connection.base_url)}/api/embed", connection.timeouts.first_token_seconds
        told = await self._fetch("POST", url, encoded(body), connection=connection, seconds=seconds)
        try:
            vectors = [[float(number) for number in row] for row in told["embeddings"]]
            count = told.get("prompt_eval_count")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise UpstreamBadAnswer(connection=connection.name) from None
        if len(vectors) != len(request.inputs):
            raise UpstreamRefused(connection=connection.name, words="another number of vectors than texts")
        usage = {"prompt_tokens": count, "total_tokens": count} if isinstance(count, int) else None
        return Embeddings(model, vectors, usage)

    async def _about(self, connection: Connection, name: str) -> ModelAbout:
        url, asked = f"{root_of(connection.base_url)}/api/show", encoded({"model": name})
        told = await self._told("POST", url, asked, connection=connection)
        info = told.get("model_info") or {}
        sizes = (value for key, value in info.items() if key.endswith(".context_length") and isinstance(value, int))
        size = next(sizes, None)
        own = _NUM_CTX.search(str(told.get("parameters") or ""))
        usable = int(own[1]) if own else min(size, USABLE_TOKENS) if size else None
        able = (CAPABILITIES.get(word) for word in told.get("capabilities") or ())
        return ModelAbout(name, size, usable, tuple(word for word in able if word))


class Chunks:
    """Reads one line of an answer."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, chunk: Any) -> Delta | None:
        if chunk.get("error"):
            raise error_of_event(chunk["error"])
        message = chunk.get("message") or {}
        text, thought = message.get("content") or "", message.get("thinking") or ""
        calls = [self._call(call) for call in message.get("tool_calls") or ()]
        if not chunk.get("done"):
            return Delta(text, thought, calls or None) if text or thought or calls else None
        finish = "tool_calls" if self._calls else FINISH_WORDS.get(str(chunk.get("done_reason") or "stop"), "stop")
        return Delta(text, thought, calls or None, finish, _usage(chunk))

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        number, self._calls = self._calls, self._calls + 1
        named = {"name": call["function"]["name"], "arguments": encoded(arguments_of(call)).decode()}
        return {"index": number, "id": call.get("id") or f"call_{number}", "type": "function", "function": named}


def _usage(chunk: dict[str, Any]) -> dict[str, Any] | None:
    asked, told = chunk.get("prompt_eval_count"), chunk.get("eval_count")
    if not isinstance(told, int):
        return None
    # A prompt that is wholly in the cache is not counted again, and then not told.
    total = told + asked if isinstance(asked, int) else None
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": total}


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    role = message.get("role")
    made: dict[str, Any] = {
        "role": "system" if role == "developer" else role,
        "content": text_of(message.get("content")),
    }
    if images := [picture.data for picture in pictures_of(message.get("content")) if picture.data]:
        made["images"] = images
    if calls := message.get("tool_calls"):
        named = ({"name": call["function"]["name"], "arguments": arguments_of(call)} for call in calls)
        made["tool_calls"] = [{"function": function} for function in named]
    if role == "tool" and message.get("name"):
        made["tool_name"] = message["name"]
    return made
