"""Somebody who moves in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tavernai.bootstrap import open_services, web_app
from tavernai.settings import Settings
from tests.support.people import Person
from tests.support.serving import served

PASSWORD = "correct horse"


@pytest_asyncio.fixture
async def ari(tmp_path: Path) -> AsyncIterator[Person]:
    async with (
        open_services(Settings(data_dir=tmp_path / "data", log_level="error"), serving=True) as services,
        served(web_app(services)) as url,
        Person(url) as person,
    ):
        setup = await person.post("/api/setup", {"username": "ari", "password": PASSWORD})
        person.csrf = setup.ok()["csrf_token"]
        yield person
