"""argon2id at OWASP's setting: 19 MiB, two passes, one lane, about 25 ms. In one thread, so that sign-ins queue."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tavernai.accounts.errors import SignInsBusy

WAITING_MAX = 64
_T = TypeVar("_T")

# Checked when there is no such user, so that a wrong name takes as long as a wrong password: of 32 forgotten bytes.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$RXYgxJA29of5wFGNViFvSQ$JKtBxPDVfYsErg/yyzqVz2h+36EhOh1w4rLmVp6MoZQ"


class Passwords:
    """Hashes and checks passwords, one at a time."""

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="passwords")
        self._waiting = 0
        self._waiting_max = waiting_max

    async def hash(self, password: str) -> str:
        """The password's hash with its salt and setting. Raises SignInsBusy."""
        return await self._queued(lambda: self._hasher.hash(_normal(password)))

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password hashed; None (no such user) takes as long and is False. Raises SignInsBusy."""
        fits = await self._queued(lambda: self._verify(hashed or NOBODY, _normal(password)))
        return fits and hashed is not None

    def is_dated(self, hashed: str) -> bool:
        """Whether this hash was made with another setting than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def close(self) -> None:
        """Let the running one finish; those that wait are cancelled."""
        self._thread.shutdown(cancel_futures=True)

    async def _queued(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= self._waiting_max:
            raise SignInsBusy(retry_after_seconds=2)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def _verify(self, hashed: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> bytes:
    # The same keys pressed on two systems may give composed or decomposed letters.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
