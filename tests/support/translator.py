"""Speaks a provider's format in front of tests/tools/mock_upstream.py, so that its faults reach every adapter.

What the mock does to a line is done to the line in front as well: broken framing stays broken, a reset is a reset,
bytes that come one by one go on one by one. Only whole `data:` lines are put into other words.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.contract.gateway.doors import running_mock

Event = dict[str, Any]
PROMPT_TOKENS = 7


@dataclass(frozen=True)
class Speech:
    """A format: events as bytes, whole answers and errors as JSON."""

    content_type: str
    opening: Callable[[], list[bytes]]
    text: Callable[[str], bytes]
    closing: Callable[[int], list[bytes]]
    error: Callable[[str], bytes]
    raw: Callable[[bytes], bytes]
    whole: Callable[[str, int], Any]
    refusal: Callable[[int, str], Any]


def encode(value: Any) -> bytes:
    """JSON whose broken bytes, kept as lone surrogates, are broken again."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")


def sse(value: Any, name: str = "") -> bytes:
    return (f"event: {name}\n".encode() if name else b"") + b"data: " + encode(value) + b"\n\n"


def line(value: Any) -> bytes:
    return encode(value) + b"\n"


def _sse_raw(payload: bytes) -> bytes:
    return b"data: " + payload + b"\n\n"


def _anthropic(kind: str, **more: Any) -> bytes:
    return sse({"type": kind, **more}, kind)


def _anthropic_closing(tokens: int) -> list[bytes]:
    stopped = _anthropic("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": tokens})
    return [_anthropic("content_block_stop", index=0), stopped, _anthropic("message_stop")]


def _gemini(text: str, **more: Any) -> Event:
    return {"candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "index": 0, **more}]}


def _gemini_counts(tokens: int) -> Event:
    return {"usageMetadata": {"promptTokenCount": PROMPT_TOKENS, "candidatesTokenCount": tokens}}


def _ollama_end(tokens: int) -> Event:
    return {"done": True, "done_reason": "stop", "prompt_eval_count": PROMPT_TOKENS, "eval_count": tokens}


def _llama_end(tokens: int) -> Event:
    counts = {"tokens_evaluated": PROMPT_TOKENS, "tokens_predicted": tokens}
    return {"content": "", "stop": True, "stop_type": "eos", **counts}


EVENTS = "text/event-stream"
SPEECHES: dict[str, Speech] = {
    "anthropic": Speech(
        EVENTS,
        lambda: [
            _anthropic("message_start", message={"id": "m", "usage": {"input_tokens": PROMPT_TOKENS}}),
            _anthropic("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            _anthropic("ping"),
        ],
        lambda text: _anthropic("content_block_delta", index=0, delta={"type": "text_delta", "text": text}),
        _anthropic_closing,
        lambda words: _anthropic("error", error={"type": "api_error", "message": words}),
        _sse_raw,
        lambda text, tokens: {
            "type": "message",
            "content": [{"type": "text", "text": text}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": PROMPT_TOKENS, "output_tokens": tokens},
        },
        lambda status, words: {"type": "error", "error": {"type": "x", "message": words}},
    ),
    "gemini": Speech(
        EVENTS,
        list,
        lambda text: sse(_gemini(text)),
        lambda tokens: [sse({**_gemini("", finishReason="STOP"), **_gemini_counts(tokens)})],
        lambda words: sse({"error": {"code": 500, "message": words, "status": "INTERNAL"}}),
        _sse_raw,
        lambda text, tokens: {**_gemini(text, finishReason="STOP"), **_gemini_counts(tokens)},
        lambda status, words: {"error": {"code": status, "message": words, "status": "X"}},
    ),
    "ollama": Speech(
        "application/x-ndjson",
        list,
        lambda text: line({"message": {"role": "assistant", "content": text}, "done": False}),
        lambda tokens: [line({"message": {"role": "assistant", "content": ""}, **_ollama_end(tokens)})],
        lambda words: line({"error": words}),
        lambda payload: payload + b"\n",
        lambda text, tokens: {"message": {"role": "assistant", "content": text}, **_ollama_end(tokens)},
        lambda status, words: {"error": words},
    ),
    "koboldcpp": Speech(
        EVENTS,
        list,
        lambda text: sse({"token": text, "finish_reason": None}, "message"),
        lambda tokens: [sse({"token": "", "finish_reason": "stop"}, "message")],
        lambda words: sse({"error": {"message": words}}, "message"),
        _sse_raw,
        lambda text, tokens: {
            "results": [
                {"text": text, "finish_reason": "stop", "prompt_tokens": PROMPT_TOKENS, "completion_tokens": tokens}
            ]
        },
        lambda status, words: {"detail": {"msg": words, "type": "x"}},
    ),
    "llamacpp": Speech(
        EVENTS,
        list,
        lambda text: sse({"content": text, "stop": False}),
        lambda tokens: [sse(_llama_end(tokens))],
        lambda words: sse({"error": {"code": 500, "message": words, "type": "server_error"}}),
        _sse_raw,
        lambda text, tokens: {**_llama_end(tokens), "content": text},
        lambda status, words: {"error": {"code": status, "message": words, "type": "x"}},
    ),
}


@asynccontextmanager
async def speaking(kind: str, **options: object) -> AsyncIterator[str]:
    """A server of this kind with the mock's faults: its base URL. Kinds the mock speaks itself are the mock."""
    async with running_mock(**options) as (url, _):  # type: ignore[arg-type]
        if kind not in SPEECHES:
            yield url
            return
        port = int(url.rpartition(":")[2])
        translator = Translator(SPEECHES[kind], port)
        server = await asyncio.start_server(translator.serve, "127.0.0.1", 0)
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close()
        for task in translator.tasks:
            task.cancel()
        await asyncio.gather(*translator.tasks, return_exceptions=True)


class Translator:
    """One line in, one line out, closed after each answer."""

    def __init__(self, speech: Speech, port: int) -> None:
        self._speech = speech
        self._port = port
        self.tasks: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        current = asyncio.current_task()
        assert current is not None
        self.tasks.add(current)
        try:
            await self._serve(reader, writer)
        except ConnectionResetError:
            reset(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # cut off from either side, or the test is over
        finally:
            writer.close()
            self.tasks.discard(current)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        asked = (await reader.readexactly(_length(head.lower()))).decode()
        if path.endswith("/abort"):
            self._reply(writer, b"HTTP/1.1 200 OK", {"success": True})
            return
        stream = "stream" in path or '"stream":true' in asked
        # A slow line is made slow here: behind the translation nobody would see its bytes come.
        meant = asked.replace("fault=slowloris", "fault=none")
        body = encode({"messages": [{"role": "user", "content": meant}], "stream": stream})
        up, down = await asyncio.open_connection("127.0.0.1", self._port, limit=4 << 20)
        down.write(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        leaving = asyncio.create_task(reader.read())
        leaving.add_done_callback(lambda _: down.close())
        try:
            await self._answer(up, writer, slowly="slowloris" in asked)
        finally:
            leaving.cancel()
            down.close()

    async def _answer(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool) -> None:
        head = await up.readuntil(b"\r\n\r\n")
        status, lower = head.split(b"\r\n")[0], head.lower()
        if b"text/event-stream" in lower:
            writer.write(head.replace(b"text/event-stream; charset=utf-8", self._speech.content_type.encode()))
            await self._stream(up, writer, slowly=slowly)
        elif b"content-length: 9999" in lower or b"content-length: 999\r" in lower:
            writer.write(head + await up.read())
        elif b"text/html" in lower:
            writer.write(head + await up.readexactly(_length(lower)))
        else:
            told = await up.readexactly(_length(lower))
            try:
                self._reply(writer, status, self._put(status, json.loads(told)), waits=b"retry-after" in lower)
            except ValueError:
                self._reply(writer, status, told)

    def _put(self, status: bytes, told: Event) -> Any:
        if told.get("error"):
            return self._speech.refusal(int(status.split(b" ")[1]), told["error"]["message"])
        text = told["choices"][0]["message"]["content"]
        return self._speech.whole(text, told["usage"]["completion_tokens"])

    def _reply(self, writer: asyncio.StreamWriter, status: bytes, body: Any, *, waits: bool = False) -> None:
        data = body if isinstance(body, bytes) else encode(body)
        extra = b"Retry-After: 1\r\n" if waits else b""
        head = b"Content-Type: application/json\r\nConnection: close\r\n%bContent-Length: %d\r\n\r\n"
        writer.write(status + b"\r\n" + head % (extra, len(data)) + data)

    async def _stream(self, up: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool) -> None:
        rest, tokens, began = b"", 0, False
        while True:
            size_line = await up.readuntil(b"\r\n")
            try:
                size = int(size_line, 16)
            except ValueError:  # broken framing goes on as it is
                writer.write(size_line + await up.read())
                return
            part = await up.readexactly(size + 2)
            if not size:
                writer.write(b"0\r\n\r\n")
                return
            *lines, rest = (rest + part[:-2]).split(b"\n")
            for payload in (one[6:] for one in lines if one.startswith(b"data: ")):
                said, tokens = self._said(payload, tokens)
                said = said if began else [*self._speech.opening(), *said]
                began = True
                for event in said:
                    await self._send(writer, event, slowly=slowly)

    def _said(self, payload: bytes, tokens: int) -> tuple[list[bytes], int]:
        """One of the mock's events in this format, and how many tokens there were."""
        if payload == b"[DONE]":
            return [], tokens
        try:
            event = json.loads(payload.decode("utf-8", "surrogateescape"))
        except ValueError:
            return [self._speech.raw(payload)], tokens
        if event.get("error"):
            return [self._speech.error(event["error"]["message"])], tokens
        choice = event["choices"][0]
        if choice["finish_reason"]:
            return self._speech.closing(tokens), tokens
        return [self._speech.text(choice["delta"]["content"])], tokens + 1

    async def _send(self, writer: asyncio.StreamWriter, data: bytes, *, slowly: bool) -> None:
        frame = b"%x\r\n%b\r\n" % (len(data), data)
        for piece in [frame[at : at + 1] for at in range(len(frame))] if slowly else [frame]:
            writer.write(piece)
            await writer.drain()
            if slowly:
                await asyncio.sleep(0.0005)


def _length(head: bytes) -> int:
    _, _, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n")[0]) if rest else 0


def reset(writer: asyncio.StreamWriter) -> None:
    """Close the line the rude way."""
    line_socket = writer.get_extra_info("socket")
    if line_socket is not None:
        line_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
