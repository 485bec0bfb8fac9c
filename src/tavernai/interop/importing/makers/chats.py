"""Chats: each its own units of work, since one may be longer than a unit should be."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tavernai.chat import importing as writing
from tavernai.chat.scene import conversation_for
from tavernai.config.domain.fold import Op, Scope
from tavernai.interop.importing.chats import TAVERN
from tavernai.interop.importing.domain.here import left_in, said_here
from tavernai.interop.importing.domain.titles import title_of
from tavernai.interop.importing.domain.tuning import Tuned, note_of
from tavernai.interop.importing.folders import Role
from tavernai.interop.importing.ids import derived_id
from tavernai.interop.importing.makers.grouping import group_for
from tavernai.interop.importing.makers.telling import Cast, ChatTeller, tell
from tavernai.interop.importing.making import UNREADABLE, Outcome, Read, Run, refused
from tavernai.interop.importing.sources import MemberUnreadable
from tavernai.kernel.errors import TavernError
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


class Chats:
    """Makes conversations; a file that is a branch of another becomes part of that one's."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._storage = run.tools.storage

    async def read(self, items: Sequence[Row]) -> list[Read]:
        return [Read(item) for item in items]  # a chat is read line by line while it is written

    async def write(self, told: Sequence[Read]) -> None:
        for one in told:
            if "part_of" in one.item["about"]:
                await self._storage.commit(partial(self._branch, item=one.item))
            else:
                await self._one(one.item)

    async def _one(self, item: Row) -> None:
        try:
            await self._whole(item)
        except MemberUnreadable:
            await self._storage.commit(partial(self._run.settle, item=item, told=refused(*UNREADABLE)))
        except TavernError as error:
            if error.status >= 500:
                raise
            told = refused(error.code, error.detail)
            await self._storage.commit(partial(self._run.settle, item=item, told=told))

    def _branch(self, tx: Transaction, item: Row) -> None:
        whole = self._run.folders.chats.get(item["about"]["part_of"])
        told = Outcome(whole[0], whole[1], whole[2], status="mapped") if whole else refused(*UNREADABLE)
        self._run.settle(tx, item, told)

    async def _whole(self, item: Row) -> None:
        run, about = self._run, item["about"]
        if (twin := run.earlier(item)) is not None:
            run.folders.chats[item["path"]] = ("duplicate", twin, None)
            await self._storage.commit(lambda tx: run.settle(tx, item, Outcome("duplicate", twin)))
            return
        role = await run.folders.role(about)
        conversation_id = derived_id(run.job["created_at"], f"{run.job['id']}/{item['n']}")
        group = await asyncio.to_thread(self._group, item)
        await self._storage.commit(lambda tx: self._begin(tx, item, conversation_id, role, group=group))
        teller = self._teller(item, role)
        place: dict[str, Any] = {"conversation_id": conversation_id, "owner_id": run.owner, "by": run.by}
        await tell(self._storage, teller, **place, keep=lambda tx, number, extras: run.keep(
            tx, "message_lines", item, extras, object_id=conversation_id, part=str(number)
        ))  # fmt: skip
        await self._storage.commit(lambda tx: self._end(tx, item, teller, conversation_id))

    def _group(self, item: Row) -> dict[str, Any] | None:
        """Who speaks in a group's chat; None: a chat with one."""
        if item["kind"] != "group_chat":
            return None
        run = self._run
        return group_for(run.source, item["path"], **run.folders.cast, made=run.folders.groups)

    def _teller(self, item: Row, role: Role) -> ChatTeller:
        run = self._run
        seed = f"{run.job['id']}/{item['n']}/m"
        cast = Cast(run.folders.files, run.folders.names, role.id if item["kind"] == "chat" else None)
        return ChatTeller(run.source, item["about"], seed=seed, cast=cast, begin=run.job["created_at"])

    def _begin(
        self, tx: Transaction, item: Row, conversation_id: str, role: Role, *, group: dict[str, Any] | None
    ) -> None:
        about = item["about"]
        name = (
            (group or {}).get("name") or role.name or about.get("character_name") or about.get("folder") or item["name"]
        )
        writing.begin(
            tx, conversation_id, owner_id=self._run.owner, by=self._run.by, character_id=None if group else role.id,
            character_name=name, title=title_of(item["name"], called=name), cause_id=self._run.cause,
        )  # fmt: skip
        if group:
            writing.group_in(tx, conversation_id, group, owner_id=self._run.owner, by=self._run.by)

    def _end(self, tx: Transaction, item: Row, teller: ChatTeller, conversation_id: str) -> None:
        run, end = self._run, teller.end
        place = {"leaf_id": end.leaf_id, "variant_id": end.variant_id}
        writing.finish(tx, conversation_id, **place, owner_id=run.owner, by=run.by)
        metadata = item["about"].get("metadata", {})
        if item["about"]["form"] == TAVERN:
            run.keep(tx, "chat_metadata", item, teller.metadata or metadata, object_id=conversation_id)
            left = left_in(metadata, variant_id=end.variant_id)
            if left is not None:
                tx.append(Stream(f"conv:{conversation_id}", owner_id=run.owner), [left], by=run.by)
        named = item["name"] if item["about"]["form"] == TAVERN else ""
        self._tune(tx, conversation_id, metadata, item["about"].get("root", ""), named=named)
        position = conversation_for(tx, run.owner, conversation_id)["position"]
        run.folders.chats[item["path"]] = ("imported", conversation_id, position)
        run.settle(tx, item, Outcome("imported", conversation_id, position))

    def _tune(
        self, tx: Transaction, conversation_id: str, metadata: Mapping[str, Any], root: str, *, named: str
    ) -> None:
        """The author's note, the lorebook, the persona and what stands for the card are config of the conversation."""
        run = self._run
        ops: list[Op] = [
            {"op": "set", "path": one.path, "value": one.value}
            for one in note_of(metadata, at="")
            if isinstance(one, Tuned)
        ]
        ops += [{"op": "set", "path": path, "value": value} for path, value in said_here(metadata, named=named)]
        book = run.folders.book_in(tx, run.owner, str(metadata.get("world_info") or ""))
        if book is not None:
            ops.append({"op": "set", "path": "/lore/books", "value": [book]})
        persona = run.folders.persona_files.get(f"{root}{metadata.get('persona') or ''}")
        if persona is not None:
            ops.append({"op": "set", "path": "/persona/id", "value": persona})
        run.tune(tx, Scope("conversation", conversation_id), ops)
