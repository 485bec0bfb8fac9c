"""What computes at length over what it reads keeps nobody waiting who only reads."""

import asyncio
import threading

from tavernai.storage.database import STUDENTS, STUDIES_AT_ONCE, Database


async def test_reading_goes_on_while_every_student_computes(storage: Database) -> None:
    done = threading.Event()
    studies = [asyncio.create_task(storage.study(lambda _: done.wait(30), whose=str(n))) for n in range(STUDENTS * 3)]
    await asyncio.sleep(0.2)
    try:
        async with asyncio.timeout(5):
            told = await asyncio.gather(*(storage.read(lambda _: True) for _ in range(20)))
    finally:
        done.set()
    assert all(told)
    assert all(await asyncio.gather(*studies))


async def test_one_persons_studies_leave_a_thread_for_another(storage: Database) -> None:
    done, begun = threading.Event(), threading.Semaphore(0)

    def slow(_: object) -> bool:
        begun.release()
        return done.wait(30)

    many = [asyncio.create_task(storage.study(slow, whose="kim")) for _ in range(STUDENTS * 5)]
    try:
        assert all([await asyncio.to_thread(begun.acquire, timeout=5) for _ in range(STUDIES_AT_ONCE)])
        async with asyncio.timeout(5):
            assert await storage.study(lambda _: True, whose="lea")
        assert not begun.acquire(blocking=False)
    finally:
        done.set()
    assert all(await asyncio.gather(*many))


async def test_stopping_what_computes_brings_nobody_another_thread(storage: Database) -> None:
    done, running = threading.Event(), threading.Semaphore(0)

    def slow(_: object) -> bool:
        running.release()
        return done.wait(30)

    try:
        for _ in range(3):
            asked = [asyncio.create_task(storage.study(slow, whose="kim")) for _ in range(STUDENTS)]
            await asyncio.sleep(0.1)
            for one in asked:
                one.cancel()
        taken = sum(running.acquire(blocking=False) for _ in range(STUDENTS * 3))
        assert taken == STUDIES_AT_ONCE
    finally:
        done.set()
