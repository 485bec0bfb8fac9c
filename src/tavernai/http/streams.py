"""Streaming sessions over HTTP, and the stream itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided
from tavernai.streaming.answer import FrameResponse
from tavernai.streaming.frames import Position
from tavernai.streaming.schemas import InterruptAnswer, InterruptBody, NewSession, SessionItem, SessionPage
from tavernai.streaming.service import StreamingService
from tavernai.streaming.wire import Counters

router = APIRouter(tags=["streaming"])
Streaming = Annotated[StreamingService, provided(StreamingService)]
Who = Annotated[Principal, Depends(allows("chat"))]


def _item(session: dict[str, Any]) -> SessionItem:
    times = {name: rfc3339(session[name]) for name in ("created_at", "seen_at")}
    return SessionItem(**(session | times))


@router.post("/api/stream/sessions", status_code=201)
async def create_stream_session(body: NewSession, who: Who, streaming: Streaming) -> SessionItem:
    """Make a session to listen through."""
    return _item(await streaming.create(who.user_id, body.conversation_id))


@router.get("/api/stream/sessions")
async def list_stream_sessions(
    who: Who,
    streaming: Streaming,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> SessionPage:
    """This person's sessions, the newest first."""
    page = await streaming.listed(who.user_id, cursor=cursor, limit=limit)
    return SessionPage(items=[_item(item) for item in page.items], next_cursor=page.next_cursor)


@router.delete("/api/stream/sessions/{session_id}", status_code=204)
async def end_stream_session(session_id: str, who: Who, streaming: Streaming) -> Response:
    """End a session; whoever listens through it is let go."""
    await streaming.end(who.user_id, session_id)
    return Response(status_code=204)


@router.get(
    "/api/stream/{session_id}",
    status_code=200,
    response_class=FrameResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Frames; see docs/reference/streaming.md"}},
)
async def stream_frames(
    session_id: str,
    who: Who,
    streaming: Streaming,
    after: Annotated[str | None, Query(max_length=64)] = None,
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> Any:
    """Listen: facts after the position, then the running reply's text, then everything live."""
    told = last_event_id or after
    position = Position.parse(told) if told else Position(await streaming.newest_position())
    listening = await streaming.listen(who.user_id, session_id, after=position, resumed=last_event_id is not None)

    async def left(counters: Counters) -> None:
        await streaming.left(session_id, counters)

    return FrameResponse(listening, left=left)


@router.post("/api/stream/{session_id}/interrupt", status_code=202)
async def interrupt_stream(
    session_id: str, who: Who, streaming: Streaming, body: InterruptBody | None = None
) -> InterruptAnswer:
    """Stop the reply that runs; idempotent."""
    await streaming.interrupt(who.user_id, session_id, task_id=body.task_id if body else None)
    return InterruptAnswer()
