"""A person in a conversation, for tests: short words over the room's service and the functions of the agent's unit."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from tavernai.chat import service as replies
from tavernai.chat.conversations import ChatService
from tavernai.chat.ports import CastMember
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.ledger.ports import Storage

WORKER = By("worker:1", "model")


class Company:
    """Anybody's character is Ada; nobody has a picture but her."""

    greetings = ("Hello {{user}}, I am {{char}}.", "Good evening.")

    def role(self, tx: Any, owner_id: str, *, character_id: str) -> CastMember:
        return CastMember("Ada", list(self.greetings), "Kim")

    def avatars(self, conn: Connection, owner_id: str, *, character_ids: Any) -> dict[str, str]:
        return {one: f"/avatar/{one}" for one in character_ids}


class Cancelled(list[str]):
    """Tasks somebody asked to cancel."""

    def cancel(self, tx: Any, task_ids: Sequence[str], *, owner_id: str, by: By) -> None:
        self.extend(task_ids)


class Tale:
    """One conversation of one person."""

    def __init__(self, storage: Storage, *, owner_id: str = "kim") -> None:
        self.storage = storage
        self.owner_id = owner_id
        self.by = By.user(owner_id)
        self.cancelled = Cancelled()
        self.chat = ChatService(storage, cast=Company(), tasks=self.cancelled)
        self.id = ""

    async def open(self, *, greeting: int = 0) -> str:
        """A conversation with Ada; the greeting's id."""
        made = await self.chat.create(self.owner_id, character_id="ada", greeting=greeting)
        self.id = made["id"]
        return str(made["active_leaf"])

    def at(self, conversation_id: str) -> "Tale":
        """The same person in another conversation."""
        other = Tale(self.storage, owner_id=self.owner_id)
        other.id, other.cancelled, other.chat = conversation_id, self.cancelled, self.chat
        return other

    async def unit(self, work: Callable[[Any], Any]) -> Any:
        return await self.storage.commit(work)

    async def say(self, text: str, *, task_id: str | None = None, by: By | None = None) -> str:
        added = await self.unit(
            lambda tx: replies.add_message(
                tx,
                self.id,
                owner_id=self.owner_id,
                by=by or self.by,
                role="user",
                name="Kim",
                text=text,
                task_id=task_id,
            )
        )
        return str(added.message_id)

    async def queue(self, *, task_id: str, parent: str | None = None) -> replies.Added:
        return await self.unit(
            lambda tx: replies.add_reply(
                tx,
                self.id,
                owner_id=self.owner_id,
                by=self.by,
                name="Ada",
                character_id="ada",
                task_id=task_id,
                parent=parent,
            )
        )

    async def finish(self, added: Any, text: str, *, task_id: str, ending: Any = "done", **told: Any) -> Any:
        place = {"message_id": added.message_id, "variant_id": added.variant_id, "task_id": task_id}
        return await self.unit(lambda tx: replies.finish_reply(tx, ending, **place, by=WORKER, text=text, **told))

    async def reply(self, text: str) -> str:
        """Ada answers at the leaf."""
        task_id = new_id()
        added = await self.queue(task_id=task_id)
        await self.finish(added, text, task_id=task_id, finish="stop")
        return added.message_id

    async def exchange(self, said: str, answered: str) -> tuple[str, str]:
        """The person says something and Ada answers: one change. Both ids."""
        task_id = new_id()
        asked = await self.say(said, task_id=task_id)
        added = await self.queue(task_id=task_id)
        await self.finish(added, answered, task_id=task_id, finish="stop")
        return asked, added.message_id

    async def swipe(self, message_id: str, text: str | None = None, *, task_id: str | None = None) -> replies.Added:
        """Another variant; finished when a text is given."""
        task = task_id or new_id()
        added = await self.unit(
            lambda tx: replies.add_swipe(
                tx, message_id, owner_id=self.owner_id, by=self.by, task_id=task, conversation_id=self.id
            )
        )
        if text is not None:
            await self.finish(added, text, task_id=task)
        return added

    async def go_on(self, message_id: str, *, task_id: str) -> replies.Continued:
        return await self.unit(
            lambda tx: replies.begin_continue(
                tx, message_id, owner_id=self.owner_id, by=self.by, task_id=task_id, conversation_id=self.id
            )
        )

    async def undo(self) -> Any:
        return await self.chat.undo(self.owner_id, self.id)

    async def redo(self) -> Any:
        return await self.chat.redo(self.owner_id, self.id)

    async def items(self, **page: Any) -> list[dict[str, Any]]:
        return (await self.chat.page(self.owner_id, self.id, **page)).items

    async def texts(self) -> list[str]:
        return [item["text"] for item in await self.items()]

    async def get(self) -> dict[str, Any]:
        return await self.chat.get(self.owner_id, self.id)

    async def item(self, message_id: str) -> dict[str, Any]:
        """A message on the active branch."""
        [found] = [item for item in await self.items(limit=200) if item["id"] == message_id]
        return found
