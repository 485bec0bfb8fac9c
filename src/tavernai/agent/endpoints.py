"""Messages, tasks, the timeline and the account of a reply over HTTP."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse

from tavernai.accounts.guards import Principal, allows
from tavernai.agent.orders import Order, Posted, Speaker
from tavernai.agent.schemas import (
    ConversationUsage,
    PostedMessage,
    PostMessage,
    PromptSent,
    TaskItem,
    TimelineItem,
    TimelinePage,
    WhyAnswer,
)
from tavernai.agent.service import AgentService
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.paging import INTEGER_MAX, PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided
from tavernai.streaming.answer import FrameResponse
from tavernai.streaming.frames import Position, ids_frame
from tavernai.streaming.service import StreamingService

router = APIRouter(tags=["agent"])
Agent = Annotated[AgentService, provided(AgentService)]
Streaming = Annotated[StreamingService, provided(StreamingService)]
Who = Annotated[Principal, Depends(allows("chat"))]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "With `Accept: text/event-stream`: the frames."}
}


def _posted(posted: Posted) -> PostedMessage:
    return PostedMessage(**posted.ids(), stream_url=posted.stream_url)


@router.post("/v1/agent/messages", status_code=202, response_model=PostedMessage, responses=STREAM)
async def post_message(
    body: PostMessage,
    who: Who,
    agent: Agent,
    streaming: Streaming,
    accept: Annotated[str, Header(max_length=1_000)] = "",
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> Any:
    """Post a message or an action; the answer says where to listen, or is the stream itself."""
    fields = body.model_dump()
    said_as = fields.pop("as_")
    fields["idempotency_key"] = idempotency_key or fields["idempotency_key"]
    posted = await agent.post(who.user_id, Order(**fields, speaker=Speaker(**said_as) if said_as else None))
    if "text/event-stream" not in accept or posted.task_id is None:
        return _posted(posted)
    listening = streaming.follow(
        who.user_id, posted.conversation_id, after=Position(posted.position), task_id=posted.task_id,
        first=ids_frame(posted.ids()), door=who.door,
    )  # fmt: skip
    return FrameResponse(listening)


@router.get("/v1/agent/tasks/{task_id}")
async def get_task(task_id: str, who: Who, agent: Agent) -> TaskItem:
    """Where a task is."""
    return task_item(await agent.task(who.user_id, task_id))


@router.post("/v1/agent/tasks/{task_id}:cancel", status_code=202)
async def cancel_task(task_id: str, who: Who, agent: Agent) -> TaskItem:
    """Stop a task; the text so far is kept, a message that was still queued goes to the trash."""
    return task_item(await agent.cancel(who.user_id, task_id))


@router.post("/v1/agent/tasks/{task_id}:retry", status_code=202)
async def retry_task(task_id: str, who: Who, agent: Agent) -> PostedMessage:
    """Try a failed or stopped task again, as a new task."""
    return _posted(await agent.retry(who.user_id, task_id))


@router.get("/v1/audit/conversations/{conversation_id}/timeline", response_model=TimelinePage)
async def conversation_timeline(
    conversation_id: str,
    who: Who,
    agent: Agent,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """Every fact of a conversation, ordered by position."""
    page = await agent.timeline(who.user_id, conversation_id, after=min(after, INTEGER_MAX), limit=limit)
    return JSONResponse({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/api/messages/{message_id}/why")
async def message_why(
    message_id: str, who: Who, agent: Agent, variant_id: Annotated[str | None, Query(max_length=64)] = None
) -> WhyAnswer:
    """Why a reply says what it says."""
    account = await agent.why(who.user_id, message_id, variant_id=variant_id)
    task = task_item(account["task"]) if account["task"] else None
    events = [TimelineItem(**item) for item in account["events"]]
    return WhyAnswer(**(account | {"task": task, "events": events}))


@router.get("/api/messages/{message_id}/prompt")
async def message_prompt(
    message_id: str, who: Who, agent: Agent, variant_id: Annotated[str | None, Query(max_length=64)] = None
) -> PromptSent:
    """The prompt of a reply exactly as it was sent, for any reply, however old."""
    told = await agent.prompt(who.user_id, message_id, variant_id=variant_id)
    return PromptSent(**(told | {"generated_at": rfc3339(told["generated_at"])}))


@router.get("/api/conversations/{conversation_id}/usage")
async def conversation_usage(conversation_id: str, who: Who, agent: Agent) -> ConversationUsage:
    """Tokens and costs of a conversation's replies, every variant counted."""
    return ConversationUsage(**await agent.usage(who.user_id, conversation_id))


def task_item(row: Any) -> TaskItem:
    """A task's row as people see it."""
    times = {name: rfc3339(row[name]) if row[name] is not None else None for name in ("started_at", "ended_at")}
    return TaskItem(
        id=row["id"], kind=row["kind"], status=row["state"], conversation_id=row["conversation_id"],
        message_id=row["message_id"], reply_message_id=row["reply_message_id"], variant_id=row["variant_id"],
        error=orjson.loads(row["error"]) if row["error"] else None, attempts=row["attempt"],
        created_at=rfc3339(row["created_at"]), **times,
    )  # fmt: skip
