"""Accounts over a real database."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tavernai.accounts.gate import Gate
from tavernai.accounts.keys import KeyService
from tavernai.accounts.limits import SignInLimits
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.service import AccountsService
from tavernai.accounts.sign_in import From, SignInService
from tavernai.kernel.clock import now_ms
from tavernai.kernel.facts import By
from tavernai.storage.database import Database

BY = By.system()
PASSWORD = "correct horse"
HERE = From("192.0.2.1", "Firefox on Linux")


class Time:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.ms = now_ms()

    def __call__(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    def pass_seconds(self, seconds: float) -> None:
        self.ms += int(seconds * 1000)


@dataclass
class Room:
    """The room's services, wired as bootstrap wires them."""

    storage: Database
    time: Time
    gate: Gate
    accounts: AccountsService
    keys: KeyService
    door: SignInService

    async def user(self, name: str, role: str = "member") -> str:
        user = await self.accounts.add(name, PASSWORD, role=role, by=BY)  # type: ignore[arg-type]
        return user.id


def wired(storage: Database, passwords: Passwords, time: Time, *, setup_code: str | None = None) -> Room:
    gate = Gate(storage, session_days=30, clock=time, monotonic=time.monotonic)
    limits = SignInLimits(by_name=3, by_address=20, monotonic=time.monotonic)
    door = SignInService(storage, gate=gate, passwords=passwords, limits=limits, setup_code=setup_code, clock=time)
    accounts = AccountsService(storage, gate=gate, passwords=passwords)
    return Room(storage, time, gate, accounts, KeyService(storage, gate=gate), door)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def room(sqlite_storage: Database, passwords: Passwords, time: Time) -> Room:
    return wired(sqlite_storage, passwords, time)


@pytest.fixture
def any_room(storage: Database, passwords: Passwords, time: Time) -> Room:
    """The same on each engine, for what leans on its rules: unique names, order of commits."""
    return wired(storage, passwords, time)
