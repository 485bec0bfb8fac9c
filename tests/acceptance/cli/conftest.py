"""The command line over a product small enough to open in milliseconds: accounts on a SQLite file."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog

from tavernai.accounts.endpoints import router
from tavernai.accounts.gate import Gate
from tavernai.accounts.keys import KeyService
from tavernai.accounts.limits import SignInLimits
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.service import AccountsService
from tavernai.accounts.sign_in import SignInService
from tavernai.accounts.tokens import new_setup_code
from tavernai.cli.app import run_cli
from tavernai.cli.commands import COMMANDS
from tavernai.cli.host import GivenBackend
from tavernai.engines.lock import FolderLock
from tavernai.engines.sqlite import SqliteDialog
from tavernai.http.app import create_app, openapi_document
from tavernai.http.control import Control
from tavernai.ledger.projections import Projections
from tavernai.settings import Settings
from tavernai.storage.database import Database
from tests.support.storage import all_projections, opened

PASSWORD = "correct horse"


@dataclass
class Opened:
    """Fulfils cli.host.Services."""

    settings: Settings
    storage: Database
    projections: Projections
    provides: dict[type, object] = field(default_factory=dict)

    def add(self, *services: object) -> None:
        self.provides |= {type(service): service for service in services}


class SmallProduct:
    """Fulfils cli.host.Host."""

    def __init__(self) -> None:
        self.opened = 0

    @asynccontextmanager
    async def open(self, settings: Settings, *, serving: bool) -> AsyncIterator[Opened]:
        with FolderLock(settings.run_dir):
            async with opened(SqliteDialog(settings.data_dir / "edge.db")) as storage:
                self.opened += 1
                services = Opened(settings, storage, all_projections())
                passwords = _add_accounts(services)
                yield services
                passwords.close()

    def app(self, services: Any, *, token: str) -> Any:
        control = Control(COMMANDS, services, token=token)
        return create_app(services.provides, [router], settings=services.settings, control=control)

    async def begin_stop(self, services: Any) -> None:
        return

    @asynccontextmanager
    async def gateway(self, settings: Settings, backend: GivenBackend | None) -> AsyncIterator[Any]:
        yield create_app({}, [], settings=settings)

    def openapi(self) -> dict[str, Any]:
        return openapi_document([router])


def _add_accounts(services: Opened) -> Passwords:
    storage, gate, passwords = services.storage, Gate(services.storage), Passwords()
    code = new_setup_code() if services.settings.is_reachable else None
    door = SignInService(storage, gate=gate, passwords=passwords, limits=SignInLimits(), setup_code=code)
    services.add(gate, AccountsService(storage, gate=gate, passwords=passwords), KeyService(storage, gate=gate), door)
    return passwords


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Terminal:
    """Types commands on one data folder."""

    def __init__(self, data: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.data = data
        self.product = SmallProduct()
        self._capsys = capsys
        self._patch = patch

    def __call__(self, *words: str, stdin: str = "") -> Ended:
        """Run one command in this process."""
        self._patch.setattr("sys.stdin", _Stdin(stdin))
        self._capsys.readouterr()
        code = run_cli(self.product, list(words))
        out, err = self._capsys.readouterr()
        return Ended(code, out, err)

    async def beside(self, *words: str, stdin: str = "") -> Ended:
        """The same from within a running loop."""
        return await asyncio.to_thread(self, *words, stdin=stdin)

    def add_user(self, name: str, role: str = "member") -> None:
        ended = self("user", "add", name, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")
        assert ended.code == 0, ended.err


class _Stdin:
    def __init__(self, text: str) -> None:
        self._text = text

    def readline(self) -> str:
        return self._text

    def isatty(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Lines are kept here: loggers remember how they were set up, which must not stay so for other tests."""
    for place in ("tavernai.ops.logs.set_up", "tavernai.cli.server.set_up"):
        monkeypatch.setattr(place, lambda **_: None)
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("TAVERNAI_DATA_DIR", str(folder))
    return folder


@pytest.fixture
def terminal(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(data, capsys, monkeypatch)
