"""The shapes of sessions over HTTP."""

from pydantic import BaseModel, ConfigDict, Field


class NewSession(BaseModel):
    """What to listen to; without a conversation: every view event of this person, no tokens."""

    model_config = ConfigDict(extra="forbid")
    conversation_id: str | None = Field(default=None, max_length=64)


class SessionItem(BaseModel):
    """A streaming session; `url` listens on from `position`."""

    id: str
    conversation_id: str | None
    position: int
    url: str
    created_at: str
    seen_at: str
    frames: int
    bytes: int
    resumes: int


class SessionPage(BaseModel):
    items: list[SessionItem]
    next_cursor: str | None


class InterruptBody(BaseModel):
    """Which task to stop; without one the task that runs, not queued ones."""

    model_config = ConfigDict(extra="forbid")
    task_id: str | None = Field(default=None, max_length=64)


class InterruptAnswer(BaseModel):
    status: str = "accepted"
