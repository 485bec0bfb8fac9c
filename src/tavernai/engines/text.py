"""Text completion of any OpenAI-like server: text-generation-webui, TabbyAPI, vLLM, Aphrodite and their kin.

Asked:    POST /v1/completions {model, prompt, max_tokens, stream, stop, …samplers}
Answered: lines `data: {choices: [{text, finish_reason}], usage}`, then `data: [DONE]`
Counted:  POST /v1/internal/token-count {text} → {length}, where the server has it
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from tavernai.engines.http_backend import Body, Quirk, drop
from tavernai.engines.openai import OpenAIBackend, refused
from tavernai.engines.reading import Lines
from tavernai.gateway.addresses import endpoint
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Delta
from tavernai.gateway.samplers import CANONICAL, FURTHER, wired
from tavernai.gateway.templates import chosen, render
from tavernai.gateway.wire import FINISH_WORDS, EventLines, Fold, body_of, completion_of, delta_of, encoded

_BREAKERS = re.compile(r"dry_sequence_breakers", re.I)
_NO_MESSAGES = ("messages", "tools")


REFUSABLE = (
    *(name for name in CANONICAL if name not in ("temperature", "top_p")),
    *(names["text"] for names in FURTHER.values() if "text" in names),
    *("dynatemp_low", "dynatemp_high", "dynatemp_exponent"),
)
"""Names that some servers do not know and others refuse: asked for once more without those a refusal names."""


def _breakers_as_text(body: Body) -> None:
    """Some servers want the list written out."""
    if isinstance(body.get("dry_sequence_breakers"), list):
        body["dry_sequence_breakers"] = orjson.dumps(body["dry_sequence_breakers"]).decode()


class TextBackend(OpenAIBackend):
    """Fulfils gateway.ports.Backend for servers that complete a text."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "usage": (re.compile(r"stream_options|include_usage"), drop("stream_options")),
        "breakers": (_BREAKERS, _breakers_as_text),
        "samplers": refused(*REFUSABLE),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        return endpoint(connection.base_url, "/completions")

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        prompt, stops = prompt_of(request, connection, model=model)
        body = body_of(request, model=model, stream=stream)
        for name in _NO_MESSAGES:
            body.pop(name, None)
        body |= wired("text", request)
        body["prompt"] = prompt
        if stops:
            body["stop"] = stops
        return body

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold(text_delta)

    async def count(self, text: str, connection: Connection) -> int | None:
        """Only text-generation-webui counts."""
        asked, url = encoded({"text": text}), endpoint(connection.base_url, "/internal/token-count")
        told = (await self._told("POST", url, asked, connection=connection)).get("length")
        return told if isinstance(told, int) else None

    def whole(self, answer: Any) -> Completion:
        choices = answer.get("choices") if isinstance(answer, dict) else None
        if not (choices and isinstance(choices[0], dict) and isinstance(choices[0].get("text"), str)):
            return completion_of(answer)
        as_chat = {**choices[0], "message": {"content": choices[0]["text"]}}
        return completion_of({**answer, "choices": [as_chat]})


def text_delta(event: Any) -> Delta | None:
    """One chunk of a completed text; anything else is read as a chat's chunk."""
    choices = event.get("choices")
    text = choices[0].get("text") if choices else None
    if type(text) is not str:
        return delta_of(event)
    choice, usage = choices[0], event.get("usage")
    reason = choice.get("finish_reason")
    if not (text or reason or usage):
        return None
    return Delta(text, "", None, FINISH_WORDS.get(reason, "stop") if reason else None, usage, choice.get("logprobs"))


def prompt_of(request: ChatRequest, connection: Connection, *, model: str) -> tuple[str, list[str]]:
    """(prompt, stop strings): the rendered one as it came, else the messages in the connection's template."""
    if request.prompt is not None:
        return request.prompt, list(request.stop)
    template = chosen(connection.template, model)
    return render(request.messages, template), list(dict.fromkeys([*request.stop, *template.stops]))
