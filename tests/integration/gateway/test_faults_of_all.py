"""What test_faults.py proves of one format holds for every format: the same verdicts, the same text kept."""

import time

import pytest

from tavernai.gateway.errors import UpstreamError
from tavernai.gateway.streamed import streamed
from tests.integration.gateway.test_faults import SLOW, STREAMED, WHOLE_ANSWERS
from tests.support.backends import WAYS, Place, ask, reached

OTHERS = [way for way in WAYS if way != "openai"]


async def outcome(place: Place, directive: str) -> tuple[str | None, str, str | None]:
    """(code of the error, text, finish)."""
    text, finish = "", None
    try:
        async for delta in streamed(place.backend.tell, ask(directive), place.connection):
            text, finish = text + delta.text, delta.finish
    except UpstreamError as error:
        return error.code, text, finish
    return None, text, finish


@pytest.mark.parametrize("way", OTHERS)
@pytest.mark.parametrize("fault", STREAMED)
async def test_a_stream_ends_in_time_and_keeps_its_text(way: str, fault: str) -> None:
    async with reached(way) as place:
        started = time.monotonic()
        code, text, finish = await outcome(place, f"fault={fault} tps=0 {SLOW.get(fault, '')}")
        assert (code, text) == STREAMED[fault]
        assert finish == (None if code else "stop")
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("way", OTHERS)
@pytest.mark.parametrize(("fault", "code"), WHOLE_ANSWERS.items())
async def test_a_whole_answer_fails_by_the_same_names(way: str, fault: str, code: str) -> None:
    async with reached(way) as place:
        with pytest.raises(UpstreamError) as caught:
            await place.backend.complete(ask(f"fault={fault}"), place.connection)
        assert caught.value.code == code


@pytest.mark.parametrize("way", WAYS)
async def test_a_rate_limit_says_how_long_to_wait(way: str) -> None:
    async with reached(way) as place:
        with pytest.raises(UpstreamError) as caught:
            await place.backend.complete(ask("fault=429 secs=1"), place.connection)
    assert caught.value.facts["retry_after_seconds"] == 1
    assert "slow down" in caught.value.words
