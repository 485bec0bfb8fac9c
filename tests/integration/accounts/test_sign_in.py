"""Signing in, the first owner, sessions."""

import asyncio

import pytest
from sqlalchemy import select

from tavernai.accounts.domain import Principal
from tavernai.accounts.errors import (
    PasswordRefused,
    SetupCodeWrong,
    SetupDone,
    TooManySignIns,
    WrongCredentials,
    WrongPassword,
)
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.sign_in import From
from tavernai.accounts.tables import sessions
from tavernai.kernel.errors import NotFound
from tavernai.ledger.store import all_events
from tavernai.storage.database import Database
from tests.integration.accounts.conftest import BY, HERE, PASSWORD, Room, Time, wired


async def entered(room: Room, name: str = "ada") -> tuple[str, Principal]:
    """Sign in; the token and who it makes."""
    token = (await room.door.sign_in(name, PASSWORD, place=HERE)).token
    who = await room.gate.by_session(token)
    assert who is not None
    return token, who


async def test_the_first_owner_is_made_once(any_room: Room) -> None:
    assert await any_room.door.needs_setup()
    first = await any_room.door.setup("ada", PASSWORD, code=None, place=HERE)
    assert first.user.role == "owner"
    assert not await any_room.door.needs_setup()
    with pytest.raises(SetupDone):
        await any_room.door.setup("eve", PASSWORD, code=None, place=HERE)


async def test_of_many_first_owners_at_once_one_is_made(any_room: Room) -> None:
    tries = [any_room.door.setup(f"user{n}", PASSWORD, code=None, place=HERE) for n in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["SetupDone"] * 3 + ["SignedIn"]


async def test_who_comes_from_outside_needs_the_printed_code(
    sqlite_storage: Database, passwords: Passwords, time: Time
) -> None:
    room = wired(sqlite_storage, passwords, time, setup_code="ABCD-EFGH-JKMN")
    for wrong in (None, "", "ABCD-EFGH-JKMX"):
        with pytest.raises(SetupCodeWrong):
            await room.door.setup("eve", PASSWORD, code=wrong, place=HERE)
    with pytest.raises(TooManySignIns):
        await room.door.setup("eve", PASSWORD, code="guess", place=HERE)
    elsewhere = From("192.0.2.99", "")
    assert (await room.door.setup("ada", PASSWORD, code=" abcd-efgh-jkmn ", place=elsewhere)).user.username == "ada"


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(room: Room) -> None:
    await room.user("ada")
    told = []
    for name, password in (("ada", "wrong horse"), ("eve", PASSWORD)):
        with pytest.raises(WrongCredentials) as refused:
            await room.door.sign_in(name, password, place=HERE)
        told.append((refused.value.detail, refused.value.code, refused.value.facts))
    assert told[0] == told[1]


async def test_after_too_many_failures_even_the_right_password_waits(room: Room) -> None:
    await room.user("ada")
    for _ in range(3):
        with pytest.raises(WrongCredentials):
            await room.door.sign_in("ada", "wrong horse", place=HERE)
    with pytest.raises(TooManySignIns) as refused:
        await room.door.sign_in("ada", PASSWORD, place=HERE)
    room.time.pass_seconds(refused.value.facts["retry_after_seconds"])
    assert (await room.door.sign_in("ada", PASSWORD, place=HERE)).user.username == "ada"


async def test_attempts_made_at_once_do_not_slip_past_the_limit(room: Room) -> None:
    await room.user("ada")
    tries = [room.door.sign_in("ada", "wrong horse", place=HERE) for _ in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["TooManySignIns"] * 5 + ["WrongCredentials"] * 3


async def test_refusals_are_recorded_once_a_minute_and_without_what_was_typed(room: Room) -> None:
    user_id = await room.user("ada")
    for name in ("ada", "my secret password", "ada"):
        with pytest.raises(WrongCredentials):
            await room.door.sign_in(name, "wrong horse", place=HERE)
    events = await room.storage.read(lambda conn: list(all_events(conn)))
    denied = [event for event in events if event.kind == "auth.denied"]
    assert [event.payload for event in denied] == [{"address": HERE.address, "user_id": user_id, "attempts": 1}]
    assert not [event for event in events if "secret" in str(event.payload)]


async def test_only_a_hash_of_the_session_is_stored(room: Room) -> None:
    await room.user("ada")
    token, _ = await entered(room)
    rows = await room.storage.read(lambda conn: conn.execute(select(sessions)).mappings().all())
    assert len(rows) == 1
    assert token not in str(dict(rows[0]))


async def test_a_session_ends_30_days_after_its_last_use_and_slides_until_then(room: Room) -> None:
    await room.user("ada")
    token, _ = await entered(room)
    for _ in range(3):
        room.time.pass_seconds(29 * 86_400)
        assert await room.gate.by_session(token) is not None
    room.time.pass_seconds(30 * 86_400 + 1)
    assert await room.gate.by_session(token) is None


async def test_signing_out_ends_this_session_at_once_and_no_other(room: Room) -> None:
    await room.user("ada")
    (token, who), (other, _) = await entered(room), await entered(room)
    await room.door.sign_out(who)
    assert await room.gate.by_session(token) is None
    assert await room.gate.by_session(other) is not None


async def test_a_changed_password_ends_every_other_session_at_once(room: Room) -> None:
    await room.user("ada")
    (token, who), (other, _) = await entered(room), await entered(room)
    await room.door.change_password(who, current=PASSWORD, new="a new horse", address=HERE.address)
    assert await room.gate.by_session(token) is not None
    assert await room.gate.by_session(other) is None
    with pytest.raises(WrongCredentials):
        await room.door.sign_in("ada", PASSWORD, place=HERE)


async def test_a_password_changes_only_for_who_knows_it_and_to_a_good_one(room: Room) -> None:
    await room.user("ada")
    _, who = await entered(room)
    with pytest.raises(WrongPassword):
        await room.door.change_password(who, current="wrong horse", new="a new horse", address=HERE.address)
    with pytest.raises(PasswordRefused):
        await room.door.change_password(who, current=PASSWORD, new="short", address=HERE.address)
    assert (await entered(room))[1].user_id == who.user_id


async def test_a_password_set_by_an_owner_ends_all_sessions(room: Room) -> None:
    user_id = await room.user("ada")
    token, _ = await entered(room)
    await room.accounts.set_password(user_id, "a new horse", by=BY)
    assert await room.gate.by_session(token) is None


async def test_nobody_ends_another_s_session(room: Room) -> None:
    await room.user("ada")
    eve = await room.user("eve")
    token, who = await entered(room)
    assert who.session_id is not None
    with pytest.raises(NotFound):
        await room.door.end_session(eve, who.session_id)
    assert await room.gate.by_session(token) is not None


async def test_sessions_are_listed_by_place_without_the_dead_ones(room: Room) -> None:
    user_id = await room.user("ada")
    await entered(room)
    room.time.pass_seconds(31 * 86_400)
    assert (await room.door.sessions(user_id, cursor=None, limit=10)).items == []
    room.time.pass_seconds(-31 * 86_400)
    page = await room.door.sessions(user_id, cursor=None, limit=10)
    assert [session.label for session in page.items] == [HERE.label]
