"""The gallery's routes; before those of one character, whose ids would take their names."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints

from tavernai.accounts.guards import Principal, allows
from tavernai.characters import shown
from tavernai.characters.gallery import schemas as s
from tavernai.characters.gallery.bulk import AT_ONCE_MAX, BulkService, Chosen
from tavernai.characters.gallery.duplicates import DuplicateService
from tavernai.characters.gallery.errors import TooManyCharacters
from tavernai.characters.gallery.packing import zipped
from tavernai.characters.gallery.shelves import ShelfService
from tavernai.characters.schemas import CharacterListed
from tavernai.characters.service import CharacterService
from tavernai.characters.store import Wanted
from tavernai.kernel.errors import InvalidInput
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import attachment, provided

router = APIRouter(tags=["characters"])

Shelves = Annotated[ShelfService, provided(ShelfService)]
Bulks = Annotated[BulkService, provided(BulkService)]
Duplicates = Annotated[DuplicateService, provided(DuplicateService)]
Characters = Annotated[CharacterService, provided(CharacterService)]
Who = Annotated[Principal, Depends(allows("characters"))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=4_096)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
TagAsked = Annotated[str, StringConstraints(max_length=200)]

GROUPS_DEFAULT, GROUPS_MAX = 20, 50
ZIP = "application/zip"
ZIP_ANSWERS: dict[int | str, dict[str, object]] = {200: {"content": {ZIP: {}}, "description": "The archive"}}


@router.get("/api/collections")
async def list_collections(
    who: Who, shelves: Shelves, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.CollectionPage:
    page = await shelves.collections(who.user_id, cursor=cursor, limit=limit)
    return s.CollectionPage(items=[s.CollectionShown(**one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/collections", status_code=201)
async def create_collection(given: s.CollectionGiven, who: Who, shelves: Shelves) -> s.CollectionShown:
    return s.CollectionShown(**await shelves.create_collection(who.user_id, given.name))


@router.patch("/api/collections/{collection_id}")
async def rename_collection(
    collection_id: Id, given: s.CollectionChangeGiven, who: Who, shelves: Shelves
) -> s.CollectionShown:
    renamed = await shelves.rename_collection(who.user_id, collection_id, given.name, version=given.version)
    return s.CollectionShown(**renamed)


@router.delete("/api/collections/{collection_id}", status_code=204)
async def delete_collection(collection_id: Id, who: Who, shelves: Shelves) -> None:
    await shelves.delete_collection(who.user_id, collection_id)


@router.post("/api/collections/{collection_id}:restore")
async def restore_collection(collection_id: Id, who: Who, shelves: Shelves) -> s.CollectionShown:
    return s.CollectionShown(**await shelves.restore_collection(who.user_id, collection_id))


@router.get("/api/saved-filters")
async def list_saved_filters(
    who: Who, shelves: Shelves, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.FilterPage:
    page = await shelves.filters(who.user_id, cursor=cursor, limit=limit)
    return s.FilterPage(items=[s.FilterShown(**one) for one in page.items], next_cursor=page.next_cursor)


@router.post("/api/saved-filters", status_code=201)
async def create_saved_filter(given: s.FilterGiven, who: Who, shelves: Shelves) -> s.FilterShown:
    return s.FilterShown(**await shelves.save_filter(who.user_id, given.name, s.told(given.filter)))


@router.patch("/api/saved-filters/{filter_id}")
async def change_saved_filter(filter_id: Id, given: s.FilterChangeGiven, who: Who, shelves: Shelves) -> s.FilterShown:
    asked = s.told(given.filter) if given.filter is not None else None
    changed = await shelves.change_filter(who.user_id, filter_id, version=given.version, name=given.name, asked=asked)
    return s.FilterShown(**changed)


@router.delete("/api/saved-filters/{filter_id}", status_code=204)
async def delete_saved_filter(filter_id: Id, who: Who, shelves: Shelves) -> None:
    await shelves.delete_filter(who.user_id, filter_id)


@router.post("/api/saved-filters/{filter_id}:restore")
async def restore_saved_filter(filter_id: Id, who: Who, shelves: Shelves) -> s.FilterShown:
    return s.FilterShown(**await shelves.restore_filter(who.user_id, filter_id))


@router.get("/api/characters/hidden-tags")
async def read_hidden_tags(who: Who, shelves: Shelves) -> s.HiddenTags:
    return s.HiddenTags(**await shelves.hidden(who.user_id))


@router.put("/api/characters/hidden-tags")
async def change_hidden_tags(given: s.HiddenTagsGiven, who: Who, shelves: Shelves) -> s.HiddenTags:
    return s.HiddenTags(**await shelves.hide(who.user_id, given.tags, version=given.version))


@router.post("/api/characters/tags:rename")
async def rename_character_tags(given: s.TagsRenamedGiven, who: Who, bulks: Bulks) -> s.BulkShown:
    return s.BulkShown(**await bulks.rename_tags(who.user_id, given.tags, given.to))


@router.get("/api/characters/duplicates")
async def list_duplicates(
    who: Who,
    duplicates: Duplicates,
    kind: Literal["card", "name", "picture"] = "card",
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=GROUPS_MAX)] = GROUPS_DEFAULT,
) -> s.DuplicatePage:
    page = await duplicates.groups(who.user_id, kind, cursor=cursor, limit=limit)
    items = [
        s.DuplicateGroup(
            characters=[CharacterListed(**one) for one in group.characters],
            differences=[s.Difference(field=name, texts=texts) for name, texts in group.differences],
        )
        for group in page.items
    ]
    return s.DuplicatePage(items=items, next_cursor=page.next_cursor)


@router.get("/api/characters/random")
async def read_random_character(
    who: Who,
    characters: Characters,
    q: Annotated[str, Query(max_length=200)] = "",
    tag: Annotated[list[TagAsked], Query(max_length=20)] = [],  # noqa: B006
    favourite: bool = False,
    creator: Annotated[str, Query(max_length=1_000)] = "",
    collection: Annotated[str, Query(max_length=64)] = "",
    hidden: bool = False,
) -> CharacterListed:
    wanted = Wanted(q, tuple(tag), favourite=favourite, creator=creator, collection=collection)
    return CharacterListed(**shown.listed(await characters.any_of(who.user_id, wanted, with_hidden=hidden)))


@router.get("/api/characters/{character_id}/collections")
async def list_collections_of_character(character_id: Id, who: Who, shelves: Shelves) -> s.CollectionList:
    found = await shelves.collections_of(who.user_id, character_id)
    return s.CollectionList(items=[s.CollectionNamed(**one) for one in found])


@router.post("/api/characters:bulk")
async def change_characters(given: s.BulkGiven, who: Who, bulks: Bulks) -> s.BulkShown:
    done = await bulks.start(who.user_id, _chosen(given), given.action, _value(given))
    return s.BulkShown(**done)


@router.post("/api/characters:export", response_class=StreamingResponse, responses=ZIP_ANSWERS)
async def export_characters(given: s.ExportGiven, who: Who, characters: Characters) -> StreamingResponse:
    ids = await characters.chosen_ids(who.user_id, _chosen(given).found)
    if len(ids) > AT_ONCE_MAX:
        raise TooManyCharacters(chosen=len(ids), chosen_max=AT_ONCE_MAX)
    files = characters.export_many(who.user_id, ids, given.format)
    headers = {"Content-Disposition": attachment("characters.zip"), "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(zipped(files, form=given.format), media_type=ZIP, headers=headers)


@router.get("/api/bulk-changes")
async def list_bulk_changes(who: Who, bulks: Bulks, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT) -> s.BulkPage:
    page = await bulks.newest(who.user_id, cursor=cursor, limit=limit)
    return s.BulkPage(items=[s.BulkShown(**one) for one in page.items], next_cursor=page.next_cursor)


@router.get("/api/bulk-changes/{bulk_id}")
async def read_bulk_change(bulk_id: Id, who: Who, bulks: Bulks) -> s.BulkShown:
    return s.BulkShown(**await bulks.get(who.user_id, bulk_id))


@router.post("/api/bulk-changes/{bulk_id}:undo")
async def undo_bulk_change(bulk_id: Id, who: Who, bulks: Bulks) -> s.BulkShown:
    return s.BulkShown(**await bulks.undo(who.user_id, bulk_id))


def _chosen(given: s.ChosenGiven) -> Chosen:
    if (given.ids is None) == (given.all_matching is None):
        raise InvalidInput("Name the characters by ids, or by all_matching.", field="ids")
    if given.all_matching is None:
        return Chosen(ids=tuple(given.ids or ()))
    asked = given.all_matching
    wanted = Wanted(
        asked.q, tuple(asked.tag), "name", asked.trash, asked.favourite, asked.creator, asked.collection,
        without=frozenset(asked.without),
    )  # fmt: skip
    return Chosen(wanted=wanted, with_hidden=asked.hidden)


def _value(given: s.BulkGiven) -> list[str] | str | None:
    kind: type | None = list if given.action.endswith("_tags") else str if "collection" in given.action else None
    if kind is None or isinstance(given.value, kind):
        return given.value if kind is not None else None
    raise InvalidInput("This action needs a value: the tags, or the collection's id.", field="value")
