"""The shapes of /api/search."""

from typing import Literal

from pydantic import BaseModel

Kind = Literal["character", "conversation", "message"]
Role = Literal["user", "character", "system"]


class SnippetPart(BaseModel):
    """Some text of a snippet, and whether it is what was looked for."""

    text: str
    hit: bool


class SearchHit(BaseModel):
    """Something found. A message's `conversation_id` is where it is shown; a title belongs to that conversation."""

    kind: Kind
    id: str
    conversation_id: str | None
    title: str
    character_id: str | None
    character_name: str | None
    avatar_url: str | None
    role: Role | None
    name: str | None
    snippet: list[SnippetPart]
    created_at: str


class SearchPage(BaseModel):
    """Hits, kind after kind, the newest of each first. A page may be short and still lead on."""

    items: list[SearchHit]
    next_cursor: str | None
