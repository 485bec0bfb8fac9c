"""Conversations: opened, listed, renamed, thrown away; each its owner's alone."""

import pytest

from tavernai.chat import store
from tavernai.chat.errors import (
    ConversationInTrash,
    ConversationNotFound,
    GreetingNotFound,
    MessageNotFound,
    StaleVersion,
)
from tavernai.chat.service import open_conversation
from tests.contract.chat.tale import Tale


async def test_a_conversation_opens_with_the_greeting_chosen_and_the_others_as_variants(tale: Tale) -> None:
    await tale.open(greeting=1)
    [greeting] = await tale.items()
    assert greeting["text"] == "Good evening."
    assert (greeting["variant"]["index"], greeting["variant"]["count"]) == (1, 2)
    others = (await tale.chat.variants("kim", greeting["id"])).items
    assert [(one["text"], one["selected"]) for one in others] == [
        ("Hello Kim, I am Ada.", False),
        ("Good evening.", True),
    ]


async def test_a_greeting_that_is_not_there_opens_nothing(tale: Tale) -> None:
    with pytest.raises(GreetingNotFound):
        await tale.chat.create("kim", character_id="ada", greeting=2)
    assert len((await tale.chat.list_all("kim")).items) == 1


async def test_a_character_without_greetings_opens_an_empty_conversation(tale: Tale) -> None:
    opened = await tale.unit(
        lambda tx: open_conversation(tx, owner_id="kim", by=tale.by, character_id=None, character_name="Guide")
    )
    there = tale.at(opened.conversation_id)
    assert (await there.get())["active_leaf"] is None
    assert await there.items() == []
    await there.say("Anybody here?")
    assert await there.texts() == ["Anybody here?"]
    await there.undo()
    assert (await there.get())["message_count"] == 0


async def test_the_list_shows_the_most_recent_first_with_what_was_said_last(tale: Tale) -> None:
    other = Tale(tale.storage)
    await other.open()
    await tale.say("the  newest\nof all")
    page = await tale.chat.list_all("kim")
    assert [item["id"] for item in page.items] == [tale.id, other.id]
    assert page.items[0]["last_message"] == {"role": "user", "name": "Kim", "text": "the newest of all"}
    assert page.items[0]["message_count"] == 2
    assert page.items[0]["avatar_url"] == "/avatar/ada"


async def test_the_list_comes_in_pages_without_a_gap(tale: Tale) -> None:
    made = [tale.id] + [(await tale.chat.create("kim", character_id="ada"))["id"] for _ in range(6)]
    seen, cursor = [], None
    while True:
        page = await tale.chat.list_all("kim", cursor=cursor, limit=3)
        seen += [item["id"] for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7


async def test_the_list_is_searched_by_title_character_and_last_message(tale: Tale) -> None:
    await tale.chat.rename("kim", tale.id, title="100% Moonlight", version=1)
    await tale.say("a Zebra crossed")
    for q, found in (("moonLIGHT", 1), ("ada", 1), ("zebra", 1), ("0% m", 1), ("%%", 0), ("nothing", 0)):
        assert len((await tale.chat.list_all("kim", q=q)).items) == found, q
    assert (await tale.chat.list_all("kim", character_id="somebody")).items == []


async def test_a_rename_needs_the_version_seen_and_refuses_with_the_current_state(tale: Tale) -> None:
    item = await tale.chat.rename("kim", tale.id, title=" Moonlight ", version=1)
    assert (item["title"], item["version"]) == ("Moonlight", 2)
    with pytest.raises(StaleVersion) as refused:
        await tale.chat.rename("kim", tale.id, title="Sunlight", version=1)
    assert refused.value.facts["current"]["title"] == "Moonlight"


async def test_a_blank_title_becomes_the_characters_name(tale: Tale) -> None:
    await tale.chat.rename("kim", tale.id, title="Moonlight", version=1)
    assert (await tale.chat.rename("kim", tale.id, title="  ", version=2))["title"] == "Ada"


async def test_what_is_in_the_trash_is_listed_there_can_be_read_but_not_written(tale: Tale) -> None:
    await tale.chat.delete("kim", tale.id)
    await tale.chat.delete("kim", tale.id)
    assert (await tale.chat.list_all("kim")).items == []
    assert [item["deleted"] for item in (await tale.chat.list_all("kim", trash=True)).items] == [True]
    assert len(await tale.items()) == 1
    with pytest.raises(ConversationInTrash):
        await tale.say("hello?")
    assert not (await tale.chat.restore("kim", tale.id))["deleted"]
    await tale.say("hello!")


async def test_throwing_a_conversation_away_stops_the_reply_being_written(tale: Tale) -> None:
    await tale.say("hi", task_id="t1")
    await tale.queue(task_id="t1")
    await tale.chat.delete("kim", tale.id)
    assert tale.cancelled == ["t1"]


async def test_others_find_nothing(tale: Tale) -> None:
    message_id = await tale.say("secret")
    eve = Tale(tale.storage, owner_id="eve")
    eve.id = tale.id
    for refused in (eve.get(), eve.items(), eve.say("boo"), eve.undo(), eve.chat.delete("eve", tale.id)):
        with pytest.raises(ConversationNotFound):
            await refused
    for refused in (
        eve.chat.edit("eve", message_id, text="x", version=1),
        eve.chat.variants("eve", message_id),
        eve.chat.delete_message("eve", message_id),
        eve.chat.branch("eve", message_id, copy=True),
    ):
        with pytest.raises(MessageNotFound):
            await refused
    assert (await eve.chat.list_all("eve")).items == []


async def test_the_owner_of_a_conversation_is_known_to_rooms_above(tale: Tale) -> None:
    assert await tale.storage.read(lambda conn: store.owner_of(conn, tale.id)) == "kim"
    assert await tale.storage.read(lambda conn: store.owner_of(conn, "nowhere")) is None


async def test_several_go_to_the_trash_and_come_back_and_only_those_that_changed_are_named(tale: Tale) -> None:
    other = (await tale.chat.create("kim", character_id="ada"))["id"]
    await tale.chat.delete("kim", other)
    assert await tale.chat.change_all("kim", ids=[tale.id, other, tale.id], action="delete") == [tale.id]
    assert (await tale.chat.list_all("kim")).items == []
    assert await tale.chat.change_all("kim", ids=[tale.id], action="restore") == [tale.id]
    assert [item["id"] for item in (await tale.chat.list_all("kim")).items] == [tale.id]


async def test_several_are_left_alone_when_one_of_them_is_somebody_elses(tale: Tale) -> None:
    theirs = Tale(tale.storage, owner_id="eve")
    await theirs.open()
    with pytest.raises(ConversationNotFound):
        await tale.chat.change_all("kim", ids=[tale.id, theirs.id], action="delete")
    assert [item["id"] for item in (await tale.chat.list_all("kim")).items] == [tale.id]


async def test_replies_being_written_in_several_that_are_thrown_away_are_stopped(tale: Tale) -> None:
    await tale.queue(task_id="t-1")
    await tale.chat.change_all("kim", ids=[tale.id], action="delete")
    assert tale.cancelled == ["t-1"]
