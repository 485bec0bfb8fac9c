"""llama.cpp's server. It knows its model's own chat format, so a chat goes to its imitation of OpenAI's API, with all
of its samplers; a rendered prompt, or messages where a template was chosen, go to its own text completion.

Asked:    POST /v1/chat/completions, or POST /completion {prompt, n_predict, stream, stop, …}
Answered: as OpenAI's, or lines `data: {content, stop}`, the last with {stop_type, tokens_evaluated, tokens_predicted}
Counted:  POST /tokenize {content} → {tokens}
Told:     GET /props {default_generation_settings: {n_ctx}, modalities, chat_template}
Source:   the documentation of the project's server.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from tavernai.engines.http_backend import Body, Quirk, drop
from tavernai.engines.openai import OpenAIBackend
from tavernai.engines.reading import Lines
from tavernai.engines.text import prompt_of
from tavernai.gateway.addresses import endpoint, root_of
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Delta, ModelAbout
from tavernai.gateway.samplers import wired
from tavernai.gateway.templates import TEMPLATES
from tavernai.gateway.wire import (
    EventLines,
    Fold,
    body_of,
    completion_of,
    delta_of,
    empty_answer,
    encoded,
    error_of_event,
)

FINISHES = {"eos": "stop", "word": "stop", "limit": "length"}
_PASSED = ("grammar", "json_schema", "logit_bias", "cache_prompt", "id_slot", "n_probs")


class LlamaCppBackend(OpenAIBackend):
    """Fulfils gateway.ports.Backend for llama.cpp's server."""

    quirks: ClassVar[Mapping[str, Quirk]] = {
        "usage": (OpenAIBackend.quirks["usage"][0], drop("stream_options")),
    }

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        if _completes_text(connection, request):
            return f"{root_of(connection.base_url)}/completion"
        return endpoint(connection.base_url, "/chat/completions")

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        samplers = wired("llamacpp", request)
        if not _completes_text(connection, request):
            return body_of(request, model=model, stream=stream) | samplers
        prompt, stops = prompt_of(request, connection, model=model)
        body: Body = {name: request.extra[name] for name in _PASSED if name in request.extra}
        body |= {"prompt": prompt, "stream": stream, "cache_prompt": True, **samplers}
        if request.max_tokens is not None:
            body["n_predict"] = request.max_tokens
        return body | {"stop": stops} if stops else body

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold(_text_delta if _completes_text(connection, request) else delta_of)

    def whole(self, answer: Any) -> Completion:
        if not isinstance(answer, dict) or "choices" in answer or "content" not in answer:
            return completion_of(answer)
        delta = _text_delta(answer)
        if delta is None or not delta.text:
            raise empty_answer(None)
        return Completion(
            delta.text, finish=delta.finish or "stop", usage=delta.usage, model=str(answer.get("model") or "")
        )

    async def count(self, text: str, connection: Connection) -> int | None:
        asked = encoded({"content": text, "add_special": False})
        told = await self._told("POST", f"{root_of(connection.base_url)}/tokenize", asked, connection=connection)
        return len(told["tokens"]) if isinstance(told.get("tokens"), list) else None

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        listed = await super()._describe(connection)
        props = await self._told("GET", f"{root_of(connection.base_url)}/props", None, connection=connection)
        size = (props.get("default_generation_settings") or {}).get("n_ctx")
        if not isinstance(size, int):
            return listed
        sees = ("vision",) if (props.get("modalities") or {}).get("vision") else ()
        able = ("chat", "text", *sees)
        # Several models behind one address have sizes of their own, which the list tells.
        return [replace(listed[0], context_tokens=size, capabilities=able)] if len(listed) == 1 else listed


def _completes_text(connection: Connection, request: ChatRequest) -> bool:
    return request.prompt is not None or connection.template in TEMPLATES


def _text_delta(event: Any) -> Delta | None:
    if event.get("error"):
        raise error_of_event(event["error"])
    if "choices" in event:
        return delta_of(event)
    text = event.get("content") or ""
    if not event.get("stop"):
        return Delta(text) if text else None
    told, asked = event.get("tokens_predicted"), event.get("tokens_evaluated")
    usage = None
    if isinstance(told, int) and isinstance(asked, int):
        usage = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
    return Delta(text, finish=_finish(event), usage=usage)


def _finish(event: dict[str, Any]) -> str:
    """Older servers tell by flags what newer ones tell by `stop_type`."""
    return FINISHES.get(str(event.get("stop_type")), "length" if event.get("stopped_limit") else "stop")
