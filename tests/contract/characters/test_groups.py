"""Groups on each engine: made, changed, thrown away and brought back; the facts tell it all again."""

from typing import Any

import orjson
import pytest

from tavernai.characters.groups.errors import GroupInTrash
from tavernai.characters.groups.service import GroupService
from tavernai.characters.service import CharacterService
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.ids import new_id
from tavernai.storage.database import Database
from tests.support.storage import compared_with_replay

ME = new_id()
RULES: dict[str, Any] = {
    "name": "", "strategy": "natural", "cards": "speaker", "prefix": "", "suffix": "", "answers_itself": False,
    "auto_seconds": 5,
}  # fmt: skip


@pytest.fixture
def groups(storage: Database) -> GroupService:
    return GroupService(storage)


async def character(storage: Database, name: str, *, owner: str = ME) -> str:
    made = await CharacterService(storage, None, None).create(owner, {"name": name})  # type: ignore[arg-type]
    return made.id


def member(character_id: str | None, *, name: str | None = None, is_muted: bool = False) -> dict[str, Any]:
    return {"character_id": character_id, "name": name, "is_muted": is_muted}


async def crew(storage: Database, groups: GroupService, **rules: Any) -> tuple[dict[str, Any], list[str]]:
    ids = [await character(storage, name) for name in ("Mira", "Bo", "Kit")]
    return await groups.create(ME, {**RULES, "members": [member(one) for one in ids], **rules}), ids


def names(group: dict[str, Any]) -> list[str]:
    return [one["name"] for one in group["members"]]


async def check(storage: Database) -> None:
    assert [table for table in await storage.read(compared_with_replay) if not table.equal] == []


async def test_a_group_is_made_of_characters_and_named_after_them(storage: Database, groups: GroupService) -> None:
    made, ids = await crew(storage, groups, strategy="pooled")
    assert (made["name"], made["version"], made["strategy"]) == ("Mira, Bo, Kit", 1, "pooled")
    assert [one["character_id"] for one in made["members"]] == ids
    assert [one["id"] for one in (await groups.list(ME, cursor=None, limit=10)).items] == [made["id"]]
    assert (await groups.list(new_id(), cursor=None, limit=10)).items == []
    await check(storage)


async def test_every_change_is_a_version_that_can_be_brought_back(storage: Database, groups: GroupService) -> None:
    made, [mira, bo, _] = await crew(storage, groups, name="Crew")
    given = {"members": [member(bo, is_muted=True), member(mira)], "strategy": "manual"}
    changed = await groups.change(ME, made["id"], version=1, given=given)
    assert names(changed) == ["Bo", "Mira"]
    assert [one["is_muted"] for one in changed["members"]] == [True, False]
    [line, _] = (await groups.history(ME, made["id"], cursor=None, limit=5)).items
    assert orjson.loads(line["changed"]) == ["members", "strategy"]
    told = await groups.version(ME, made["id"], 2, against="before")
    assert {"strategy", "order"} <= {one.name for group in told["groups"] for one in group.fields}
    back = await groups.bring_back(ME, made["id"], version=2, to=1)
    assert (names(back), back["strategy"], back["version"]) == (["Mira", "Bo", "Kit"], "natural", 3)
    await check(storage)


async def test_who_saw_an_older_version_changes_nothing(storage: Database, groups: GroupService) -> None:
    made, _ = await crew(storage, groups)
    await groups.change(ME, made["id"], version=1, given={"name": "First"})
    with pytest.raises(Conflict) as told:
        await groups.change(ME, made["id"], version=1, given={"name": "Second"})
    assert told.value.facts["current"]["name"] == "First"


async def test_a_change_that_changes_nothing_is_no_version(storage: Database, groups: GroupService) -> None:
    made, ids = await crew(storage, groups)
    same = {"members": [member(one) for one in ids], "strategy": "natural"}
    assert (await groups.change(ME, made["id"], version=1, given=same))["version"] == 1


async def test_a_member_is_called_as_it_is_called_now_and_gone_when_it_is_in_the_trash(
    storage: Database, groups: GroupService
) -> None:
    made, [mira, bo, _] = await crew(storage, groups)
    characters = CharacterService(storage, None, None)  # type: ignore[arg-type]
    await characters.edit(ME, mira, version=1, fields={"name": "Mira Vale"})
    await characters.delete(ME, bo)
    now = await groups.get(ME, made["id"])
    assert names(now) == ["Mira Vale", "Bo", "Kit"]
    assert [one["character_id"] is None for one in now["members"]] == [False, True, False]
    kept = [member(one["character_id"], name=one["name"], is_muted=True) for one in now["members"]]
    muted = await groups.change(ME, made["id"], version=1, given={"members": kept})
    assert all(one["is_muted"] for one in muted["members"])
    await characters.restore(ME, bo)
    assert [one["character_id"] for one in (await groups.get(ME, made["id"]))["members"]][1] == bo


async def test_nobody_of_another_persons_gets_in(storage: Database, groups: GroupService) -> None:
    stranger = await character(storage, "Spy", owner=new_id())
    for one in (member(stranger), member(None, name="Nobody")):
        with pytest.raises(InvalidInput):
            await groups.create(ME, {**RULES, "members": [one]})
    with pytest.raises(NotFound):
        await groups.get(ME, new_id())


async def test_a_group_in_the_trash_is_changed_by_nobody_until_it_is_back(
    storage: Database, groups: GroupService
) -> None:
    made, _ = await crew(storage, groups)
    await groups.delete(ME, made["id"])
    await groups.delete(ME, made["id"])
    assert (await groups.list(ME, cursor=None, limit=10)).items == []
    assert len((await groups.list(ME, trash=True, cursor=None, limit=10)).items) == 1
    with pytest.raises(GroupInTrash):
        await groups.change(ME, made["id"], version=2, given={"name": "Late"})
    assert (await groups.restore(ME, made["id"]))["deleted"] is False
    await check(storage)


async def test_the_list_goes_on_where_a_page_ended(storage: Database, groups: GroupService) -> None:
    someone = await character(storage, "Mira")
    for name in ("b", "A", "c"):
        await groups.create(ME, {**RULES, "name": name, "members": [member(someone)]})
    first = await groups.list(ME, cursor=None, limit=2)
    rest = await groups.list(ME, cursor=first.next_cursor, limit=2)
    assert [one["name"] for one in (*first.items, *rest.items)] == ["A", "b", "c"]
    assert [one["name"] for one in (await groups.list(ME, q="B", cursor=None, limit=2)).items] == ["b"]
