"""What a process does besides answering."""

import asyncio

from structlog.testing import capture_logs

from tavernai.process import _tell_broken


async def test_a_duty_that_breaks_is_told_of_and_one_that_is_ended_is_not() -> None:
    async def breaks() -> None:
        raise OSError("the disk is gone")

    broken, ended = asyncio.create_task(breaks(), name="tidy"), asyncio.create_task(asyncio.sleep(60))
    for duty in (broken, ended):
        duty.add_done_callback(_tell_broken)
    ended.cancel()
    with capture_logs() as told:
        await asyncio.gather(broken, ended, return_exceptions=True)
        await asyncio.sleep(0)
    assert [(line["event"], line["duty"]) for line in told] == [("duty_broke", "tidy")]
