"""Messages on a path: pages, edits, hiding, deleting, variants, branches."""

import asyncio

import pytest

from tavernai.chat import store
from tavernai.chat.errors import (
    AboveInTrash,
    MessageInTrash,
    MessageNotFound,
    ReplyRunning,
    StaleVersion,
    VariantNotFound,
)
from tests.contract.chat.tale import Tale


async def test_pages_run_from_the_newest_up_and_miss_nothing(tale: Tale) -> None:
    for number in range(12):
        await tale.say(f"line {number}")
    seen: list[str] = []
    before = None
    while True:
        page = await tale.chat.page("kim", tale.id, before=before, limit=5)
        seen = [item["text"] for item in page.items] + seen
        before = page.next_cursor
        if before is None:
            break
    assert seen == ["Hello Kim, I am Ada."] + [f"line {number}" for number in range(12)]


async def test_each_item_names_its_parent_also_at_the_edge_of_a_page(tale: Tale) -> None:
    ids = [await tale.say(f"line {number}") for number in range(3)]
    page = await tale.chat.page("kim", tale.id, limit=2)
    assert [item["parent_id"] for item in page.items] == [ids[0], ids[1]]
    assert page.next_cursor == ids[1]


async def test_an_edit_keeps_the_old_text_as_a_revision(tale: Tale) -> None:
    message_id = await tale.say("frist")
    done = await tale.chat.edit("kim", message_id, text="first", version=1)
    assert (done.message["text"], done.message["version"], done.message["edited"]) == ("first", 2, True)
    assert done.position == (await tale.get())["position"]
    revisions = (await tale.chat.revisions("kim", message_id)).items
    assert [(one["revision"], one["text"]) for one in revisions] == [(2, "first"), (1, "frist")]
    assert done.message["variant"]["count"] == 1


async def test_of_two_edits_of_the_same_version_one_is_told_the_others_text(tale: Tale) -> None:
    message_id = await tale.say("one")
    edits = [tale.chat.edit("kim", message_id, text=text, version=1) for text in ("two", "three")]
    results = await asyncio.gather(*edits, return_exceptions=True)
    [won] = [one for one in results if not isinstance(one, BaseException)]
    [lost] = [one for one in results if isinstance(one, StaleVersion)]
    assert lost.facts["current"] == won.message
    assert (await tale.item(message_id))["text"] == won.message["text"]


async def test_an_edit_that_changes_nothing_records_nothing(tale: Tale) -> None:
    message_id = await tale.say("same")
    before = (await tale.get())["position"]
    done = await tale.chat.edit("kim", message_id, text="same", version=1)
    assert (done.position, done.message["version"]) == (before, 1)


async def test_a_reply_being_written_cannot_be_edited(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    with pytest.raises(ReplyRunning):
        await tale.chat.edit("kim", added.message_id, text="mine", version=1)


async def test_a_hidden_message_stays_on_the_page_and_is_marked_in_the_history(tale: Tale) -> None:
    message_id = await tale.say("psst")
    assert (await tale.chat.hide("kim", message_id, version=1)).message["hidden"] is True
    again = await tale.chat.hide("kim", message_id)
    assert again.message["version"] == 2
    rows = await tale.storage.read(lambda conn: store.history(conn, tale.id, limit=10))
    assert [row.is_hidden for row in rows] == [True, False]
    assert (await tale.chat.show("kim", message_id)).message["hidden"] is False


async def test_deleting_one_message_leaves_what_follows_on_the_path(tale: Tale) -> None:
    first, second = await tale.say("one"), await tale.say("two")
    done = await tale.chat.delete_message("kim", first)
    assert done.message["deleted"] is True
    assert await tale.texts() == ["Hello Kim, I am Ada.", "two"]
    assert (await tale.get())["message_count"] == 2
    assert (await tale.item(second))["parent_id"] == first
    await tale.chat.restore_message("kim", first)
    assert await tale.texts() == ["Hello Kim, I am Ada.", "one", "two"]


async def test_deleting_with_what_follows_ends_the_conversation_above(tale: Tale) -> None:
    first = await tale.say("one")
    second = await tale.say("two")
    await tale.chat.delete_message("kim", first, following=True)
    assert await tale.texts() == ["Hello Kim, I am Ada."]
    for refused in (
        tale.chat.select_leaf("kim", tale.id, message_id=second),
        tale.chat.edit("kim", second, text="x", version=1),
        tale.queue(task_id="t", parent=second),
    ):
        with pytest.raises(MessageInTrash):
            await refused
    with pytest.raises(AboveInTrash):
        await tale.chat.restore_message("kim", second)
    await tale.chat.restore_message("kim", first)
    assert await tale.texts() == ["Hello Kim, I am Ada.", "one", "two"]


async def test_what_comes_back_after_the_talk_went_on_is_a_branch(tale: Tale) -> None:
    old = await tale.say("old end")
    await tale.chat.delete_message("kim", old)
    new = await tale.say("new end")
    await tale.chat.restore_message("kim", old)
    assert await tale.texts() == ["Hello Kim, I am Ada.", "new end"]
    assert (await tale.items())[0]["branches"] == 2
    leaves = {one["leaf_id"] for one in (await tale.chat.branches("kim", tale.id)).items}
    assert leaves == {old, new}


async def test_deleting_the_greeting_with_all_empties_the_conversation(tale: Tale) -> None:
    [greeting] = await tale.items()
    await tale.say("hello")
    await tale.chat.delete_message("kim", greeting["id"], following=True)
    found = await tale.get()
    assert (found["active_leaf"], found["message_count"], found["last_message"]) == (None, 0, None)
    await tale.say("afresh")
    assert await tale.texts() == ["afresh"]


async def test_a_swipe_is_shown_at_once_and_going_back_restores_what_followed(tale: Tale) -> None:
    _, answer = await tale.exchange("how are you?", "well")
    await tale.say("glad to hear")
    swiped = await tale.swipe(answer, "badly")
    assert await tale.texts() == ["Hello Kim, I am Ada.", "how are you?", "badly"]
    await tale.say("oh no")
    [first, second] = (await tale.chat.variants("kim", answer)).items
    await tale.chat.select_variant("kim", answer, variant_id=first["id"])
    assert (await tale.texts())[-2:] == ["well", "glad to hear"]
    done = await tale.chat.select_variant("kim", answer, variant_id=second["id"])
    assert (await tale.texts())[-2:] == ["badly", "oh no"]
    assert (done.message["variant"]["id"], done.message["variant"]["index"]) == (swiped.variant_id, 1)
    with pytest.raises(VariantNotFound):
        await tale.chat.select_variant("kim", answer, variant_id="v?")


async def test_a_branch_goes_on_from_an_earlier_message_and_both_ways_are_listed(tale: Tale) -> None:
    first = await tale.say("one")
    left = await tale.say("left")
    done = await tale.chat.branch("kim", first)
    assert (done.conversation_id, done.message_id) == (tale.id, first)
    right = await tale.say("right")
    assert (await tale.texts())[-2:] == ["one", "right"]
    assert (await tale.item(first))["branches"] == 2
    listed = (await tale.chat.branches("kim", tale.id)).items
    assert [(one["leaf_id"], one["active"], one["forked_at_message_id"]) for one in listed] == [
        (right, True, None),
        (left, False, first),
    ]
    assert (listed[1]["message_count"], listed[1]["last"]["text"]) == (3, "left")
    await tale.chat.select_leaf("kim", tale.id, message_id=left)
    assert (await tale.texts())[-2:] == ["one", "left"]


async def test_branches_come_in_pages(tale: Tale) -> None:
    [greeting] = await tale.items()
    for number in range(5):
        await tale.chat.branch("kim", greeting["id"])
        await tale.say(f"way {number}")
    page = await tale.chat.branches("kim", tale.id, limit=3)
    rest = await tale.chat.branches("kim", tale.id, cursor=page.next_cursor, limit=3)
    assert [one["last"]["text"] for one in page.items + rest.items] == [f"way {number}" for number in (4, 3, 2, 1, 0)]
    assert rest.next_cursor is None


async def test_a_message_of_another_conversation_is_not_found_in_this_one(tale: Tale) -> None:
    other = Tale(tale.storage)
    greeting = await other.open()
    with pytest.raises(MessageNotFound):
        await tale.chat.select_leaf("kim", tale.id, message_id=greeting)
    with pytest.raises(MessageNotFound):
        await tale.chat.hide("kim", greeting, conversation_id=tale.id)
