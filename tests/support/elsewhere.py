"""Another server that has pictures, on loopback under an invented name; and the house behind it that nobody may ask.

The rule that is given out allows this one address alone, so that what is refused is refused as on the open internet.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tavernai.bootstrap import open_services, web_app
from tavernai.chat.pictures.domain.asking import Rule
from tavernai.chat.pictures.service import RemotePictureService
from tavernai.config.service import ConfigService
from tavernai.engines.kept_pictures import KeptPictures
from tavernai.engines.remote_pictures import RemotePictures
from tavernai.settings import Settings
from tests.data.pictures import tiny_png
from tests.support.people import Person
from tests.support.serving import served

OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"
HOST, INNER_HOST = "pictures.example", "inner.example"
PICTURE = tiny_png(width=60, height=40)


@dataclass
class Elsewhere(AbstractResolver):
    """Answers by path; remembers what it was asked and how many lines it had at once."""

    port: int = 0
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    body: bytes = PICTURE

    @property
    def rule(self) -> Rule:
        return Rule(frozenset({"http"}), frozenset({self.port}), lambda address: address == OUTSIDE)

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        place = {HOST: OUTSIDE, INNER_HOST: INSIDE}.get(host)
        if place is None:
            raise OSError(f"{host} is not known")
        return [ResolveResult(hostname=host, host=place, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        return

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answered(request)
        finally:
            self.at_once -= 1

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        name, _, told = request.path.strip("/").partition("/")
        if name == "to":  # a redirect to what the query says
            return web.Response(status=302, headers={"Location": request.query["url"]})
        if name == "round":
            return web.Response(status=302, headers={"Location": "/round"})
        if name == "status":
            return web.Response(status=int(told))
        if name == "slow":
            await asyncio.sleep(float(told.partition("/")[0]))
        if name == "endless":
            return await _endless(request)
        # It lies about what it is and hands out a cookie: neither may come through.
        headers = {"Content-Type": "text/html", "Set-Cookie": "seen=1", "X-Theirs": "1", "Cache-Control": "public"}
        return web.Response(body=self.body, headers=headers)

    async def answer_inside(self, request: web.Request) -> web.Response:
        self.inside.append(request.path)
        return web.Response(body=PICTURE)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(bytes(1 << 18))
    except (ConnectionError, OSError):
        return response


@asynccontextmanager
async def elsewhere() -> AsyncIterator[Elsewhere]:
    told = Elsewhere()
    runners = []
    for place, answer in ((OUTSIDE, told.answer), (INSIDE, told.answer_inside)):
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, place, told.port).start()
        told.port = runner.addresses[0][1]
        runners.append(runner)
    try:
        yield told
    finally:
        for runner in runners:
            await runner.cleanup()


@dataclass
class House:
    """The whole product, which may ask that server for pictures, and its owner."""

    url: str
    person: Person
    host: Elsewhere
    owner: str = "olivia"
    password: str = "correct horse"


@asynccontextmanager
async def house(data: Path, *, serving: bool = False) -> AsyncIterator[House]:
    settings = Settings(data_dir=data, log_level="error")
    async with elsewhere() as host, open_services(settings, serving=serving) as services:
        source = RemotePictures(rule=host.rule, names=host, seconds=5)
        shelf = KeptPictures(data / "cache" / "pictures")
        services.add(RemotePictureService(services[ConfigService], source, shelf, rule=host.rule))
        async with served(web_app(services)) as url, Person(url) as person:
            made = House(url, person, host)
            who = {"username": made.owner, "password": made.password}
            person.csrf = (await person.post("/api/setup", who)).ok()["csrf_token"]
            yield made
        await source.close()
