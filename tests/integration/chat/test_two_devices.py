"""Two devices of one person at once, each acting on what it last saw: whatever the order, both end with the same chat,
nobody's words are lost, and the facts alone tell it again.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tavernai.chat.arranging import Action
from tavernai.chat.errors import StaleVersion
from tavernai.chat.tables import revisions, variants
from tavernai.kernel.errors import TavernError
from tavernai.kernel.ids import new_id
from tests.contract.chat.tale import Tale
from tests.integration.chat.test_random_histories import check_whole, new_storage
from tests.support.storage import compared_with_replay

ACTS = (
    "look", "say", "exchange", "edit", "edit", "swipe", "select", "branch", "leaf", "delete", "cut", "many", "many",
    "mark", "unmark", "write", "undo", "undo", "redo", "pick",
)  # fmt: skip
MANY: tuple[Action, ...] = ("delete", "restore", "hide", "show")
act = st.tuples(st.sampled_from(ACTS), st.integers(0, 20), st.integers(0, 3))
together = st.tuples(act, act)


@dataclass
class Device:
    """A page that shows what it read last, and says which version it saw."""

    tale: Tale
    seen: list[dict[str, Any]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    """texts that the server took"""
    offered: int = 0
    """edits refused with the current text, for the person to choose"""

    async def do(self, verb: str, pick: int, extra: int) -> None:
        if not self.seen:
            await self.do_look({}, 0, 0)
        message = self.seen[-1 - pick % len(self.seen)] if self.seen else {}
        try:
            await getattr(self, f"do_{verb}")(message, pick, extra)
        except StaleVersion as stale:
            current = stale.facts["current"]
            self.offered += 1
            self.seen = [current if one["id"] == current["id"] else one for one in self.seen]
        except (TavernError, KeyError):
            return

    async def do_look(self, message: Any, pick: int, extra: int) -> None:
        self.seen = await self.tale.items(limit=200)

    async def do_say(self, message: Any, pick: int, extra: int) -> None:
        text = f"said {new_id()[-6:]}"
        await self.tale.say(text)
        self.written.add(text)

    async def do_exchange(self, message: Any, pick: int, extra: int) -> None:
        text = f"asked {new_id()[-6:]}"
        await self.tale.exchange(text, "answered")
        self.written.add(text)

    async def do_edit(self, message: Any, pick: int, extra: int) -> None:
        text = f"edited {new_id()[-6:]}"
        await self.tale.chat.edit("kim", message["id"], text=text, version=message["version"])
        self.written.add(text)

    async def do_swipe(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.swipe(message["id"], f"swiped {new_id()[-6:]}")

    async def do_select(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.tale.chat.variants("kim", message["id"])).items
        await self.tale.chat.select_variant("kim", message["id"], variant_id=found[extra % len(found)]["id"])

    async def do_branch(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.chat.branch("kim", message["id"])

    async def do_leaf(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.tale.chat.branches("kim", self.tale.id)).items
        if found:  # with everything in the trash there is no ending to go to
            await self.tale.chat.select_leaf("kim", self.tale.id, message_id=found[pick % len(found)]["leaf_id"])

    async def do_delete(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.chat.delete_message("kim", message["id"], version=message["version"])

    async def do_cut(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.chat.delete_message("kim", message["id"], following=True)

    async def do_many(self, message: Any, pick: int, extra: int) -> None:
        chosen = [one["id"] for one in self.seen[pick % len(self.seen) :][: 2 + extra]]
        await self.tale.chat.change_many("kim", self.tale.id, message_ids=chosen, action=MANY[extra])

    async def do_mark(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.chat.set_bookmark("kim", message["id"], label=f"mark {extra}")

    async def do_unmark(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.chat.remove_bookmark("kim", message["id"])

    async def do_write(self, message: Any, pick: int, extra: int) -> None:
        text = f"written {new_id()[-6:]}"
        await self.tale.chat.add_variant("kim", message["id"], text=text, select=(None, True, False, None)[extra])
        self.written.add(text)

    async def do_undo(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.undo()

    async def do_redo(self, message: Any, pick: int, extra: int) -> None:
        await self.tale.redo()

    async def do_pick(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.tale.chat.changes("kim", self.tale.id, cursor=None, limit=50)).items
        if found:
            await self.tale.chat.undo_one("kim", self.tale.id, found[pick % len(found)]["event_id"])


async def everything_kept(tale: Tale) -> set[str]:
    """Every text there is or was, the trash and all revisions included, as the ledger tells it."""

    def texts(conn: Any) -> set[str]:
        return {text for table in (variants, revisions) for text in conn.execute(select(table.c.text)).scalars()}

    return await tale.storage.read(texts)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(together, max_size=15), min_size=3, max_size=3))
async def test_two_devices_converge_whatever_they_do_at_once(evenings: list[list[Any]]) -> None:
    async with new_storage() as storage:
        for steps in evenings:
            tale = Tale(storage)
            await tale.open()
            phone, desk = Device(tale), Device(tale.at(tale.id))
            for one, other in steps:
                await asyncio.gather(phone.do(*one), desk.do(*other))
            await check_whole(tale)
            for device in (phone, desk):
                await device.do_look({}, 0, 0)
            assert phone.seen == desk.seen
            assert phone.written | desk.written <= await everything_kept(tale)
        assert all(table.equal for table in await storage.read(compared_with_replay))


async def test_of_two_edits_at_once_one_is_taken_and_the_other_offered(tale: Tale) -> None:
    message_id = await tale.say("as it was")
    phone, desk = Device(tale), Device(tale.at(tale.id))
    for device in (phone, desk):
        await device.do_look({}, 0, 0)
    await asyncio.gather(phone.do("edit", 0, 0), desk.do("edit", 0, 0))
    assert phone.offered + desk.offered == 1
    [kept] = phone.written | desk.written
    loser = phone if phone.offered else desk
    assert loser.seen[-1]["text"] == kept
    await loser.tale.chat.add_variant("kim", message_id, text="mine")
    found = [one["text"] for one in (await tale.chat.variants("kim", message_id)).items]
    assert found == [kept, "mine"]
