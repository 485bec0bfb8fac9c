"""Why a reply says what it says: read from the ledger alone, for any reply however old."""

from typing import Any

from sqlalchemy import Connection, select

from tavernai.agent.tables import tasks
from tavernai.chat.errors import MessageNotFound
from tavernai.chat.tables import messages, variants
from tavernai.kernel.facts import Recorded
from tavernai.ledger import store as ledger_store
from tavernai.prompting import store as prompt_store
from tavernai.prompting.domain.account import hash_of_messages
from tavernai.prompting.domain.plan import chunks_of, hashes_of, messages_of, parts_of
from tavernai.prompting.domain.tokenizers import is_estimate
from tavernai.streaming.frames import timeline_item

ENDS = frozenset({"completion.done", "completion.interrupted", "completion.failed"})


def why(conn: Connection, user_id: str, message_id: str, *, variant_id: str | None = None) -> dict[str, Any]:
    """The account of the variant shown (or named). Raises MessageNotFound."""
    message = conn.execute(select(messages).where(messages.c.id == message_id)).mappings().first()
    if message is None or message["owner_id"] != user_id:
        raise MessageNotFound
    task_id = _task_of(conn, message, variant_id)
    task = conn.execute(select(tasks).where(tasks.c.id == task_id)).mappings().first() if task_id else None
    events = ledger_store.task_events(conn, task_id) if task_id else []
    return {
        "message_id": message_id,
        "task": dict(task) if task else None,
        "route": _route(events),
        "plan": _plan(conn, events),
        "config": _config(events),
        "completion": _completion(events),
        "events": [timeline_item(event) for event in events],
    }


def _task_of(conn: Connection, message: Any, variant_id: str | None) -> str | None:
    query = select(variants.c.task_id).where(variants.c.message_pos == message["pos"])
    shown = variants.c.id == variant_id if variant_id else variants.c.n == message["active_variant"]
    task_id: str | None = conn.execute(query.where(shown)).scalar() or message["task_id"]
    return task_id


def last_event(events: list[Recorded], *kinds: str) -> Recorded | None:
    """The last fact of these kinds."""
    return next((event for event in reversed(events) if event.kind in kinds), None)


def _route(events: list[Recorded]) -> dict[str, Any] | None:
    event = last_event(events, "route.chosen")
    return {name: event.payload[name] for name in ("connection", "model", "reason")} if event else None


def _completion(events: list[Recorded]) -> dict[str, Any] | None:
    event = last_event(events, *ENDS)
    names = ("finish", "usage", "first_token_ms", "total_ms", "connection", "fallbacks", "cost")
    return {name: event.payload.get(name) for name in names} if event else None


def _plan(conn: Connection, events: list[Recorded]) -> dict[str, Any] | None:
    event = last_event(events, "plan.made")
    if event is None:
        return None
    plan = event.payload["plan"]
    chunks = prompt_store.texts(conn, chunks_of(plan))
    texts = {**chunks, **prompt_store.texts(conn, hashes_of(plan, chunks))}
    sent = messages_of(plan, texts)
    sizes = ("prompt_hash", "context_tokens", "budget_tokens", "prompt_tokens", "reply_tokens", "tokenizer")
    return {name: plan[name] for name in sizes} | {
        "counted": not is_estimate(plan["tokenizer"]),
        "verified": hash_of_messages(sent) == plan["prompt_hash"],
        "parts": [account_of_part(part) for part in parts_of(plan, texts)],
        "cut": [{name: cut[name] for name in ("source", "title", "tokens", "why", "count")} for cut in plan["cut"]],
        "messages": sent,
        "lore": lore_in(plan),
        "scripts": listed_in(plan, "scripts", "ran", "failed"),
    }


def _config(events: list[Recorded]) -> dict[str, Any] | None:
    """What was tuned when the prompt was made; None of replies older than config."""
    event = last_event(events, "plan.made")
    told = event.payload["plan"].get("config") if event else None
    if told is None:
        return None
    return {"revisions": told["revisions"], "used": told["used"], "ignored": told["ignored"]}


def lore_in(plan: Any) -> dict[str, Any]:
    """What a plan tells of lorebooks; older ones tell no keys that were given up."""
    told = plan.get("lore") or {}
    return listed_in(plan, "lore", "hits", "dropped", "given_up") | {
        "given_up_count": told.get("given_up_count", 0),
        "cut_short": told.get("cut_short", False),
    }


def listed_in(plan: Any, account: str, *names: str) -> dict[str, Any]:
    """Lists of one account in a plan; a plan that has no such account tells empty ones."""
    told = plan.get(account) or {}
    return {name: list(told.get(name) or ()) for name in names}


def account_of_part(part: Any) -> dict[str, Any]:
    """A part as people see it."""
    names = ("id", "source", "title", "role", "tokens", "text")
    return {name: getattr(part, name) for name in names} | {"messages": list(part.message_ids)}
