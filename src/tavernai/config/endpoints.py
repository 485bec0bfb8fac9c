"""/api/config."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from tavernai.accounts.guards import Principal, allows
from tavernai.config import schemas as s
from tavernai.config.domain.fold import Scope
from tavernai.config.domain.paths import PATHS
from tavernai.config.service import ConfigService
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import InvalidInput
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["config"])

Config = Annotated[ConfigService, provided(ConfigService)]
Who = Annotated[Principal, Depends(allows("config"))]
Id = Annotated[str | None, Query(max_length=64)]
PATH_LIST = s.PathList(items=[s.path_shown(path) for path in PATHS.values()])


@router.get("/api/config/paths")
async def list_config_paths(who: Who) -> s.PathList:
    return PATH_LIST


@router.get("/api/config/effective")
async def read_effective_config(
    who: Who, config: Config, character_id: Id = None, conversation_id: Id = None
) -> s.EffectiveShown:
    told = await config.effective(who.user_id, character_id=character_id, conversation_id=conversation_id)
    return s.effective_shown(told)


@router.post("/api/config/revisions", status_code=201)
async def commit_config(given: s.RevisionGiven, who: Who, config: Config) -> s.CommittedShown:
    scope = _scope(who, given.scope.type, given.scope.id)
    ops: list[Any] = [op.model_dump() for op in given.ops]
    made = await config.commit(who.user_id, scope, ops, base_n=given.base_n, is_owner=who.role == "owner")
    return s.committed_shown(made)


@router.get("/api/config/revisions")
async def list_config_revisions(
    who: Who,
    config: Config,
    scope_type: s.ScopeName = "user",
    scope_id: Id = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> s.RevisionPage:
    scope = _scope(who, scope_type, scope_id)
    page = await config.revisions(
        who.user_id, scope, cursor=cursor, limit=limit, is_owner=who.role == "owner"
    )  # fmt: skip
    return s.RevisionPage(items=[_revision(row) for row in page.items], next_cursor=page.next_cursor)


def _scope(who: Principal, kind: s.ScopeName, named: str | None) -> Scope:
    if kind == "global":
        return Scope("global")
    if kind == "user":
        return Scope("user", named or who.user_id)
    if not named:
        raise InvalidInput("Say which one: the scope has no id.", field="scope.id")
    return Scope(kind, named)


def _revision(row: Any) -> s.RevisionShown:
    return s.RevisionShown(
        revision_id=row["id"], n=row["n"], ops=row["ops"], actor=row["actor"], created_at=rfc3339(row["created_at"])
    )
