"""API keys and the gate that knows them."""

import pytest
from sqlalchemy import select

from tavernai.accounts.gate import REMEMBERED_SECONDS
from tavernai.accounts.guards import authorize_key
from tavernai.accounts.tables import api_keys
from tavernai.kernel.errors import Forbidden, NotFound, NotSignedIn
from tests.integration.accounts.conftest import BY, HERE, PASSWORD, Room, wired


async def issued(room: Room, user_id: str, *scopes: str) -> tuple[str, str]:
    """A key's id and text."""
    fresh = await room.keys.issue(user_id, label="script", scopes=scopes, by=BY)
    return fresh.key.id, fresh.token


async def test_a_key_comes_in_as_its_person_with_its_scopes(any_room: Room) -> None:
    user_id = await any_room.user("ada", "owner")
    _, token = await issued(any_room, user_id, "admin", "chat")
    who = await any_room.gate.by_key(token)
    assert (who.user_id, who.role, who.via) == (user_id, "owner", "key")
    assert who.scopes == {"chat", "admin"}


async def test_only_a_hash_of_the_key_is_stored(room: Room) -> None:
    _, token = await issued(room, await room.user("ada"))
    rows = await room.storage.read(lambda conn: conn.execute(select(api_keys)).mappings().all())
    assert token not in str(rows)
    assert token.removeprefix("tvk_") not in str(rows)


@pytest.mark.parametrize("token", ["", "tvk_", "tvk_wrong", "no key", "tvk_" + "x" * 10_000, "tvk_\udcff"])
async def test_any_other_text_is_nobody(room: Room, token: str) -> None:
    await issued(room, await room.user("ada"))
    with pytest.raises(NotSignedIn):
        await room.gate.by_key(token)


async def test_a_revoked_key_stops_at_once_although_it_was_just_used(any_room: Room) -> None:
    key_id, token = await issued(any_room, await any_room.user("ada"))
    await any_room.gate.by_key(token)
    await any_room.keys.revoke(key_id, user_id=None, by=BY)
    with pytest.raises(NotSignedIn):
        await any_room.gate.by_key(token)


async def test_on_another_node_a_revoked_key_stops_within_seconds(room: Room) -> None:
    key_id, token = await issued(room, await room.user("ada"))
    other = wired(room.storage, room.door._passwords, room.time)
    await other.gate.by_key(token)
    await room.keys.revoke(key_id, user_id=None, by=BY)
    room.time.pass_seconds(REMEMBERED_SECONDS + 1)
    with pytest.raises(NotSignedIn):
        await other.gate.by_key(token)


async def test_a_revocation_during_the_look_up_is_not_forgotten(room: Room) -> None:
    key_id, token = await issued(room, await room.user("ada"))
    before = room.gate._forgotten
    await room.keys.revoke(key_id, user_id=None, by=BY)
    assert room.gate._forgotten > before  # a look-up begun before is therefore not remembered
    with pytest.raises(NotSignedIn):
        await room.gate.by_key(token)


async def test_a_demoted_owner_s_keys_lose_admin_at_once(room: Room) -> None:
    user_id = await room.user("ada", "owner")
    await room.user("bob", "owner")
    _, token = await issued(room, user_id, "admin", "chat")
    assert (await room.gate.by_key(token)).may("admin", owner=True)
    await room.accounts.change(user_id, version=1, role="member", by=BY)
    assert (await room.gate.by_key(token)).scopes == {"chat"}


async def test_a_removed_person_s_keys_and_sessions_stop_at_once(room: Room) -> None:
    await room.user("bob", "owner")
    user_id = await room.user("ada")
    _, key = await issued(room, user_id)
    session = (await room.door.sign_in("ada", PASSWORD, place=HERE)).token
    await room.gate.by_key(key)
    await room.accounts.remove(user_id, by=BY)
    assert await room.gate.by_session(session) is None
    with pytest.raises(NotSignedIn):
        await room.gate.by_key(key)


async def test_a_member_gets_no_admin_key(room: Room) -> None:
    with pytest.raises(Forbidden):
        await issued(room, await room.user("ada"), "admin")


async def test_nobody_revokes_another_s_key(room: Room) -> None:
    key_id, token = await issued(room, await room.user("ada"))
    with pytest.raises(NotFound):
        await room.keys.revoke(key_id, user_id=await room.user("eve"), by=BY)
    assert (await room.gate.by_key(token)).via == "key"


async def test_use_is_noted_at_most_every_ten_minutes(room: Room) -> None:
    user_id = await room.user("ada")
    _, token = await issued(room, user_id)
    await room.gate.by_key(token)
    noted = (await room.keys.list(user_id, cursor=None, limit=9)).items[0].last_used_at
    room.time.pass_seconds(60)
    await room.gate.by_key(token)
    assert (await room.keys.list(user_id, cursor=None, limit=9)).items[0].last_used_at == noted
    room.time.pass_seconds(600)
    await room.gate.by_key(token)
    assert (await room.keys.list(user_id, cursor=None, limit=9)).items[0].last_used_at == room.time.ms


async def test_core_asks_for_its_scope(room: Room) -> None:
    user_id = await room.user("ada")
    _, fits = await issued(room, user_id, "gateway")
    _, other = await issued(room, user_id, "chat")
    assert (await authorize_key(room.gate, fits, "gateway")).user_id == user_id
    with pytest.raises(Forbidden):
        await authorize_key(room.gate, other, "gateway")
