"""Whatever a person does, the tree stays whole, undo leads back, and the facts alone tell it all again."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, create_engine, select

from tavernai.chat import tables
from tavernai.chat.arranging import Action
from tavernai.engines.sqlite import SqliteDialog
from tavernai.kernel.errors import TavernError
from tavernai.kernel.ids import new_id
from tavernai.ledger.rebuild import digest, replay
from tavernai.ledger.store import all_events
from tavernai.storage.database import Database
from tavernai.storage.schema import metadata
from tests.contract.chat.tale import Tale
from tests.support.storage import all_projections, opened

VERBS = (
    "say", "exchange", "wait", "end", "swipe", "swipe", "continue", "edit", "hide", "show", "delete", "cut", "restore",
    "select", "select", "branch", "leaf", "rename", "copy", "enter", "undo", "undo", "redo",
    "many", "many", "mark", "unmark", "write", "pin", "pick", "pick", "choose",
)  # fmt: skip
ACTIONS: tuple[Action, ...] = ("delete", "restore", "hide", "show")
step = st.tuples(st.sampled_from(VERBS), st.integers(0, 40), st.integers(0, 3))
quiet = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


class Player:
    """Does what the dice say, in one of several conversations that share messages; refusals are part of the game."""

    def __init__(self, tale: Tale) -> None:
        self.tales = [tale]
        self.now = tale
        self.running: list[tuple[Any, str]] = []

    async def all_messages(self) -> list[dict[str, Any]]:
        mine = tables.messages.c.owner_id == self.now.owner_id
        query = select(tables.messages).where(mine).order_by(tables.messages.c.pos)
        return await self.now.storage.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])

    async def play(self, verb: str, pick: int, extra: int) -> None:
        every = await self.all_messages()
        message = every[-1 - pick % len(every)]
        try:
            await getattr(self, f"do_{verb}")(message, pick, extra)
        except TavernError:
            return

    async def do_say(self, message: Any, pick: int, extra: int) -> None:
        await self.now.say(f"said {pick} {new_id()[-4:]}")

    async def do_exchange(self, message: Any, pick: int, extra: int) -> None:
        await self.now.exchange(f"asked {pick}", f"answered {new_id()[-4:]}")

    async def do_wait(self, message: Any, pick: int, extra: int) -> None:
        task = new_id()
        parent = message["id"] if extra == 0 else None
        self.running.append((await self.now.queue(task_id=task, parent=parent), task))

    async def do_end(self, message: Any, pick: int, extra: int) -> None:
        if self.running:
            added, task = self.running.pop(pick % len(self.running))
            ending = ("done", "done", "interrupted", "failed")[extra]
            before = getattr(added, "text", "")
            await self.now.finish(added, before + f"ended {extra}" * (extra != 3), task_id=task, ending=ending)

    async def do_swipe(self, message: Any, pick: int, extra: int) -> None:
        task = new_id()
        added = await self.now.swipe(message["id"], f"swiped {new_id()[-4:]}" if extra else None, task_id=task)
        if not extra:
            self.running.append((added, task))

    async def do_continue(self, message: Any, pick: int, extra: int) -> None:
        task = new_id()
        self.running.append((await self.now.go_on(message["id"], task_id=task), task))

    async def place(self, message: Any) -> dict[str, Any]:
        return {"conversation_id": self.now.id, "version": message["version"]}

    async def do_edit(self, message: Any, pick: int, extra: int) -> None:
        place = await self.place(message)
        await self.now.chat.edit(self.now.owner_id, message["id"], text=f"edited {new_id()[-4:]}", **place)

    async def do_hide(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.hide(self.now.owner_id, message["id"], **await self.place(message))

    async def do_show(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.show(self.now.owner_id, message["id"], **await self.place(message))

    async def do_delete(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.delete_message(self.now.owner_id, message["id"], **await self.place(message))

    async def do_cut(self, message: Any, pick: int, extra: int) -> None:
        place = await self.place(message)
        await self.now.chat.delete_message(self.now.owner_id, message["id"], following=True, **place)

    async def do_restore(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.restore_message(self.now.owner_id, message["id"], **await self.place(message))

    async def do_select(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.now.chat.variants(self.now.owner_id, message["id"], conversation_id=self.now.id)).items
        place = await self.place(message)
        chosen = found[extra % len(found)]["id"]
        await self.now.chat.select_variant(self.now.owner_id, message["id"], variant_id=chosen, **place)

    async def do_branch(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.branch(self.now.owner_id, message["id"], conversation_id=self.now.id)

    async def do_leaf(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.select_leaf(self.now.owner_id, self.now.id, message_id=message["id"])

    async def do_rename(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.rename(self.now.owner_id, self.now.id, title=f"title {pick}", version=None)

    async def do_copy(self, message: Any, pick: int, extra: int) -> None:
        if len(self.tales) < 3:
            done = await self.now.chat.branch(self.now.owner_id, message["id"], copy=True, conversation_id=self.now.id)
            self.tales.append(self.now.at(done.conversation_id))

    async def do_enter(self, message: Any, pick: int, extra: int) -> None:
        self.now = self.tales[extra % len(self.tales)]

    async def do_many(self, message: Any, pick: int, extra: int) -> None:
        every = await self.all_messages()
        chosen = [row["id"] for row in every[pick % len(every) :][: 2 + extra]]
        action = ACTIONS[pick % 4]
        await self.now.chat.change_many(self.now.owner_id, self.now.id, message_ids=chosen, action=action)

    async def do_mark(self, message: Any, pick: int, extra: int) -> None:
        place = {"conversation_id": self.now.id}
        await self.now.chat.set_bookmark(self.now.owner_id, message["id"], label=f"mark {extra}", **place)

    async def do_unmark(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.remove_bookmark(self.now.owner_id, message["id"], conversation_id=self.now.id)

    async def do_write(self, message: Any, pick: int, extra: int) -> None:
        given = {"select": (None, True, False, None)[extra], "conversation_id": self.now.id}
        await self.now.chat.add_variant(self.now.owner_id, message["id"], text=f"written {new_id()[-4:]}", **given)

    async def do_pin(self, message: Any, pick: int, extra: int) -> None:
        await self.now.chat.arrange(self.now.owner_id, self.now.id, pinned=bool(pick % 2), version=None)

    async def do_pick(self, message: Any, pick: int, extra: int) -> None:
        """Take back something further down the list of changes; the list says itself whether it can be."""
        offered = (await self.now.chat.changes(self.now.owner_id, self.now.id, cursor=None, limit=200)).items
        if offered:
            chosen = offered[pick % len(offered)]
            try:
                await self.now.chat.undo_one(self.now.owner_id, self.now.id, chosen["event_id"])
            except TavernError:
                assert not chosen["undoable"]
            else:
                assert chosen["undoable"]

    async def do_choose(self, message: Any, pick: int, extra: int) -> None:
        chosen = [item["id"] for item in await self.now.items(limit=1 + pick)]
        if len(self.tales) < 3 and chosen:
            done = await self.now.chat.copy_selection(self.now.owner_id, self.now.id, message_ids=chosen)
            self.tales.append(self.now.at(done.conversation_id))

    async def do_undo(self, message: Any, pick: int, extra: int) -> None:
        await self.now.undo()

    async def do_redo(self, message: Any, pick: int, extra: int) -> None:
        await self.now.redo()


async def seen(tale: Tale) -> Any:
    """What a person sees: texts, selection, what is hidden, in order; the title and the counts of the list."""
    found = await tale.get()
    told = ("id", "text", "hidden", "bookmark")
    rows = [(*(item[name] for name in told), item["variant"]["id"]) for item in await tale.items(limit=200)]
    last = found["last_message"]
    return rows, found["title"], found["active_leaf"], found["message_count"], last and last["text"]


async def check_whole(tale: Tale) -> None:
    """The list tells what the page shows, the leaf is no branch somebody threw away, every branch leads to a root."""
    found, items = await tale.get(), await tale.items(limit=200)
    told = [item for item in items if item["text"]]
    assert found["message_count"] == len(items)
    assert (found["last_message"] or {}).get("text") == (told[-1]["text"] if told else None)
    rows = await tale.storage.read(
        lambda conn: {row["pos"]: dict(row) for row in conn.execute(select(tables.messages)).mappings()}
    )
    conversation = await tale.storage.read(
        lambda conn: (
            conn.execute(select(tables.conversations).where(tables.conversations.c.id == tale.id)).mappings().one()
        )
    )
    pos = conversation["active_leaf"]
    while pos is not None:
        row = rows[pos]
        assert row["conv_id"] != tale.id or row["cut_pos"] is None
        assert row["parent_pos"] is None or row["parent_pos"] < pos
        pos = row["parent_pos"]
    branches = (await tale.chat.branches(tale.owner_id, tale.id)).items
    active = [one for one in branches if one["active"]]
    assert [one["leaf_id"] for one in active] == ([found["active_leaf"]] if found["active_leaf"] else [])
    assert not active or active[0]["message_count"] == len(items)


@asynccontextmanager
async def new_storage() -> AsyncIterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(SqliteDialog(Path(folder) / "edge.db")) as storage:
            yield storage


async def play(storage: Database, steps: list[tuple[str, int, int]]) -> Player:
    """A new person's history in this storage."""
    player = Player(Tale(storage, owner_id=new_id()))
    await player.now.open()
    for one in steps:
        await player.play(*one)
    return player


@settings(quiet, max_examples=12)
@given(st.lists(st.lists(step, max_size=30), min_size=4, max_size=4))
async def test_a_path_stays_whole_whatever_is_done(histories: list[list[tuple[str, int, int]]]) -> None:
    async with new_storage() as storage:
        for steps in histories:
            player = await play(storage, [])
            for one in steps:
                await player.play(*one)
                for each in player.tales:
                    await check_whole(each)


@settings(quiet, max_examples=6)
@given(st.lists(st.lists(step, max_size=40), min_size=4, max_size=4))
async def test_the_facts_alone_tell_every_table_again(histories: list[list[tuple[str, int, int]]]) -> None:
    async with new_storage() as storage:
        for steps in histories:
            await play(storage, steps)
        assert await storage.read(different_after_replay) == []


def different_after_replay(conn: Connection) -> list[str]:
    """Names of this room's tables that a replay of the ledger fills otherwise."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as again:
        replay(all_events(conn), again, all_projections())
        mine = [table for table in vars(tables).values() if isinstance(table, Table)]
        names = [table.name for table in mine if digest(conn, table) != digest(again, table)]
    engine.dispose()
    return names


NOT_BACK = ("undo", "redo", "enter", "wait", "end", "continue", "pick", "choose", "pin")
MIXED = [verb for verb in VERBS if verb not in NOT_BACK]
undoable = st.tuples(st.sampled_from(MIXED), st.integers(0, 40), st.integers(1, 3))


@settings(quiet, max_examples=12)
@given(st.lists(st.lists(undoable, max_size=15), min_size=4, max_size=4))
async def test_undoing_everything_leads_back_and_redoing_forth_again(
    histories: list[list[tuple[str, int, int]]],
) -> None:
    async with new_storage() as storage:
        for steps in histories:
            player = await play(storage, [("exchange", 1, 1), ("say", 2, 1)])
            for one in steps:
                await player.play(*one)
            await back_and_forth(player.tales[0])


async def back_and_forth(tale: Tale) -> None:
    told = [await seen(tale)]
    while (await tale.get())["undo"]["can_undo"]:
        await tale.undo()
        told.append(await seen(tale))
    assert [text for _, text, *_ in told[-1][0]] == ["Hello Kim, I am Ada."]
    for before in reversed(told[:-1]):
        await tale.redo()
        assert await seen(tale) == before
    for after in told[1:]:
        await tale.undo()
        assert await seen(tale) == after
