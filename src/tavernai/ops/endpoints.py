"""/metrics for the owner's Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from tavernai.accounts.guards import Principal, allows
from tavernai.kernel.web import provided
from tavernai.ops.metrics import CONTENT_TYPE, Metrics

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=Response)
async def metrics(
    who: Annotated[Principal, Depends(allows("admin", owner=True))],
    figures: Annotated[Metrics, provided(Metrics)],
) -> Response:
    """Figures of this process in Prometheus' text format; for owners, by an API key with the scope `admin`."""
    return Response(figures.text(), media_type=CONTENT_TYPE)
