"""Copies: conversations that share what stands above their fork."""

import pytest

from tavernai.chat.errors import MessageNotFound
from tests.contract.chat.tale import Tale


@pytest.fixture
async def fork(tale: Tale) -> tuple[Tale, Tale, list[str]]:
    """The original with two exchanges, a copy made after the first, and the ids of the original's messages."""
    ids = [item["id"] for item in await tale.items()]
    ids += await tale.exchange("one", "1")
    ids += await tale.exchange("two", "2")
    done = await tale.chat.branch("kim", ids[2], copy=True)
    return tale, tale.at(done.conversation_id), ids


Fork = tuple[Tale, Tale, list[str]]


async def test_a_copy_shows_the_same_messages_up_to_its_fork(fork: Fork) -> None:
    original, copy, ids = fork
    assert [item["id"] for item in await copy.items()] == ids[:3]
    found = await copy.get()
    assert (found["title"], found["message_count"], found["last_message"]["text"]) == ("Ada (2)", 3, "1")
    assert (await copy.get())["undo"]["can_undo"] is False
    assert len(await original.items()) == 5


async def test_what_is_said_in_one_is_not_heard_in_the_other(fork: Fork) -> None:
    original, copy, ids = fork
    await copy.say("elsewhere")
    assert (await copy.texts())[-2:] == ["1", "elsewhere"]
    assert (await original.texts())[-2:] == ["two", "2"]
    assert (await original.item(ids[2]))["branches"] == 1
    assert len((await original.chat.branches("kim", original.id)).items) == 1


async def test_an_edit_of_a_shared_message_shows_in_both(fork: Fork) -> None:
    original, copy, ids = fork
    await copy.chat.edit("kim", ids[2], text="one!", version=2, conversation_id=copy.id)
    assert (await original.item(ids[2]))["text"] == "one!"
    assert (await copy.get())["last_message"]["text"] == "one!"
    assert (await copy.undo()).kind == "message.edited"
    assert (await original.item(ids[2]))["text"] == "1"


async def test_a_single_deletion_of_a_shared_message_is_counted_in_both(fork: Fork) -> None:
    original, copy, ids = fork
    await original.chat.delete_message("kim", ids[1])
    assert [(await one.get())["message_count"] for one in (original, copy)] == [4, 2]
    await original.chat.restore_message("kim", ids[1])
    assert [(await one.get())["message_count"] for one in (original, copy)] == [5, 3]


async def test_a_swipe_in_the_copy_leaves_the_original_on_its_own_variant(fork: Fork) -> None:
    original, copy, ids = fork
    await copy.swipe(ids[2], "eins")
    await copy.say("und weiter")
    assert (await copy.texts())[-2:] == ["eins", "und weiter"]
    assert (await original.texts())[-3:] == ["1", "two", "2"]
    assert (await original.item(ids[2]))["variant"]["count"] == 2
    first = (await copy.chat.variants("kim", ids[2], conversation_id=copy.id)).items[0]
    await copy.chat.select_variant("kim", ids[2], variant_id=first["id"], conversation_id=copy.id)
    assert (await copy.texts())[-1] == "1"


async def test_a_copy_cannot_throw_away_what_it_shares(fork: Fork) -> None:
    original, copy, ids = fork
    await copy.say("elsewhere")
    await copy.chat.delete_message("kim", ids[1], following=True, conversation_id=copy.id)
    assert await copy.texts() == ["Hello Kim, I am Ada."]
    assert len(await original.items()) == 5
    await copy.undo()
    assert (await copy.texts())[-1] == "elsewhere"


async def test_a_copy_keeps_what_the_original_throws_away(fork: Fork) -> None:
    original, copy, ids = fork
    await original.chat.delete_message("kim", ids[1], following=True)
    assert await original.texts() == ["Hello Kim, I am Ada."]
    assert await copy.texts() == ["Hello Kim, I am Ada.", "one", "1"]
    await original.chat.delete("kim", original.id)
    assert [item["deleted"] for item in await copy.items()] == [False] * 3


async def test_what_only_the_original_has_is_not_found_in_the_copy(fork: Fork) -> None:
    _, copy, ids = fork
    with pytest.raises(MessageNotFound):
        await copy.chat.select_leaf("kim", copy.id, message_id=ids[4])


async def test_a_copy_of_a_copy_shares_with_both(fork: Fork) -> None:
    original, copy, ids = fork
    below = await copy.say("elsewhere")
    done = await copy.chat.branch("kim", below, copy=True)
    third = copy.at(done.conversation_id)
    assert (await third.get())["title"] == "Ada (3)"
    await original.chat.edit("kim", ids[0], text="Hail!", version=1)
    assert [(await one.texts())[0] for one in (original, copy, third)] == ["Hail!"] * 3
    await copy.chat.edit("kim", below, text="nowhere", version=1)
    assert (await third.get())["last_message"]["text"] == "nowhere"
