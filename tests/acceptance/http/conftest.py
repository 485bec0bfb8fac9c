"""The door and the room of accounts on a real port."""

import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
import structlog
from fastapi import APIRouter, Depends, Request

from tavernai.accounts.endpoints import router as accounts_router
from tavernai.accounts.gate import Gate
from tavernai.accounts.guards import Principal, allows
from tavernai.accounts.keys import KeyService
from tavernai.accounts.limits import SignInLimits
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.service import AccountsService
from tavernai.accounts.sign_in import SignInService
from tavernai.http.app import create_app
from tavernai.http.static import WebApp
from tavernai.settings import read
from tavernai.storage.database import Database
from tests.support.people import Person
from tests.support.serving import served

PASSWORD = "correct horse"
PAGE = (
    "<!doctype html><title>Tavern</title><style>b{color:red}</style><script>boot()</script>"
    '<script type="module" src="/assets/app-1a2b.js"></script>'
)

SCRIPT = b"boot()"

Site = Callable[..., AbstractAsyncContextManager[str]]
tavern = APIRouter()


@tavern.get("/api/chat")
async def chat(who: Annotated[Principal, Depends(allows("chat"))]) -> dict[str, str]:
    return {"user_id": who.user_id, "via": who.via}


@tavern.post("/api/echo")
async def echo(request: Request) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@tavern.post("/api/shape")
async def shape(given: dict[str, int]) -> dict[str, int]:
    return given


@tavern.get("/api/broken")
async def broken() -> None:
    raise RuntimeError("the password is hunter2")


def built_page(folder: Path) -> Path:
    """A web app as the build leaves it."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "index.html.br").write_bytes(b"brotli page")
    (folder / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "app-1a2b.js.br").write_bytes(b"brotli script")
    (folder / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT, mtime=0))
    (folder / "sw.js").write_text("worker()")
    (folder / "secret.txt.bak").write_text("not a file of the app")
    return folder


@pytest.fixture(autouse=True)
def log() -> Iterator[list[Any]]:
    """The lines the door writes."""
    with structlog.testing.capture_logs() as lines:
        yield lines


@pytest.fixture
def site(sqlite_storage: Database, tmp_path: Path) -> Site:
    """Serve accounts and a few routes: `async with site(setup_code=…, TAVERNAI_…=…) as url`."""

    @asynccontextmanager
    async def start(*, setup_code: str | None = None, web: WebApp | None = None, **environ: str) -> AsyncIterator[str]:
        gate, passwords = Gate(sqlite_storage), Passwords()
        parts: dict[type, Any] = {
            Gate: gate,
            AccountsService: AccountsService(sqlite_storage, gate=gate, passwords=passwords),
            KeyService: KeyService(sqlite_storage, gate=gate),
            SignInService: SignInService(
                sqlite_storage, gate=gate, passwords=passwords, limits=SignInLimits(by_name=3), setup_code=setup_code
            ),
        }
        web = web or WebApp(built_page(tmp_path / "dist"))
        settings = read(environ)
        app = create_app(parts, [accounts_router, tavern], settings=settings, web=web)
        proxies = list(settings.trusted_proxies)
        async with served(app, proxy_headers=bool(proxies), forwarded_allow_ips=proxies or None) as url:
            yield url
        passwords.close()

    return start


@pytest.fixture
async def url(site: Site) -> AsyncIterator[str]:
    async with site() as url:
        yield url


@pytest.fixture
async def nobody(url: str) -> AsyncIterator[Person]:
    """A browser nobody signed in with."""
    async with Person(url) as person:
        yield person


@pytest.fixture
async def owner(url: str) -> AsyncIterator[Person]:
    """The first owner, by session."""
    async with Person(url) as person:
        answer = await person.post("/api/setup", {"username": "ada", "password": PASSWORD})
        person.csrf = answer.ok()["csrf_token"]
        yield person


@pytest.fixture
async def member(owner: Person) -> AsyncIterator[Person]:
    """A member, by session."""
    (await owner.post("/api/users", {"username": "bob", "password": PASSWORD})).ok()
    async with Person(owner.url) as person:
        (await person.sign_in("bob", PASSWORD)).ok()
        yield person
