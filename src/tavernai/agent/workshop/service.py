"""Trials: which lore a text wakes, what a preset makes of a prompt, what a script does to a text."""

import asyncio
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final
from weakref import WeakValueDictionary

from sqlalchemy import Connection as Reader

from tavernai.agent import lore
from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.choosing import SAMPLING_KINDS, Chosen, chosen, templates
from tavernai.agent.domain.preset_values import Values, read
from tavernai.agent.hearing import Listener
from tavernai.agent.showing import Display, shown
from tavernai.agent.stage import Director, Set, rehearsal
from tavernai.agent.workshop.errors import NothingToPreview
from tavernai.chat.store import owner_of
from tavernai.config.domain.fold import Effective
from tavernai.config.domain.values import checked, path_named
from tavernai.config.presets.domain.kinds import Kind
from tavernai.gateway.domain import Connection
from tavernai.gateway.errors import NoConnection, UnknownConnection
from tavernai.gateway.ports import Gateway
from tavernai.kernel.errors import NotFound
from tavernai.ledger.ports import Storage
from tavernai.prompting.domain.account import Prompt
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.presets import preset_from_sillytavern
from tavernai.prompting.domain.scene import Character, HistoryMessage, Scene
from tavernai.prompting.domain.scripts import SCRIPT_SECONDS_MAX, expression_of, replaced, script_from
from tavernai.prompting.domain.world_info.entries import LoreBook, LoreEntry, Worlds
from tavernai.prompting.domain.world_info.finder import Stopped, is_runnable, key_of
from tavernai.prompting.domain.world_info.in_scene import woken_in
from tavernai.prompting.domain.world_info.scan import SCAN_SECONDS_MAX, Scan
from tavernai.prompting.domain.world_info.world import World

TEXT_TEMPLATES: Final = frozenset({"context", "instruct", "system_prompt"})
MATCHES_MAX: Final = 1_000
NOBODY: Final = Connection("", "", "demo")
TYPED: Final = "typed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is tried out: in a conversation, or at the beginning of one with a character."""

    conversation_id: str | None = None
    character_id: str | None = None


class WorkshopService:
    """Trials on a person's own things."""

    def __init__(self, storage: Storage, gateway: Gateway, *, director: Director, listener: Listener) -> None:
        self._storage = storage
        self._gateway = gateway
        self._director = director
        self._listener = listener
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _turn(self, user_id: str) -> asyncio.Lock:
        """One trial at a time for each person: what is slow is slow for them alone."""
        return self._turns.setdefault(user_id, asyncio.Lock())

    async def preview(self, user_id: str, kind: Kind, data: Mapping[str, Any], *, place: Place) -> dict[str, Any]:
        """The next prompt there, as it would be with this preset. Raises NotFound, NothingToPreview, PromptTooLarge."""
        connection = await self._connection()

        def query(conn: Reader) -> dict[str, Any]:
            task = self._task(conn, user_id, place)
            config = self._director.config_of(conn, task)
            card = self._director.card_of(conn, task)
            usual = chosen(conn, user_id, config, connection=connection, card=card)
            chose = self._tried(conn, user_id, config, kind, data, usual=usual, connection=connection)
            made = self._director.set(conn, task, connection=connection, chose=chose)
            return _shown(made, self._director.prompt(made, dice=random.Random(task["id"])))

        async with self._turn(user_id):
            return await self._storage.study(query, whose=user_id)

    async def test_lore(
        self,
        user_id: str,
        *,
        place: Place,
        text: str | None,
        lorebook_ids: Sequence[str] | None,
        settings: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What wakes there, or in a text alone. Raises NotFound, UnknownPath, BadValue.

        Args:
            lorebook_ids: only these; None: what is attached there.
            settings: config paths under /lore/ and other values for them.
        """
        told = {name: checked(path_named(name), value) for name, value in settings.items()}
        connection = await self._connection()
        async with self._turn(user_id):
            return await self._storage.study(
                lambda conn: self._woken(
                    conn, user_id, connection, place=place, text=text, lorebook_ids=lorebook_ids, settings=told
                ),
                whose=user_id,
            )

    async def test_script(self, user_id: str, raw: Mapping[str, Any], text: str) -> dict[str, Any]:
        """What a script makes of a text, and where it matches; offsets count characters (code points)."""
        async with self._turn(user_id):
            return await self._storage.study(lambda conn: _tried_script(raw, text), whose=user_id)

    async def displayed(
        self, user_id: str, conversation_id: str, *, message_ids: Sequence[str], newest: int = 0
    ) -> Display:
        """How scripts show these messages and the newest ones. Raises NotFound."""
        wanted = set(message_ids)
        async with self._turn(user_id):
            found = await self._storage.study(
                lambda conn: shown(self._listener, conn, user_id, conversation_id, message_ids=wanted, newest=newest),
                whose=user_id,
            )
        if found is None:
            raise NotFound
        return found

    async def _connection(self) -> Connection:
        try:
            return await self._gateway.resolve(None)
        except (NoConnection, UnknownConnection):
            return NOBODY

    def _task(self, conn: Reader, user_id: str, place: Place) -> dict[str, Any]:
        """Raises NotFound: not this person's."""
        name = str(ASSISTANT["name"])
        if place.conversation_id is not None:
            if owner_of(conn, place.conversation_id) != user_id:
                raise NotFound
        elif place.character_id is not None:
            card = self._director.stage_port.card(conn, user_id, character_id=place.character_id)
            if card is None:
                raise NotFound
            name = str(card.get("name") or name)
        told = {"conversation_id": place.conversation_id, "character_id": place.character_id}
        return rehearsal(user_id, **told, name=name)

    def _tried(
        self,
        conn: Reader,
        user_id: str,
        config: Effective,
        kind: Kind,
        data: Mapping[str, Any],
        *,
        usual: Chosen,
        connection: Connection,
    ) -> Chosen:
        """What is chosen anyway, with this preset in its place."""
        if kind == "chat":
            return replace(usual, is_text=False, preset=preset_from_sillytavern(data)).saying(read("chat", data))
        if kind == "script":
            return replace(usual, scripts=(*usual.scripts, replace(script_from(data), is_disabled=False)))
        if kind == "reasoning":
            return replace(usual, templates=replace(usual.templates, reasoning=data))
        if kind in TEXT_TEMPLATES or kind in SAMPLING_KINDS:
            picked = templates(conn, user_id, config, connection)
            tried = replace(usual, is_text=True, templates=picked)
            if kind in SAMPLING_KINDS:
                return tried.saying(read(kind, data))
            tried = tried if usual.is_text else tried.saying(Values())
            return replace(tried, templates=replace(picked, **{kind: data}))
        raise NothingToPreview(kind=kind)

    def _woken(
        self,
        conn: Reader,
        user_id: str,
        connection: Connection,
        *,
        place: Place,
        text: str | None,
        lorebook_ids: Sequence[str] | None,
        settings: Mapping[str, Any],
    ) -> dict[str, Any]:
        task = self._task(conn, user_id, place)
        config = self._director.config_of(conn, task)
        made = self._director.set(conn, task, connection=connection)
        scene = made.scene if text is None else replace(made.scene, history=[_typed(made.scene, text)])
        world = made.scene.world or World(worlds=Worlds())
        if lorebook_ids is not None:
            world = replace(world, worlds=Worlds(everywhere=self._books(conn, user_id, lorebook_ids)))
        values = {**config.values, **settings}
        world = replace(world, settings=lore.settings_of(values), is_dry=text is not None)
        env = environment(scene, clock=self._director.clock, random=random.Random(task["id"]))
        found = woken_in(env, world, tokens=made.tokenizer.text, monotonic=monotonic)
        return _woken_shown(found, world, tokens=made.tokenizer.text)

    def _books(self, conn: Reader, user_id: str, lorebook_ids: Sequence[str]) -> list[LoreBook]:
        """Raises NotFound: one of them is not this person's, or in the trash."""
        found = self._director.shelf.of(conn, user_id, list(lorebook_ids))
        if len(found) != len(lorebook_ids):
            raise NotFound
        return found


def _typed(scene: Scene, text: str) -> HistoryMessage:
    return HistoryMessage(TYPED, "user", scene.persona.name, text)


def _shown(made: Set, prompt: Prompt) -> dict[str, Any]:
    text = prompt.messages[0]["content"] if made.chosen.is_text else None
    parts = [
        {name: getattr(part, name) for name in ("id", "source", "title", "role", "tokens", "text")}
        for part in prompt.parts
    ]
    return {
        "messages": None if made.chosen.is_text else prompt.messages, "prompt": text, "parts": parts,
        "prompt_tokens": prompt.prompt_tokens, "budget_tokens": prompt.budget_tokens, "stop": prompt.stop,
    }  # fmt: skip


def _woken_shown(found: Scan, world: World, *, tokens: Any) -> dict[str, Any]:
    return {
        "woken": [
            {
                **_named(one.entry), "position": one.entry.position, "why": one.why, "content": one.content,
                "tokens": tokens(one.content),
            }
            for one in found.woken
        ],
        "dropped": [{**_named(entry), "why": why} for entry, why in found.dropped],
        "flagged": list(_flagged(world, found)),
        "budget_tokens": found.budget_tokens,
        "used_tokens": found.used_tokens,
        "rounds": found.rounds,
    }  # fmt: skip


def _named(entry: LoreEntry) -> dict[str, str]:
    return {"book": entry.book, "uid": entry.uid, "title": entry.title}


def _flagged(world: World, found: Scan) -> Iterator[dict[str, str]]:
    """Keys that are not looked for as they were meant, and why."""
    worlds, ends_at = world.worlds, monotonic() + SCAN_SECONDS_MAX
    for book in (*worlds.chat, *worlds.persona, *worlds.character, *worlds.everywhere):
        for entry in book.entries:
            for key in (*entry.keys, *entry.secondary):
                why = _trouble(key.strip(), found.stopped_keys, is_over=monotonic() > ends_at)
                if why is not None:
                    yield {"book": entry.book, "uid": entry.uid, "key": key, "why": why}


def _trouble(text: str, stopped: Mapping[str, Stopped], *, is_over: bool) -> str | None:
    """What the scan says of the key; one it had no reason to ask for is read here, as long as there is time."""
    if text in stopped:
        return stopped[text]
    if not (text.startswith("/") and text.rfind("/") > 0):
        return None
    if is_over:
        return "not_tried"
    key = key_of(text, False, False)
    if key is None or key.pattern is None:
        return "invalid_as_plain"
    return None if is_runnable(*key.pattern) else "untranslatable"


def _tried_script(raw: Mapping[str, Any], text: str) -> dict[str, Any]:
    script = replace(script_from(raw), is_disabled=False)
    env = environment(Scene(Character("Character")), clock=lambda: 0, random=random.Random(0))
    try:
        source, flags = expression_of(script.find)
        pattern = compiled(source, "".join(sorted(set(flags) - {"g", "y"})))
        matches = [
            {"start": match.start(), "end": match.end()}
            for match, _ in zip(pattern.finditer(text, timeout=SCRIPT_SECONDS_MAX), range(MATCHES_MAX), strict=False)
        ]
        made = replaced(script, text, expand=lambda told: expand(told, env))
    except NotJavaScript:
        return {"text": text, "matches": [], "error": "invalid"}
    except Untranslatable:
        return {"text": text, "matches": [], "error": "untranslatable"}
    except TimeoutError:
        return {"text": text, "matches": [], "error": "too_slow"}
    return {"text": made, "matches": matches if "g" in flags else matches[:1], "error": None}
