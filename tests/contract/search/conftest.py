"""A person whose chats can be searched, on each engine."""

import pytest

from tavernai.storage.database import Database
from tests.contract.search.library import Library


@pytest.fixture
async def library(storage: Database) -> Library:
    """Kim's new conversation with Ada, greeted, and the search over it."""
    made = Library(storage)
    await made.open()
    return made
