"""/api/characters/{id}/assets."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel

from tavernai.accounts.guards import Principal, allows
from tavernai.characters.assets.service import AssetService
from tavernai.characters.avatars import SVG, WEBP
from tavernai.characters.domain.assets import MAGIC
from tavernai.characters.domain.pictures import Size
from tavernai.characters.endpoints import picture
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["characters"])

Assets = Annotated[AssetService, provided(AssetService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]
KINDS = sorted({WEBP, SVG, *(kind for _, _, kind in MAGIC)})
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in KINDS}, "description": "The picture"},
    304: {"description": "The caller has it already"},
}


class AssetShown(BaseModel):
    """A picture that came with the card. `kind`: icon, emotion, background, user_icon, other, or the card's word."""

    name: str
    kind: str
    media_type: str
    bytes: int
    url: str


class AssetPage(BaseModel):
    """Pictures in the card's order."""

    items: list[AssetShown]
    next_cursor: str | None


@router.get("/api/characters/{character_id}/assets")
async def list_character_assets(
    character_id: Id,
    who: Who,
    assets: Assets,
    cursor: Annotated[str | None, Query(max_length=2_048)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> AssetPage:
    page = await assets.page(who.user_id, character_id, cursor=cursor, limit=limit)
    items = [
        AssetShown(
            name=row["name"], kind=row["kind"], media_type=row["media_type"], bytes=row["bytes"],
            url=f"/api/characters/{character_id}/assets/{row['blob']}",
        )
        for row in page.items
    ]  # fmt: skip
    return AssetPage(items=items, next_cursor=page.next_cursor)


@router.get("/api/characters/{character_id}/assets/{asset_hash}", response_class=Response, responses=ANSWERS)
async def read_character_asset(
    character_id: Id,
    asset_hash: Annotated[str, Path(max_length=64)],
    request: Request,
    who: Who,
    assets: Assets,
    size: Size | None = None,
) -> Response:
    served = await assets.picture(who.user_id, character_id, asset_hash, size)
    return picture(request, served, immutable=served.avatar is not None)
