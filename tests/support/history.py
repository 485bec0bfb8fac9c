"""A long conversation in a data folder, written as facts while no server holds it: ten thousand messages in seconds."""

import asyncio
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tavernai import settings as settings_room
from tavernai.accounts.tables import users
from tavernai.bootstrap import open_services
from tavernai.chat.events import ConversationCreated, MessageAdded
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.process import Services

BATCH = 500
STEP_MS = 11 * 60_000
NAME = "Mirelle"
WORDS = ("lantern", "harbour", "ledger", "rope", "salt", "kettle", "stair", "window", "letter", "gull", "tide", "ink")
SPEECH = '"{0} and {1}," she says, turning the *{2}* over. "You said the {3} would hold."'
LIST = "Three things lie on the table:\n\n- a {0}\n- a {1} with **no** {2}\n- the {3}"
CODE = "She slides a note across:\n\n```python\n{0} = '{1}'\nprint({0})\n```\n\nThe {2} says nothing of the {3}."


def texts(seed: int = 7) -> Iterator[str]:
    """What people say to each other: a line to several paragraphs, some with lists, few with code."""
    chance = random.Random(seed)
    while True:
        some = chance.choices(WORDS, k=4)
        paragraphs = [SPEECH.format(*some)]
        more = chance.choice([0, 1, 1, 2, 4])
        paragraphs += [" ".join(chance.choices(WORDS, k=chance.randint(12, 70))) + "." for _ in range(more)]
        if chance.random() < 0.06:
            paragraphs.append(LIST.format(*some))
        if chance.random() < 0.02:
            paragraphs.append(CODE.format(*some))
        yield "\n\n".join(paragraphs)


def facts_of(messages: int, *, until_ms: int) -> Iterator[MessageAdded]:
    """A straight story that ends at `until_ms`, one message after the other."""
    parent: tuple[str | None, str | None] = (None, None)
    for number, text in zip(range(messages), texts(), strict=False):
        role, name = ("user", "owner") if number % 2 else ("character", NAME)
        message_id, variant_id = new_id(), new_id()
        at = until_ms - (messages - number) * STEP_MS
        said = {"id": variant_id, "text": f"({number}) {text}", "kind": "import"}
        above, shown = parent
        yield MessageAdded(message_id, above, shown, role, name, None, "complete", [said], None, at=at)
        parent = (message_id, variant_id)


async def filled(data: Path, messages: int, until_ms: int) -> str:
    """As fill, where a loop runs already."""
    async with open_services(settings_room.read({"TAVERNAI_DATA_DIR": str(data)})) as services:
        owner = await services.storage.read(lambda conn: conn.execute(select(users.c.id)).scalar_one())
        return await written(services, owner, messages, until_ms=until_ms)


async def written(services: Services, owner: str, messages: int, *, until_ms: int) -> str:
    """The conversation through services that are open already; its id."""
    conversation_id = new_id()
    stream, by = Stream(f"conv:{conversation_id}", owner), By(f"user:{owner}", "import")
    facts = facts_of(messages, until_ms=until_ms)
    some: list[Any] = [ConversationCreated(conversation_id, None, NAME, "A long story")]
    while some:
        await services.storage.commit(partial(_append, stream=stream, facts=some, by=by))
        some = list(islice(facts, BATCH))
    return conversation_id


def _append(tx: Transaction, *, stream: Stream, facts: list[Any], by: By) -> None:
    tx.append(stream, facts, by=by)


def fill(data: Path, messages: int, *, until_ms: int) -> str:
    """Write the conversation; its id."""
    return asyncio.run(filled(data, messages, until_ms))
