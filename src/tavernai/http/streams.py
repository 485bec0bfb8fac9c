"""Streaming sessions over HTTP, and the stream itself."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Response, WebSocket

from tavernai.accounts.guards import Principal, allows
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided
from tavernai.streaming.answer import FrameResponse
from tavernai.streaming.frames import Position
from tavernai.streaming.polling import WAIT_SECONDS_MAX, PollResponse
from tavernai.streaming.schemas import InterruptAnswer, InterruptBody, NewSession, SessionItem, SessionPage
from tavernai.streaming.service import StreamingService
from tavernai.streaming.sockets import FrameSocket

router = APIRouter(tags=["streaming"])
Streaming = Annotated[StreamingService, provided(StreamingService)]
Who = Annotated[Principal, Depends(allows("chat"))]


# What follows the media type is written for people: the document's reader knows no schema of a frame.
FRAMES = {"type": "array", "items": {"type": "object", "required": ["event", "data"]}}
POLLED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": FRAMES}},
        "description": "Frames as `{id?, event, data}`; see docs/reference/streaming.md",
    }
}


def _place(told: str | None) -> Position | None:
    """Where to go on; None: from now on."""
    return Position.parse(told) if told else None


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
    place = _place(last_event_id or after)
    resumed = last_event_id is not None
    listening = await streaming.listen(who.user_id, session_id, after=place, resumed=resumed, door=who.door)
    return FrameResponse(listening, left=partial(streaming.left, session_id))


@router.get("/api/stream/{session_id}/poll", status_code=200, response_class=PollResponse, responses=POLLED)
async def poll_frames(
    session_id: str,
    who: Who,
    streaming: Streaming,
    after: Annotated[str | None, Query(max_length=64)] = None,
    wait: Annotated[float, Query(ge=0, le=WAIT_SECONDS_MAX, description="Seconds.")] = WAIT_SECONDS_MAX,
) -> Any:
    """The same frames as one array, as soon as there are any: for networks that hold streams back."""
    listening = await streaming.listen(who.user_id, session_id, after=_place(after), resumed=False, door=who.door)
    left = partial(streaming.left, session_id, for_long=False)
    return PollResponse(listening, wait_seconds=wait, left=left)


@router.websocket("/api/stream/{session_id}/ws")
async def stream_frames_by_socket(
    socket: WebSocket,
    session_id: str,
    who: Who,
    streaming: Streaming,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> None:
    """The same frames, each one text; `{"interrupt": task_id}` stops a reply."""
    listening = await streaming.listen(who.user_id, session_id, after=_place(after), resumed=False, door=who.door)

    async def interrupt(task_id: str) -> None:
        await streaming.interrupt(who.user_id, session_id, task_id=task_id)

    await socket.accept()
    try:
        await FrameSocket(socket, listening, interrupt=interrupt).run()
    finally:
        await streaming.left(session_id, listening.counters)


@router.post("/api/stream/{session_id}/interrupt", status_code=202)
async def interrupt_stream(
    session_id: str, who: Who, streaming: Streaming, body: InterruptBody | None = None
) -> InterruptAnswer:
    """Stop the reply that runs; idempotent."""
    await streaming.interrupt(who.user_id, session_id, task_id=body.task_id if body else None)
    return InterruptAnswer()
