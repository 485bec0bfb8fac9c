"""The columns of a conversation that tell what it shows, kept up to date by the folds.

All of it is walks over `tx.get` from the leaf up to where something changed. Only a message that copies share needs a
query, to find those copies.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from tavernai.chat.domain.tree import (
    PREVIEW_STEPS_MAX,
    ancestor_at,
    climb,
    common_ancestor,
    excerpt,
    live_between,
    variant_on_path,
)
from tavernai.chat.scene import fetch_in, variant_at
from tavernai.chat.tables import conversations, messages, variants
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit

Values = dict[str, Any]
WALK_STEPS_MAX = 64


def leaf_of(tx: Unit, conversation: Row) -> Row | None:
    pos = conversation["active_leaf"]
    return None if pos is None else fetch_in(tx)(pos)


def appended(tx: Unit, conversation: Row, message: Row, *, shown: int) -> Values:
    """The new leaf is a message just added."""
    leaf = leaf_of(tx, conversation)
    if message["parent_pos"] != conversation["active_leaf"] or _changes_variant(conversation, message):
        return moved(tx, conversation, message, shown=shown)
    values: Values = {"active_leaf": message["pos"], "leaf_variant": shown}
    values["message_count"] = conversation["message_count"] + 1 if leaf is not None else 1
    return values | _last_of(message, variant_at(tx, message["pos"], shown)["text"])


def moved(tx: Unit, conversation: Row, leaf: Row | None, *, shown: int) -> Values:
    """The path leads elsewhere: to this leaf and the variant shown there."""
    old = leaf_of(tx, conversation)
    values: Values = {"active_leaf": None if leaf is None else leaf["pos"], "leaf_variant": shown}
    if old is not None:
        _remember_leaf(tx, conversation, old, leaf, shown=shown)
    if leaf is not None and leaf["active_variant"] != shown:
        status = variant_at(tx, leaf["pos"], shown)["status"]
        tx.update(messages, leaf["pos"], active_variant=shown, status=status)
    values["message_count"] = _count(tx, conversation["message_count"], old, leaf)
    return values | preview(tx, leaf, shown)


def copied(tx: Unit, origin: Row, leaf: Row, *, shown: int) -> Values:
    """What a copy shows that ends at this message; counted from the origin, so that a long chat need not be walked."""
    values: Values = {"active_leaf": leaf["pos"], "leaf_variant": shown}
    values["message_count"] = _count(tx, origin["message_count"], leaf_of(tx, origin), leaf)
    return values | preview(tx, leaf, shown)


def preview(tx: Unit, leaf: Row | None, shown: int) -> Values:
    """The last message with a text, seen from this leaf; nothing when there is none near."""
    if leaf is not None:
        fetch, n = fetch_in(tx), shown
        for steps, node in enumerate(climb(leaf, fetch=fetch)):
            text = variant_at(tx, node["pos"], n)["text"] if node["deleted_pos"] is None else ""
            if text:
                return _last_of(node, text)
            if steps == PREVIEW_STEPS_MAX:
                break
            n = node["parent_variant"]
    return {"last_role": None, "last_name": None, "last_text": None}


def preview_now(tx: Unit, conversation: Row) -> Values:
    return preview(tx, leaf_of(tx, conversation), conversation["leaf_variant"])


def told_anew(tx: Unit, conversation: Row, message: Row, *, counts: int = 0) -> Values:
    """A message says or weighs something else; copies that share it are brought up to date as well.

    Args:
        counts: 1 when it came out of the trash, -1 when it went there, alone.
    """
    for other in _sharing(tx, conversation, message):
        values = _values_anew(tx, other, message, counts=counts)
        if values:
            tx.update(conversations, other["id"], **values)
    return _values_anew(tx, conversation, message, counts=counts)


def all_told_anew(tx: Unit, conversation: Row, touched: Sequence[Row], *, counts: int) -> Values:
    """As `told_anew` for messages that went to the trash, or out of it, together."""
    highest: dict[str, Row] = {}
    for message in touched:
        known = highest.get(message["conv_id"])
        if known is None or message["depth"] < known["depth"]:
            highest[message["conv_id"]] = message
    others = {other["id"]: other for message in highest.values() for other in _sharing(tx, conversation, message)}
    for other in others.values():
        values = _all_values_anew(tx, other, touched, counts=counts)
        if values:
            tx.update(conversations, other["id"], **values)
    return _all_values_anew(tx, conversation, touched, counts=counts)


def below(tx: Unit, message: Row) -> list[int]:
    """Positions of the message and all that its conversation has below it, outside the trash."""
    columns = (messages.c.pos, messages.c.conv_id, messages.c.cut_pos)
    found = select(*columns).where(messages.c.pos == message["pos"]).cte("below", recursive=True)
    child = messages.alias()
    step = select(child.c.pos, child.c.conv_id, child.c.cut_pos).join(found, child.c.parent_pos == found.c.pos)
    found = found.union_all(step)
    mine = (found.c.conv_id == message["conv_id"]) & found.c.cut_pos.is_(None)
    return [row["pos"] for row in tx.rows(select(found.c.pos).where(mine).order_by(found.c.pos))]


def share(tx: Unit, origin: Row, message: Row) -> str:
    """Note that a copy of this conversation shares all from the message up; the id of the family it joins."""
    home = conversation_at(tx, message["conv_id"])
    family = str(origin["family"] or origin["id"])
    tx.update(conversations, origin["id"], family=family)
    tx.update(conversations, home["id"], shared_depth=max(home["shared_depth"] or 0, message["depth"]))
    return family


def conversation_at(tx: Unit, conversation_id: str) -> Row:
    found = tx.get(conversations, conversation_id)
    if found is None:
        raise LookupError(f"no conversation {conversation_id}")
    return found


def _values_anew(tx: Unit, conversation: Row, message: Row, *, counts: int) -> Values:
    leaf = leaf_of(tx, conversation)
    if variant_on_path(message, leaf, conversation["leaf_variant"], fetch=fetch_in(tx)) is None:
        return {}
    return preview_now(tx, conversation) | {"message_count": conversation["message_count"] + counts}


def _all_values_anew(tx: Unit, conversation: Row, touched: Sequence[Row], *, counts: int) -> Values:
    leaf, n, fetch = leaf_of(tx, conversation), conversation["leaf_variant"], fetch_in(tx)
    on_path = sum([variant_on_path(message, leaf, n, fetch=fetch) is not None for message in touched])
    if not on_path:
        return {}
    return preview_now(tx, conversation) | {"message_count": conversation["message_count"] + counts * on_path}


def _sharing(tx: Unit, conversation: Row, message: Row) -> Iterator[Row]:
    """The other conversations that may show this message."""
    home = conversation if message["conv_id"] == conversation["id"] else tx.get(conversations, message["conv_id"])
    if home is None or home["shared_depth"] is None or message["depth"] > home["shared_depth"]:
        return
    query = select(conversations.c.id).where(conversations.c.family == home["family"]).order_by(conversations.c.id)
    for row in tx.rows(query):
        other = tx.get(conversations, row["id"])
        if other is not None and other["id"] != conversation["id"]:
            yield other


def _changes_variant(conversation: Row, message: Row) -> bool:
    return message["parent_pos"] is not None and bool(message["parent_variant"] != conversation["leaf_variant"])


def _last_of(message: Row, text: str) -> Values:
    if not text:
        return {}
    return {"last_role": message["role"], "last_name": message["name"], "last_text": excerpt(text)}


def _count(tx: Unit, before: int, old: Row | None, leaf: Row | None) -> int:
    fork = None if old is None or leaf is None else common_ancestor(old, leaf, fetch=fetch_in(tx))
    return before - _live_above(tx, old, fork) + _live_above(tx, leaf, fork)


def _live_above(tx: Unit, leaf: Row | None, fork: Row | None) -> int:
    """Messages outside the trash from the leaf up to where paths part (left out); counted by the engine when far."""
    if leaf is None:
        return 0
    depth = -1 if fork is None else fork["depth"]
    if leaf["depth"] - depth <= WALK_STEPS_MAX:
        return live_between(leaf, fork, fetch=fetch_in(tx))
    columns = (messages.c.parent_pos, messages.c.depth, messages.c.deleted_pos)
    path = select(*columns).where(messages.c.pos == leaf["pos"]).cte("path", recursive=True)
    m = messages.alias("m")
    step = select(m.c.parent_pos, m.c.depth, m.c.deleted_pos).join(path, m.c.pos == path.c.parent_pos)
    path = path.union_all(step.where(m.c.depth > depth))
    query = select(func.count().label("n")).select_from(path).where(path.c.deleted_pos.is_(None))
    return int(tx.rows(query)[0]["n"])


def _remember_leaf(tx: Unit, conversation: Row, old: Row, leaf: Row | None, *, shown: int) -> None:
    """Where two paths part on different variants, the one that is left keeps its leaf for coming back."""
    fetch = fetch_in(tx)
    fork = None if leaf is None else common_ancestor(old, leaf, fetch=fetch)
    if leaf is None or fork is None:
        return
    was = _variant_toward(tx, fork, old, conversation["leaf_variant"])
    if was != _variant_toward(tx, fork, leaf, shown):
        tx.update(variants, (fork["pos"], was), last_leaf=old["pos"])


def _variant_toward(tx: Unit, fork: Row, leaf: Row, shown: int) -> int:
    below = ancestor_at(leaf, fork["depth"] + 1, fetch=fetch_in(tx))
    return shown if below is None else int(below["parent_variant"])
