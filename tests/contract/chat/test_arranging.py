"""Several messages at once, marks, pins, drafts, selections, a text beside another; and choosing what to take back."""

import pytest

from tavernai.chat.errors import ChangeEntangled, ChangeNotFound, MessageInTrash, MessageNotFound, TouchedSince
from tavernai.kernel.facts import By
from tests.contract.chat.tale import Tale


async def undone(tale: Tale, kind: str) -> None:
    """Take back the newest change of this kind, out of turn."""
    found = await listed(tale)
    [event_id] = [one["event_id"] for one in found if one["kind"] == kind and one["state"] == "done"][:1]
    await tale.chat.undo_one("kim", tale.id, event_id)


async def listed(tale: Tale) -> list[dict[str, object]]:
    return (await tale.chat.changes("kim", tale.id, cursor=None, limit=50)).items


# Several at once.


async def test_many_go_to_the_trash_and_come_back_as_one_change(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(5)]
    done = await tale.chat.change_many("kim", tale.id, message_ids=ids[1:4], action="delete")
    assert (done.changed, (await tale.get())["message_count"]) == (3, 3)
    assert (await tale.texts())[1:] == ["line 0", "line 4"]
    assert (await tale.undo()).kind == "messages.changed"
    assert len(await tale.texts()) == 6
    await tale.redo()
    assert (await tale.texts())[1:] == ["line 0", "line 4"]


async def test_what_is_so_already_is_passed_over(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(3)]
    await tale.chat.hide("kim", ids[0])
    before = (await tale.get())["position"]
    assert (await tale.chat.change_many("kim", tale.id, message_ids=ids[:1], action="hide")).position == before
    assert (await tale.chat.change_many("kim", tale.id, message_ids=ids * 2, action="hide")).changed == 2
    await tale.undo()
    assert [item["hidden"] for item in await tale.items()] == [False, True, False, False]


async def test_deleting_the_newest_ones_leaves_the_conversation_to_go_on(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(3)]
    await tale.chat.change_many("kim", tale.id, message_ids=ids[1:], action="delete")
    assert (await tale.get())["last_message"]["text"] == "line 0"
    await tale.say("onward")
    await tale.chat.change_many("kim", tale.id, message_ids=ids[1:], action="restore")
    assert (await tale.texts())[1:] == ["line 0", "line 1", "line 2", "onward"]


async def test_copies_count_what_many_took_from_them(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(4)]
    copy = tale.at((await tale.chat.branch("kim", ids[2], copy=True)).conversation_id)
    await tale.chat.change_many("kim", tale.id, message_ids=ids[1:], action="delete")
    assert (await copy.get())["message_count"] == 2
    assert (await copy.get())["last_message"]["text"] == "line 0"


async def test_a_reply_that_is_written_is_stopped_when_many_go(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    await tale.chat.change_many("kim", tale.id, message_ids=[added.message_id], action="delete")
    assert tale.cancelled == ["t1"]


async def test_messages_of_another_conversation_are_refused_whole(tale: Tale) -> None:
    mine, other = await tale.say("here"), Tale(tale.storage)
    theirs = await other.open()
    with pytest.raises(MessageNotFound):
        await tale.chat.change_many("kim", tale.id, message_ids=[mine, theirs], action="delete")
    assert len(await tale.texts()) == 2


# Marks, pins, drafts.


async def test_a_mark_is_set_renamed_listed_and_taken_back(tale: Tale) -> None:
    message_id = await tale.say("the turn of the tale")
    await tale.chat.set_bookmark("kim", message_id, label="turn")
    await tale.chat.set_bookmark("kim", message_id, label="the turn")
    assert (await tale.item(message_id))["bookmark"] == {"label": "the turn"}
    [found] = (await tale.chat.bookmarks("kim", tale.id, cursor=None, limit=50)).items
    assert (found["label"], found["text"], found["on_active_path"]) == ("the turn", "the turn of the tale", True)
    await tale.undo()
    assert (await tale.item(message_id))["bookmark"] == {"label": "turn"}
    await tale.undo()
    assert (await tale.item(message_id))["bookmark"] is None
    await tale.redo()
    assert (await tale.item(message_id))["bookmark"] == {"label": "turn"}


async def test_a_mark_off_the_branch_shown_says_so_and_a_copy_has_none(tale: Tale) -> None:
    first, second = await tale.say("one"), await tale.say("two")
    await tale.chat.set_bookmark("kim", second)
    copy = tale.at((await tale.chat.branch("kim", second, copy=True)).conversation_id)
    await tale.chat.branch("kim", first)
    [found] = (await tale.chat.bookmarks("kim", tale.id, cursor=None, limit=50)).items
    assert found["on_active_path"] is False
    assert (await copy.items())[-1]["bookmark"] is None


async def test_pinned_conversations_come_first_and_pages_do_not_mix_them(tale: Tale) -> None:
    ids = [tale.id, *[(await tale.chat.create("kim", character_id="ada", title=f"{n}"))["id"] for n in range(4)]]
    await tale.chat.arrange("kim", ids[0], pinned=True, version=1)
    await tale.chat.arrange("kim", ids[2], pinned=True, version=1)
    found, cursor = [], None
    for _ in range(3):
        page = await tale.chat.list_all("kim", cursor=cursor, limit=2)
        found += [(item["id"], item["pinned"]) for item in page.items]
        cursor = page.next_cursor
    assert found == [(ids[n], n in (0, 2)) for n in (2, 0, 4, 3, 1)]
    assert cursor is None


async def test_a_draft_waits_for_other_devices_until_it_is_blank(tale: Tale) -> None:
    await tale.chat.keep_draft("kim", tale.id, text="I was about to")
    await tale.chat.keep_draft("kim", tale.id, text="I was about to say")
    assert (await tale.get())["draft"]["text"] == "I was about to say"
    await tale.chat.keep_draft("kim", tale.id, text="  ")
    assert (await tale.get())["draft"] is None


# Selections, texts beside others.


async def test_a_selection_becomes_a_conversation_of_copies_in_the_order_of_the_story(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(4)]
    await tale.chat.hide("kim", ids[1])
    done = await tale.chat.copy_selection("kim", tale.id, message_ids=[ids[3], ids[1]], title="Pieces")
    made = tale.at(done.conversation_id)
    assert await made.texts() == ["line 1", "line 3"]
    assert [item["hidden"] for item in await made.items()] == [True, False]
    told = await made.get()
    assert (told["title"], told["message_count"], told["undo"]["can_undo"]) == ("Pieces", 2, False)
    await tale.chat.edit("kim", ids[3], text="changed", version=1)
    assert await made.texts() == ["line 1", "line 3"]


async def test_what_is_in_the_trash_cannot_be_selected(tale: Tale) -> None:
    message_id = await tale.say("gone")
    await tale.chat.delete_message("kim", message_id)
    with pytest.raises(MessageInTrash):
        await tale.chat.copy_selection("kim", tale.id, message_ids=[message_id])


async def test_a_text_beside_another_hides_nothing_that_follows(tale: Tale) -> None:
    first = await tale.say("mine")
    await tale.say("after")
    answer = await tale.chat.add_variant("kim", first, text="theirs")
    assert (answer.message["text"], answer.message["variant"]["count"]) == ("mine", 2)
    assert (await tale.texts())[1:] == ["mine", "after"]
    last = (await tale.items())[-1]["id"]
    shown = await tale.chat.add_variant("kim", last, text="or so")
    assert (shown.message["text"], shown.message["variant"]["kind"]) == ("or so", "written")
    await tale.undo()
    assert (await tale.texts())[1:] == ["mine", "after"]


# Choosing what to take back.


async def test_an_old_deletion_is_brought_back_and_what_came_later_stays(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(4)]
    await tale.chat.change_many("kim", tale.id, message_ids=ids[1:3], action="delete")
    await tale.chat.edit("kim", ids[3], text="edited", version=1)
    await tale.say("later")
    [found] = [one for one in await listed(tale) if one["kind"] == "messages.changed"]
    assert (found["count"], found["text"], found["state"], found["undoable"]) == (2, "line 1", "done", True)
    await undone(tale, "messages.changed")
    assert (await tale.texts())[1:] == ["line 0", "line 1", "line 2", "edited", "later"]
    [found] = [one for one in await listed(tale) if one["kind"] == "messages.changed"]
    assert (found["state"], found["undoable"]) == ("brought_back", False)
    assert [(await tale.undo()).kind for _ in range(2)] == ["message.added", "message.edited"]


async def test_what_was_brought_back_goes_again_by_redo_and_comes_again_by_undo(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(3)]
    await tale.chat.delete_message("kim", ids[1])
    await tale.say("later")
    await undone(tale, "message.deleted")
    await tale.redo()
    assert (await tale.texts())[1:] == ["line 0", "line 2", "later"]
    await tale.undo()
    assert (await tale.texts())[1:] == ["line 0", "line 1", "line 2", "later"]


async def test_what_later_changes_stand_on_is_not_taken_from_under_them(tale: Tale) -> None:
    first = await tale.say("one")
    await tale.say("two")
    event_id = next(one["event_id"] for one in (await listed(tale))[::-1])
    assert (await listed(tale))[-1]["undoable"] is False
    with pytest.raises(ChangeEntangled):
        await tale.chat.undo_one("kim", tale.id, str(event_id))
    await tale.chat.edit("kim", first, text="b", version=1)
    await tale.chat.edit("kim", first, text="c", version=2)
    assert [one["undoable"] for one in await listed(tale)] == [True, False, True, False]


async def test_a_change_others_built_upon_does_not_keep_older_ones_from_being_taken_back(tale: Tale) -> None:
    first = await tale.say("one")
    await tale.chat.hide("kim", first)
    await tale.say("two")
    await tale.say("A bell rings.", by=By.system())
    with pytest.raises(TouchedSince):
        await tale.undo()
    await undone(tale, "message.hidden")
    assert (await tale.item(first))["hidden"] is False


async def test_a_whole_branch_deleted_long_ago_comes_back_without_a_jump(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(4)]
    await tale.chat.delete_message("kim", ids[1], following=True)
    await tale.say("another way")
    [found] = [one for one in await listed(tale) if one["kind"] == "message.deleted"]
    assert found["count"] == 3
    await undone(tale, "message.deleted")
    assert (await tale.texts())[1:] == ["line 0", "another way"]
    assert len((await tale.chat.branches("kim", tale.id)).items) == 2


async def test_a_change_of_another_conversation_is_not_found(tale: Tale) -> None:
    await tale.say("one")
    other = Tale(tale.storage)
    await other.open()
    [found] = await listed(tale)
    with pytest.raises(ChangeNotFound):
        await other.chat.undo_one("kim", other.id, str(found["event_id"]))


# The picture, the file.


async def test_the_tree_folds_runs_and_names_what_they_hang_on(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(6)]
    await tale.chat.set_bookmark("kim", ids[4], label="turn")
    await tale.chat.branch("kim", ids[2])
    await tale.say("another way")
    found = await tale.chat.tree("kim", tale.id)
    nodes = found["nodes"]
    assert [(node["text"], node["run"], node["active"]) for node in nodes] == [
        ("line 2", 4, True), ("line 4", 2, False), ("line 5", 1, False), ("another way", 1, True),
    ]  # fmt: skip
    assert [node["parent_id"] for node in nodes] == [None, ids[2], ids[4], ids[2]]
    assert (nodes[1]["bookmark"], nodes[1]["depth"], found["truncated"]) == ({"label": "turn"}, 4, False)
    variant_id = (await tale.item(ids[2]))["variant"]["id"]
    assert {node["parent_variant_id"] for node in nodes if node["parent_id"] == ids[2]} == {variant_id}


async def test_a_file_holds_the_branch_shown_or_what_was_chosen(tale: Tale) -> None:
    ids = [await tale.say(f"line {n}") for n in range(3)]
    copy = tale.at((await tale.chat.branch("kim", ids[1], copy=True)).conversation_id)
    await tale.chat.delete_message("kim", ids[0])
    name, content = await tale.chat.export("kim", tale.id, form="txt")
    assert (name, content.decode()) == ("Ada.txt", "Ada: Hello Kim, I am Ada.\n\nKim: line 1\n\nKim: line 2\n")
    _, content = await copy.chat.export("kim", copy.id, form="txt", message_ids=[ids[1]])
    assert content == b"Kim: line 1\n"
    with pytest.raises(MessageNotFound):
        await copy.chat.export("kim", copy.id, form="txt", message_ids=[ids[2]])
