"""What a back end promises, whichever format it speaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from tavernai.engines.demo import DemoBackend
from tavernai.gateway.domain import Connection, Delta, EmbeddingsRequest
from tavernai.gateway.errors import UpstreamError
from tavernai.gateway.streamed import streamed
from tests.support.backends import WAYS, Place, ask, connection_of, reached
from tests.support.translator import Translator

MAKE_VECTORS = ("openai", "llamacpp-chat", "text")  # those whose server is the mock itself
KEY = "sk-the-key-nobody-may-see"


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


class BackendContract:
    """Subclassed for back ends over HTTP and the one without."""

    async def test_a_stream_ends_with_one_finish_in_its_last_delta(self, place: Place) -> None:
        deltas = [delta async for delta in streamed(place.backend.tell, ask('reply="She nods."'), place.connection)]
        assert text_of(deltas)
        assert [delta.finish for delta in deltas if delta.finish] == [deltas[-1].finish] == ["stop"]
        assert all(delta.usage is None for delta in deltas[:-1])

    async def test_the_whole_answer_says_what_the_stream_says(self, place: Place) -> None:
        whole = await place.backend.complete(ask('reply="She nods."'), place.connection)
        deltas = [delta async for delta in streamed(place.backend.tell, ask('reply="She nods."'), place.connection)]
        assert (whole.text, whole.finish) == (text_of(deltas), deltas[-1].finish)

    async def test_what_is_counted_is_counted_in_openais_words(self, place: Place) -> None:
        deltas = [delta async for delta in streamed(place.backend.tell, ask('reply="She nods."'), place.connection)]
        usage = deltas[-1].usage
        if place.kind == "koboldcpp":
            assert usage is None  # its stream does not tell
        else:
            assert usage is not None
            assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]

    async def test_a_reader_that_leaves_is_done_at_once(self, place: Place) -> None:
        async with (
            asyncio.timeout(2),
            aclosing(streamed(place.backend.tell, ask("tps=20 n=500"), place.connection)) as deltas,
        ):
            first = await anext(deltas)
        assert first.text or first.reasoning


class TestOverHttp(BackendContract):
    @pytest.fixture(params=WAYS)
    async def place(self, request: pytest.FixtureRequest) -> AsyncIterator[Place]:
        async with reached(request.param) as place:
            yield place

    async def test_a_rendered_prompt_goes_where_text_is_completed(self, place: Place) -> None:
        request = ask("fault=500", prompt="Ann: [[mock reply=Well.]]")
        if place.kind in ("llamacpp", "koboldcpp", "text"):
            assert (await place.backend.complete(request, place.connection)).text == "Well."
        elif place.kind != "llamacpp-chat":
            with pytest.raises(UpstreamError):
                await place.backend.complete(request, place.connection)

    async def test_vectors_that_a_server_does_not_make_are_refused_by_code(self, place: Place) -> None:
        asked = EmbeddingsRequest(["a", "b"], model="mock")
        if place.kind in MAKE_VECTORS:
            assert len((await place.backend.embeddings(asked, place.connection)).vectors) == 2
            return
        with pytest.raises(UpstreamError) as caught:
            await place.backend.embeddings(asked, place.connection)
        assert caught.value.code.startswith("upstream_")

    async def test_the_key_is_in_no_error(self, place: Place) -> None:
        keyed = connection_of(place.kind, place.connection.base_url, key=KEY)
        with pytest.raises(UpstreamError) as caught:
            await place.backend.complete(ask("fault=401"), keyed)
        assert caught.value.facts["connection"] == "house"
        assert KEY not in repr(caught.value.facts) + repr(keyed)

    async def test_an_address_that_is_not_called_is_unreachable(self, place: Place) -> None:
        there = replace(place.connection, base_url="http://169.254.169.254")
        for call in (place.backend.complete(ask(), there), place.backend.models(there)):
            with pytest.raises(UpstreamError) as caught:
                await call
            assert caught.value.code == "upstream_unreachable"


class TestDemo(BackendContract):
    @pytest.fixture
    def place(self) -> Place:
        backend: object = DemoBackend(tokens_per_second=0)
        return Place("demo", backend, Connection("c", "stage", "demo"))  # type: ignore[arg-type]


async def test_koboldcpp_is_told_to_stop_when_its_reader_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    paths: list[str] = []
    serve = Translator._serve

    async def heard(self: Translator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        paths.append(head.split(b" ")[1].decode())
        again = asyncio.StreamReader()
        again.feed_data(head)
        pump = asyncio.create_task(_pump(reader, again))
        await serve(self, again, writer)
        pump.cancel()

    monkeypatch.setattr(Translator, "_serve", heard)
    async with reached("koboldcpp") as place:
        async with aclosing(streamed(place.backend.tell, ask("tps=20 n=500"), place.connection)) as deltas:
            await anext(deltas)
        await place.backend.close()
    assert paths == ["/api/extra/generate/stream", "/api/extra/abort"]


async def _pump(source: asyncio.StreamReader, to: asyncio.StreamReader) -> None:
    while data := await source.read(65536):
        to.feed_data(data)
    to.feed_eof()
