"""The ledger is the truth: whatever a household did with the whole product, its facts alone tell every table again."""

import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tavernai.bootstrap import open_services
from tavernai.engines.postgres import PostgresDialog
from tavernai.engines.sqlite import SqliteDialog
from tavernai.ledger.verify import verify
from tavernai.process import Services
from tavernai.settings import Settings
from tests.support.life import VERBS, Household
from tests.support.requirements import needs_postgres
from tests.support.storage import add_tables_of_tests, compared_with_replay

Step = tuple[str, int, int]

step = st.tuples(st.sampled_from(VERBS), st.integers(0, 40), st.integers(0, 3))
histories = st.lists(st.lists(step, min_size=5, max_size=60), min_size=2, max_size=2)


def thrown(seed: int, *, steps: int) -> list[Step]:
    """A long history by dice, the same for the same seed."""
    dice = random.Random(seed)
    return [(dice.choice(VERBS), dice.randrange(41), dice.randrange(4)) for _ in range(steps)]


@asynccontextmanager
async def product(*, database_url: str | None = None) -> AsyncIterator[Services]:
    """Every service over an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        dialog = PostgresDialog(database_url) if database_url else SqliteDialog(data / "edge.db")
        add_tables_of_tests(dialog)
        dialog.close()
        async with open_services(Settings(data_dir=data, database_url=database_url)) as services:
            yield services


async def check(services: Services) -> None:
    """The chain holds, and a replay gives the same bytes."""
    verdict = await services.storage.read(verify)
    assert verdict.ok, verdict.faults
    compared = await services.storage.read(compared_with_replay)
    assert [table for table in compared if not table.equal] == []


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(histories)
async def test_whatever_two_households_did_the_facts_tell_it_again(lives: list[list[Step]]) -> None:
    async with product() as services:
        for steps in lives:
            household = Household(services)
            await household.move_in()
            await household.live(steps)
            await household.crash()
            await check(services)


async def test_a_long_life_in_which_everything_happened_is_told_again() -> None:
    async with product() as services:
        household = Household(services)
        await household.move_in()
        await household.live(thrown(9, steps=700))
        await household.crash()
        assert household.done == set(VERBS), "the dice must reach every verb"
        assert household.refused < 500
        await check(services)


@needs_postgres
async def test_postgresql_tells_a_long_life_again_byte_for_byte(postgres_url: str) -> None:
    async with product(database_url=postgres_url) as services:
        household = Household(services)
        await household.move_in()
        await household.live(thrown(11, steps=400))
        await household.crash()
        await check(services)
