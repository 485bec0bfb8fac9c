"""Who a person is to the characters."""

import pytest

from tavernai.accounts.service import add_user
from tavernai.characters.avatars import SVG, WEBP
from tavernai.characters.domain.pictures import Size
from tavernai.characters.errors import LastPersona, PersonaInTrash, PictureRefused
from tavernai.characters.personas.service import Persona, default_in
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By, fact_from
from tavernai.ledger.domain import Stream
from tests.data.pictures import tiny_png
from tests.integration.characters.conftest import Room


async def listed(room: Room) -> list[Persona]:
    return (await room.personas.list(room.user_id, cursor=None, limit=50)).items


async def test_a_new_account_has_one_persona_named_after_it(room: Room) -> None:
    user = await room.storage.commit(lambda tx: add_user(tx, "Ada", role="owner", password_hash="x", by=None))
    [persona] = (await room.personas.list(user.id, cursor=None, limit=50)).items
    assert (persona.name, persona.is_default, persona.version) == ("Ada", True, 1)
    assert await room.storage.commit(lambda tx: default_in(tx, user.id)) == persona


async def test_choosing_a_default_takes_the_mark_from_the_other(room: Room) -> None:
    first = await room.personas.create(room.user_id, "Ada", is_default=True)
    second = await room.personas.create(room.user_id, "Captain", description="Salt in her hair")
    chosen = await room.personas.change(room.user_id, second.id, version=second.version, is_default=True)
    assert chosen.is_default
    assert [(one.id, one.is_default) for one in await listed(room)] == [(first.id, False), (second.id, True)]
    assert await room.storage.commit(lambda tx: default_in(tx, room.user_id)) == chosen


async def test_an_old_version_is_a_conflict(room: Room) -> None:
    made = await room.personas.create(room.user_id, "Ada")
    await room.personas.change(room.user_id, made.id, version=made.version, description="d")
    with pytest.raises(Conflict) as refused:
        await room.personas.change(room.user_id, made.id, version=made.version, description="x")
    assert refused.value.facts["current"]["description"] == "d"


async def test_deleting_the_default_chooses_the_oldest_other_and_the_last_one_stays(room: Room) -> None:
    first = await room.personas.create(room.user_id, "Ada", is_default=True)
    second = await room.personas.create(room.user_id, "Captain")
    await room.personas.delete(room.user_id, first.id)
    assert [(one.id, one.is_default) for one in await listed(room)] == [(second.id, True)]
    with pytest.raises(LastPersona):
        await room.personas.delete(room.user_id, second.id)


async def test_names_are_tidied_and_must_be_there(room: Room) -> None:
    assert (await room.personas.create(room.user_id, "  Ada \n Lovelace ")).name == "Ada Lovelace"
    with pytest.raises(InvalidInput):
        await room.personas.create(room.user_id, "\n")


async def test_others_see_no_persona_of_mine(room: Room) -> None:
    made = await room.personas.create(room.user_id, "Ada")
    with pytest.raises(NotFound):
        await room.personas.change("other", made.id, version=1, name="X")
    with pytest.raises(NotFound):
        await room.personas.delete("other", made.id)
    assert (await room.personas.list("other", cursor=None, limit=5)).items == []


async def test_a_deleted_persona_lies_in_the_trash_and_comes_back_as_it_was(room: Room) -> None:
    await room.personas.create(room.user_id, "Ada", is_default=True)
    made = await room.personas.create(room.user_id, "Captain", description="Salt in her hair")
    await room.personas.delete(room.user_id, made.id)
    assert made.id not in [one.id for one in await listed(room)]
    [trashed] = (await room.personas.list(room.user_id, trash=True, cursor=None, limit=50)).items
    assert (trashed.id, trashed.shown()["deleted"]) == (made.id, True)
    with pytest.raises(PersonaInTrash):
        await room.personas.change(room.user_id, made.id, version=trashed.version, name="X")
    back = await room.personas.restore(room.user_id, made.id)
    assert (back.name, back.description, back.deleted_at) == ("Captain", "Salt in her hair", None)
    assert made.id in [one.id for one in await listed(room)]


async def test_a_picture_is_kept_served_small_and_taken_away_again(room: Room) -> None:
    made = await room.personas.create(room.user_id, "Ada")
    seen = await room.personas.set_avatar(room.user_id, made.id, tiny_png())
    assert str(seen.shown()["avatar_url"]).startswith(f"/api/personas/{made.id}/avatar?v=")
    name, avatar = await room.personas.portrait_of(room.user_id, made.id)
    served = await room.avatars.portrait(name, avatar, Size.SMALL)
    assert (served.media_type, served.avatar) == (WEBP, avatar)
    assert (await room.personas.set_avatar(room.user_id, made.id, None)).shown()["avatar_url"] is None
    assert (await room.avatars.portrait(name, None, Size.SMALL)).media_type == SVG


async def test_what_is_no_picture_is_no_avatar(room: Room) -> None:
    made = await room.personas.create(room.user_id, "Ada")
    with pytest.raises(PictureRefused):
        await room.personas.set_avatar(room.user_id, made.id, b"no picture")
    with pytest.raises(NotFound):
        await room.personas.set_avatar("other", made.id, None)


async def test_personas_deleted_for_good_before_there_was_a_trash_stay_gone(room: Room) -> None:
    made = await room.personas.create(room.user_id, "Ada")
    old = fact_from("persona.deleted", 1, {"persona_id": made.id})
    assert (old.to_trash, old.persona_id) == (False, made.id)
    stream = Stream(f"persona:{made.id}", room.user_id)
    await room.storage.commit(lambda tx: tx.append(stream, [old], by=By.user(room.user_id)))
    assert (await room.personas.list(room.user_id, trash=True, cursor=None, limit=5)).items == []
