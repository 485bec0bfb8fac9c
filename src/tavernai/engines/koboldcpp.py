"""KoboldCpp's own API: a prompt in, tokens out, with samplers no other server has.

Asked:    POST /api/extra/generate/stream {prompt, max_length, max_context_length, stop_sequence, genkey, …}
Answered: `event: message`, `data: {token, finish_reason}`; in one piece {results: [{text, finish_reason, …}]}
Counted:  POST /api/extra/tokencount {prompt} → {value}
Told:     GET /api/v1/model, /api/extra/true_max_context_length, /api/extra/version; POST /api/extra/abort {genkey}
Source:   the project's API documentation.
"""

import asyncio
import secrets
from dataclasses import replace
from typing import Any

from tavernai.engines.http_backend import Body, HttpBackend
from tavernai.engines.reading import Lines
from tavernai.engines.text import prompt_of
from tavernai.gateway.addresses import root_of
from tavernai.gateway.domain import ChatRequest, Completion, Connection, Delta, ModelAbout
from tavernai.gateway.errors import UpstreamBadAnswer, UpstreamError
from tavernai.gateway.ports import Hear
from tavernai.gateway.samplers import wired
from tavernai.gateway.wire import EventLines, Fold, empty_answer, encoded, error_of_event

FINISHES = {"stop": "stop", "length": "length", "eos": "stop"}
ABORT_SECONDS = 2.0
NAME_KEPT_SECONDS = 30.0
NO_MODEL = frozenset({"", "inactive", "koboldcpp/inactive", "Read Only"})
KEY = "genkey"


class KoboldCppBackend(HttpBackend):
    """Fulfils gateway.ports.Backend for KoboldCpp."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._loaded: dict[str, tuple[float, str]] = {}
        self._aborting: set[asyncio.Task[Any]] = set()

    async def tell(self, request: ChatRequest, connection: Connection, hear: Hear) -> None:
        asked, finished = await self._prepared(request, connection), False
        try:
            await super().tell(asked, connection, hear)
            finished = True
        except UpstreamError as error:
            finished = error.code != "upstream_timeout"  # one that is silent may still be at work
            raise
        finally:
            if not finished:
                self._abort(asked, connection)

    async def complete(self, request: ChatRequest, connection: Connection) -> Completion:
        asked = await self._prepared(request, connection)
        try:
            return await super().complete(asked, connection)
        except asyncio.CancelledError:
            self._abort(asked, connection)
            raise

    def address(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> str:
        return root_of(connection.base_url) + ("/api/extra/generate/stream" if stream else "/api/v1/generate")

    def body(self, connection: Connection, request: ChatRequest, *, model: str, stream: bool) -> Body:
        prompt, stops = prompt_of(request, connection, model=model)
        body: Body = {"prompt": prompt, "max_context_length": connection.context_tokens, **wired("koboldcpp", request)}
        body["max_length"] = request.max_tokens or connection.reply_tokens
        if stops:
            body["stop_sequence"] = stops
        if grammar := request.extra.get("grammar"):
            body["grammar"] = grammar
        return body | {KEY: request.extra[KEY], "trim_stop": True, "quiet": True}

    def reading(self, connection: Connection, request: ChatRequest) -> tuple[Lines, Fold]:
        return EventLines(), Fold(_delta)

    def whole(self, answer: Any) -> Completion:
        if isinstance(answer, dict) and (answer.get("error") or answer.get("detail")):
            raise error_of_event(answer)
        try:
            first = answer["results"][0]
            text, finish = first["text"], FINISHES.get(str(first.get("finish_reason")), "stop")
            asked, told = first.get("prompt_tokens"), first.get("completion_tokens")
        except (KeyError, IndexError, TypeError, AttributeError):
            raise UpstreamBadAnswer(words="a part of the answer has another shape") from None
        if not text:
            raise empty_answer(finish)
        usage = None
        if isinstance(asked, int) and isinstance(told, int):
            usage = {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}
        return Completion(text, finish=finish, usage=usage)

    async def count(self, text: str, connection: Connection) -> int | None:
        asked, url = encoded({"prompt": text}), f"{root_of(connection.base_url)}/api/extra/tokencount"
        told = (await self._told("POST", url, asked, connection=connection)).get("value")
        return told if isinstance(told, int) else None

    async def _describe(self, connection: Connection) -> list[ModelAbout]:
        root = root_of(connection.base_url)
        told = await self._fetch("GET", f"{root}/api/v1/model", None, connection=connection)
        name = str(told.get("result") or "") if isinstance(told, dict) else ""
        if not isinstance(told, dict) or "result" not in told:
            raise UpstreamBadAnswer(connection=connection.name, words="this is no KoboldCpp")
        if name in NO_MODEL:
            return []
        size = (await self._told("GET", f"{root}/api/extra/true_max_context_length", None, connection=connection)).get(
            "value"
        )
        version = await self._told("GET", f"{root}/api/extra/version", None, connection=connection)
        sees = ("vision",) if version.get("vision") else ()
        return [ModelAbout(name, size if isinstance(size, int) else None, capabilities=("text", *sees))]

    async def close(self) -> None:
        if self._aborting:
            await asyncio.wait(self._aborting, timeout=ABORT_SECONDS)
        await super().close()

    async def _prepared(self, request: ChatRequest, connection: Connection) -> ChatRequest:
        """The request under a key it can be stopped by, and with the model whose template its messages need."""
        model = request.model or connection.model
        if request.prompt is None and not (model or connection.template):
            model = await self._name(connection)
        return replace(request, model=model, extra={**request.extra, KEY: f"TAVERN{secrets.token_hex(4)}"})

    async def _name(self, connection: Connection) -> str:
        now = asyncio.get_running_loop().time()
        at, name = self._loaded.get(connection.base_url, (0.0, ""))
        if not at or now - at > NAME_KEPT_SECONDS:
            try:
                name = next(iter(await self.models(connection)), "")
            except UpstreamError:
                return name  # the question itself will tell what is wrong
            self._loaded[connection.base_url] = now, name
        return name

    def _abort(self, request: ChatRequest, connection: Connection) -> None:
        """Older servers go on when their reader leaves; they are told."""
        url, data = f"{root_of(connection.base_url)}/api/extra/abort", encoded({KEY: request.extra[KEY]})
        task = asyncio.ensure_future(self._aborted(url, data, connection))
        self._aborting.add(task)
        task.add_done_callback(self._aborting.discard)

    async def _aborted(self, url: str, data: bytes, connection: Connection) -> None:
        try:
            await self._fetch("POST", url, data, connection=connection, seconds=ABORT_SECONDS)
        except UpstreamError:
            return  # it has stopped by itself, or is gone


def _delta(event: Any) -> Delta | None:
    if event.get("error") or event.get("detail"):
        raise error_of_event(event)
    text, reason = event.get("token") or "", event.get("finish_reason")
    finish = FINISHES.get(reason) if isinstance(reason, str) and reason != "null" else None
    return Delta(text, finish=finish) if text or finish else None
