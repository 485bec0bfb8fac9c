"""What computes at length over what it reads keeps nobody waiting who only reads."""

import asyncio
import threading

from tavernai.storage.database import STUDENTS, Database


async def test_reading_goes_on_while_every_student_computes(storage: Database) -> None:
    done = threading.Event()
    studies = [asyncio.create_task(storage.study(lambda _: done.wait(30))) for _ in range(STUDENTS * 3)]
    await asyncio.sleep(0.2)
    try:
        async with asyncio.timeout(5):
            told = await asyncio.gather(*(storage.read(lambda _: True) for _ in range(20)))
    finally:
        done.set()
    assert all(told)
    assert all(await asyncio.gather(*studies))
