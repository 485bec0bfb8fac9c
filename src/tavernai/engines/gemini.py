"""Google's Gemini API.

Asked:    POST /v1beta/models/{model}:streamGenerateContent?alt=sse {contents, systemInstruction, generationConfig, …}
Answered: lines `data: {candidates: [{content: {parts}, finishReason}], usageMetadata}`; there is no closing mark
Source:   the provider's reference of generateContent.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from tavernai.engines.http_backend import Body, HttpBackend, Quirk
from tavernai.engines.reading import Lines
from tavernai.gateway.addresses import checked_base_url
from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Connection,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelAbout,
)
from tavernai.gateway.errors import (
    UpstreamAuth,
    UpstreamBadAnswer,
    UpstreamError,
    clean_words,
    error_of_status,
    upstream_error,
)
from tavernai.gateway.samplers import wired
from tavernai.gateway.turns import GO_ON, Turn, arguments_of, split
from tavernai.gateway.wire import EventLines, Fold, completion_from, empty_answer, encoded

FINISHES = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
}
STOPS_MAX = 5
THOUGHT_TOKENS = {"minimal": 512, "low": 1_024, "medium": 8_192, "high": 24_576, "xhigh": 24_576, "max": 24_576}
THINKS = re.compile(r"gemini-(2\.5|[3-9])")
"""Models that think unasked; their thoughts count as output, so they are given room beside the reply."""
LEVELS = re.compile(r"gemini-[3-9]")
ROOM_TOKENS = 8_192
_PASSED = ("safetySettings", "toolConfig", "cachedContent")
_AUTH = re.compile(r"api.?key (not valid|not found|expired|invalid)", re.IGNORECASE)
_WAIT = re.compile(r"^(\d+(?:\.\d+)?)s$")


def _no_thought_config(body: Body) -> None:
    body["generationConfig"].pop("thinkingConfig", None)


def _no_penalties(body: Body) -> None:
    for name in ("presencePenalty", "frequencyPenalty"):
        body["generationConfig"].pop(name, None)


class GeminiBackend(HttpBackend):
    """Fulfils gateway.ports.Backend for Gemini."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "thinking": (re.compile(r"thinking|thought", re.I), _no_thought_config),
        "penalties": (re.compile(r"penalt", re.I), _no_penalties),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"{_base(connection)}/models/{_bare(model)}:{verb}"

    def headers(self, connection: Connection) -> dict[str, str]:
        return {"x-goog-api-key": connection.key.reveal()} if connection.key else {}

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        system, turns = split(request.messages)
        if turns[-1].role == "assistant":
            turns.append(Turn("user", GO_ON))
        body: Body = {name: request.extra[name] for name in _PASSED if name in request.extra}
        body["contents"] = [_content(turn) for turn in turns]
        body["generationConfig"] = _config(request, model=_bare(model))
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        if request.tools:
            body["tools"] = [{"functionDeclarations": [_function(tool) for tool in request.tools]}]
        return body

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold(Chunks(connection.key.reveal()))

    def whole(self, answer: Any) -> Completion:
        if not isinstance(answer, dict):
            raise empty_answer(None)
        return completion_from(Chunks()(answer), model=str(answer.get("modelVersion") or ""))

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        told = await self._fetch("GET", f"{_base(connection)}/models?pageSize=1000", None, connection=connection)
        rows = told.get("models") if isinstance(told, dict) else None
        return [_about(one) for one in rows or () if isinstance(one, dict) and isinstance(one.get("name"), str)]

    async def _embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        model = _bare(request.model or connection.model)
        size = {"outputDimensionality": request.dimensions} if request.dimensions else {}
        asked = [
            {"model": f"models/{model}", "content": {"parts": [{"text": text}]}, **size} for text in request.inputs
        ]
        url, seconds = f"{_base(connection)}/models/{model}:batchEmbedContents", connection.timeouts.first_token_seconds
        told = await self._fetch("POST", url, encoded({"requests": asked}), connection=connection, seconds=seconds)
        try:
            vectors = [[float(number) for number in row["values"]] for row in told["embeddings"]]
        except (KeyError, TypeError, ValueError):
            raise UpstreamBadAnswer(connection=connection.name) from None
        if len(vectors) != len(request.inputs):
            raise UpstreamBadAnswer(connection=connection.name, words="another number of vectors than texts")
        return Embeddings(model, vectors)

    def error_of(self, status: int, words: str, *, code: str, facts: dict[str, Any]) -> UpstreamError:
        if status == 400 and _AUTH.search(words):
            return UpstreamAuth(upstream_status=status, words=words, **facts)
        return super().error_of(status, words, code=code, facts=facts)

    def told_wait(self, data: bytes) -> float | None:
        try:
            details = orjson.loads(data)["error"]["details"]
            delays = (str(one.get("retryDelay") or "") for one in details)
            return next((float(found[1]) for found in map(_WAIT.match, delays) if found), None)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return None


class Chunks:
    """Reads one chunk of an answer."""

    __slots__ = ("_calls", "_secret")

    def __init__(self, secret: str = "") -> None:
        self._secret = secret
        self._calls = 0

    def __call__(self, chunk: Any) -> Delta | None:
        if chunk.get("error"):
            raise _told(chunk["error"], secret=self._secret)
        usage = usage_of(chunk.get("usageMetadata"))
        candidates = chunk.get("candidates")
        if not candidates:
            if reason := (chunk.get("promptFeedback") or {}).get("blockReason"):
                raise upstream_error("upstream_refused", words=f"the provider blocked the prompt: {reason}")
            return Delta(usage=usage) if usage else None
        text, thought, calls = "", "", []
        for part in (candidates[0].get("content") or {}).get("parts") or ():
            if "functionCall" in part:
                calls.append(self._call(part["functionCall"]))
            elif part.get("thought"):
                thought += part.get("text") or ""
            else:
                text += part.get("text") or ""
        reason = candidates[0].get("finishReason")
        finish = None if not reason else "tool_calls" if self._calls else FINISHES.get(reason, "stop")
        if not (text or thought or calls or finish or usage):
            return None
        return Delta(text, thought, calls or None, finish, usage)

    def _call(self, call: dict[str, Any]) -> dict[str, Any]:
        number, self._calls = self._calls, self._calls + 1
        function = {"name": call["name"], "arguments": encoded(call.get("args") or {}).decode()}
        return {"index": number, "id": call.get("id") or f"call_{number}", "type": "function", "function": function}


def usage_of(usage: Any) -> dict[str, Any] | None:
    """Their counts in OpenAI's words; thoughts are paid as output."""
    if not isinstance(usage, dict) or not isinstance(usage.get("promptTokenCount"), int):
        return None
    asked, thought = usage["promptTokenCount"], usage.get("thoughtsTokenCount") or 0
    told = (usage.get("candidatesTokenCount") or 0) + thought
    made: dict[str, Any] = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
    if thought:
        made["completion_tokens_details"] = {"reasoning_tokens": thought}
    return made


def _told(error: Any, *, secret: str) -> UpstreamError:
    words = clean_words(error.get("message") if isinstance(error, dict) else "", secret=secret)
    status = error.get("code") if isinstance(error, dict) else None
    return error_of_status(status if isinstance(status, int) and 400 <= status < 600 else 500, words)


def _base(connection: Connection) -> str:
    base = checked_base_url(connection.base_url)
    return base if re.search(r"/v\d\w*$", base) else f"{base}/v1beta"


def _bare(model: str) -> str:
    return model.removeprefix("models/")


def _content(turn: Turn) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"functionResponse": {"name": one["name"] or one["id"], "response": {"result": one["text"]}}}
        for one in turn.results
    ]
    for picture in turn.pictures:
        if picture.data:
            parts.append({"inlineData": {"mimeType": picture.mime, "data": picture.data}})
        else:
            parts.append({"fileData": {"fileUri": picture.url}})
    if turn.text:
        parts.append({"text": turn.text})
    parts += [{"functionCall": {"name": call["function"]["name"], "args": arguments_of(call)}} for call in turn.calls]
    return {"role": "model" if turn.role == "assistant" else "user", "parts": parts}


def _config(request: ChatRequest, *, model: str) -> dict[str, Any]:
    config = wired("gemini", request)
    effort = config.pop("thinkingConfig", None)
    if request.stop:
        config["stopSequences"] = [stop for stop in request.stop if stop][:STOPS_MAX]
    room = 0
    if effort in THOUGHT_TOKENS:
        depth = {"thinkingLevel": "high" if effort in ("high", "xhigh", "max") else "low"}
        budget = {"thinkingBudget": THOUGHT_TOKENS[effort]}
        config["thinkingConfig"] = {"includeThoughts": True, **(depth if LEVELS.search(model) else budget)}
        room = max(THOUGHT_TOKENS[effort], ROOM_TOKENS)
    elif THINKS.search(model):
        config["thinkingConfig"], room = {"includeThoughts": True}, ROOM_TOKENS
    if request.max_tokens is not None:
        config["maxOutputTokens"] = request.max_tokens + room
    return config


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function") or tool
    made = {"name": function["name"], "description": function.get("description") or ""}
    return made | {"parameters": function["parameters"]} if function.get("parameters") else made


def _about(one: dict[str, Any]) -> ModelAbout:
    does = one.get("supportedGenerationMethods") or []
    able = {
        "chat": "generateContent" in does,
        "embeddings": "embedContent" in does,
        "thinking": bool(one.get("thinking")),
    }
    size = one.get("inputTokenLimit")
    names = tuple(name for name, is_so in able.items() if is_so)
    return ModelAbout(_bare(one["name"]), size if isinstance(size, int) else None, capabilities=names)
