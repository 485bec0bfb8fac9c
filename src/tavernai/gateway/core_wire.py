"""What Core reads and writes: OpenAI's objects, field by field. Pure."""

import base64
import secrets
import struct
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from tavernai.gateway.domain import (
    ChatRequest,
    Completion,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelInfo,
)
from tavernai.gateway.errors import NoConnection, UnknownConnection, UpstreamError
from tavernai.kernel.errors import InvalidInput, TavernError
from tavernai.kernel.text import clean_json

MESSAGES_MAX = 20_000
INPUTS_MAX = 2_048
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_READ = frozenset(
    {"model", "messages", "stream", "stream_options", "max_tokens", "max_completion_tokens"}
    | {"temperature", "top_p", "stop", "tools", "variant", "n", "samplers", "prompt"}
)


class CoreRefusal(Exception):
    """A request that Core does not take, as OpenAI's error object has it."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, param: str | None = None, kind: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind or ("authentication_error" if status == 401 else "invalid_request_error")


@dataclass(frozen=True, slots=True)
class Options:
    """How the answer is wanted."""

    stream: bool
    include_usage: bool


def chat_request(body: dict[str, Any]) -> tuple[str | None, ChatRequest, Options]:
    """(connection reference, request, options) of a chat completion's body. Raises CoreRefusal 400."""
    if body.get("n") not in (None, 1):
        raise _bad("n", "One answer is given at a time; send the request again for another.")
    limit = _number(body, "max_completion_tokens", least=1) or _number(body, "max_tokens", least=1)
    request = ChatRequest(
        messages=_messages(body.get("messages")),
        max_tokens=int(limit) if limit is not None else None,
        temperature=_number(body, "temperature", least=0),
        top_p=_number(body, "top_p", least=0),
        stop=_texts(body.get("stop"), "stop"),
        tools=_objects(body.get("tools"), "tools"),
        variant=int(_number(body, "variant", least=0) or 0),
        samplers=clean_json(_object(body.get("samplers"), "samplers")),
        prompt=_text(body.get("prompt"), "prompt"),
        extra=clean_json({name: value for name, value in body.items() if name not in _READ and value is not None}),
    )
    options = body.get("stream_options")
    include = isinstance(options, dict) and bool(options.get("include_usage"))
    return _model(body), request, Options(stream=bool(body.get("stream")), include_usage=include)


def embeddings_request(body: dict[str, Any]) -> tuple[EmbeddingsRequest, bool]:
    """(request, whether vectors are wanted as base64); its `model` is the connection's reference."""
    inputs = _texts(body.get("input"), "input")
    if not inputs or len(inputs) > INPUTS_MAX:
        raise _bad("input", f"`input` is a text or a list of 1 to {INPUTS_MAX} texts.")
    dimensions = _number(body, "dimensions", least=1)
    request = EmbeddingsRequest(inputs, _model(body), int(dimensions) if dimensions else None)
    return request, body.get("encoding_format") == "base64"


def completion_json(whole: Completion, *, model: str) -> dict[str, Any]:
    """A whole answer as `chat.completion`."""
    message: dict[str, Any] = {"role": "assistant", "content": whole.text or (None if whole.tool_calls else "")}
    if whole.reasoning:
        message["reasoning_content"] = whole.reasoning
    if whole.tool_calls:
        message["tool_calls"] = whole.tool_calls
    choice = {"index": 0, "message": message, "logprobs": whole.logprobs, "finish_reason": whole.finish}
    made: dict[str, Any] = {
        "id": _new_id(),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [choice],
    }
    if whole.usage:
        made["usage"] = whole.usage
    return made


class Frames:
    """The lines of one streamed answer. What stays the same in each is written once."""

    __slots__ = ("_base", "_head", "_interrupted", "_tail", "_usage", "_with_usage")

    def __init__(self, model: str, *, with_usage: bool) -> None:
        self._base = {"id": _new_id(), "object": "chat.completion.chunk", "created": int(time.time()), "model": model}
        self._head = b"data: " + orjson.dumps(self._base)[:-1] + b',"choices":[{"index":0,"delta":'
        self._tail = b',"finish_reason":null}]}\n\n'
        self._with_usage = with_usage
        self._usage: dict[str, Any] | None = None
        self._interrupted = False

    def opening(self, delta: Delta) -> bytes:
        """The first line says who speaks."""
        return self._head + b'{"role":"assistant","content":""}' + self._tail + self.frame(delta)

    def frame(self, delta: Delta) -> bytes:
        """One delta as a line."""
        self._usage = delta.usage or self._usage
        self._interrupted = delta.finish == "interrupted"
        if delta.finish is not None and not self._interrupted:
            return self._said(delta) + self._head + b'{},"finish_reason":"' + delta.finish.encode() + b'"}]}\n\n'
        return self._said(delta)

    def closing(self) -> bytes:
        """The last lines. An `interrupted` end has no word in this API: the stream then just ends, as upstream did."""
        usage = b""
        if self._with_usage:
            usage = b"data: " + orjson.dumps({**self._base, "choices": [], "usage": self._usage}) + b"\n\n"
        return usage if self._interrupted else usage + b"data: [DONE]\n\n"

    def failing(self, error: Exception) -> bytes:
        return b"data: " + orjson.dumps(error_json(error)) + b"\n\n"

    def _said(self, delta: Delta) -> bytes:
        if delta.text and not (delta.reasoning or delta.tool_calls or delta.logprobs):
            return self._head + b'{"content":' + orjson.dumps(delta.text) + b"}" + self._tail
        said: dict[str, Any] = {}
        if delta.text:
            said["content"] = delta.text
        if delta.reasoning:
            said["reasoning_content"] = delta.reasoning
        if delta.tool_calls:
            said["tool_calls"] = delta.tool_calls
        if not said:
            return b""
        logprobs = b',"logprobs":' + orjson.dumps(delta.logprobs) if delta.logprobs else b""
        return self._head + orjson.dumps(said) + logprobs + self._tail


def embeddings_json(found: Embeddings, *, as_base64: bool) -> dict[str, Any]:
    """Vectors as OpenAI lists them, and beside them whether nearness means meaning."""
    data = [
        {"object": "embedding", "index": number, "embedding": _packed(vector) if as_base64 else vector}
        for number, vector in enumerate(found.vectors)
    ]
    usage = found.usage or {"prompt_tokens": None, "total_tokens": None}
    return {"object": "list", "data": data, "model": found.model, "usage": usage, "semantic": found.semantic}


def models_json(infos: Sequence[ModelInfo]) -> dict[str, Any]:
    """All that can be asked for; beside OpenAI's fields, what a room that picks a connection needs to know of it."""
    return {"object": "list", "data": [_model_json(info) for info in infos]}


def _model_json(info: ModelInfo) -> dict[str, Any]:
    one = info.connection
    about = {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "model": info.model,
        "is_default": one.is_default,
        "context_tokens": one.context_tokens,
        "reply_tokens": one.reply_tokens,
        "temperature": one.temperature,
        "template": one.template,
        "tokenizer": one.tokenizer,
        "prices": asdict(one.prices) if one.prices else None,
        "fallbacks": list(one.fallbacks),
        "status": asdict(info.status) if info.status else None,
        **asdict(one.timeouts),
    }
    return {"id": info.id, "object": "model", "created": 0, "owned_by": "tavernai", "connection": about}


def error_json(error: Exception) -> dict[str, Any]:
    """OpenAI's error object. The provider's own words stand beside the sentence, never instead of it."""
    if isinstance(error, CoreRefusal):
        return _error(error.message, kind=error.kind, code=error.code, param=error.param)
    if not isinstance(error, TavernError):
        return _error("Something went wrong in the gateway; its log says what.", kind="server_error", code="internal")
    if isinstance(error, UnknownConnection | NoConnection):
        return _error(error.detail, kind="invalid_request_error", code="model_not_found", param="model")
    made = _error(error.detail, kind=_kind(status_of(error)), code=error.code)
    if isinstance(error, UpstreamError):
        made["error"]["facts"] = error.shared_facts
        made["error"]["retryable"] = error.retryable
    return made


def status_of(error: Exception) -> int:
    """The HTTP status an error answers with; OpenAI knows 400 where we say 422."""
    if isinstance(error, CoreRefusal):
        return error.status
    if isinstance(error, NoConnection):
        return 404
    if isinstance(error, InvalidInput):
        return 400
    return error.status if isinstance(error, TavernError) else 500


def _error(message: str, *, kind: str, code: str | None, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def _kind(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def _bad(param: str, message: str) -> CoreRefusal:
    return CoreRefusal(400, message, code="invalid_value", param=param)


def _model(body: dict[str, Any]) -> str | None:
    model = body.get("model")
    if model is not None and not isinstance(model, str):
        raise _bad("model", "`model` is a text: CONNECTION or CONNECTION/MODEL.")
    return model or None


def _messages(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not 1 <= len(value) <= MESSAGES_MAX:
        raise _bad("messages", f"`messages` is a list of 1 to {MESSAGES_MAX} messages.")
    for number, message in enumerate(value):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise _bad(f"messages[{number}].role", f"A message has a `role`, one of {', '.join(ROLES)}.")
        if not isinstance(message.get("content"), str | list | None):
            raise _bad(f"messages[{number}].content", "A message's `content` is a text or a list of parts.")
    return value


def _texts(value: Any, param: str) -> list[str]:
    texts = [value] if isinstance(value, str) else value if value is not None else []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _bad(param, f"`{param}` is a text or a list of texts.")
    return texts


def _objects(value: Any, param: str) -> list[dict[str, Any]] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _bad(param, f"`{param}` is a list of objects.")
    return value


def _object(value: Any, param: str) -> dict[str, Any]:
    if not isinstance(value, dict | None):
        raise _bad(param, f"`{param}` is an object.")
    return value or {}


def _text(value: Any, param: str) -> str | None:
    if not isinstance(value, str | None):
        raise _bad(param, f"`{param}` is a text.")
    return value


def _number(body: dict[str, Any], name: str, *, least: float) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
        raise _bad(name, f"`{name}` is a number of at least {least:g}.")
    return value


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _new_id() -> str:
    return f"chatcmpl-{secrets.token_hex(12)}"
