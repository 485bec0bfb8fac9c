"""Lorebooks on each engine: reading in, changing, finding, giving back; and the facts tell it all again."""

from typing import Any

import orjson
import pytest

from tavernai.characters.lorebooks.domain.entries import NEW_ENTRY
from tavernai.characters.lorebooks.errors import LorebookInTrash, LorebookNameTaken
from tavernai.characters.lorebooks.importing import LorebookImportService
from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
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


PLAIN = [path for path in WORLDS if path.endswith(".json")]


@pytest.mark.parametrize("path", PLAIN)
async def test_a_real_book_that_nobody_changed_goes_out_as_it_came(
    path: str, books: LorebookService, imports: LorebookImportService
) -> None:
    owner, data = new_id(), fixture(path).read_bytes()
    made = await imports.import_bytes(owner, path, data)
    value = orjson.loads(data)
    form = "sillytavern" if _is_native(value) else "character_book"
    out = (await books.export(owner, str(made.lorebook_id), form=form))[1]  # type: ignore[arg-type]
    if _is_native(value) or _is_carried(value):
        assert ordered(orjson.loads(out)) == ordered(value)


def _is_native(value: dict[str, Any]) -> bool:
    entries = value.get("entries")
    listed = list(entries.values()) if isinstance(entries, dict) else entries or []
    foreign = ("lorebookVersion", "spec", "kind", "type", "data")
    return "entries" in value and all("key" in one for one in listed) and not any(name in value for name in foreign)


def _is_carried(value: dict[str, Any]) -> bool:
    entries = value.get("entries")
    listed = list(entries.values()) if isinstance(entries, dict) else entries or []
    known = bool(listed) and all("keys" in one and "key" not in one for one in listed)
    return known and "spec" not in value and "lorebookVersion" not in value


def ordered(value: Any) -> Any:
    """The value with the order of its objects, which == does not look at."""
    if isinstance(value, dict):
        return [(name, ordered(item)) for name, item in value.items()]
    return [ordered(item) for item in value] if isinstance(value, list) else value


async def test_a_change_leaves_the_rest_of_the_file_alone(
    storage: Database, books: LorebookService, imports: LorebookImportService
) -> None:
    lamp = {"uid": 7, "odd": {"z": 1, "a": [None]}, "key": "lamp, light", "content": "Green."}
    file = {"vendor": 1.5, "entries": {"b": lamp, "3": lamp | {"uid": 3}}, "name": "Lamps"}
    made = await imports.import_bytes(ME, "Odd order.json", orjson.dumps(file))
    book = str(made.lorebook_id)
    shown = (await books.get(ME, book)).entries
    entries = {"7": {**shown["7"], "content": "Red.", "depth": 9}, "9": {"key": ["x"]}}
    after = await books.change(ME, book, version=1, entries=entries)
    told = orjson.loads((await books.export(ME, book, form="sillytavern"))[1])
    assert ordered(told["entries"]["b"]) == ordered(lamp | {"content": "Red.", "depth": 9})
    assert ordered(told["entries"]["3"]) == ordered(lamp | {"uid": 3})
    assert (list(told), list(told["entries"])) == (["vendor", "entries", "name"], ["b", "3", "9"])
    again = await books.bring_back(ME, book, version=after.row["version"], to=1)
    assert ordered(orjson.loads((await books.export(ME, book, form="sillytavern"))[1])) == ordered(file)
    assert again.row["version"] == 3
    await check(storage)


async def test_a_version_tells_what_changed_and_can_be_brought_back(storage: Database, books: LorebookService) -> None:
    made = await books.create(ME, "Sea", entries={"0": {"comment": "Tide", "content": "low"}, "1": {"content": "b"}})
    book = made.row["id"]
    high = made.entries["0"] | {"content": "high"}
    await books.change(ME, book, version=1, entries={"0": high, "1": None, "2": {"key": ["x"]}}, description="Salt")
    told = await books.version(ME, book, 2, against="before")
    assert [(one.place, one.title, one.state) for one in told["groups"]] == [
        ("", "", "changed"), ("entries/0", "Tide", "changed"), ("entries/2", "", "added"), ("entries/1", "", "removed"),
    ]  # fmt: skip
    assert [(one.name, one.before, one.after) for one in told["groups"][1].fields] == [("content", "low", "high")]
    again = await books.bring_back(ME, book, version=2, to=1)
    assert (again.entries, again.row["description"], again.row["version"]) == (made.entries, "", 3)
    last = await books.version(ME, book, 3, against="now")
    assert (last["brought_back"], last["groups"], last["actor"]) == (1, [], f"user:{ME}")
    assert (await books.bring_back(ME, book, version=3, to=1)).row["version"] == 3
    with pytest.raises(Conflict):
        await books.bring_back(ME, book, version=2, to=1)
    for owner, version in ((new_id(), 1), (ME, 9)):
        with pytest.raises(NotFound):
            await books.version(owner, book, version, against="before")
    await check(storage)


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
    cards = CharacterService(storage, None, None)  # type: ignore[arg-type]
    mira = await cards.create(ME, {"name": "Mira", "extensions": {"world": "MINE"}})
    uses = await books.uses(ME, book)
    assert [(one.type, one.id, one.name, one.by) for one in uses.places] == [
        ("user", ME, "", "choice"), ("persona", ada.id, "Ada", "choice"),
        ("character", mira.row["id"], "Mira", "card"),
    ]  # fmt: skip
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
