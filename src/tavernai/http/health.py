"""Is it there, and which version is it: for page, start-up scripts and balancers."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request

from tavernai import __version__
from tavernai.storage.health import StorageHealth

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers. `storage`: whether what people do can be kept just now; reading always works."""

    status: Literal["ok"] = "ok"
    version: str = __version__
    storage: Literal["ok", "full", "read_only"] = "ok"


@router.get("/api/health")
async def read_health(request: Request) -> Health:
    return _health(request)


@router.get("/health", include_in_schema=False)
async def read_plain_health(request: Request) -> Health:
    return _health(request)


def _health(request: Request) -> Health:
    storage = request.app.state.provides.get(StorageHealth)
    return Health(storage=storage.state) if storage else Health()
