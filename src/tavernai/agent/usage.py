"""What the replies of a conversation took: tokens, and money where prices are known. Summed when asked, from what the
ends of the replies recorded."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from tavernai.chat.errors import ConversationNotFound
from tavernai.chat.tables import conversations, messages, variants

_OWNER = select(conversations.c.owner_id).where(conversations.c.id == bindparam("of"))
_SPENT = (
    select(variants.c.usage, variants.c.cost)
    .join(messages, messages.c.pos == variants.c.message_pos)
    .where(messages.c.conv_id == bindparam("of"), variants.c.usage.is_not(None))
)


def usage_of(conn: Connection, user_id: str, conversation_id: str) -> dict[str, Any]:
    """{replies, prompt_tokens, completion_tokens, costs: [{amount, currency}]} of all variants, also those not shown.

    Raises:
        ConversationNotFound.
    """
    if conn.execute(_OWNER, {"of": conversation_id}).scalar() != user_id:
        raise ConversationNotFound
    replies, tokens = 0, {"prompt_tokens": 0, "completion_tokens": 0}
    costs: dict[str, Decimal] = defaultdict(Decimal)
    for usage, cost in conn.execute(_SPENT, {"of": conversation_id}):
        replies += 1
        told = orjson.loads(usage)
        for name in tokens:
            tokens[name] += told.get(name) or 0
        if cost is not None:
            paid = orjson.loads(cost)
            costs[paid["currency"]] += Decimal(paid["amount"])
    shown = [{"amount": format(amount, "f"), "currency": currency} for currency, amount in sorted(costs.items())]
    return {"replies": replies, **tokens, "costs": shown}
