"""The prompt of a reply as it was sent: put together from the ledger's plan and the stored texts, and checked.

Works for any reply however old: nothing is built anew, so neither a changed card nor a changed preset shows in it.
"""

from typing import Any

from sqlalchemy import Connection, select

from tavernai.agent.errors import NoPrompt
from tavernai.agent.tables import tasks
from tavernai.agent.why import account_of_part, last_event, listed_in, lore_in
from tavernai.chat.errors import MessageNotFound, VariantNotFound
from tavernai.chat.tables import messages, variants
from tavernai.kernel.facts import Recorded
from tavernai.ledger import store as ledger_store
from tavernai.prompting import store as prompt_store
from tavernai.prompting.domain.account import hash_of_messages
from tavernai.prompting.domain.plan import messages_of, parts_of
from tavernai.prompting.domain.tokenizers import is_estimate

PROMPT_ROLE = "prompt"
"""The role of the only message of a prompt that is one text."""
SIZES = ("context_tokens", "budget_tokens", "prompt_tokens", "reply_tokens", "tokenizer")


def sent(conn: Connection, message_id: str, *, owner_id: str | None, variant_id: str | None = None) -> dict[str, Any]:
    """The prompt of the variant shown (or named). `owner_id` None: whoever's it is.

    Returns:
        {messages | prompt, stop, parts, lore, scripts, cut, sizes …, hash, hash_ok, generated_at (ms), connection,
        model}: of `messages` and `prompt` the one that was sent, the other None.
    Raises:
        MessageNotFound, VariantNotFound; NoPrompt: no model was asked for it; PromptTextGone, PromptTextChanged.
    """
    message = conn.execute(select(messages).where(messages.c.id == message_id)).mappings().first()
    if message is None or owner_id not in (None, message["owner_id"]):
        raise MessageNotFound
    events = _events_of(conn, message, variant_id)
    made = last_event(events, "plan.made")
    if made is None:
        raise NoPrompt(message_id=message_id)
    return told_of(conn, made) | _route(events) | {"message_id": message_id}


def _events_of(conn: Connection, message: Any, variant_id: str | None) -> list[Recorded]:
    """What happened to the task that wrote this variant; what a person wrote names no task, or the one it asked for."""
    shown = variants.c.id == variant_id if variant_id else variants.c.n == message["active_variant"]
    found = conn.execute(select(variants.c.task_id).where(variants.c.message_pos == message["pos"], shown)).first()
    if found is None:
        raise VariantNotFound
    wrote = select(tasks.c.id).where(tasks.c.id == found.task_id, tasks.c.reply_message_id == message["id"])
    task_id = conn.execute(wrote).scalar()
    return ledger_store.task_events(conn, task_id) if task_id else []


def told_of(conn: Connection, made: Recorded) -> dict[str, Any]:
    """The prompt one plan.made stands for, and its account."""
    plan = made.payload["plan"]
    texts = prompt_store.plan_texts(conn, plan)
    told = messages_of(plan, texts)
    is_text = [one["role"] for one in told] == [PROMPT_ROLE]
    return {name: plan[name] for name in SIZES} | {
        "counted": not is_estimate(plan["tokenizer"]),
        "messages": None if is_text else told,
        "prompt": told[0]["content"] if is_text else None,
        "stop": list(plan["stop"]),
        "parts": [account_of_part(part) for part in parts_of(plan, texts)],
        "lore": lore_in(plan),
        "scripts": listed_in(plan, "scripts", "ran", "failed"),
        "cut": [{name: cut[name] for name in ("source", "title", "tokens", "why", "count")} for cut in plan["cut"]],
        "hash": plan["prompt_hash"],
        "hash_ok": hash_of_messages(told) == plan["prompt_hash"],
        "generated_at": made.ts,
    }


def _route(events: list[Recorded]) -> dict[str, Any]:
    chosen = last_event(events, "route.chosen")
    return {name: chosen.payload[name] if chosen else None for name in ("connection", "model")}
