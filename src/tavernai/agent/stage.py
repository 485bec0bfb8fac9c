"""Setting the stage: everything one prompt is made from, read on one snapshot, and the request that comes of it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection as Reader
from sqlalchemy import bindparam, select

from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.domain.tasks import GENERATION, Kind
from tavernai.agent.ports import Stage
from tavernai.agent.tuning import CONNECTION, Tuning, tuned
from tavernai.chat import store as chat_store
from tavernai.chat.domain.greetings import with_names
from tavernai.chat.tables import conversations, variants
from tavernai.config.domain.fold import Effective
from tavernai.gateway.domain import ChatRequest, Connection
from tavernai.kernel.clock import Clock, now_ms
from tavernai.prompting.domain.account import PlanRecord
from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.budget import history_wanted
from tavernai.prompting.domain.clean_reply import clean_reply
from tavernai.prompting.domain.plan import recorded
from tavernai.prompting.domain.scene import Character, HistoryMessage, Injection, Options, Persona, Scene
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.prompting.domain.words import Role
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

CONVERSATION = Query(
    select(conversations.c.character_id, conversations.c.character_name).where(conversations.c.id == bindparam("of"))
)
TEXT = Query(select(variants.c.text).where(variants.c.id == bindparam("of")))
NUMBER = Query(select(variants.c.n).where(variants.c.id == bindparam("of")))
EVERYTHING = 2**31
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

    def wanted(self, conn: Reader, task: Row) -> str | None:
        """The connection this task shall be answered by: the one asked for, else the one tuned; None: the default."""
        if task["connection"]:
            return str(task["connection"])
        return self._config(conn, task, _conversation(conn, task))[CONNECTION] or None

    def stage(self, conn: Reader, task: Row, *, connection: Connection, reason: str = "default") -> Staged:
        """Read the scene of this task and build its prompt, all on one snapshot."""
        conversation = _conversation(conn, task)
        config = self._config(conn, task, conversation)
        tuning = tuned(config, connection)
        scene, before = self._scene(conn, task, connection, conversation=conversation, config=config, tuning=tuning)
        prompt = assemble(scene, clock=self.clock, random=random.Random(task["id"]), tokenizer=self.tokenizer)
        plan, texts = recorded(prompt)
        plan["config"] = tuning.account()
        request = ChatRequest(
            messages=[dict(message) for message in prompt.messages],
            model=connection.model or None,
            max_tokens=tuning.reply_tokens,
            temperature=tuning.temperature,
            top_p=tuning.top_p,
            stop=prompt.stop,
            samplers=tuning.samplers,
            variant=_variants_before(conn, task),
        )
        return Staged(connection, request, plan, texts, _cleaner(scene, prompt.stop), before, reason)

    def _config(self, conn: Reader, task: Row, conversation: Row) -> Effective:
        return self.stage_port.config(
            conn, task["owner_id"], character_id=conversation["character_id"], conversation_id=task["conversation_id"]
        )

    def _scene(
        self,
        conn: Reader,
        task: Row,
        connection: Connection,
        *,
        conversation: Row,
        config: Effective,
        tuning: Tuning,
    ) -> tuple[Scene, str]:
        owner_id, kind = task["owner_id"], Kind(task["kind"])
        character_id = conversation["character_id"]
        card = self.stage_port.card(conn, owner_id, character_id=character_id) if character_id else ASSISTANT
        rows = _history(conn, task, history_wanted(tuning.context_tokens))
        whole = len(rows) < history_wanted(tuning.context_tokens)
        before = _text_of(conn, task["variant_id"]) if kind == Kind.CONTINUE else ""
        persona = self.stage_port.persona(conn, owner_id, config=config)
        scene = Scene(
            character=Character(conversation["character_name"], card or {}, character_id or ""),
            persona=persona,
            history=[_told(row, is_first=whole and number == 0) for number, row in enumerate(rows)],
            generation=GENERATION[kind],
            context_tokens=tuning.context_tokens,
            reply_tokens=tuning.reply_tokens,
            note=tuning.note,
            injections=[*tuning.injections, *_nudge(task, conversation, persona)],
            options=Options(stop_strings=tuple(tuning.stop)),
            user_messages_before=0 if whole or not tuning.counts_messages else _user_messages_above(conn, task, rows),
            pick_seed=_seed(task["conversation_id"]),
            model=connection.model,
        )
        return scene, before


def _nudge(task: Row, conversation: Row, persona: Persona) -> list[Injection]:
    """The person's one-off instruction, nearest to the reply. Of macros it knows the two names and nothing else."""
    if not task["nudge"]:
        return []
    text = with_names(task["nudge"], user=persona.name, character=conversation["character_name"])
    return [Injection("nudge", text, depth=0, title="Nudge", source="instruction", is_plain=True)]


def _conversation(conn: Reader, task: Row) -> Row:
    conversation = CONVERSATION.first(conn, of=task["conversation_id"])
    assert conversation is not None, "a task's conversation is never removed"
    return conversation


def _history(conn: Reader, task: Row, limit: int) -> list[chat_store.HistoryRow]:
    """What the reply stands under, oldest first."""
    goes_on = task["variant_id"] if Kind(task["kind"]) == Kind.CONTINUE else None
    return chat_store.history_above(conn, task["reply_message_id"], variant_id=goes_on, limit=limit)[::-1]


def _user_messages_above(conn: Reader, task: Row, rows: Sequence[chat_store.HistoryRow]) -> int:
    """How many of the person's messages stand above those read: what a note inserted with every nth counts by."""
    everything = _history(conn, task, EVERYTHING)
    return sum(row.role == "user" for row in everything[: len(everything) - len(rows)])


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
