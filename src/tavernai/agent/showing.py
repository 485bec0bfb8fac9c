"""How messages look where scripts have a say about what is shown; what is stored stays as it is."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection as Reader
from sqlalchemy import select

from tavernai.agent.branch import left_on
from tavernai.agent.hearing import HISTORY_MAX, PLACES, Listener
from tavernai.agent.scripting import have_say, rewriter
from tavernai.chat import store as chat_store
from tavernai.chat.tables import variants
from tavernai.kernel.canonical import canonical_json
from tavernai.prompting.domain.scripts import Script, ScriptRewriter


@dataclass(frozen=True, slots=True)
class Display:
    """What scripts show otherwise in a conversation."""

    scripts: str | None = None
    """which scripts these are, as one word; another one: they changed. None: none have a say here"""
    near: int = 0
    """so many of the newest messages may look different when another is added: scripts that look at depths"""
    items: list[dict[str, Any]] = field(default_factory=list)
    """{message_id, text, reasoning} of messages that look different from what is stored"""


def shown(
    listener: Listener, conn: Reader, user_id: str, conversation_id: str, *, message_ids: set[str], newest: int = 0
) -> Display | None:
    """How these messages look, and the newest ones; None: no such conversation of theirs.

    Args:
        message_ids: messages of the shown path that stand near each other; of those far above the newest, only the
            200 from the lowest one up are looked at, and a depth counts what is hidden as well.
    """
    if chat_store.owner_of(conn, conversation_id) != user_id:
        return None
    around = listener.around(conn, user_id, conversation_id=conversation_id, character_id=None, plain=True)
    scripts = [one for one in around.scripts if "display" in one.kinds and not one.is_disabled] if around else []
    if around is None or not scripts:
        return Display()
    rows = listener.rows(conn, conversation_id)
    env = listener.env(conn, user_id, around, rows=rows, left=left_on(conn, rows))
    placed = _placed(rows)
    if missing := message_ids - {row.message_id for row, _ in placed}:
        placed = [*chat_store.told_above(conn, conversation_id, missing, limit=HISTORY_MAX), *placed]
    chosen = message_ids | {row.message_id for row in rows[-newest:] if newest}
    wanted = [(row, depth) for row, depth in placed if row.message_id in chosen]
    said = _said(rewriter(scripts, env, kind="display"), wanted, thoughts=_thoughts(conn, scripts, wanted))
    return Display(_word(scripts, around.name), _near(scripts), said)


Placed = tuple[chat_store.HistoryRow, int | None]
"""A message and how many stand below it that are told to the model; None: it is hidden itself."""


def _placed(rows: Sequence[chat_store.HistoryRow]) -> list[Placed]:
    depth, found = 0, list[Placed]()
    for row in reversed(rows):
        found.append((row, None if row.is_hidden else depth))
        depth += not row.is_hidden
    return found[::-1]


def _thoughts(conn: Reader, scripts: Sequence[Script], wanted: Sequence[Placed]) -> Mapping[str, str]:
    """By message id what was thought before it was said, where a script looks at that."""
    if not have_say(scripts, "reasoning", "display"):
        return {}
    v, of_message = variants.c, {row.variant_id: row.message_id for row, _ in wanted}
    found = conn.execute(select(v.id, v.reasoning).where(v.id.in_(sorted(of_message)), v.reasoning.is_not(None)))
    return {of_message[row.id]: row.reasoning for row in found}


def _said(rewrite: ScriptRewriter, wanted: Sequence[Placed], *, thoughts: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for row, depth in wanted:
        placement, thought = PLACES.get(row.role), thoughts.get(row.message_id)
        text = row.text if placement is None else rewrite(row.text, placement=placement, depth=depth)
        reasoning = None if thought is None else rewrite(thought, placement="reasoning", depth=depth)
        if text != row.text or reasoning != thought:
            found.append({"message_id": row.message_id, "text": text, "reasoning": reasoning})
    return found


def _near(scripts: Sequence[Script]) -> int:
    bounds = [one.depth_min or 0 for one in scripts]
    return max(0, *bounds, *(one.depth_max + 1 for one in scripts if one.depth_max is not None))


def _word(scripts: Sequence[Script], name: str) -> str:
    told = [
        [one.id, one.find, one.replacement, list(one.trims), sorted(one.places), one.expands, one.depth_min,
         one.depth_max]
        for one in scripts
    ]  # fmt: skip
    return hashlib.sha256(canonical_json([name, told])).hexdigest()[:16]
