"""A person and their conversation, on each engine."""

import pytest

from tavernai.storage.database import Database
from tests.contract.chat.tale import Tale


@pytest.fixture
async def tale(storage: Database) -> Tale:
    """Kim's new conversation with Ada, greeted."""
    made = Tale(storage)
    await made.open()
    return made
