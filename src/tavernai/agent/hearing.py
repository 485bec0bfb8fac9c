"""What a person wrote, before it is stored: its macros run once, and scripts for stored words have their say.

Done on a snapshot before the unit that records the message: a stranger's expression never runs where everybody writes.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import bindparam, select

from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.branch import Left, changed, everywhere_of, fits, left_on, storable
from tavernai.agent.choosing import CHARACTER_ALLOWED, PRESET_ALLOWED, SCRIPTS, scripts_of
from tavernai.agent.domain.keeping import ALLOWED, kept_in
from tavernai.agent.domain.seeds import NOWHERE, pick_seed
from tavernai.agent.ports import Stage
from tavernai.agent.scripting import have_say, looking, rewriter
from tavernai.agent.seen import Seen, seen
from tavernai.chat import store as chat_store
from tavernai.chat.tables import conversations
from tavernai.config.domain.fold import Effective
from tavernai.config.presets import store as presets
from tavernai.kernel.clock import Clock, now_ms
from tavernai.kernel.ids import new_id
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macro_time import zone_offset
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Character, HistoryMessage, Scene, Variables
from tavernai.prompting.domain.scripts import Script
from tavernai.prompting.domain.words import Placement, Role
from tavernai.storage.queries import Query

PLACE = Query(
    select(conversations.c.owner_id, conversations.c.character_id, conversations.c.character_name).where(
        conversations.c.id == bindparam("of")
    )
)
HISTORY_MAX = 200
MACRO = "{{"
ROLES: dict[str, Role] = {"user": "user", "character": "assistant", "system": "system"}
PLACES: dict[str, Placement] = {"user": "user", "character": "assistant"}
"""The place of a message's text by its role; what a narrator says has none."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The text to be stored.

    left: what macros changed of the chat's variables and of those that hold everywhere; null: taken away.
    seen: what they read; None: nothing that could change meanwhile.
    """

    text: str
    left: Mapping[str, Any] | None = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A conversation that is about to be opened: its id, and the variables its greeting set."""

    conversation_id: str
    local: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a text that is written: the place, and what the person chose there."""

    config: Effective
    card: Mapping[str, Any]
    name: str
    character_id: str | None
    conversation_id: str | None
    scripts: list[Script]


@dataclass(slots=True)
class Listener:
    """Reads a person's words as their prompts will have them."""

    stage: Stage
    clock: Clock = now_ms

    def listens(
        self, conn: Reader, user_id: str, text: str, *, conversation_id: str | None, character_id: str | None
    ) -> bool:
        """Whether anything there could make another text of this one: a look of a few rows."""
        place = {"conversation_id": conversation_id, "character_id": character_id}
        return MACRO in text or self._place(conn, user_id, plain=True, **place) is not None

    def heard(
        self,
        conn: Reader,
        user_id: str,
        text: str,
        *,
        conversation_id: str | None,
        character_id: str | None,
        opening: Opening | None = None,
    ) -> Heard | None:
        """The text as it is stored; None: as it is written.

        Args:
            opening: of the conversation that this text opens, when there is none yet.
        """
        around = self.around(
            conn, user_id, conversation_id=conversation_id, character_id=character_id, plain=MACRO not in text
        )
        if around is None:
            return None
        if MACRO not in text and not have_say(around.scripts, "user", "stored"):
            return None
        rows = self.rows(conn, conversation_id)
        left = left_on(conn, rows) if opening is None else Left(local=opening.local)
        env = self.env(conn, user_id, around, rows=rows, left=left, opening=opening)
        before = dict(env.everywhere)
        said = expand(text, env)
        said = rewriter(around.scripts, env, kind="stored")(said, placement="user", depth=None)
        if not said.strip():
            said = text  # a message of macros alone still says something
        noticed = seen(conn, user_id, conversation_id, rows=rows) if MACRO in text else None
        local, everywhere = changed(left.local, env.local), changed(before, env.everywhere)
        if not (local or everywhere) or not fits(storable(env.local), everywhere):
            return Heard(said, seen=noticed)
        return Heard(said, {"local": local, "everywhere": everywhere}, noticed)

    def around(
        self,
        conn: Reader,
        user_id: str,
        *,
        conversation_id: str | None,
        character_id: str | None,
        plain: bool = False,
    ) -> Around | None:
        """The place and what holds there; None: it is not this person's, or nothing there looks at a `plain` text."""
        place = self._place(conn, user_id, conversation_id=conversation_id, character_id=character_id, plain=plain)
        if place is None:
            return None
        config, character_id, name = place
        card = self.stage.card(conn, user_id, character_id=character_id) if character_id else ASSISTANT
        if card is None:
            return None
        if conversation_id is None and character_id is not None:
            name = str(card.get("name") or name)
        if not config[ALLOWED]:
            card = kept_in(card)
        row = presets.chosen(conn, user_id, config["/preset/chat"], kind="chat")
        scripts = scripts_of(conn, user_id, config, preset=row["data"] if row is not None else None, card=card)
        return Around(config, card, name, character_id, conversation_id, scripts)

    def _place(
        self, conn: Reader, user_id: str, *, conversation_id: str | None, character_id: str | None, plain: bool
    ) -> tuple[Effective, str | None, str] | None:
        """What the person chose there, and who speaks: (config, character_id, name)."""
        name = str(ASSISTANT["name"])
        if conversation_id is not None:
            found = PLACE.first(conn, of=conversation_id)
            if found is None or found["owner_id"] != user_id:
                return None
            character_id, name = found["character_id"], found["character_name"]
        config = self.stage.config(conn, user_id, character_id=character_id, conversation_id=conversation_id or NOWHERE)
        if plain and not any(config[path] for path in (SCRIPTS, PRESET_ALLOWED, CHARACTER_ALLOWED)):
            return None
        return config, character_id, name

    def env(
        self,
        conn: Reader,
        user_id: str,
        around: Around,
        *,
        rows: list[chat_store.HistoryRow],
        left: Left,
        opening: Opening | None = None,
    ) -> Env:
        """What macros of a text written here see."""
        place = opening.conversation_id if opening is not None else around.conversation_id or NOWHERE
        scene = Scene(
            character=Character(around.name, around.card, around.character_id or ""),
            persona=self.stage.persona(conn, user_id, config=around.config).persona,
            history=[
                HistoryMessage(row.message_id, ROLES[row.role], row.name, row.text, row.is_hidden, at_ms=row.created_at)
                for row in rows
            ],
            variables=Variables(left.local, everywhere_of(conn, user_id)),
            pick_seed=pick_seed(place, around.config["/macros/pick_seed"]),
            pick_reroll=around.config["/macros/pick_reroll"],
            utc_offset_minutes=zone_offset(around.config["/macros/time_zone"], self.clock()),
            last_generation="normal",
        )
        return looking(scene, clock=self.clock, random=random.Random(new_id()))

    def edited(self, conn: Reader, user_id: str, text: str, *, conversation_id: str, role: str) -> str:
        """What a person made of a message that stands already, after the scripts that run on edits (`runOnEdit`)."""
        placement = PLACES.get(role)
        around = self.around(conn, user_id, conversation_id=conversation_id, character_id=None, plain=True)
        if around is None or placement is None:
            return text
        scripts = [one for one in around.scripts if one.runs_on_edit]
        if not have_say(scripts, placement, "stored"):
            return text
        rows = self.rows(conn, conversation_id)
        env = self.env(conn, user_id, around, rows=rows, left=left_on(conn, rows))
        said = rewriter(scripts, env, kind="stored")(text, placement=placement, depth=None)
        return said if said.strip() else text

    def rows(self, conn: Reader, conversation_id: str | None) -> list[chat_store.HistoryRow]:
        """The newest messages, oldest first."""
        return chat_store.history(conn, conversation_id, limit=HISTORY_MAX)[::-1] if conversation_id else []
