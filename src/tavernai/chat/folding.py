"""What the folds of this room share: the rows a fact speaks of, and the ways they change."""

from typing import Any

from tavernai.chat.shown import conversation_at
from tavernai.chat.tables import conversations, messages, variants
from tavernai.kernel.facts import Recorded
from tavernai.storage.rows import Row
from tavernai.storage.unit import Unit


def conv_id(recorded: Recorded) -> str:
    """The conversation whose stream the fact stands in."""
    return recorded.stream.partition(":")[2]


def conversation_of(tx: Unit, recorded: Recorded) -> Row:
    return conversation_at(tx, conv_id(recorded))


def message_of(tx: Unit, message_id: str) -> Row:
    found = tx.find(messages, id=message_id)
    if found is None:
        raise LookupError(f"no message {message_id}")
    return found


def variant_of(tx: Unit, variant_id: str) -> Row:
    found = tx.find(variants, id=variant_id)
    if found is None:
        raise LookupError(f"no variant {variant_id}")
    return found


def turn(tx: Unit, recorded: Recorded, **values: Any) -> None:
    """The conversation with these values, at the fact's position."""
    tx.update(conversations, conv_id(recorded), position=recorded.pos, **values)


def bump(tx: Unit, message_id: str, **values: Any) -> Row:
    """The message with these values and one more change."""
    message = message_of(tx, message_id)
    values["version"] = message["version"] + 1
    tx.update(messages, message["pos"], **values)
    return {**message, **values}
