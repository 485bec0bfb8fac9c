"""Lorebooks on each engine: reading in, changing, finding, giving back; and the facts tell it all again."""

from typing import Any

import orjson
import pytest

from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY
from tavernai.characters.lorebooks.errors import LorebookInTrash, LorebookNameTaken
from tavernai.characters.lorebooks.importing import LorebookImportService
from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.personas.service import PersonaService
from tavernai.chat.places import BookAttachments, OwnPlaces
from tavernai.config.domain.fold import Scope
from tavernai.config.errors import BadValue
from tavernai.config.service import ConfigService
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.ids import new_id
from tavernai.storage.database import Database
from tests.support.shared import fixture, fixture_names
from tests.support.storage import compared_with_replay

ODD = {"myTool": {"a": [1, {"b": None}]}, "uid": 7, "key": ["lamp"], "content": "Green.", "comment": "Lamp"}


@pytest.fixture
def books(storage: Database) -> LorebookService:
    return LorebookService(storage, attachments=BookAttachments())


@pytest.fixture
def imports(storage: Database) -> LorebookImportService:
    return LorebookImportService(storage)


ME = new_id()


async def check(storage: Database) -> None:
    assert [table for table in await storage.read(compared_with_replay) if not table.equal] == []


async def test_what_nobody_knows_comes_out_as_it_went_in(
    storage: Database, books: LorebookService, imports: LorebookImportService
) -> None:
    file = {"entries": {"7": ODD}, "name": "Lamps", "vendor": {"x": 1.5}}
    made = await imports.import_bytes(ME, "Harbour.json", orjson.dumps(file))
    assert (made.status, made.name) == ("imported", "Harbour")
    assert made.lorebook_id is not None
    told = orjson.loads((await books.export(ME, made.lorebook_id, form="sillytavern"))[1])
    assert (told["vendor"], told["name"], told["entries"]["7"]["myTool"]) == ({"x": 1.5}, "Lamps", ODD["myTool"])
    card = orjson.loads((await books.export(ME, made.lorebook_id, form="character_book"))[1])
    assert (card["entries"][0]["id"], card["entries"][0]["keys"]) == (7, ["lamp"])
    again = await imports.import_bytes(ME, "Other.json", orjson.dumps(file))
    assert (again.status, again.lorebook_id) == ("duplicate", made.lorebook_id)
    await check(storage)


WORLDS = [path for path in fixture_names("sillytavern/worlds/*.json") if not path.endswith("tk_invalid.json")]


@pytest.mark.parametrize("path", WORLDS)
async def test_what_our_tables_do_not_name_comes_back_from_real_books(
    path: str, books: LorebookService, imports: LorebookImportService
) -> None:
    owner, data = new_id(), fixture(path).read_bytes()
    made = await imports.import_bytes(owner, path, data)
    assert made.status == "imported", made.message
    told = orjson.loads((await books.export(owner, str(made.lorebook_id), form="sillytavern"))[1])
    entries = orjson.loads(data).get("entries")
    for entry in entries.values() if isinstance(entries, dict) else []:
        same = [one for one in told["entries"].values() if one["content"] == entry["content"]]
        assert any(_odd(entry).items() <= one.items() for one in same) or _odd(entry) == {}


def _odd(entry: dict[str, Any]) -> dict[str, Any]:
    """What no table of ours names."""
    return {name: value for name, value in entry.items() if name not in (*NEW_ENTRY, "uid") and _is_plain(value)}


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float)


async def test_one_change_sets_adds_and_takes_out(storage: Database, books: LorebookService) -> None:
    made = await books.create(ME, "Tides", entries={"0": {"content": "a"}, "1": {"content": "b"}})
    patch: dict[str, Any] = {"0": {"content": "A", "odd": 1}, "1": None, "2": {"key": ["x"]}}
    after = await books.change(ME, made.row["id"], version=1, entries=patch)
    assert list(after.entries) == ["0", "2"]
    assert (after.entries["0"]["content"], after.entries["0"]["odd"], after.entries["2"]["order"]) == ("A", 1, 100)
    assert (after.row["entries"], after.row["version"]) == (2, 2)
    [last, _] = (await books.history(ME, made.row["id"], cursor=None, limit=9)).items
    assert orjson.loads(last["changed"]) == ["entries/0", "entries/1", "entries/2"]
    with pytest.raises(Conflict):
        await books.change(ME, made.row["id"], version=1, description="late")
    await check(storage)


async def test_names_are_each_ones_own_whatever_their_case(storage: Database, books: LorebookService) -> None:
    first = await books.create(ME, "Harbour lore")
    second = await books.create(ME, "HARBOUR LORE")
    assert second.row["name"] == "HARBOUR LORE (2)"
    with pytest.raises(LorebookNameTaken):
        await books.change(ME, second.row["id"], version=1, name="harbour lore")
    await books.delete(ME, first.row["id"])
    with pytest.raises(LorebookInTrash):
        await books.change(ME, first.row["id"], version=2, name="x")
    renamed = await books.change(ME, second.row["id"], version=1, name="Harbour lore")
    back = await books.restore(ME, first.row["id"])
    assert (renamed.row["name"], back.row["name"]) == ("Harbour lore", "Harbour lore (2)")
    await check(storage)


async def test_books_are_found_by_name_and_by_what_stands_in_them(books: LorebookService) -> None:
    owner = new_id()
    await books.create(owner, "Straße", entries={"0": {"content": "cobbles 100%_"}})
    await books.create(owner, "Elsewhere")
    for asked, found in (("STRASSE", ["Straße"]), ("100%_", ["Straße"]), ("%", ["Straße"]), ("nothing", [])):
        page = await books.list(owner, q=asked, cursor=None, limit=9)
        assert [one.row["name"] for one in page.items] == found
    first = await books.list(owner, cursor=None, limit=1)
    rest = await books.list(owner, cursor=first.next_cursor, limit=1)
    assert [one.row["name"] for one in (*first.items, *rest.items)] == ["Elsewhere", "Straße"]


async def test_where_a_book_is_attached_is_told_and_only_own_ones_can_be(
    storage: Database, books: LorebookService
) -> None:
    config = ConfigService(storage, places=OwnPlaces())
    personas = PersonaService(storage, avatars=None, locks=_NoLocks())  # type: ignore[arg-type]
    book = (await books.create(ME, "Mine")).row["id"]
    await config.commit(ME, Scope("user", ME), [{"op": "set", "path": "/lore/books", "value": [book]}])
    ada = await personas.create(ME, "Ada")
    await personas.change(ME, ada.id, version=1, lorebook_id=book)
    told = (await books.get(ME, book)).shown()
    assert (told["everywhere"], told["used_by"]["personas"]) == (True, 1)
    other = new_id()
    with pytest.raises(BadValue):
        await config.commit(other, Scope("user", other), [{"op": "set", "path": "/lore/books", "value": [book]}])
    with pytest.raises(NotFound):
        await books.get(other, book)
    mine = await personas.create(other, "Bo")
    with pytest.raises(InvalidInput):
        await personas.change(other, mine.id, version=1, lorebook_id=book)
    await check(storage)


class _NoLocks:
    def uses(self, conn: Any, owner_id: str, *, persona_ids: Any) -> dict[str, Any]:
        return {}


async def test_what_is_no_book_is_refused_by_name(imports: LorebookImportService) -> None:
    for data, code in ((b"", "empty_file"), (b"[1]", "not_a_lorebook"), (b"{nope", "card_unreadable")):
        refused = await imports.import_bytes(ME, "x.json", data)
        assert (refused.status, refused.code) == ("refused", code)
