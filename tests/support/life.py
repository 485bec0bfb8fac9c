"""A household that uses the whole product by dice: cards, personas, connections, chats, and workers that write replies.

Everything goes through the product's own services and its own reply writer; only the model is scripted.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tavernai.accounts.service import AccountsService
from tavernai.agent import recovery
from tavernai.agent.cast import OwnStage
from tavernai.agent.leases import Lease, claim
from tavernai.agent.orders import Order, Speaker
from tavernai.agent.reply import ReplyWriter
from tavernai.agent.service import AgentService
from tavernai.agent.stage import Director
from tavernai.agent.tables import lanes, tasks
from tavernai.characters.importing import ImportService
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
from tavernai.characters.tables import characters
from tavernai.chat.arranging import Action
from tavernai.chat.conversations import ChatService
from tavernai.chat.tables import conversations, messages
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.service import ConfigService
from tavernai.engines.vocabularies import Vocabularies
from tavernai.gateway.connections import ConnectionService, NewConnection
from tavernai.gateway.domain import ChatRequest, Connection, Delta
from tavernai.gateway.errors import UpstreamAuth, UpstreamServerError
from tavernai.gateway.ports import Hear
from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.process import Services
from tavernai.streaming.drafts import Drafts
from tavernai.streaming.hub import Hub

VERBS = (
    "card", "card_edit", "card_trash", "card_restore", "card_import", "persona", "persona_change", "persona_delete",
    "persona_restore", "config", "config",
    "connection", "connection_change", "connection_remove", "user_change",
    "open", "enter", "post", "post", "post", "act", "act", "claim", "claim", "claim", "finish", "finish", "finish",
    "cancel", "retry", "recover", "edit", "hide", "show", "delete", "cut", "restore", "select", "branch", "copy",
    "restore", "leaf", "rename", "trash", "untrash", "untrash", "undo", "undo", "redo",
    "many", "mark", "unmark", "write", "pin", "pick", "choose", "nudge", "tell",
)  # fmt: skip
OF_MESSAGES = (
    "edit",
    "hide",
    "show",
    "delete",
    "cut",
    "restore",
    "select",
    "branch",
    "copy",
    "leaf",
    "mark",
    "unmark",
    "write",
)
ENDINGS = ("stop", "stop", "length", "interrupted", "asked", "fails", "breaks", "crash")
ACTIONS = ("swipe", "regenerate", "continue", "impersonate")


class ScriptedModel:
    """Fulfils gateway.ports.Gateway as far as replies ask: each answer waits until the test says how it ends."""

    def __init__(self) -> None:
        self.began: asyncio.Event = asyncio.Event()
        self.answers: list[asyncio.Future[str]] = []

    async def resolve(self, reference: str | None) -> Connection:
        return Connection("scripted", "scripted", "demo", model="scripted", context_tokens=2_000)

    async def tell(self, reference: Any, request: ChatRequest, hear: Hear) -> None:
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.answers.append(answer)
        self.began.set()
        ending = await answer
        if ending == "breaks":
            raise UpstreamServerError
        hear(Delta(text=f"Well, {new_id()[-6:]}. "))
        hear(Delta(text="I see.", reasoning="thinking"))
        if ending == "fails":
            raise UpstreamAuth
        if ending in ("crash", "asked"):
            await asyncio.get_running_loop().create_future()
        hear(Delta(finish=ending, usage={"completion_tokens": 4}))


@dataclass
class Work:
    """A reply that a worker is writing."""

    writing: asyncio.Task[None]
    asked: asyncio.Event
    answer: asyncio.Future[str]


@dataclass
class Household:
    """One person, and the worker that serves them."""

    services: Services
    user_id: str = ""
    conversation_id: str = ""
    model: ScriptedModel = field(default_factory=ScriptedModel)
    works: list[Work] = field(default_factory=list)
    refused: int = 0
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        storage = self.services.storage
        self.drafts = Drafts(storage)
        director = Director(OwnStage(), Vocabularies())
        self.writer = ReplyWriter(storage, self.model, self.services[Hub], self.drafts, director, worker="w1")

    async def move_in(self) -> None:
        """An account without a password to wait for, a card, a conversation."""
        name = f"user{new_id()[-12:]}"
        accounts = self.services[AccountsService]
        self.user_id = (await accounts.add(name, "a long enough password", role="owner", by=By.system())).id
        await self.do_card({}, 0, 0)
        await self.do_open({}, 0, 0)

    async def live(self, steps: list[tuple[str, int, int]]) -> None:
        """Do what the dice say; refusals are part of the game."""
        for verb, pick, extra in steps:
            message = await self.message(pick)
            if not message and verb in OF_MESSAGES:
                continue
            try:
                await getattr(self, f"do_{verb}")(message, pick, extra)
                self.done.add(verb)
            except TavernError:
                self.refused += 1

    async def crash(self) -> None:
        """The process goes down with everything it was writing."""
        for work in self.works:
            work.writing.cancel()
        await asyncio.gather(*(work.writing for work in self.works), return_exceptions=True)
        self.works.clear()

    async def message(self, pick: int) -> dict[str, Any]:
        """Mostly one of the conversation that is open; now and then anybody's guess."""
        here = () if pick % 8 == 0 else (messages.c.conv_id == self.conversation_id,)
        return await self.one_of(messages, pick, messages.c.pos, *here)

    async def one_of(self, table: Any, pick: int, order: Any, *where: Any) -> dict[str, Any]:
        """One of this person's rows; an empty one when there is none."""
        query = select(table).where(table.c.owner_id == self.user_id, *where).order_by(order.desc())
        rows = await self.services.storage.read(lambda conn: [dict(row) for row in conn.execute(query).mappings()])
        return rows[pick % len(rows)] if rows else {}

    # Cards, personas, connections, the account.

    async def do_card(self, message: Any, pick: int, extra: int) -> None:
        fields = {"name": f"Ada {pick}", "first_mes": "Hello {{user}}.", "alternate_greetings": ["Hm?"] * extra}
        await self.services[CharacterService].create(self.user_id, fields | {"tags": ["a", "B"][:extra]})

    async def do_card_edit(self, message: Any, pick: int, extra: int) -> None:
        card = await self.one_of(characters, pick, characters.c.id)
        fields = {"description": f"changed {new_id()}", "tags": [f"t{pick}"]} if extra else None
        await self.services[CharacterService].edit(
            self.user_id, card["id"], version=card["version"], fields=fields, favourite=bool(pick % 2)
        )

    async def do_card_trash(self, message: Any, pick: int, extra: int) -> None:
        card = await self.one_of(characters, pick, characters.c.id)
        await self.services[CharacterService].delete(self.user_id, card["id"])

    async def do_card_restore(self, message: Any, pick: int, extra: int) -> None:
        card = await self.one_of(characters, pick, characters.c.id)
        await self.services[CharacterService].restore(self.user_id, card["id"])

    async def do_card_import(self, message: Any, pick: int, extra: int) -> None:
        card = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": f"Bea {pick}", "first_mes": "Hi."}}
        await self.services[ImportService].import_bytes(self.user_id, "bea.json", canonical_json(card))

    async def do_persona(self, message: Any, pick: int, extra: int) -> None:
        await self.services[PersonaService].create(self.user_id, f"Kim {pick}", is_default=extra == 0)

    async def persona(self, pick: int) -> Any:
        found = (await self.services[PersonaService].list(self.user_id, cursor=None, limit=50)).items
        return found[pick % len(found)]

    async def do_persona_change(self, message: Any, pick: int, extra: int) -> None:
        one = await self.persona(pick)
        await self.services[PersonaService].change(
            self.user_id, one.id, version=one.version, description=f"words {pick}", is_default=extra == 0
        )

    async def do_persona_delete(self, message: Any, pick: int, extra: int) -> None:
        await self.services[PersonaService].delete(self.user_id, (await self.persona(pick)).id)

    async def do_persona_restore(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.services[PersonaService].list(self.user_id, trash=True, cursor=None, limit=50)).items
        if found:
            await self.services[PersonaService].restore(self.user_id, found[pick % len(found)].id)

    async def do_config(self, message: Any, pick: int, extra: int) -> None:
        scopes = (Scope("user", self.user_id), Scope("conversation", self.conversation_id))
        values = (Op(op="set", path="/generation/top_k", value=pick % 50), Op(op="unset", path="/generation/top_k"),
                  Op(op="set", path="/persona/id", value=(await self.persona(pick)).id))  # fmt: skip
        await self.services[ConfigService].commit(self.user_id, scopes[pick % 2], [values[extra % 3]], base_n=extra)

    async def connection(self, pick: int) -> Any:
        found = (await self.services[ConnectionService].listed(cursor=None, limit=50)).items
        return found[pick % len(found)] if found else None

    async def do_connection(self, message: Any, pick: int, extra: int) -> None:
        new = NewConnection(name=f"demo {new_id()[-8:]}", kind="demo", is_default=extra == 0)
        await self.services[ConnectionService].add(new, owner_id=self.user_id, by=By.user(self.user_id))

    async def do_connection_change(self, message: Any, pick: int, extra: int) -> None:
        if found := await self.connection(pick):
            given = {"name": f"again {new_id()[-8:]}"} | ({"is_default": True} if extra else {})
            by = By.user(self.user_id)
            await self.services[ConnectionService].change(found.id, given, version=found.version, by=by)

    async def do_connection_remove(self, message: Any, pick: int, extra: int) -> None:
        if found := await self.connection(pick):
            await self.services[ConnectionService].remove(found.id, by=By.user(self.user_id))

    async def do_user_change(self, message: Any, pick: int, extra: int) -> None:
        accounts = self.services[AccountsService]
        user = await accounts.get(self.user_id)
        name = f"name{new_id()[-12:]}"
        await accounts.change(user.id, version=user.version, username=name, by=By.user(user.id))

    # The agent and its worker.

    async def do_post(self, message: Any, pick: int, extra: int) -> None:
        place = None if extra == 3 else self.conversation_id
        await self.services[AgentService].post(self.user_id, Order(content=f"said {pick}", conversation_id=place))

    async def do_act(self, message: Any, pick: int, extra: int) -> None:
        named = message.get("id") if pick % 3 == 0 else None
        order = Order(action=ACTIONS[extra], conversation_id=self.conversation_id, message_id=named)  # type: ignore[arg-type]
        await self.services[AgentService].post(self.user_id, order)

    async def do_claim(self, message: Any, pick: int, extra: int) -> None:
        query = select(lanes.c.lane).where(lanes.c.head_task_id.is_not(None)).order_by(lanes.c.lane)
        waiting = await self.services.storage.read(lambda conn: list(conn.execute(query).scalars()))
        if not waiting:
            return
        lane = waiting[pick % len(waiting)]
        lease = await self.services.storage.commit(lambda tx: claim(tx, lane, worker="w1"))
        if isinstance(lease, Lease):
            await self.begin(lease)

    async def begin(self, lease: Lease) -> None:
        """Let the writer go until it waits for the model, or has ended without asking it."""
        self.model.began.clear()
        known, asked = len(self.model.answers), asyncio.Event()
        writing = asyncio.create_task(self.writer.write(lease, asked))
        waiting = asyncio.create_task(self.model.began.wait())
        await asyncio.wait({writing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if len(self.model.answers) > known:
            self.works.append(Work(writing, asked, self.model.answers[-1]))
        else:
            await writing

    async def do_finish(self, message: Any, pick: int, extra: int) -> None:
        if not self.works:
            return
        work, ending = self.works.pop(pick % len(self.works)), ENDINGS[(pick + extra) % len(ENDINGS)]
        work.answer.set_result(ending)
        if ending in ("asked", "crash"):
            await asyncio.sleep(0.002)
            await self.drafts.flush()
            if ending == "asked":
                work.asked.set()
            work.writing.cancel()
        await asyncio.gather(work.writing, return_exceptions=ending == "crash")

    async def task(self, pick: int) -> dict[str, Any]:
        return await self.one_of(tasks, pick, tasks.c.id)

    async def do_cancel(self, message: Any, pick: int, extra: int) -> None:
        if found := await self.task(pick):
            await self.services[AgentService].cancel(self.user_id, found["id"])

    async def do_retry(self, message: Any, pick: int, extra: int) -> None:
        if found := await self.task(pick):
            await self.services[AgentService].retry(self.user_id, found["id"])

    async def do_recover(self, message: Any, pick: int, extra: int) -> None:
        await self.drafts.flush()
        await self.crash()
        await recovery.recover(self.services.storage)

    # Conversations.

    @property
    def chat(self) -> ChatService:
        return self.services[ChatService]

    def place(self, message: Any) -> dict[str, Any]:
        return {"conversation_id": self.conversation_id, "version": message["version"]}

    async def do_open(self, message: Any, pick: int, extra: int) -> None:
        card = await self.one_of(characters, pick, characters.c.id)
        self.conversation_id = (await self.chat.create(self.user_id, character_id=card["id"]))["id"]

    async def do_enter(self, message: Any, pick: int, extra: int) -> None:
        self.conversation_id = (await self.one_of(conversations, pick, conversations.c.id))["id"]

    async def do_edit(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.edit(self.user_id, message["id"], text=f"edited {new_id()[-4:]}", **self.place(message))

    async def do_hide(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.hide(self.user_id, message["id"], **self.place(message))

    async def do_show(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.show(self.user_id, message["id"], **self.place(message))

    async def do_delete(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.delete_message(self.user_id, message["id"], **self.place(message))

    async def do_cut(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.delete_message(self.user_id, message["id"], following=True, **self.place(message))

    async def do_restore(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.restore_message(self.user_id, message["id"], **self.place(message))

    async def do_select(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.chat.variants(self.user_id, message["id"], conversation_id=self.conversation_id)).items
        chosen = found[extra % len(found)]["id"]
        await self.chat.select_variant(self.user_id, message["id"], variant_id=chosen, **self.place(message))

    async def do_branch(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.branch(self.user_id, message["id"], conversation_id=self.conversation_id)

    async def do_copy(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.branch(self.user_id, message["id"], copy=True, conversation_id=self.conversation_id)

    async def do_leaf(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.select_leaf(self.user_id, self.conversation_id, message_id=message["id"])

    async def do_rename(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.rename(self.user_id, self.conversation_id, title=f"title {pick}", version=None)

    async def do_trash(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.delete(self.user_id, self.conversation_id)

    async def do_untrash(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.restore(self.user_id, self.conversation_id)

    async def do_undo(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.undo(self.user_id, self.conversation_id)

    async def do_many(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.chat.page(self.user_id, self.conversation_id, limit=2 + pick % 5)).items
        action: Action = ("delete", "restore", "hide", "show")[extra % 4]
        chosen = [one["id"] for one in found]
        await self.chat.change_many(self.user_id, self.conversation_id, message_ids=chosen, action=action)

    async def do_mark(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.set_bookmark(self.user_id, message["id"], label=f"mark {pick}")

    async def do_unmark(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.remove_bookmark(self.user_id, message["id"])

    async def do_write(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.add_variant(self.user_id, message["id"], text=f"written {pick}", select=bool(extra))

    async def do_pin(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.arrange(self.user_id, self.conversation_id, pinned=bool(extra), version=None)

    async def do_pick(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.chat.changes(self.user_id, self.conversation_id, cursor=None, limit=50)).items
        if offered := [one for one in found if one["undoable"]]:
            await self.chat.undo_one(self.user_id, self.conversation_id, offered[pick % len(offered)]["event_id"])

    async def do_choose(self, message: Any, pick: int, extra: int) -> None:
        found = (await self.chat.page(self.user_id, self.conversation_id, limit=3)).items
        if chosen := [one["id"] for one in found]:
            await self.chat.copy_selection(self.user_id, self.conversation_id, message_ids=chosen)

    async def do_nudge(self, message: Any, pick: int, extra: int) -> None:
        order = Order(content=f"said {pick}", conversation_id=self.conversation_id, nudge="Be {{char}}.")
        await self.services[AgentService].post(self.user_id, order)

    async def do_tell(self, message: Any, pick: int, extra: int) -> None:
        speaker = Speaker(("user", "character", "system")[extra % 3], "Bo" if pick % 2 else None)
        order = Order(content=f"told {pick}", conversation_id=self.conversation_id, speaker=speaker, reply=False)
        await self.services[AgentService].post(self.user_id, order)

    async def do_redo(self, message: Any, pick: int, extra: int) -> None:
        await self.chat.redo(self.user_id, self.conversation_id)
