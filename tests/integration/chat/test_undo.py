"""Undo and redo of one person's changes in one conversation."""

import pytest

from tavernai.chat.errors import NothingToRedo, NothingToUndo, TouchedSince, WrongTask
from tavernai.kernel.facts import By
from tests.contract.chat.tale import Tale


async def test_a_new_conversation_has_nothing_to_undo(tale: Tale) -> None:
    assert (await tale.get())["undo"] == {"can_undo": False, "can_redo": False}
    with pytest.raises(NothingToUndo):
        await tale.undo()
    with pytest.raises(NothingToRedo):
        await tale.redo()


async def test_undoing_a_send_takes_the_reply_along_and_names_its_task(tale: Tale) -> None:
    await tale.say("hello", task_id="t1")
    await tale.queue(task_id="t1")
    done = await tale.undo()
    assert (done.kind, done.redo, done.task_ids) == ("message.added", 1, ("t1",))
    assert tale.cancelled == ["t1"]
    assert await tale.texts() == ["Hello Kim, I am Ada."]
    assert done.position == (await tale.get())["position"]


async def test_redoing_a_send_brings_both_back_without_starting_the_task(tale: Tale) -> None:
    await tale.exchange("hello", "hi")
    await tale.undo()
    done = await tale.redo()
    assert (done.kind, done.redo, done.task_ids) == ("message.added", 0, ())
    assert await tale.texts() == ["Hello Kim, I am Ada.", "hello", "hi"]
    assert (await tale.get())["undo"] == {"can_undo": True, "can_redo": False}


async def test_a_new_change_clears_what_could_be_redone(tale: Tale) -> None:
    await tale.say("one")
    await tale.undo()
    await tale.say("two")
    with pytest.raises(NothingToRedo):
        await tale.redo()
    assert (await tale.texts())[-1] == "two"


async def test_edits_are_undone_one_by_one_and_every_text_is_kept(tale: Tale) -> None:
    message_id = await tale.say("a")
    for version, text in enumerate(("b", "c"), start=1):
        await tale.chat.edit("kim", message_id, text=text, version=version)
    for text in ("b", "a"):
        assert (await tale.undo()).kind == "message.edited"
        assert (await tale.texts())[-1] == text
    for text in ("b", "c"):
        await tale.redo()
        assert (await tale.texts())[-1] == text
    kept = [one["text"] for one in (await tale.chat.revisions("kim", message_id)).items]
    assert kept == ["c", "b", "a", "b", "c", "b", "a"]


async def test_undoing_a_swipe_shows_the_variant_before_and_what_followed(tale: Tale) -> None:
    answer = await tale.reply("first")
    await tale.say("then")
    await tale.swipe(answer, task_id="t2")
    done = await tale.undo()
    assert (done.kind, done.task_ids) == ("variant.added", ("t2",))
    assert (await tale.texts())[-2:] == ["first", "then"]
    await tale.redo()
    assert (await tale.texts())[-1] == ""


async def test_undoing_a_continuation_puts_the_text_back(tale: Tale) -> None:
    answer = await tale.reply("Once upon")
    going = await tale.go_on(answer, task_id="t2")
    await tale.finish(going, "Once upon a time", task_id="t2")
    assert (await tale.undo()).kind == "variant.continued"
    assert (await tale.texts())[-1] == "Once upon"
    await tale.redo()
    assert (await tale.texts())[-1] == "Once upon a time"


async def test_a_continuation_undone_while_it_is_written_cannot_come_back(tale: Tale) -> None:
    answer = await tale.reply("Once upon")
    going = await tale.go_on(answer, task_id="t2")
    assert (await tale.undo()).task_ids == ("t2",)
    recorded = await tale.finish(going, "Once upon a time", task_id="t2")
    assert recorded.kind == "completion.interrupted"
    item = await tale.item(answer)
    assert (item["text"], item["status"]) == ("Once upon", "interrupted")
    with pytest.raises(WrongTask):
        await tale.finish(going, "Once upon a time", task_id="t2")


async def test_the_end_of_a_continuation_undone_does_not_disturb_the_next_one(tale: Tale) -> None:
    answer = await tale.reply("Once upon")
    undone = await tale.go_on(answer, task_id="t2")
    await tale.undo()
    again = await tale.go_on(answer, task_id="t3")
    await tale.finish(undone, "Once upon a time", task_id="t2")
    assert (await tale.item(answer))["status"] == "queued"
    await tale.finish(again, "Once upon a midnight", task_id="t3")
    assert (await tale.item(answer))["text"] == "Once upon a midnight"


async def test_deleting_hiding_branching_selecting_and_renaming_are_undone(tale: Tale) -> None:
    first, second = await tale.say("one"), await tale.say("two")
    before = (await tale.items(), (await tale.get())["title"])
    await tale.chat.delete_message("kim", first)
    await tale.chat.delete_message("kim", second, following=True)
    await tale.chat.restore_message("kim", first)
    await tale.chat.hide("kim", first)
    await tale.chat.show("kim", first)
    await tale.chat.branch("kim", first, copy=False)
    await tale.chat.select_leaf("kim", tale.id, message_id=first)
    await tale.chat.rename("kim", tale.id, title="Moonlight", version=1)
    kinds = []
    while (await tale.get())["message_count"] != 3 or (await tale.get())["title"] != "Ada":
        kinds.append((await tale.undo()).kind)
    assert kinds[0] == "conversation.renamed"
    assert [item["text"] for item in await tale.items()] == [item["text"] for item in before[0]]


async def test_a_greeting_is_no_change_but_choosing_another_one_is(tale: Tale) -> None:
    [greeting] = await tale.items()
    other = (await tale.chat.variants("kim", greeting["id"])).items[1]
    await tale.chat.select_variant("kim", greeting["id"], variant_id=other["id"])
    assert (await tale.undo()).kind == "variant.selected"
    assert await tale.texts() == ["Hello Kim, I am Ada."]
    assert (await tale.get())["undo"]["can_undo"] is False


async def test_what_somebody_else_built_upon_is_not_undone(tale: Tale) -> None:
    await tale.say("hello")
    await tale.say("A bell rings.", by=By.system())
    with pytest.raises(TouchedSince) as refused:
        await tale.undo()
    assert refused.value.facts["kind"] == "message.added"
    assert (await tale.texts())[-2:] == ["hello", "A bell rings."]


async def test_an_edit_is_undone_although_somebody_else_wrote_below(tale: Tale) -> None:
    message_id = await tale.say("a")
    await tale.chat.edit("kim", message_id, text="b", version=1)
    await tale.say("A bell rings.", by=By.system())
    await tale.undo()
    assert (await tale.texts())[-2:] == ["a", "A bell rings."]


async def test_imported_messages_are_no_changes_of_the_person(tale: Tale) -> None:
    await tale.say("from an old chat", by=By("user:kim", "import"))
    with pytest.raises(NothingToUndo):
        await tale.undo()
