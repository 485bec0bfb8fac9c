"""The gallery on each engine: finding, arranging, many at once and back again, duplicates."""

import asyncio
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tavernai.agent.cast import OwnStage
from tavernai.agent.stopping import Stopper
from tavernai.characters.gallery import bulk as bulk_module
from tavernai.characters.gallery.bulk import BulkService, Chosen
from tavernai.characters.gallery.duplicates import DuplicateService
from tavernai.characters.gallery.errors import AlreadyUndone, NameTaken
from tavernai.characters.gallery.packing import zipped
from tavernai.characters.gallery.shelves import ShelfService
from tavernai.characters.importing import ImportService
from tavernai.characters.service import CharacterService
from tavernai.characters.store import Wanted
from tavernai.chat.conversations import ChatService
from tavernai.chat.habits import OwnChats
from tavernai.engines.blobs import FileBlobs
from tavernai.engines.pictures import PillowPictures
from tavernai.kernel.errors import Conflict, NotFound
from tavernai.kernel.ids import new_id
from tavernai.storage.database import Database
from tests.support.storage import compared_with_replay


@dataclass
class Gallery:
    """One person's, and everything that arranges it."""

    storage: Database
    characters: CharacterService
    shelves: ShelfService
    bulks: BulkService
    duplicates: DuplicateService
    imports: ImportService
    user_id: str

    async def add(self, name: str, *tags: str, **fields: Any) -> str:
        return (await self.characters.create(self.user_id, {"name": name, "tags": list(tags), **fields})).id

    async def names(self, *, with_hidden: bool = True, **wanted: Any) -> list[str]:
        page, _ = await self.characters.page(
            self.user_id, Wanted(**wanted), with_hidden=with_hidden, cursor=None, limit=50
        )
        return [row["name"] for row in page.items]

    async def all(self, action: str, value: Any = None, **wanted: Any) -> dict[str, Any]:
        return await self.bulks.start(self.user_id, Chosen(wanted=Wanted(**wanted)), action, value)

    async def tags_of(self, character_id: str) -> list[str]:
        found: list[str] = (await self.characters.get(self.user_id, character_id)).card["tags"]
        return found


@pytest.fixture
def gallery(storage: Database, tmp_path: Path) -> Gallery:
    blobs, chats = FileBlobs(tmp_path / "blobs"), OwnChats()
    return Gallery(
        storage, CharacterService(storage, blobs, PillowPictures(), chats=chats), ShelfService(storage),
        BulkService(storage), DuplicateService(storage, chats=chats), ImportService(storage, blobs), new_id(),
    )  # fmt: skip


async def test_several_tags_narrow_together_and_a_creator_and_a_collection_narrow_on(gallery: Gallery) -> None:
    wanted = await gallery.add("Ada", "Sea", "calm", creator="moth")
    await gallery.add("Bea", "sea")
    await gallery.add("Cid", "sea", "calm")
    shelf = await gallery.shelves.create_collection(gallery.user_id, "Harbour")
    await gallery.bulks.start(gallery.user_id, Chosen(ids=(wanted,)), "add_to_collection", shelf["id"])
    assert await gallery.names(tags=("sea", "CALM")) == ["Ada", "Cid"]
    assert await gallery.names(tags=("sea",), creator="moth") == ["Ada"]
    assert await gallery.names(collection=shelf["id"]) == ["Ada"]


@pytest.mark.parametrize(("sort", "order"), [("chatted", ["Bea", "Ada", "Cid"]), ("chats", ["Ada", "Bea", "Cid"])])
async def test_characters_stand_by_their_last_chat_or_by_how_much_was_said(
    gallery: Gallery, sort: str, order: list[str]
) -> None:
    chat = ChatService(gallery.storage, cast=OwnStage(), tasks=Stopper())
    await gallery.add("Cid")
    for name, times in (("Ada", 2), ("Bea", 1)):
        made = await gallery.add(name, first_mes="Hello.")
        for _ in range(times):
            await asyncio.sleep(0.002)
            await chat.create(gallery.user_id, character_id=made)
    found, cursor = [], None
    for _ in range(3):
        page, _ = await gallery.characters.page(gallery.user_id, Wanted(sort=sort), cursor=cursor, limit=1)
        found, cursor = [*found, page.items[0]["name"]], page.next_cursor
    assert (found, cursor) == (order, None)


async def test_hidden_tags_keep_characters_out_of_sight_until_asked_for(gallery: Gallery) -> None:
    await gallery.add("Ada", "sea")
    await gallery.add("Bea", "Spoiler")
    hidden = await gallery.shelves.hide(gallery.user_id, ["spoiler"], version=0)
    assert hidden == {"tags": ["spoiler"], "version": 1}
    assert await gallery.names(with_hidden=False) == ["Ada"]
    assert await gallery.names(with_hidden=False, tags=("spoiler",)) == ["Bea"]
    assert await gallery.names() == ["Ada", "Bea"]
    with pytest.raises(Conflict):
        await gallery.shelves.hide(gallery.user_id, [], version=0)


async def test_a_collection_put_away_comes_back_with_everybody_in_it(gallery: Gallery) -> None:
    ids = [await gallery.add(name) for name in ("Ada", "Bea")]
    shelf = await gallery.shelves.create_collection(gallery.user_id, " The  pier ")
    await gallery.bulks.start(gallery.user_id, Chosen(ids=tuple(ids)), "add_to_collection", shelf["id"])
    with pytest.raises(NameTaken):
        await gallery.shelves.create_collection(gallery.user_id, "THE PIER")
    await gallery.shelves.delete_collection(gallery.user_id, shelf["id"])
    assert (await gallery.shelves.collections(gallery.user_id, cursor=None, limit=5)).items == []
    back = await gallery.shelves.restore_collection(gallery.user_id, shelf["id"])
    assert (back["name"], back["count"]) == ("The pier", 2)


async def test_nobody_reaches_another_persons_collection_filter_or_change(gallery: Gallery) -> None:
    shelf = await gallery.shelves.create_collection(gallery.user_id, "Mine")
    kept = await gallery.shelves.save_filter(gallery.user_id, "Sea", {"tag": ["sea"]})
    mine = await gallery.add("Ada")
    done = await gallery.all("favourite")
    other = new_id()
    with pytest.raises(NotFound):
        await gallery.bulks.start(other, Chosen(ids=(mine,)), "add_to_collection", shelf["id"])
    with pytest.raises(NotFound):
        await gallery.shelves.change_filter(other, kept["id"], version=1, name="x", asked=None)
    with pytest.raises(NotFound):
        await gallery.bulks.undo(other, done["id"])
    assert (await gallery.bulks.start(other, Chosen(ids=(mine,)), "trash"))["changed"] == 0
    assert await gallery.names() == ["Ada"]


async def test_tags_for_many_are_taken_back_as_one_without_what_was_there_before(gallery: Gallery) -> None:
    had, new = await gallery.add("Ada", "sea", "old"), await gallery.add("Bea", "calm")
    done = await gallery.all("add_tags", ["Sea", "night"])
    assert (done["state"], done["total"], done["changed"]) == ("done", 2, 2)
    assert await gallery.tags_of(had) == ["sea", "old", "night"]
    undone = await gallery.bulks.undo(gallery.user_id, done["id"])
    assert [await gallery.tags_of(one) for one in (had, new)] == [["sea", "old"], ["calm"]]
    with pytest.raises(AlreadyUndone):
        await gallery.bulks.undo(gallery.user_id, done["id"])
    await gallery.bulks.undo(gallery.user_id, undone["id"])
    assert await gallery.tags_of(new) == ["calm", "Sea", "night"]


async def test_what_somebody_changed_after_many_were_stays_when_the_many_go_back(gallery: Gallery) -> None:
    one = await gallery.add("Ada", "sea")
    done = await gallery.all("add_tags", ["night"])
    now = await gallery.characters.get(gallery.user_id, one)
    await gallery.characters.edit(
        gallery.user_id, one, version=now.row["version"], fields={"tags": ["sea", "night", "mine"]}
    )
    await gallery.bulks.undo(gallery.user_id, done["id"])
    assert await gallery.tags_of(one) == ["sea", "mine"]


async def test_renaming_tags_merges_them_where_they_meet(gallery: Gallery) -> None:
    both, one = await gallery.add("Ada", "sci-fi", "sea", "SciFi"), await gallery.add("Bea", "scifi")
    done = await gallery.bulks.rename_tags(gallery.user_id, ["sci-fi", "scifi"], "Science fiction")
    assert done["changed"] == 2
    assert await gallery.tags_of(both) == ["Science fiction", "sea"]
    assert await gallery.characters.tags(gallery.user_id) == [("Science fiction", 2), ("sea", 1)]
    await gallery.bulks.undo(gallery.user_id, done["id"])
    assert (await gallery.tags_of(both), await gallery.tags_of(one)) == (["sci-fi", "sea", "SciFi"], ["scifi"])


async def test_all_that_match_go_to_the_trash_but_those_taken_out_by_hand(gallery: Gallery) -> None:
    for name in ("Ada", "Bea"):
        await gallery.add(name, "sea")
    kept = await gallery.add("Cid", "sea")
    await gallery.add("Dan")
    done = await gallery.all("trash", tags=("sea",), without=frozenset({kept}))
    assert await gallery.names() == ["Cid", "Dan"]
    assert await gallery.names(trash=True) == ["Ada", "Bea"]
    await gallery.bulks.undo(gallery.user_id, done["id"])
    assert await gallery.names() == ["Ada", "Bea", "Cid", "Dan"]


async def test_very_many_are_a_job_that_tells_how_far_it_is(gallery: Gallery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_module, "AT_ONCE_MAX", 2)
    monkeypatch.setattr(bulk_module, "GROUP_MAX", 1)
    for number in range(60):
        await gallery.add(f"Ada {number}")
    told = await gallery.all("favourite")
    assert (told["state"], told["total"]) == ("running", 60)
    async with asyncio.timeout(20):
        while told["state"] == "running":
            told = await gallery.bulks.get(gallery.user_id, told["id"])
    assert (told["state"], told["done"], told["changed"]) == ("done", 60, 60)


async def test_a_change_cut_off_half_way_says_so_and_goes_back(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_module, "AT_ONCE_MAX", 2)
    monkeypatch.setattr(bulk_module, "GROUP_MAX", 1)
    for number in range(40):
        await gallery.add(f"Ada {number}")
    told = await gallery.all("favourite")
    await gallery.bulks.close()
    after = await gallery.bulks.get(gallery.user_id, told["id"])
    assert (after["state"], after["changed"] < 40) == ("stopped", True)
    monkeypatch.setattr(bulk_module, "AT_ONCE_MAX", 100)
    await gallery.bulks.undo(gallery.user_id, told["id"])
    assert await gallery.names(favourite=True) == []


async def test_duplicates_are_found_by_card_name_and_picture(gallery: Gallery) -> None:
    first = await gallery.add("Ada", description="Wry.", creator="moth")
    again = await gallery.add("Ada", description="Wry.", creator="moth")
    other = await gallery.add("ada", description="Kind.", creator="moth")
    await gallery.add("Ada", creator="somebody else")
    [same] = (await gallery.duplicates.groups(gallery.user_id, "card", cursor=None, limit=5)).items
    assert ([one["id"] for one in same.characters], same.differences) == ([first, again], [])
    [named] = (await gallery.duplicates.groups(gallery.user_id, "name", cursor=None, limit=5)).items
    assert [one["id"] for one in named.characters] == [first, again, other]
    assert named.differences == [("name", ["Ada", "Ada", "ada"]), ("description", ["Wry.", "Wry.", "Kind."])]
    assert (await gallery.duplicates.groups(gallery.user_id, "picture", cursor=None, limit=5)).items == []


async def test_books_that_differ_are_told_by_what_wakes_each_entry_and_what_it_says(gallery: Gallery) -> None:
    for said in ("It turns.", "It is out."):
        await gallery.add("Ada", character_book={"entries": [{"keys": ["lamp", "light"], "content": said}]})
    [group] = (await gallery.duplicates.groups(gallery.user_id, "name", cursor=None, limit=5)).items
    assert dict(group.differences)["character_book"] == ["lamp, light: It turns.", "lamp, light: It is out."]


async def test_one_picture_with_two_cards_in_it_is_found(gallery: Gallery) -> None:
    for name in ("Ada", "Bea"):
        one = await gallery.add(name)
        _, card = await gallery.characters.export_png(gallery.user_id, await gallery.add("Drawn"))
        await gallery.characters.set_avatar(gallery.user_id, one, card + name.encode())
    [group] = (await gallery.duplicates.groups(gallery.user_id, "picture", cursor=None, limit=5)).items
    assert [one["name"] for one in group.characters] == ["Ada", "Bea"]


async def test_an_archive_holds_every_card_under_its_own_name(gallery: Gallery) -> None:
    ids = [await gallery.add("Ada"), await gallery.add("Ada"), new_id(), await gallery.add("林")]
    files = gallery.characters.export_many(gallery.user_id, ids, "json")
    data = b"".join([part async for part in zipped(files, form="json")])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["Ada.json", "Ada (2).json", "林.json"]
        assert archive.testzip() is None


async def test_facts_alone_tell_the_whole_gallery_again(gallery: Gallery) -> None:
    ids = [await gallery.add(name, "sea") for name in ("Ada", "Bea", "Cid")]
    shelf = await gallery.shelves.create_collection(gallery.user_id, "Pier")
    kept = await gallery.shelves.save_filter(gallery.user_id, "Sea", {"tag": ["sea"]})
    await gallery.shelves.change_filter(gallery.user_id, kept["id"], version=1, name="Sea 2", asked=None)
    await gallery.shelves.hide(gallery.user_id, ["x"], version=0)
    for action, value in (("add_tags", ["y"]), ("add_to_collection", shelf["id"]), ("favourite", None)):
        await gallery.all(action, value)
    await gallery.bulks.undo(gallery.user_id, (await gallery.all("trash"))["id"])
    await gallery.bulks.start(gallery.user_id, Chosen(ids=(ids[0],)), "remove_from_collection", shelf["id"])
    await gallery.shelves.delete_filter(gallery.user_id, kept["id"])
    compared = await gallery.storage.read(compared_with_replay)
    assert [table for table in compared if not table.equal] == []
