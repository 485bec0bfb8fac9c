"""/metrics for the owner's Prometheus; /api/search over everything a person has."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided
from tavernai.kernel.words import asked
from tavernai.ops import schemas as s
from tavernai.ops.metrics import CONTENT_TYPE, Metrics
from tavernai.ops.search import SearchService
from tavernai.storage.finding import Found, Wanted

router = APIRouter(tags=["operations"])

KINDS: tuple[s.Kind, ...] = ("character", "conversation", "message")
SomeId = Annotated[str | None, Query(max_length=64)]


@router.get("/metrics", response_class=Response)
async def metrics(
    who: Annotated[Principal, Depends(allows("admin", owner=True))],
    figures: Annotated[Metrics, provided(Metrics)],
) -> Response:
    """Figures of this process in Prometheus' text format; for owners, by an API key with the scope `admin`."""
    return Response(figures.text(), media_type=CONTENT_TYPE)


@router.get("/api/search", tags=["search"])
async def search(
    who: Annotated[Principal, Depends(allows("chat"))],
    service: Annotated[SearchService, provided(SearchService)],
    q: Annotated[str, Query(max_length=500)] = "",
    kind: Annotated[list[s.Kind] | None, Query(max_length=3)] = None,
    character_id: SomeId = None,
    conversation_id: SomeId = None,
    role: s.Role | None = None,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
    hidden: bool = False,
    variants: bool = False,
    cursor: Annotated[str | None, Query(max_length=2_048)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> s.SearchPage:
    """Characters, titles and messages with all these words; "a phrase", -without, and an unfinished last word.

    `hidden` also finds messages that are not told to the model, `variants` also those not selected.
    """
    wanted = Wanted(
        who.user_id, asked(q), character_id=character_id, conversation_id=conversation_id, role=role,
        since=_ms(since), until=_ms(until), hidden=hidden, variants=variants,
    )  # fmt: skip
    page = await service.find(
        wanted, kinds=kind or KINDS, scopes=[each for each in ("chat", "characters") if who.may(each)],
        cursor=cursor, limit=limit,
    )  # fmt: skip
    return s.SearchPage(items=[_hit(one) for one in page.items], next_cursor=page.next_cursor)


def _ms(moment: datetime | None) -> int | None:
    """A time without a zone is UTC."""
    if moment is None:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _hit(found: Found) -> s.SearchHit:
    told = asdict(found)
    del told["doc"]
    return s.SearchHit(**told | {"created_at": rfc3339(found.created_at)})
