"""Accounts as owners administer them, over real databases."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from tavernai.accounts.errors import LastOwner, UsernameTaken
from tavernai.accounts.tables import credentials, users
from tavernai.kernel.errors import Conflict, NotFound
from tavernai.ledger.store import all_events
from tests.integration.accounts.conftest import BY, HERE, PASSWORD, Room
from tests.support.rebuilding import differences


async def test_an_account_is_found_by_its_name_however_it_is_written(any_room: Room) -> None:
    user_id = await any_room.user("Ada")
    assert (await any_room.accounts.named("ADA")).id == user_id
    with pytest.raises(UsernameTaken):
        await any_room.user("aDa")


async def test_of_two_who_want_a_name_at_once_one_gets_it(any_room: Room) -> None:
    results = await asyncio.gather(any_room.user("ada"), any_room.user("Ada"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["UsernameTaken", "str"]
    assert len((await any_room.accounts.list(cursor=None, limit=10)).items) == 1


async def test_a_change_with_an_old_version_conflicts_and_shows_the_current_state(any_room: Room) -> None:
    user_id = await any_room.user("ada")
    await any_room.accounts.change(user_id, version=1, username="Ada2", by=BY)
    with pytest.raises(Conflict) as refused:
        await any_room.accounts.change(user_id, version=1, role="owner", by=BY)
    assert refused.value.facts["current"] == {"id": user_id, "username": "Ada2", "role": "member", "version": 2}


async def test_the_last_owner_stays_owner_and_stays(any_room: Room) -> None:
    owner = await any_room.user("ada", "owner")
    await any_room.user("bob")
    with pytest.raises(LastOwner):
        await any_room.accounts.change(owner, version=1, role="member", by=BY)
    with pytest.raises(LastOwner):
        await any_room.accounts.remove(owner, by=BY)


async def test_of_two_owners_who_remove_each_other_at_once_one_is_left(any_room: Room) -> None:
    both = [await any_room.user("ada", "owner"), await any_room.user("bob", "owner")]
    results = await asyncio.gather(*(any_room.accounts.remove(one, by=BY) for one in both), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["LastOwner", "NoneType"]


async def test_a_removed_account_keeps_no_password_and_frees_its_name(any_room: Room) -> None:
    await any_room.user("root", "owner")
    gone = await any_room.user("ada")
    await any_room.accounts.remove(gone, by=BY)
    assert await any_room.user("ada") != gone
    left = await any_room.storage.read(lambda conn: conn.execute(select(credentials.c.user_id)).scalars().all())
    assert gone not in left
    with pytest.raises(NotFound):
        await any_room.accounts.get(gone)


async def test_a_rename_may_change_only_the_case_of_a_name(room: Room) -> None:
    user_id = await room.user("ada")
    assert (await room.accounts.change(user_id, version=1, username="ADA", by=BY)).username == "ADA"
    assert (await room.accounts.named("ada")).id == user_id


async def test_a_list_goes_on_where_its_page_ended(room: Room) -> None:
    for number in range(5):
        await room.user(f"user{number}")
    first = await room.accounts.list(cursor=None, limit=3)
    rest = await room.accounts.list(cursor=first.next_cursor, limit=3)
    assert [user.username for user in first.items + rest.items] == [f"user{n}" for n in range(5)]
    assert rest.next_cursor is None


async def test_the_facts_alone_tell_who_there_is(any_room: Room, tmp_path: Path) -> None:
    owner, other = await any_room.user("Ada", "owner"), await any_room.user("Bob")
    await any_room.accounts.change(other, version=1, username="Bert", role="owner", by=BY)
    await any_room.accounts.remove(owner, by=BY)
    assert await differences(any_room.storage, tmp_path / "scratch.db") == []
    rows = await any_room.storage.read(lambda conn: conn.execute(select(users)).mappings().all())
    assert len(rows) == 2


async def test_no_secret_reaches_the_ledger(room: Room) -> None:
    user_id = await room.user("ada", "owner")
    issued = await room.keys.issue(user_id, label="script", scopes=["chat"], by=BY)
    signed_in = await room.door.sign_in("ada", PASSWORD, place=HERE)
    await room.accounts.set_password(user_id, "another horse", by=BY)
    events = await room.storage.read(lambda conn: [str(event) for event in all_events(conn)])
    assert len(events) == 3
    for secret in (PASSWORD, "another horse", issued.token, signed_in.token, "argon2"):
        assert not [event for event in events if secret in event]
