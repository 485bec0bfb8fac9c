"""Is it there, and which version is it: for page, start-up scripts and balancers."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from tavernai import __version__

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__


@router.get("/api/health")
async def read_health() -> Health:
    return Health()


@router.get("/health", include_in_schema=False)
async def read_plain_health() -> Health:
    return Health()
