"""argon2id, queued in one thread."""

import asyncio
import re
import statistics
import time
from collections.abc import Iterator

import pytest

from tavernai.accounts.errors import SignInsBusy
from tavernai.accounts.passwords import NOBODY, Passwords


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords(waiting_max=3)
    yield made
    made.close()


async def test_a_hash_fits_its_password_and_no_other(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert await passwords.fits(hashed, "correct horse")
    assert not await passwords.fits(hashed, "correct hors")
    assert "correct" not in hashed


async def test_the_setting_is_argon2id_with_19_mib_and_two_passes(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", hashed)
    assert not passwords.is_dated(hashed)
    assert passwords.is_dated("$argon2id$v=19$m=9728,t=2,p=1$" + hashed.split("$", 4)[4])


async def test_composed_and_decomposed_letters_are_the_same_password(passwords: Passwords) -> None:
    assert await passwords.fits(await passwords.hash("caf\u00e9 au lait"), "cafe\u0301 au lait")


async def test_nobody_s_hash_costs_what_a_real_one_costs_and_fits_nothing(passwords: Passwords) -> None:
    assert not passwords.is_dated(NOBODY)
    assert not await passwords.fits(None, "correct horse")
    assert not await passwords.fits("no hash at all", "correct horse")


async def test_more_sign_ins_than_the_queue_holds_are_sent_away(passwords: Passwords) -> None:
    results = await asyncio.gather(*(passwords.hash("correct horse") for _ in range(6)), return_exceptions=True)
    assert [isinstance(one, SignInsBusy) for one in results] == [False] * 3 + [True] * 3
    assert await passwords.fits(None, "later there is room again") is False


async def test_the_event_loop_goes_on_while_a_password_is_hashed(passwords: Passwords) -> None:
    hashing = asyncio.create_task(passwords.hash("correct horse"))
    ticks = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        ticks += 1
    assert ticks >= 3


@pytest.mark.alone
async def test_a_wrong_name_takes_as_long_as_a_wrong_password(passwords: Passwords) -> None:
    hashed = await passwords.hash("correct horse")

    async def seconds(of: str | None) -> float:
        started = time.perf_counter()
        await passwords.fits(of, "wrong horse")
        return time.perf_counter() - started

    known = statistics.median([await seconds(hashed) for _ in range(7)])
    unknown = statistics.median([await seconds(None) for _ in range(7)])
    assert 0.5 < known / unknown < 2
