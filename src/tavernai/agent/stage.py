"""Setting the stage: everything one prompt is made from, read on one snapshot, and the request that comes of it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import bindparam, select

from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.domain.tasks import GENERATION, Kind
from tavernai.agent.ports import Stage
from tavernai.chat import store as chat_store
from tavernai.chat.tables import conversations, variants
from tavernai.gateway.domain import ChatRequest, Connection
from tavernai.kernel.clock import Clock, now_ms
from tavernai.prompting.domain.account import PlanRecord
from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.budget import history_wanted
from tavernai.prompting.domain.clean_reply import clean_reply
from tavernai.prompting.domain.plan import recorded
from tavernai.prompting.domain.scene import Character, HistoryMessage, Role, Scene
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

CONVERSATION = Query(
    select(conversations.c.character_id, conversations.c.character_name).where(conversations.c.id == bindparam("of"))
)
TEXT = Query(select(variants.c.text).where(variants.c.id == bindparam("of")))
NUMBER = Query(select(variants.c.n).where(variants.c.id == bindparam("of")))
ROLES: dict[str, Role] = {"user": "user", "character": "assistant", "system": "system"}


@dataclass(slots=True)
class Staged:
    """A prompt ready to be sent, and what must be recorded with it."""

    connection: Connection
    request: ChatRequest
    plan: PlanRecord
    texts: dict[str, str]
    clean: Callable[[str], str]
    before: str = ""
    """the text a continuation goes on from"""
    route_reason: str = "default"
    plan_event: str | None = None
    route_event: str | None = None


@dataclass(slots=True)
class Director:
    """Builds prompts. Pure but for what it reads through the connection it is given."""

    stage_port: Stage
    tokenizer: Tokenizer
    clock: Clock = now_ms

    def stage(self, conn: Reader, task: Row, *, connection: Connection) -> Staged:
        """Read the scene of this task and build its prompt."""
        scene, before = self._scene(conn, task, connection)
        prompt = assemble(scene, clock=self.clock, random=random.Random(task["id"]), tokenizer=self.tokenizer)
        plan, texts = recorded(prompt)
        request = ChatRequest(
            messages=[dict(message) for message in prompt.messages],
            model=connection.model or None,
            max_tokens=connection.reply_tokens,
            temperature=connection.temperature,
            stop=prompt.stop,
            variant=_variants_before(conn, task),
        )
        reason = "asked for" if task["connection"] else "default"
        return Staged(connection, request, plan, texts, _cleaner(scene, prompt.stop), before, reason)

    def _scene(self, conn: Reader, task: Row, connection: Connection) -> tuple[Scene, str]:
        owner_id, kind = task["owner_id"], Kind(task["kind"])
        conversation = CONVERSATION.first(conn, of=task["conversation_id"])
        assert conversation is not None, "a task's conversation is never removed"
        persona = self.stage_port.persona(conn, owner_id)
        character_id = conversation["character_id"]
        card = self.stage_port.card(conn, owner_id, character_id=character_id) if character_id else ASSISTANT
        rows = self._history(conn, task, kind, connection)
        whole = len(rows) < history_wanted(connection.context_tokens)
        before = _text_of(conn, task["variant_id"]) if kind == Kind.CONTINUE else ""
        scene = Scene(
            character=Character(conversation["character_name"], card or {}, character_id or ""),
            persona=persona,
            history=[_told(row, is_first=whole and number == 0) for number, row in enumerate(rows)],
            generation=GENERATION[kind],
            context_tokens=connection.context_tokens,
            reply_tokens=connection.reply_tokens,
            pick_seed=_seed(task["conversation_id"]),
            model=connection.model,
        )
        return scene, before

    def _history(self, conn: Reader, task: Row, kind: Kind, connection: Connection) -> list[Any]:
        goes_on = task["variant_id"] if kind == Kind.CONTINUE else None
        limit = history_wanted(connection.context_tokens)
        newest_first = chat_store.history_above(conn, task["reply_message_id"], variant_id=goes_on, limit=limit)
        return newest_first[::-1]


def _told(row: chat_store.HistoryRow, *, is_first: bool) -> HistoryMessage:
    return HistoryMessage(
        id=row.message_id,
        role=ROLES[row.role],
        is_greeting=is_first and row.role == "character",
        name=row.name,
        text=row.text,
        hidden=row.is_hidden,
        at_ms=row.created_at,
    )


def _text_of(conn: Reader, variant_id: str) -> str:
    return str(TEXT.value(conn, of=variant_id))


def _variants_before(conn: Reader, task: Row) -> int:
    """How many other answers stand in this place already: the demo says something else for each."""
    return int(NUMBER.value(conn, of=task["variant_id"]) or 0)


def _seed(conversation_id: str) -> int:
    return int(conversation_id.replace("-", "")[-8:], 16)


def _cleaner(scene: Scene, stop: list[str]) -> Callable[[str], str]:
    other = scene.persona.name if scene.generation != "impersonate" else scene.character.name
    own = scene.character.name if scene.generation != "impersonate" else scene.persona.name
    goes_on = scene.generation == "continue"
    return lambda text: clean_reply(text, own_name=own, other_name=other, is_continuation=goes_on, stop=stop)
