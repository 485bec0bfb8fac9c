"""What people ask of the agent: post a message, have a reply made again, go on, stop, try again."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection, select

from tavernai.agent.crowding import check_crowd
from tavernai.agent.domain.tasks import State
from tavernai.agent.errors import TaskNotFound, TooManyOpen
from tavernai.agent.hearing import Listener
from tavernai.agent.opening import Ahead, Opener
from tavernai.agent.orders import SPEAK, Order, Orders, Posted
from tavernai.agent.ports import Stage
from tavernai.agent.seen import HeardTooEarly
from tavernai.agent.sent import sent
from tavernai.agent.stopping import stop
from tavernai.agent.tables import tasks
from tavernai.agent.usage import usage_of
from tavernai.agent.why import why
from tavernai.chat.errors import ConversationNotFound
from tavernai.chat.tables import conversations
from tavernai.chat.window import fitting
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import Page
from tavernai.kernel.text import clean_text
from tavernai.ledger import store as ledger_store
from tavernai.ledger.ports import Storage
from tavernai.storage.rows import Row
from tavernai.streaming.frames import timeline_item

HEARINGS_MAX = 8
"""How often words are heard anew because variables changed while they were read."""
HEARD_AT_ONCE = 2


class AgentService:
    """Takes orders, and answers what became of them."""

    def __init__(self, storage: Storage, *, stage: Stage) -> None:
        self._storage = storage
        self._orders = Orders(Opener.of(Listener(stage)), stage)
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def post(self, user_id: str, order: Order) -> Posted:
        """Take an order. The same idempotency key with the same body within a day answers the same again.

        Raises:
            EmptyMessage, NothingToAnswer, TooManyWaiting, TooManyOpen, KeyReused, and what chat refuses.
        """
        opens = new_id()
        crowd = await self._crowd(user_id) if order.reply or order.action else None
        if crowd is not None and order.idempotency_key is None:
            raise crowd
        for hearings_left in reversed(range(HEARINGS_MAX)):
            ahead = await self._ahead(user_id, order, opens)
            ahead = ahead if hearings_left else ahead.insisting()
            unit = partial(self._orders.take, user_id=user_id, order=order, ahead=ahead, crowd=crowd)
            try:
                return await self._storage.commit(unit)
            except HeardTooEarly:
                continue
        raise AssertionError("the last one insists")

    async def task(self, user_id: str, task_id: str) -> Row:
        """One task of this person. Raises TaskNotFound."""
        return await self._storage.glance(lambda conn: _own_task(conn, user_id, task_id))

    async def cancel(self, user_id: str, task_id: str) -> Row:
        """Stop a task; a queued message goes to the trash with it. Cancelling one that ended changes nothing."""
        await self._stop(user_id, task_id)
        return await self.task(user_id, task_id)

    async def retry(self, user_id: str, task_id: str) -> Posted:
        """A new task for the reply that failed or was stopped. Raises TaskNotFound, NotRetryable, TooManyOpen."""
        await self._storage.glance(lambda conn: check_crowd(conn, user_id))
        return await self._storage.commit(lambda tx: self._orders.retry(tx, user_id, task_id))

    async def interrupt(self, user_id: str, conversation_id: str | None, *, task_id: str | None) -> None:
        """Stop this task, or the one running in the conversation; nothing to stop is no error."""
        if task_id is None and conversation_id is not None:
            task_id = await self._storage.glance(lambda conn: _running_in(conn, user_id, conversation_id))
        if task_id is not None:
            await self._stop(user_id, task_id)

    async def timeline(self, user_id: str, conversation_id: str, *, after: int, limit: int) -> Page[dict[str, Any]]:
        """The facts of one conversation after a position, in order. Raises ConversationNotFound."""
        return await self._storage.read(
            lambda conn: _timeline(conn, user_id, conversation_id, after=after, limit=limit)
        )

    async def why(self, user_id: str, message_id: str, *, variant_id: str | None) -> dict[str, Any]:
        """The account of a reply. Raises MessageNotFound."""
        return await self._storage.read(lambda conn: why(conn, user_id, message_id, variant_id=variant_id))

    async def prompt(self, user_id: str | None, message_id: str, *, variant_id: str | None) -> dict[str, Any]:
        """The prompt a reply was made from, as it was sent; `user_id` None: whoever's it is.

        Raises:
            MessageNotFound, VariantNotFound, NoPrompt, PromptTextGone, PromptTextChanged.
        """
        return await self._storage.read(lambda conn: sent(conn, message_id, owner_id=user_id, variant_id=variant_id))

    async def usage(self, user_id: str, conversation_id: str) -> dict[str, Any]:
        """What a conversation's replies took. Raises ConversationNotFound."""
        return await self._storage.read(lambda conn: usage_of(conn, user_id, conversation_id))

    async def _crowd(self, user_id: str) -> TooManyOpen | None:
        try:
            await self._storage.glance(lambda conn: check_crowd(conn, user_id))
        except TooManyOpen as crowd:
            return crowd
        return None

    async def _stop(self, user_id: str, task_id: str) -> None:
        by = By.user(user_id)
        await self._storage.commit(lambda tx: stop(tx, task_id, owner_id=user_id, by=by, to_trash=True))

    async def _ahead(self, user_id: str, order: Order, opens: str) -> Ahead:
        """A person's own words as they will be stored, and the greeting of the conversation they open."""
        if order.action is not None:
            found = self._orders.opener.next_ones if order.action == SPEAK else self._orders.opener.speakers
            place = {"conversation_id": order.conversation_id, "member": order.member}
            return await self._studied(user_id, lambda conn: Ahead(opens, speakers=found(conn, user_id, **place)))
        is_own = (order.speaker is None or order.speaker.role == "user") and (order.content or "").strip()
        asked: dict[str, Any] = {
            "text": clean_text(order.content or "") if is_own else None,
            "conversation_id": order.conversation_id, "character_id": order.character_id, "opens": opens,
            "member": order.member,
        }  # fmt: skip
        plain = await self._storage.glance(lambda conn: self._orders.opener.plain(conn, user_id, **asked))
        if plain is not None:
            return plain
        return await self._studied(user_id, lambda conn: self._orders.opener.ahead(conn, user_id, **asked))

    async def _studied(self, user_id: str, query: Callable[[Connection], Ahead]) -> Ahead:
        """Two at a time for each person: however slow their scripts are, a thread is left for the others."""
        async with self._turns.setdefault(user_id, asyncio.Semaphore(HEARD_AT_ONCE)):
            return await self._storage.study(query, whose=user_id)


def _own_task(conn: Connection, user_id: str, task_id: str) -> Row:
    row = conn.execute(select(tasks).where(tasks.c.id == task_id)).mappings().first()
    if row is None or row["owner_id"] != user_id:
        raise TaskNotFound
    return dict(row)


def _running_in(conn: Connection, user_id: str, conversation_id: str) -> str | None:
    query = select(tasks.c.id).where(
        tasks.c.lane == f"conv:{conversation_id}", tasks.c.owner_id == user_id, tasks.c.state == State.RUNNING.value
    )
    return conn.execute(query).scalar()


def _timeline(conn: Connection, user_id: str, conversation_id: str, *, after: int, limit: int) -> Page[dict[str, Any]]:
    owner = conn.execute(select(conversations.c.owner_id).where(conversations.c.id == conversation_id)).scalar()
    if owner != user_id:
        raise ConversationNotFound
    events = ledger_store.stream_after(conn, f"conv:{conversation_id}", after, limit=limit + 1)
    _, held = fitting([len(canonical_json(event.payload)) for event in events], at=0)
    shown = events[: min(held, limit)]
    return Page([timeline_item(event) for event in shown], str(shown[-1].pos) if len(shown) < len(events) else None)
