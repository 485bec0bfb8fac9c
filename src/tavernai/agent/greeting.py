"""What a character says first: its scripts and macros run once, when the conversation is opened.

Done on a snapshot before the unit that records the conversation. Every greeting becomes a variant, and what its macros
set belongs to that variant alone; of variables that hold everywhere only the greeting that is shown changes any.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Reader

from tavernai.agent.branch import changed, everywhere_of, fits, storable
from tavernai.agent.company import named_in
from tavernai.agent.domain.seeds import pick_seed
from tavernai.agent.events import VariablesChanged
from tavernai.agent.hearing import Around, Listener
from tavernai.agent.scripting import looking, rewriter
from tavernai.characters.domain.card import greetings
from tavernai.chat.ports import GREETINGS_MAX, Greeted
from tavernai.chat.service import Opened
from tavernai.kernel.facts import By
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.macro_env import Allowance, Env
from tavernai.prompting.domain.macro_time import zone_offset
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Character, Persona, Scene, Variables
from tavernai.prompting.domain.scripts import ScriptRewriter


@dataclass(frozen=True, slots=True)
class Greeter:
    """Fulfils chat.ports.Greeter."""

    listener: Listener

    def greeted(
        self,
        conn: Reader,
        user_id: str,
        *,
        character_id: str,
        conversation_id: str,
        group: Mapping[str, Any] | None = None,
        most: int = GREETINGS_MAX,
    ) -> Greeted | None:
        """What each greeting says in a conversation that is about to be opened; None: no such character.

        In a group a character may greet by what its card keeps for groups as well. `most`: so many of its greetings.
        """
        around = self.listener.around(conn, user_id, conversation_id=None, character_id=character_id)
        if around is None:
            return None
        persona = self.listener.stage.persona(conn, user_id, config=around.config).persona
        everywhere = everywhere_of(conn, user_id)
        # One view and one pass for all: what may be produced and taken is meant for the card, not for each greeting.
        env = self._env(around, persona, everywhere=everywhere, conversation_id=conversation_id, group=group)
        rewrite = rewriter(around.scripts, env, kind="stored")
        texts = greetings(dict(around.card), in_group=group is not None)[: min(most, GREETINGS_MAX)]
        said = [
            _said(text, env, rewrite, everywhere=everywhere, dice=random.Random(f"{conversation_id} greeting {number}"))
            for number, text in enumerate(texts)
        ]
        return Greeted([text for text, _ in said], [left for _, left in said])

    def settle(
        self,
        tx: Transaction,
        greeted: Greeted,
        *,
        opened: Opened,
        shown: int,
        owner_id: str,
        by: By,
        is_first: bool = True,
    ) -> None:
        """Record what the greetings set, in the unit that opened the conversation."""
        facts = []
        for number, (variant_id, left) in enumerate(zip(opened.variant_ids, greeted.left, strict=True)):
            local, everywhere = left["local"], left["everywhere"] if number == shown else {}
            if local or everywhere:
                facts.append(VariablesChanged(variant_id, local, everywhere, {}, is_whole=is_first))
        if facts:
            tx.append(Stream(f"conv:{opened.conversation_id}", owner_id), facts, by=by)

    def _env(
        self,
        around: Around,
        persona: Persona,
        *,
        everywhere: dict[str, Any],
        conversation_id: str,
        group: Mapping[str, Any] | None,
    ) -> Env:
        scene = Scene(
            character=Character(around.name, around.card, around.character_id or ""),
            persona=persona,
            variables=Variables(everywhere=everywhere),
            pick_seed=pick_seed(conversation_id),
            utc_offset_minutes=zone_offset(around.config["/macros/time_zone"], self.listener.clock()),
            group=None if group is None else named_in(group),
        )
        env = looking(scene, clock=self.listener.clock, random=random.Random(conversation_id))
        env.allowance = Allowance()  # the card's fields were run with another one, the greetings among them
        return env


def _said(
    text: str, env: Env, rewrite: ScriptRewriter, *, everywhere: dict[str, Any], dice: random.Random
) -> tuple[str, dict[str, Any]]:
    """What one greeting says, and the variables it leaves; it sees none that another one set."""
    env.local, env.everywhere, env.random = {}, dict(everywhere), dice
    said = expand(rewrite(text, placement="assistant", depth=None), env)
    left = {"local": storable(env.local), "everywhere": changed(everywhere, env.everywhere)}
    return said, left if fits(*left.values()) else {"local": {}, "everywhere": {}}
