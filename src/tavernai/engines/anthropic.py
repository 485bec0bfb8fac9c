"""Anthropic's Messages API.

Asked:    POST /v1/messages {model, max_tokens, system, messages, stream, …}, keys in `x-api-key`
Answered: message_start · content_block_start · content_block_delta (text_delta, thinking_delta, input_json_delta) ·
          content_block_stop · message_delta (stop_reason, usage) · message_stop; `error` and `ping` anywhere
Source:   the provider's documentation of the Messages API and its streaming.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from tavernai.engines.http_backend import Body, HttpBackend, Quirk, drop
from tavernai.engines.reading import Lines
from tavernai.gateway.addresses import endpoint
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Delta, ModelAbout
from tavernai.gateway.errors import UpstreamError, clean_words, error_of_status, upstream_error
from tavernai.gateway.samplers import wired
from tavernai.gateway.turns import GO_ON, Picture, Turn, arguments_of, split
from tavernai.gateway.wire import EventLines, Fold, empty_answer, encoded

VERSION = "2023-06-01"
FINISHES = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""What an error inside a stream would have been as an HTTP status."""

THOUGHT_TOKENS = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 24_576, "max": 32_768}
EFFORTS = {"minimal": "low"}
_PASSED = ("metadata", "service_tier", "tool_choice", "thinking", "output_config")


def _with_budget(body: Body) -> None:
    """Older models are told how many tokens to think, newer ones how hard."""
    effort = str((body.pop("output_config", None) or {}).get("effort"))
    body["thinking"] = {"type": "enabled", "budget_tokens": THOUGHT_TOKENS.get(effort, THOUGHT_TOKENS["medium"])}


def _answer_last(body: Body) -> None:
    if body["messages"][-1]["role"] == "assistant":
        body["messages"] = [*body["messages"], {"role": "user", "content": [{"type": "text", "text": GO_ON}]}]


class AnthropicBackend(HttpBackend):
    """Fulfils gateway.ports.Backend for Anthropic and who speaks its format."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "prefill": (
            re.compile(r"prefill|must end with a user|final (message|assistant).*(role|user)", re.I),
            _answer_last,
        ),
        "both": (re.compile(r"temperature.{0,20}and.{0,20}top_p.{0,40}(both|cannot)", re.I), drop("top_p")),
        "sampling": (re.compile(r"\b(temperature|top_p|top_k)\b", re.I), drop("temperature", "top_p", "top_k")),
        "adaptive": (re.compile(r"adaptive|output_config|effort", re.I), _with_budget),
        "thinking": (re.compile(r"thinking", re.I), drop("thinking", "output_config")),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        return endpoint(connection.base_url, "/messages")

    def headers(self, connection: Connection) -> dict[str, str]:
        key = {"x-api-key": connection.key.reveal()} if connection.key else {}
        return {"anthropic-version": VERSION, **key}

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        system, turns = split(request.messages)
        body: Body = {name: request.extra[name] for name in _PASSED if name in request.extra}
        body |= {"model": model, "messages": _messages(turns), "stream": stream}
        body["max_tokens"] = request.max_tokens or connection.reply_tokens
        if system:
            body["system"] = system
        if stops := [stop for stop in request.stop if stop.strip()]:
            body["stop_sequences"] = stops
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        return body | _sampled(wired("anthropic", request), body)

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold(Events(connection.key.reveal()))

    def whole(self, answer: Any) -> Completion:
        if not isinstance(answer, dict) or answer.get("type") == "error" or answer.get("error"):
            raise _told(answer)
        blocks = [block for block in answer.get("content") or () if isinstance(block, dict)]
        text = "".join(block.get("text") or "" for block in blocks if block.get("type") == "text")
        thought = "".join(block.get("thinking") or "" for block in blocks if block.get("type") == "thinking")
        calls = [_call(block) for block in blocks if block.get("type") == "tool_use"]
        finish = FINISHES.get(str(answer.get("stop_reason")), "stop")
        if not (text or thought or calls):
            raise empty_answer(finish)
        usage = usage_of(answer.get("usage"))
        return Completion(text, thought, calls or None, finish, usage, str(answer.get("model") or ""))

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        url = endpoint(connection.base_url, "/models") + "?limit=1000"
        told = await self._fetch("GET", url, None, connection=connection)
        rows = told.get("data") if isinstance(told, dict) else None
        return [_about(one) for one in rows or () if isinstance(one, dict) and isinstance(one.get("id"), str)]


class Events:
    """Reads one event of a stream; keeps what later ones build on."""

    __slots__ = ("_calls", "_secret", "_usage")

    def __init__(self, secret: str = "") -> None:
        self._secret = secret
        self._usage: dict[str, Any] = {}
        self._calls: dict[int, int] = {}

    def __call__(self, event: Any) -> Delta | None:
        kind = event.get("type")
        if kind == "content_block_delta":
            return self._said(event["delta"], event.get("index", 0))
        if kind == "content_block_start" and event["content_block"].get("type") == "tool_use":
            return self._calling(event["content_block"], event.get("index", 0))
        if kind == "message_start":
            self._usage |= event["message"].get("usage") or {}
        elif kind == "message_delta":
            self._usage |= event.get("usage") or {}
            reason = event["delta"].get("stop_reason")
            return Delta(finish=FINISHES.get(str(reason), "stop") if reason else None, usage=usage_of(self._usage))
        elif kind == "error" or event.get("error"):
            raise _told(event, secret=self._secret)
        return None

    def _said(self, delta: dict[str, Any], index: int) -> Delta | None:
        kind = delta.get("type")
        if kind == "text_delta":
            return Delta(delta["text"]) if delta["text"] else None
        if kind == "thinking_delta":
            return Delta(reasoning=delta["thinking"]) if delta["thinking"] else None
        if kind == "input_json_delta" and index in self._calls:
            return Delta(tool_calls=[{"index": self._calls[index], "function": {"arguments": delta["partial_json"]}}])
        return None

    def _calling(self, block: dict[str, Any], index: int) -> Delta:
        number = self._calls.setdefault(index, len(self._calls))
        named = {"name": block["name"], "arguments": ""}
        return Delta(tool_calls=[{"index": number, "id": block["id"], "type": "function", "function": named}])


def usage_of(usage: Any) -> dict[str, Any] | None:
    """Their counts in OpenAI's words; what was read from or written to the cache is part of the prompt."""
    if not isinstance(usage, dict) or not isinstance(usage.get("output_tokens"), int):
        return None
    cached = usage.get("cache_read_input_tokens") or 0
    asked = (usage.get("input_tokens") or 0) + cached + (usage.get("cache_creation_input_tokens") or 0)
    told = usage["output_tokens"]
    made: dict[str, Any] = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
    return made | {"prompt_tokens_details": {"cached_tokens": cached}} if cached else made


def _told(answer: Any, *, secret: str = "") -> UpstreamError:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return upstream_error("upstream_bad_answer", words="a part of the answer has another shape")
    words = clean_words(error.get("message"), secret=secret)
    return error_of_status(STATUSES.get(str(error.get("type")), 500), words, provider_code=str(error.get("code") or ""))


def _messages(turns: list[Turn]) -> list[dict[str, Any]]:
    made = [{"role": turn.role, "content": _blocks(turn)} for turn in turns]
    return [message for message in made if message["content"]]


def _blocks(turn: Turn) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "tool_result", "tool_use_id": one["id"], "content": one["text"]} for one in turn.results
    ]
    blocks += [{"type": "image", "source": _source(picture)} for picture in turn.pictures]
    if turn.text:
        blocks.append({"type": "text", "text": turn.text})
    return blocks + [
        {"type": "tool_use", "id": call.get("id") or "", "name": call["function"]["name"], "input": arguments_of(call)}
        for call in turn.calls
    ]


def _source(picture: Picture) -> dict[str, str]:
    if picture.data:
        return {"type": "base64", "media_type": picture.mime, "data": picture.data}
    return {"type": "url", "url": picture.url}


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function") or tool
    schema = function.get("parameters") or {"type": "object"}
    return {"name": function["name"], "description": function.get("description") or "", "input_schema": schema}


def _call(block: dict[str, Any]) -> dict[str, Any]:
    arguments = encoded(block.get("input") or {}).decode()
    return {"id": block["id"], "type": "function", "function": {"name": block["name"], "arguments": arguments}}


def _sampled(samplers: dict[str, Any], body: Body) -> dict[str, Any]:
    """The samplers as they are sent; a thinking model is given room to think, and no other samplers."""
    effort = samplers.pop("thinking", None)
    if effort in THOUGHT_TOKENS and "thinking" not in body:
        return {
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": EFFORTS.get(effort, effort)},
            "max_tokens": body["max_tokens"] + THOUGHT_TOKENS[effort],
        }
    if "temperature" in samplers:
        samplers["temperature"] = min(samplers["temperature"], 1.0)
    return samplers


def _about(one: dict[str, Any]) -> ModelAbout:
    size = one.get("max_input_tokens")
    told = one.get("capabilities")
    flags = told if isinstance(told, dict) else {}
    names = {"image_input": "vision", "thinking": "thinking"}
    able = tuple(ours for name, ours in names.items() if (flags.get(name) or {}).get("supported"))
    return ModelAbout(one["id"], size if isinstance(size, int) else None, capabilities=("chat", "tools", *able))
