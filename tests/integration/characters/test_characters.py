"""Making, editing, finding, exporting and throwing away characters."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen

from tavernai.characters.domain.pictures import Size
from tavernai.characters.domain.reading import read_file
from tavernai.characters.errors import InTrash, PictureRefused
from tavernai.characters.service import find_in, get_in, greetings_in
from tavernai.characters.store import Wanted, card, cards, page
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.paging import BadCursor
from tests.data.pictures import tiny_png
from tests.integration.characters.conftest import Room
from tests.support.rebuilding import differences
from tests.support.shared import fixture


async def found(room: Room, limit: int = 50, **wanted: Any) -> list[str]:
    """Names of all pages, each of at most `limit`."""
    names, cursor = [], None
    while True:
        found_page, _ = await room.characters.page(room.user_id, Wanted(**wanted), cursor=cursor, limit=limit)
        names += [row["name"] for row in found_page.items]
        if (cursor := found_page.next_cursor) is None:
            return names


async def test_a_character_needs_a_name_and_gets_every_v3_field(room: Room) -> None:
    made = await room.characters.create(room.user_id, {"name": " Mira ", "tags": ["sea"], "mood": "calm"})
    assert (made.name, made.card["tags"], made.card["mood"], made.card["first_mes"]) == ("Mira", ["sea"], "calm", "")
    with pytest.raises(InvalidInput):
        await room.characters.create(room.user_id, {"name": " "})


async def test_an_edit_with_an_old_version_is_a_conflict_that_carries_the_current_state(room: Room) -> None:
    character_id = await room.created("Mira")
    edited = await room.characters.edit(room.user_id, character_id, version=1, fields={"description": "d"})
    assert (edited.row["version"], edited.card["description"]) == (2, "d")
    with pytest.raises(Conflict) as refused:
        await room.characters.edit(room.user_id, character_id, version=1, fields={"description": "x"})
    assert refused.value.facts["current"]["version"] == 2
    assert refused.value.facts["current"]["card"]["description"] == "d"


async def test_an_edit_that_changes_nothing_is_no_version(room: Room) -> None:
    character_id = await room.created("Mira", description="d")
    same = await room.characters.edit(room.user_id, character_id, version=1, fields={"description": "d"})
    assert same.row["version"] == 1


async def test_history_tells_each_change_and_who_made_it(room: Room) -> None:
    character_id = await room.created("Mira")
    await room.characters.edit(room.user_id, character_id, version=1, fields={"name": "Mirabel"}, favourite=True)
    await room.characters.delete(room.user_id, character_id)
    page = await room.characters.history(room.user_id, character_id, cursor=None, limit=3)
    told = [(row["version"], row["kind"], json.loads(row["changed"])) for row in page.items]
    assert told == [
        (4, "character.deleted", []), (3, "character.favourited", ["favourite"]), (2, "character.edited", ["name"]),
    ]  # fmt: skip
    rest = await room.characters.history(room.user_id, character_id, cursor=page.next_cursor, limit=3)
    assert [(row["version"], row["actor"]) for row in rest.items] == [(1, f"user:{room.user_id}")]


async def test_the_trash_keeps_what_was_deleted_until_it_is_restored(room: Room) -> None:
    character_id = await room.created("Mira", tags=["sea"])
    await room.characters.delete(room.user_id, character_id)
    await room.characters.delete(room.user_id, character_id)
    assert (await found(room), await found(room, trash=True)) == ([], ["Mira"])
    assert await room.characters.tags(room.user_id) == []
    with pytest.raises(InTrash):
        await room.characters.edit(room.user_id, character_id, version=2, fields={"name": "X"})
    await room.characters.restore(room.user_id, character_id)
    assert (await found(room), await room.characters.tags(room.user_id)) == (["Mira"], [("sea", 1)])


async def test_others_see_nothing(room: Room) -> None:
    character_id = await room.created("Mira")
    for ask in (
        room.characters.get("other", character_id), room.characters.delete("other", character_id),
        room.characters.restore("other", character_id), room.characters.export_png("other", character_id),
        room.characters.edit("other", character_id, version=1, favourite=True),
        room.characters.history("other", character_id, cursor=None, limit=5),
        room.characters.set_avatar("other", character_id, tiny_png()),
        room.avatars.avatar("other", character_id, Size.CARD),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            await ask


SEARCHES = [
    ("mira", ["Mira", "Mirabel"]),
    ("MIRA bel", ["Mirabel"]),
    ("kira", ["Zed"]),
    ("ｓｅａ", ["Mira"]),
    ("50%", ["Mirabel"]),
    ("_", []),
    ("林", ["林墨"]),
    ("", ["Mira", "Mirabel", "Zed", "林墨"]),
]


@pytest.mark.parametrize(("q", "names"), SEARCHES)
async def test_search_looks_at_name_creator_and_tags_and_takes_signs_literally(
    room: Room, q: str, names: list[str]
) -> None:
    await room.created("Mira", tags=["Sea"])
    await room.created("Mirabel", tags=["50% off"])
    await room.created("Zed", creator="Kira")
    await room.created("林墨")
    assert await found(room, q=q) == names


@pytest.mark.parametrize(("sort", "names"), [("name", ["a", "B", "c", "d"]), ("created", ["d", "c", "a", "B"])])
async def test_pages_follow_each_other_without_gaps_or_repeats(room: Room, sort: str, names: list[str]) -> None:
    for name in ("B", "a", "c", "d"):
        await room.created(name)
        await asyncio.sleep(0.002)
    for limit in (1, 2, 3, 50):
        assert await found(room, limit, sort=sort) == names
    with pytest.raises(BadCursor):
        await room.characters.page(room.user_id, Wanted(), cursor="bm8", limit=5)


@pytest.mark.parametrize(("sort", "index"), [("name", "name"), ("recent", "change"), ("created", "birth")])
async def test_each_order_walks_an_index_and_sorts_nothing(room: Room, sort: str, index: str) -> None:
    seen: list[str] = []

    def explained(conn: Connection) -> str:
        listen(conn, "before_cursor_execute", lambda *told: seen.append(str(told[2])))
        page(conn, room.user_id, Wanted(sort=sort), after=None, limit=50)
        select = next(one for one in seen if one.startswith("SELECT"))
        values = (room.user_id, 0, 50, 0)[: select.count("?")]
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {select}", values)
        return " ".join(str(row[3]) for row in rows)

    plan = await room.storage.read(explained)
    assert f"characters_by_{index}" in plan
    assert "TEMP B-TREE" not in plan


async def test_recent_begins_with_what_was_changed_last(room: Room) -> None:
    first = await room.created("First")
    await asyncio.sleep(0.002)
    await room.created("Second")
    await asyncio.sleep(0.002)
    await room.characters.edit(room.user_id, first, version=1, favourite=True)
    assert await found(room, sort="recent") == ["First", "Second"]


async def test_tags_are_counted_without_regard_to_case_and_filter_the_list(room: Room) -> None:
    await room.created("A", tags=["Sea", "calm", "sea"])
    await room.created("B", tags=["SEA"])
    counted = await room.characters.tags(room.user_id)
    assert [(tag.casefold(), count) for tag, count in counted] == [("sea", 2), ("calm", 1)]
    assert await found(room, tags=("sea",)) == ["A", "B"]
    assert await found(room, tags=("calm",)) == ["A"]
    _, total = await room.characters.page(room.user_id, Wanted(tags=("sea",)), cursor=None, limit=1)
    assert total == 2


async def test_an_exported_character_imports_as_the_same_card(room: Room) -> None:
    source = fixture("sillytavern/cards/sakana.png").read_bytes()
    done = await room.imported(source)
    assert done.character_id
    before = await room.characters.get(room.user_id, done.character_id)
    for make in (room.characters.export_png, room.characters.export_json):
        name, data = await make(room.user_id, done.character_id)
        assert name.startswith("Sakana.")
        assert read_file(data).card.data == before.card
        assert (await room.imported(data)).status == "duplicate"


async def test_a_character_without_a_picture_is_exported_in_a_drawn_portrait(room: Room) -> None:
    character_id = await room.created("Mira")
    name, data = await room.characters.export_png(room.user_id, character_id)
    assert (name, read_file(data).card.name) == ("Mira.png", "Mira")


async def test_an_avatar_is_made_smaller_once_and_served_from_then_on(room: Room) -> None:
    character_id = await room.created("Mira")
    assert (await room.avatars.avatar(room.user_id, character_id, Size.CARD)).media_type == "image/svg+xml"
    changed = await room.characters.set_avatar(room.user_id, character_id, tiny_png())
    first = await room.avatars.avatar(room.user_id, character_id, Size.CARD)
    kept = sum(path.is_file() for path in room.blobs.rglob("*"))
    again = await room.avatars.avatar(room.user_id, character_id, Size.CARD)
    assert first == again
    assert first.content[8:12] == b"WEBP"
    assert sum(path.is_file() for path in room.blobs.rglob("*")) == kept
    assert changed.row["version"] == 2


async def test_what_is_no_picture_never_becomes_an_avatar(room: Room) -> None:
    character_id = await room.created("Mira")
    with pytest.raises(PictureRefused):
        await room.characters.set_avatar(room.user_id, character_id, b"<svg onload=alert(1)>")
    assert not list(room.blobs.rglob("*"))


async def test_rooms_above_find_a_character_in_a_unit_and_in_a_reading(room: Room) -> None:
    character_id = await room.created("Mira", first_mes="Hi", alternate_greetings=["Ho"])
    in_unit = await room.storage.commit(lambda tx: get_in(tx, room.user_id, character_id))
    said = await room.storage.commit(lambda tx: greetings_in(tx, room.user_id, character_id))
    in_reading = await room.storage.read(lambda conn: card(conn, room.user_id, character_id))
    assert (in_unit.name, in_unit.card, said) == ("Mira", in_reading, ["Hi", "Ho"])
    assert await room.storage.read(lambda conn: cards(conn, "other", [character_id])) == {}


async def test_a_unit_finds_no_character_in_the_trash_and_none_of_others(room: Room) -> None:
    character_id = await room.created("Mira")
    with pytest.raises(NotFound):
        await room.storage.commit(lambda tx: find_in(tx, "other", character_id))
    await room.characters.delete(room.user_id, character_id)
    with pytest.raises(NotFound):
        await room.storage.commit(lambda tx: get_in(tx, room.user_id, character_id))


async def test_replaying_all_facts_gives_the_same_tables(room: Room, tmp_path: Path) -> None:
    first = await room.created(
        "Mira", tags=["b", "a", "B"], extensions={"n": [1.0, 1e300, 2**60]}, zeta=1, alpha={"é": 1}
    )
    await room.imported(fixture("sillytavern/cards/sakana.png").read_bytes())
    await room.characters.edit(room.user_id, first, version=1, fields={"tags": ["c"], "zeta": None}, favourite=True)
    await room.characters.set_avatar(room.user_id, first, tiny_png())
    await room.characters.delete(room.user_id, first)
    await room.characters.restore(room.user_id, first)
    persona = await room.personas.create(room.user_id, "Wanderer", is_default=True)
    await room.personas.change(room.user_id, persona.id, version=persona.version, name="Traveller")
    assert await differences(room.storage, tmp_path / "rebuilt.db") == []
