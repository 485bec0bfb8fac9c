"""OpenAI's JSON, both ways: what we send upstream and understand from there, and what Core takes in and sends out.

Pure. Upstreams bend the format in small ways; everything that is met in the wild and means the same is understood here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from tavernai.gateway.domain import ChatRequest, Completion, Delta, join_tool_calls
from tavernai.gateway.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamServerError,
    clean_words,
    error_of_status,
    upstream_error,
)
from tavernai.kernel.text import clean_json, loose_json

LINE_BYTES_MAX = 8 << 20
FINISH_WORDS: dict[str, str] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
    "interrupted": "interrupted",
}
"""A provider's finish_reason as ours; what is not listed means that it stopped."""

_PASSED = ("max_tokens", "temperature", "top_p", "stop", "tools")
DONE = b"[DONE]"


class JsonLines:
    """Splits bytes, cut anywhere, into lines that are a JSON value each."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads of the lines that are complete now, trimmed. Raises UpstreamBadAnswer: a line passes 8 MiB."""
        if b"\n" not in chunk:
            self._rest += chunk
            if len(self._rest) > LINE_BYTES_MAX:
                raise UpstreamBadAnswer(words="a line of the answer has no end")
            return []
        lines = (bytes(self._rest) + chunk if self._rest else chunk).split(b"\n")
        self._rest = bytearray(lines.pop())
        return self._payloads(lines)

    def _payloads(self, lines: list[bytes]) -> list[bytes]:
        return [line for line in map(bytes.strip, lines) if line]

    @property
    def is_within(self) -> bool:
        """Whether a line has begun and not ended."""
        return bool(self._rest)

    def end(self) -> list[bytes]:
        """What stood in a last line without its newline."""
        return self.feed(b"\n") if self._rest else []


class EventLines(JsonLines):
    """Splits bytes, cut anywhere, into the payloads of `data:` lines. Comments and other fields are skipped."""

    __slots__ = ()

    def _payloads(self, lines: list[bytes]) -> list[bytes]:
        return [line[5:].strip() for line in lines if line.startswith(b"data:")]

    @property
    def is_within(self) -> bool:
        """Whether a `data:` line has begun and not ended."""
        return self._rest.startswith(b"data:")


def parsed(data: bytes) -> Any:
    """JSON from upstream; bytes that are no UTF-8 become U+FFFD. Raises UpstreamBadAnswer."""
    try:
        return loose_json(data)
    except orjson.JSONDecodeError:
        raise UpstreamBadAnswer(words="a part of the answer is no JSON") from None


def delta_of(event: Any) -> Delta | None:
    """One streamed chunk as a Delta; None when it says nothing (a role, a ping). Raises the error an event tells of."""
    if type(event) is not dict:
        raise UpstreamBadAnswer(words="a part of the answer is no JSON object")
    choices = event.get("choices")
    usage = event.get("usage")
    if not choices:
        if event.get("error"):
            raise error_of_event(event["error"])
        return Delta(usage=usage) if usage else None
    choice = choices[0]
    said = choice.get("delta") or choice.get("message") or {}
    text = said.get("content") or ""
    if type(text) is not str:
        text = text_of(text)
    reasoning = said.get("reasoning_content") or said.get("reasoning") or ""
    calls, finish = said.get("tool_calls"), choice.get("finish_reason")
    if finish == "error":
        raise error_of_event(choice.get("error") or event.get("error"))
    if not (text or reasoning or calls or finish or usage):
        return None
    finish = FINISH_WORDS.get(finish, "stop") if finish else None
    return Delta(text, reasoning if type(reasoning) is str else "", calls, finish, usage, choice.get("logprobs"))


class Fold:
    """What the chunks of one answer add up to. `finish` is held back, so that it comes once, last, with the usage.

    `read`: one chunk's JSON as a Delta, None when it says nothing; raises the error it tells of.
    """

    __slots__ = ("_read", "_said", "_usage", "done", "finish")

    def __init__(self, read: Callable[[Any], Delta | None] | None = None) -> None:
        self._read = read or delta_of
        self.done = False
        self.finish: str | None = None
        self._usage: dict[str, Any] | None = None
        self._said = False

    def take(self, payload: bytes) -> Delta | None:
        """The next payload as what to hand on; None when there is nothing in it for now."""
        if payload == DONE:
            self.done = True
        if self.done or not payload:
            return None
        try:
            delta = self._read(parsed(payload))
        except (AttributeError, KeyError, IndexError, TypeError):
            raise UpstreamBadAnswer(words="a part of the answer has another shape") from None
        if delta is None:
            return None
        if delta.finish is None and delta.usage is None:
            self._said = True
            return delta
        return self._hold(delta)

    def _hold(self, delta: Delta) -> Delta | None:
        self.finish = delta.finish or self.finish
        self._usage = delta.usage or self._usage
        if not (delta.text or delta.reasoning or delta.tool_calls):
            return None
        self._said = True
        return delta._replace(finish=None, usage=None)

    def last(self) -> Delta:
        """The closing delta. Raises UpstreamError when nothing was said at all."""
        if not self._said:
            raise empty_answer(self.finish)
        return Delta(finish=self.finish or ("stop" if self.done else "interrupted"), usage=self._usage)


def text_of(content: Any) -> str:
    """A message's content as text: a text, or the text parts of a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def completion_of(body: Any) -> Completion:
    """A whole answer's JSON. Raises UpstreamBadAnswer when there is nothing in it, UpstreamError for an error in it."""
    try:
        delta = delta_of(body)
    except (AttributeError, KeyError, IndexError, TypeError):
        delta = None
    if delta is None or not (delta.text or delta.reasoning or delta.tool_calls):
        raise empty_answer(delta.finish if delta else None)
    model = body.get("model")
    return Completion(
        text=delta.text,
        reasoning=delta.reasoning,
        tool_calls=join_tool_calls(numbered(delta.tool_calls)) if delta.tool_calls else None,
        finish=delta.finish or "stop",
        usage=delta.usage,
        model=model if isinstance(model, str) else "",
        logprobs=delta.logprobs,
    )


def numbered(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whole calls as pieces of a stream: an `index` each."""
    return [{**call, "index": number} for number, call in enumerate(calls)]


def completion_from(told: Delta | None, *, model: str) -> Completion:
    """An answer in one piece, understood as the only event of a streamed one. Raises UpstreamError: it says nothing."""
    if told is None or not (told.text or told.reasoning or told.tool_calls):
        raise empty_answer(told.finish if told else None)
    calls = [{name: value for name, value in call.items() if name != "index"} for call in told.tool_calls or ()]
    return Completion(told.text, told.reasoning, calls or None, told.finish or "stop", told.usage, model)


def empty_answer(finish: str | None) -> UpstreamError:
    """The error of an answer without text, thought or tool call."""
    if finish == "content_filter":
        return upstream_error("upstream_refused", words="the provider's content filter stopped the answer")
    return UpstreamBadAnswer(words="the answer is empty")


def error_of_event(error: Any, *, secret: str = "") -> UpstreamError:
    """The error that stands inside an answer whose HTTP status was fine."""
    words, code = error_words(error, secret=secret)
    status = error.get("code") if isinstance(error, dict) else None
    if isinstance(status, int) and 400 <= status < 600:
        return error_of_status(status, words, provider_code=code)
    if code.startswith("upstream_"):
        return upstream_error(code, words=words)
    if code == "context_length_exceeded":
        return error_of_status(400, words, provider_code=code)
    return UpstreamServerError(words=words)


def error_words(error: Any, *, secret: str = "") -> tuple[str, str]:
    """(words, code) of an error in any of the shapes providers use: a text, {message, code}, {detail}, {error: …}."""
    if isinstance(error, dict):
        inner = error.get("error")
        if isinstance(inner, dict | str) and inner:
            return error_words(inner, secret=secret)
        facts = error.get("facts")  # another Core hands the provider's words on
        if isinstance(facts, dict) and isinstance(facts.get("words"), str):
            return clean_words(facts["words"], secret=secret), str(error.get("code") or "")
        said = error.get("message") or error.get("detail") or error.get("msg") or ""
        text = said if isinstance(said, str) else orjson.dumps(said).decode()
        return clean_words(text, secret=secret), str(error.get("code") or "")
    return clean_words(error, secret=secret), ""


def body_of(request: ChatRequest, *, model: str, stream: bool) -> dict[str, Any]:
    """The JSON object to send for a request; what was not asked for is not mentioned."""
    body: dict[str, Any] = {**request.extra, "model": model, "messages": request.messages, "stream": stream}
    for name in _PASSED:
        value = getattr(request, name)
        if value is not None and value != []:
            body[name] = value
    if stream:
        body["stream_options"] = {"include_usage": True}
    return body


def encoded(body: Mapping[str, Any]) -> bytes:
    """JSON bytes; text that is no UTF-8 (a lone half of a surrogate pair) becomes U+FFFD."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return orjson.dumps(clean_json(body))
