"""A person and their conversation in a SQLite file."""

import pytest

from tavernai.storage.database import Database
from tests.contract.chat.tale import Tale


@pytest.fixture
async def tale(sqlite_storage: Database) -> Tale:
    """Kim's new conversation with Ada, greeted."""
    made = Tale(sqlite_storage)
    await made.open()
    return made
