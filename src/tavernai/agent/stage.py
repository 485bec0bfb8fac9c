"""Setting the stage: everything one prompt is made from, read on one snapshot, and the request that comes of it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import bindparam, func, select

from tavernai.agent import lore, scripting
from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.branch import Left, changed, everywhere_of, fits, left_on, storable
from tavernai.agent.choosing import Chosen, chosen
from tavernai.agent.company import cast, group_in, is_foreign
from tavernai.agent.domain.keeping import ALLOWED, kept, kept_in
from tavernai.agent.domain.seeds import NOWHERE, pick_seed
from tavernai.agent.domain.tasks import GENERATION, Kind
from tavernai.agent.manner import cleaner, options_of
from tavernai.agent.ports import Stage
from tavernai.agent.tuning import CONNECTION, Tuning, tuned
from tavernai.chat import store as chat_store
from tavernai.chat.domain.greetings import with_names
from tavernai.chat.tables import conversations, variants
from tavernai.config.domain.fold import Effective
from tavernai.gateway.domain import ChatRequest, Connection
from tavernai.kernel.clock import Clock, now_ms
from tavernai.kernel.ids import new_id
from tavernai.prompting.domain.account import PlanRecord, Prompt
from tavernai.prompting.domain.assemble import assemble
from tavernai.prompting.domain.budget import history_wanted
from tavernai.prompting.domain.macro_time import zone_offset
from tavernai.prompting.domain.plan import recorded
from tavernai.prompting.domain.scene import (
    Character,
    ChatOverrides,
    HistoryMessage,
    Injection,
    Persona,
    ReasoningOptions,
    Scene,
    Variables,
)
from tavernai.prompting.domain.templates import options_from
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import Tokenizer, Tokenizers
from tavernai.prompting.domain.words import Role
from tavernai.storage.queries import Query
from tavernai.storage.rows import Row

CONVERSATION = Query(
    select(conversations.c.character_id, conversations.c.character_name).where(conversations.c.id == bindparam("of"))
)
TEXT = Query(select(variants.c.text).where(variants.c.id == bindparam("of")))
NUMBER = Query(select(variants.c.n).where(variants.c.id == bindparam("of")))
COUNT = Query(select(func.count()).select_from(variants).where(variants.c.message_pos == bindparam("of")))
EVERYTHING = 2**31
THOUGHTS_MAX = 100
ROLES: dict[str, Role] = {"user": "user", "character": "assistant", "system": "system"}


@dataclass(slots=True)
class Staged:
    """A prompt ready to be sent, and what must be recorded with it."""

    connection: Connection
    request: ChatRequest
    plan: PlanRecord
    texts: dict[str, str]
    clean: Callable[[str], str]
    clean_thoughts: Callable[[str], str]
    is_slow: bool = False
    """cleaning runs scripts, which may take their time"""
    before: str = ""
    """the text a continuation goes on from"""
    marks: tuple[str, str] = ("", "")
    """what stands before and after thoughts in a reply; empty: nothing is told apart"""
    route_reason: str = "default"
    plan_event: str | None = None
    route_event: str | None = None

    def let_go(self) -> None:
        """Of the texts, which are recorded by now: a thousand replies at once would hold a thousand prompts twice."""
        self.texts = {}


@dataclass(frozen=True, slots=True)
class Set:
    """A scene with what it was made from."""

    scene: Scene
    chosen: Chosen
    left: Left
    tuning: Tuning
    tokenizer: Tokenizer
    before: str


@dataclass(slots=True)
class Director:
    """Builds prompts. Pure but for what it reads through the connection it is given."""

    stage_port: Stage
    tokenizers: Tokenizers
    clock: Clock = now_ms
    shelf: lore.Shelf = field(default_factory=lore.Shelf)

    def wanted(self, conn: Reader, task: Row) -> str | None:
        """The connection this task shall be answered by: the one asked for, else the one tuned; None: the default."""
        if task["connection"]:
            return str(task["connection"])
        return self._config(conn, task, _conversation(conn, task))[CONNECTION] or None

    def stage(
        self,
        conn: Reader,
        task: Row,
        *,
        connection: Connection,
        reason: str = "default",
        tokenizer: Tokenizer | None = None,
    ) -> Staged:
        """Read the scene of this task and build its prompt, all on one snapshot.

        `tokenizer`: counts instead of the model's.
        """
        made = self.set(conn, task, connection=connection)
        if tokenizer is not None:
            made = replace(made, tokenizer=tokenizer)
        scene, tuning = made.scene, made.tuning
        prompt = self.prompt(made, dice=random.Random(task["id"]))
        plan, texts = recorded(prompt)
        plan["config"] = tuning.account()
        self._account(plan, made, prompt)
        request = ChatRequest(
            messages=_messages(prompt, is_text=made.chosen.is_text),
            prompt=prompt.messages[0]["content"] if made.chosen.is_text else None,
            model=connection.model or None,
            max_tokens=tuning.reply_tokens,
            temperature=tuning.temperature,
            top_p=tuning.top_p,
            stop=prompt.stop,
            samplers=tuning.samplers,
            variant=_variants_before(conn, task),
        )
        dice = random.Random(f"{task['id']} stored")
        stored = scripting.Stored(scene, prompt, self.clock, dice, made.chosen.scripts)
        rewritten = stored.of("user" if scene.generation == "impersonate" else "assistant")
        thought = stored.of("reasoning")
        clean = cleaner(
            scene, prompt.stop, rewritten,
            is_text=made.chosen.is_text, env=lambda: scripting.looking(scene, clock=self.clock, random=dice),
        )  # fmt: skip
        return Staged(
            connection, request, plan, texts, clean, thought or str,
            rewritten is not None or thought is not None, made.before,
            ("", "") if made.before else (scene.options.reasoning.prefix, scene.options.reasoning.suffix), reason,
        )  # fmt: skip

    def prompt(self, made: Set, *, dice: random.Random) -> Prompt:
        """The prompt of a scene, as messages or as one string."""
        make = assemble_text if made.chosen.is_text else assemble
        return make(made.scene, clock=self.clock, random=dice, tokenizer=made.tokenizer)

    def set(self, conn: Reader, task: Row, *, connection: Connection, chose: Chosen | None = None) -> Set:
        """Everything one prompt is made from. `chose` stands for what the person chose, to try something out."""
        conversation = _conversation(conn, task)
        config = self._config(conn, task, conversation)
        card = self._card(conn, task["owner_id"], conversation["character_id"])
        card = card if config[ALLOWED] else kept_in(card)
        picked = chose or chosen(conn, task["owner_id"], config, connection=connection, card=card)
        tuning = tuned(config, connection, preset=picked.values, further=picked.further, unused=picked.unused)
        return self._scene(
            conn, task, connection, conversation=conversation, config=config, tuning=tuning, card=card, chose=picked
        )

    def config_of(self, conn: Reader, task: Row) -> Effective:
        """What the person tuned where this task stands."""
        return self._config(conn, task, _conversation(conn, task))

    def card_of(self, conn: Reader, task: Row) -> Mapping[str, Any]:
        """The card that speaks there."""
        return self._card(conn, task["owner_id"], _conversation(conn, task)["character_id"])

    def _card(self, conn: Reader, owner_id: str, character_id: str | None) -> Mapping[str, Any]:
        card = self.stage_port.card(conn, owner_id, character_id=character_id) if character_id else ASSISTANT
        return card or {}

    def _account(self, plan: PlanRecord, made: Set, prompt: Prompt) -> None:
        """What the plan tells of lore and scripts, and what the branch goes on with."""
        found = lore.account(prompt, tokenizer=made.tokenizer, timed=made.left.timed)
        if found is not None:
            plan["lore"] = found
        scripts = scripting.account(made.chosen.scripts, ran=prompt.scripts.ran, failed=prompt.scripts.failed)
        if scripts is not None:
            plan["scripts"] = scripts
        local, everywhere = storable(prompt.local), changed(made.scene.variables.everywhere, prompt.everywhere)
        if not fits(local, everywhere):
            local, everywhere = dict(made.left.local), {}
        timed = (found or {}).get("timed") or {}
        if local or everywhere or any(timed.values()) or made.left.found:
            plan["variables"] = {"local": local, "everywhere": everywhere}

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
        card: Mapping[str, Any],
        chose: Chosen,
    ) -> Set:
        owner_id, kind, is_free = task["owner_id"], Kind(task["kind"]), bool(config[ALLOWED])
        rows = _history(conn, task, history_wanted(tuning.context_tokens))
        whole = len(rows) < history_wanted(tuning.context_tokens)
        before = _text_of(conn, task["variant_id"]) if kind == Kind.CONTINUE else ""
        played = self.stage_port.persona(conn, owner_id, config=config)
        left = left_on(conn, rows)
        where = lore.Where(
            owner_id, config, card, conversation["character_name"], _tags(card), conversation["character_id"],
            played.lorebook_id,
        )  # fmt: skip
        world = self.shelf.world(conn, where, timed=left.timed)
        if world is not None:
            later = _is_later(kind, rows)
            world = replace(world, note_is_searched=bool(config["/note/searched"]), persona_is_searched=later)
        options = options_from(chose.templates, options_of(config, stop=tuning.stop))
        thoughts = _thoughts(conn, rows, options.reasoning, goes_on=kind == Kind.CONTINUE)
        above = [] if whole else _above(conn, task, rows, needed=tuning.counts_messages or lore.counts_messages(world))
        speaker = Character(conversation["character_name"], card, conversation["character_id"] or "")
        group = group_in(conn, self.stage_port, task, speaker=speaker, is_free=is_free)
        alone = speaker if group is None else None
        scene = Scene(
            character=speaker,
            group=group,
            persona=played.persona,
            history=_with_swipes(
                conn,
                rows,
                [
                    _told(
                        row,
                        is_first=whole and number == 0,
                        reasoning=thoughts.get(row.variant_id, ""),
                        is_free=is_free,
                        alone=alone,
                    )
                    for number, row in enumerate(rows)
                ],
            ),
            generation=GENERATION[kind],
            preset=chose.preset,
            context_tokens=tuning.context_tokens,
            reply_tokens=tuning.reply_tokens,
            note=tuning.note,
            injections=[*tuning.injections, *_nudge(task, conversation, played.persona)],
            options=options,
            variables=Variables(left.local, everywhere_of(conn, owner_id)),
            scripts=chose.scripts,
            world=world,
            history_before=sum(not row.is_hidden for row in above) if lore.counts_messages(world) else 0,
            user_messages_before=sum(row.role == "user" for row in above) if tuning.counts_messages else 0,
            overrides=ChatOverrides(config["/card/scenario"], config["/card/examples"], config["/card/system_prompt"]),
            pick_seed=pick_seed(task["conversation_id"], config["/macros/pick_seed"]),
            pick_reroll=config["/macros/pick_reroll"],
            model=connection.model,
            utc_offset_minutes=zone_offset(config["/macros/time_zone"], self.clock()),
            last_generation=GENERATION[kind],
        )
        tokenizer = self.tokenizers.of(connection.model, wanted=connection.tokenizer)
        return Set(scene, chose, left, tuning, tokenizer, before)


def _is_later(kind: Kind, rows: Sequence[chat_store.HistoryRow]) -> bool:
    """Whether a prompt was made here before: what a persona says in the chat is searched from the second on."""
    return kind in (Kind.SWIPE, Kind.REGENERATE, Kind.CONTINUE) or any(row.role == "character" for row in rows[1:])


def _nudge(task: Row, conversation: Row, persona: Persona) -> list[Injection]:
    """The person's one-off instruction, nearest to the reply. Of macros it knows the two names and nothing else."""
    if not task["nudge"]:
        return []
    text = with_names(task["nudge"], user=persona.name, character=conversation["character_name"])
    return [Injection("nudge", text, depth=0, title="Nudge", source="instruction", is_plain=True)]


def rehearsal(user_id: str, *, conversation_id: str | None, character_id: str | None, name: str) -> dict[str, Any]:
    """A task nobody queued: the reply that would stand at the end of a conversation, or begin one."""
    return {
        "id": new_id(), "owner_id": user_id, "kind": Kind.REPLY.value, "conversation_id": conversation_id or NOWHERE,
        "message_id": None, "reply_message_id": None, "variant_id": None, "nudge": None, "connection": None,
        "begins": None if conversation_id else {"character_id": character_id, "character_name": name},
    }  # fmt: skip


def _conversation(conn: Reader, task: Row) -> Row:
    if task.get("begins") is not None:
        begins: Row = task["begins"]
        return begins
    conversation = CONVERSATION.first(conn, of=task["conversation_id"])
    assert conversation is not None, "a task's conversation is never removed"
    return cast(conn, task, conversation)


def _history(conn: Reader, task: Row, limit: int) -> list[chat_store.HistoryRow]:
    """What the reply stands under, oldest first."""
    if task["reply_message_id"] is None:
        return [] if task["begins"] else chat_store.history(conn, task["conversation_id"], limit=limit)[::-1]
    goes_on = task["variant_id"] if Kind(task["kind"]) == Kind.CONTINUE else None
    return chat_store.history_above(conn, task["reply_message_id"], variant_id=goes_on, limit=limit)[::-1]


def _above(
    conn: Reader, task: Row, rows: Sequence[chat_store.HistoryRow], *, needed: bool
) -> list[chat_store.HistoryRow]:
    """What stands above the messages read: a note inserted with every nth counts them, and lore that waits."""
    if not needed:
        return []
    everything = _history(conn, task, EVERYTHING)
    return everything[: len(everything) - len(rows)]


def _thoughts(
    conn: Reader, rows: Sequence[chat_store.HistoryRow], options: ReasoningOptions, *, goes_on: bool
) -> dict[str, str]:
    """The thoughts that may go back into the prompt, by variant: those of the newest replies, when they are wanted."""
    count = options.max_additions if options.add_to_prompts else int(goes_on)
    replies = [row.variant_id for row in reversed(rows) if row.role == "character"][: min(count, THOUGHTS_MAX)]
    if not replies:
        return {}
    c = variants.c
    found = conn.execute(select(c.id, c.reasoning).where(c.id.in_(replies), c.reasoning.is_not(None)))
    return {row.id: row.reasoning for row in found}


def _tags(card: Mapping[str, Any]) -> frozenset[str] | None:
    tags = card.get("tags")
    return frozenset(one for one in tags if isinstance(one, str)) if isinstance(tags, list) and tags else None


def _messages(prompt: Prompt, *, is_text: bool) -> list[dict[str, Any]]:
    """What a chat is sent; of a text completion the string alone counts, the message only says that there is one."""
    if is_text:
        return [{"role": "user", "content": prompt.messages[0]["content"]}]
    return [dict(message) for message in prompt.messages]


def _told(
    row: chat_store.HistoryRow,
    *,
    is_first: bool,
    reasoning: str = "",
    is_free: bool = False,
    alone: Character | None = None,
) -> HistoryMessage:
    """A message of the scene. `is_free`: its macros may name variables that hold everywhere, whoever speaks.

    `alone`: the character of a chat that has only this one.
    """
    return HistoryMessage(
        id=row.message_id,
        role=ROLES[row.role],
        is_greeting=is_first and row.role == "character",
        name=row.name,
        text=row.text if is_free or row.role == "user" else kept(row.text),
        hidden=row.is_hidden,
        reasoning=reasoning,
        at_ms=row.created_at,
        is_foreign=alone is not None and is_foreign(row, alone),
    )


def _with_swipes(
    conn: Reader, rows: Sequence[chat_store.HistoryRow], history: list[HistoryMessage]
) -> list[HistoryMessage]:
    """The same, and of the newest, where a character said it, which of how many variants it is."""
    if rows and rows[-1].role == "character":
        swipe = 1 + int(NUMBER.value(conn, of=rows[-1].variant_id) or 0)
        history[-1] = replace(history[-1], swipe=swipe, swipes=int(COUNT.value(conn, of=rows[-1].pos) or 1))
    return history


def _text_of(conn: Reader, variant_id: str) -> str:
    return str(TEXT.value(conn, of=variant_id))


def _variants_before(conn: Reader, task: Row) -> int:
    """How many other answers stand in this place already: the demo says something else for each."""
    return int(NUMBER.value(conn, of=task["variant_id"]) or 0)
