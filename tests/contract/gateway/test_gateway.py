"""What a gateway promises, whichever door it is reached by."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from tavernai.engines.core_client import RemoteGateway
from tavernai.gateway.domain import ChatRequest, Delta, EmbeddingsRequest
from tavernai.gateway.errors import (
    UnknownConnection,
    UpstreamAuth,
    UpstreamContextTooLong,
    UpstreamCut,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from tavernai.gateway.ports import Gateway
from tavernai.gateway.streamed import streamed
from tests.contract.gateway.doors import KEY, core_program, in_process, mounted, running_mock
from tests.support.processes import free_port
from tests.tools.mock_upstream import Mock


def ask(directive: str = "", **more: Any) -> ChatRequest:
    return ChatRequest([{"role": "user", "content": f"Hello. [[mock {directive}]]"}], **more)


async def heard(gateway: Gateway, reference: str | None, request: ChatRequest) -> tuple[list[Delta], Exception | None]:
    """Every delta, and the error that ended them."""
    deltas: list[Delta] = []
    try:
        async for delta in streamed(gateway.tell, reference, request):
            deltas.append(delta)  # noqa: PERF401 (what came before the error is the point)
    except UpstreamError as error:
        return deltas, error
    return deltas, None


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


@pytest.fixture(scope="class")
def upstream_port() -> int:
    """The same for all tests of a door, so that a server of its own is started once."""
    return free_port()


@pytest.fixture(scope="class")
def core_url(upstream_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = core_program(f"http://127.0.0.1:{upstream_port}", tmp_path_factory.mktemp("core"))
    yield program.url
    program.stop()


class GatewayContract:
    """Subclassed once for each door, with its `gateway`."""

    @pytest.fixture
    async def mock(self, upstream_port: int) -> AsyncIterator[tuple[str, Mock]]:
        async with running_mock(upstream_port, record=5) as running:
            yield running

    async def test_a_reply_streams_and_ends_with_its_finish_and_usage(self, gateway: Gateway) -> None:
        deltas, error = await heard(gateway, "house", ask('reply="She nods and pours."'))
        assert error is None
        assert text_of(deltas) == "She nods and pours."
        assert [delta.finish for delta in deltas if delta.finish] == ["stop"]
        assert deltas[-1].finish == "stop"
        usage = deltas[-1].usage or {}
        assert usage["completion_tokens"] == 4

    async def test_the_whole_answer_says_what_the_stream_says(self, gateway: Gateway) -> None:
        request = ask('reply="She nods and pours."')
        whole = await gateway.complete(None, request)
        deltas, _ = await heard(gateway, None, request)
        assert whole.text == text_of(deltas)
        assert whole.finish == "stop"
        assert whole.usage == deltas[-1].usage

    async def test_what_is_asked_reaches_the_provider_as_it_was_asked(
        self, gateway: Gateway, mock: tuple[str, Mock]
    ) -> None:
        request = ask(max_tokens=7, temperature=0.5, top_p=0.9, stop=["\nAnn:"], extra={"seed": 3, "min_p": 0.1})
        await heard(gateway, "house/other", request)
        sent = mock[1].recorded[-1]
        body = sent["body"]
        assert sent["headers"]["authorization"] == f"Bearer {KEY}"
        assert (body["model"], body["max_tokens"], body["temperature"]) == ("other", 7, 0.5)
        assert (body["top_p"], body["stop"], body["seed"], body["min_p"]) == (0.9, ["\nAnn:"], 3, 0.1)
        assert "variant" not in body

    async def test_tool_calls_come_through_both_ways(self, gateway: Gateway) -> None:
        tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
        request = ask('tool_calls=look arguments="{\\"at\\": \\"the door\\"}"', tools=tools)
        whole = await gateway.complete("house", request)
        deltas, _ = await heard(gateway, "house", request)
        pieces = [piece for delta in deltas for piece in delta.tool_calls or []]
        assert whole.finish == deltas[-1].finish == "tool_calls"
        assert whole.tool_calls is not None
        assert whole.tool_calls[0]["function"] == {"name": "look", "arguments": '{"at": "the door"}'}
        assert "".join(piece["function"].get("arguments", "") for piece in pieces) == '{"at": "the door"}'

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            ("401", UpstreamAuth),
            ("context", UpstreamContextTooLong),
            ("hang", UpstreamTimeout),
        ],
    )
    async def test_a_refusal_keeps_its_code(self, gateway: Gateway, fault: str, kind: type[UpstreamError]) -> None:
        deltas, error = await heard(gateway, "house", ask(f"fault={fault}"))
        assert deltas == []
        assert type(error) is kind

    async def test_a_rate_limit_says_how_long_to_wait_in_the_providers_words(self, gateway: Gateway) -> None:
        _, error = await heard(gateway, "house", ask("fault=429 secs=7"))
        assert isinstance(error, UpstreamRateLimited)
        assert error.retry_after_seconds == 7
        assert error.words == "slow down"

    async def test_text_before_the_line_broke_is_kept(self, gateway: Gateway) -> None:
        deltas, error = await heard(gateway, "house", ask("fault=cut at=3"))
        assert text_of(deltas) == "the door opens "
        assert type(error) is UpstreamCut

    async def test_a_server_that_is_away_is_told_apart(self, gateway: Gateway) -> None:
        deltas, error = await heard(gateway, "away", ask())
        assert deltas == []
        assert type(error) is UpstreamUnreachable

    async def test_a_reader_that_leaves_cancels_upstream_at_once(
        self, gateway: Gateway, mock: tuple[str, Mock]
    ) -> None:
        async with aclosing(streamed(gateway.tell, "house", ask("tps=20 n=500"))) as deltas:
            await anext(deltas)
        for _ in range(100):
            if mock[1].stats["client_gone"]:
                break
            await asyncio.sleep(0.02)
        assert mock[1].stats["client_gone"] == 1

    async def test_an_unknown_connection_is_refused_by_name(self, gateway: Gateway) -> None:
        with pytest.raises(UnknownConnection):
            await gateway.complete("nobody/nothing", ask())

    async def test_a_name_a_model_an_id_or_nothing_finds_the_connection(self, gateway: Gateway) -> None:
        found = [await gateway.resolve(one) for one in ("stage", "house/a/b", "c1", None, "default")]
        assert [one.name for one in found] == ["stage", "house", "house", "house", "house"]
        assert [one.model for one in found][:3] == ["demo", "a/b", "mock"]

    async def test_models_are_listed_by_connection(self, gateway: Gateway) -> None:
        listed = [info.id for info in await gateway.models()]
        assert listed == ["house", "house/mock", "stage", "stage/demo", "away", "away/none"]

    async def test_vectors_come_in_the_order_of_their_texts(self, gateway: Gateway) -> None:
        one = await gateway.embeddings("house", EmbeddingsRequest(["a red door"]))
        both = await gateway.embeddings("house", EmbeddingsRequest(["rain on the roof", "a red door"]))
        assert both.vectors[1] == pytest.approx(one.vectors[0])
        assert both.semantic is True

    async def test_vectors_without_a_model_say_so(self, gateway: Gateway) -> None:
        found = await gateway.embeddings("stage", EmbeddingsRequest(["a red door"]))
        assert (found.model, found.semantic, len(found.vectors[0])) == ("hash-1024", False, 1024)

    async def test_another_variant_of_the_demo_says_something_else(self, gateway: Gateway) -> None:
        first = await gateway.complete("stage", ask())
        again = await gateway.complete("stage", ask())
        other = await gateway.complete("stage", ask(variant=1))
        assert first.text == again.text != other.text


class TestInProcess(GatewayContract):
    @pytest.fixture
    async def gateway(self, mock: tuple[str, Mock]) -> AsyncIterator[Gateway]:
        async with in_process(mock[0]) as gateway:
            yield gateway


class TestMounted(GatewayContract):
    @pytest.fixture
    async def gateway(self, mock: tuple[str, Mock]) -> AsyncIterator[Gateway]:
        async with mounted(mock[0]) as gateway:
            yield gateway


class TestAlone(GatewayContract):
    @pytest.fixture
    async def gateway(self, mock: tuple[str, Mock], core_url: str) -> AsyncIterator[Gateway]:
        gateway = RemoteGateway(core_url)
        yield gateway
        await gateway.close()
