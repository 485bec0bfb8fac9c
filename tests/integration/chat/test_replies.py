"""Replies: queued, written, ended in three ways, swiped and continued."""

import pytest

from tavernai.chat import service as replies
from tavernai.chat import store
from tavernai.chat.errors import NothingToContinue, ReplyRunning, WrongTask
from tests.contract.chat.tale import WORKER, Tale


async def test_a_message_posted_meanwhile_hangs_on_the_reply_that_waits(tale: Tale) -> None:
    await tale.say("one", task_id="t1")
    added = await tale.queue(task_id="t1")
    await tale.say("two")
    items = await tale.items()
    assert [(item["text"], item["status"]) for item in items[1:]] == [
        ("one", "complete"),
        ("", "queued"),
        ("two", "complete"),
    ]
    assert items[3]["parent_id"] == added.message_id


async def test_a_reply_tells_how_it_ended(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    place = (added.message_id, added.variant_id)
    await tale.unit(lambda tx: replies.start_reply(tx, *place, task_id="t1", by=WORKER))
    assert (await tale.item(added.message_id))["status"] == "streaming"
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    told = {"finish": "stop", "model": "m1", "usage": usage, "reasoning": "hm"}
    await tale.finish(added, "all right", task_id="t1", **told)
    item = await tale.item(added.message_id)
    assert (item["status"], item["text"], item["model"], item["finish"]) == ("complete", "all right", "m1", "stop")
    assert (item["tokens_out"], item["reasoning"], item["error"], item["edited"]) == (2, "hm", None, False)
    assert (await tale.get())["last_message"]["text"] == "all right"


@pytest.mark.parametrize(("ending", "finish"), [("interrupted", "interrupted"), ("failed", None)])
async def test_what_came_before_a_break_is_kept(tale: Tale, ending: str, finish: str | None) -> None:
    added = await tale.queue(task_id="t1")
    await tale.finish(added, "half a se", task_id="t1", ending=ending, code="upstream_cut", detail="It broke.")
    item = await tale.item(added.message_id)
    assert (item["status"], item["text"], item["finish"]) == (ending, "half a se", finish)
    assert (item["error"] or {}).get("code") == ("upstream_cut" if ending == "failed" else None)


async def test_a_reply_that_failed_without_text_is_shown_but_not_told_to_the_model(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    await tale.finish(added, "", task_id="t1", ending="failed", code="upstream_auth")
    await tale.say("hello?")
    assert [item["text"] for item in await tale.items()] == ["Hello Kim, I am Ada.", "", "hello?"]
    rows = await tale.storage.read(lambda conn: store.history(conn, tale.id, limit=10))
    assert [row.text for row in rows] == ["hello?", "Hello Kim, I am Ada."]


async def test_only_the_task_that_writes_a_reply_may_end_it_and_only_once(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    with pytest.raises(WrongTask):
        await tale.finish(added, "mine!", task_id="t2")
    await tale.finish(added, "done", task_id="t1")
    with pytest.raises(WrongTask):
        await tale.finish(added, "again", task_id="t1")
    assert (await tale.texts())[-1] == "done"


async def test_a_retry_queues_the_same_variant_under_a_new_task(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    await tale.finish(added, "", task_id="t1", ending="failed", code="upstream_timeout")
    place = (added.message_id, added.variant_id)
    await tale.unit(lambda tx: replies.requeue_reply(tx, *place, task_id="t2", by=tale.by))
    item = await tale.item(added.message_id)
    assert (item["status"], item["task_id"], item["error"]) == ("queued", "t2", None)
    await tale.finish(added, "second try", task_id="t2")
    assert (await tale.item(added.message_id))["variant"]["count"] == 1


async def test_a_continuation_becomes_a_revision_of_the_same_variant(tale: Tale) -> None:
    answer = await tale.reply("Once upon")
    going = await tale.go_on(answer, task_id="t2")
    assert going.text == "Once upon"
    assert (await tale.item(answer))["status"] == "queued"
    await tale.finish(going, "Once upon a time", task_id="t2")
    item = await tale.item(answer)
    assert (item["text"], item["variant"]["count"], item["status"]) == ("Once upon a time", 1, "complete")
    assert [one["text"] for one in (await tale.chat.revisions("kim", answer)).items] == [
        "Once upon a time",
        "Once upon",
    ]


async def test_a_continuation_that_fails_at_once_leaves_the_text_alone(tale: Tale) -> None:
    answer = await tale.reply("Once upon")
    going = await tale.go_on(answer, task_id="t2")
    await tale.finish(going, "", task_id="t2", ending="failed", code="upstream_timeout")
    item = await tale.item(answer)
    assert (item["text"], item["status"], item["edited"]) == ("Once upon", "failed", False)


async def test_what_runs_or_has_no_text_cannot_be_continued(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    with pytest.raises(ReplyRunning):
        await tale.go_on(added.message_id, task_id="t2")
    await tale.finish(added, "", task_id="t1", ending="failed")
    with pytest.raises(NothingToContinue):
        await tale.go_on(added.message_id, task_id="t2")


async def test_a_swipe_that_still_runs_does_not_mark_the_variant_gone_back_to(tale: Tale) -> None:
    answer = await tale.reply("first")
    swiped = await tale.swipe(answer, task_id="t2")
    assert (await tale.item(answer))["status"] == "queued"
    [first, _] = (await tale.chat.variants("kim", answer)).items
    await tale.chat.select_variant("kim", answer, variant_id=first["id"])
    await tale.finish(swiped, "second", task_id="t2")
    item = await tale.item(answer)
    assert (item["text"], item["status"], item["variant"]["count"]) == ("first", "complete", 2)


async def test_the_history_above_a_reply_follows_its_own_path(tale: Tale) -> None:
    asked, answer = await tale.exchange("one", "1")
    await tale.chat.branch("kim", asked)
    await tale.say("elsewhere")
    variant_id = (await tale.chat.variants("kim", answer)).items[0]["id"]
    above = await tale.storage.read(lambda conn: store.history_above(conn, answer, limit=10))
    assert [row.text for row in above] == ["one", "Hello Kim, I am Ada."]
    with_it = await tale.storage.read(lambda conn: store.history_above(conn, answer, limit=2, variant_id=variant_id))
    assert [row.text for row in with_it] == ["1", "one"]


async def test_a_reply_to_an_earlier_message_becomes_the_leaf_on_a_branch(tale: Tale) -> None:
    asked, _ = await tale.exchange("one", "1")
    await tale.say("two")
    added = await tale.queue(task_id="t9", parent=asked)
    await tale.finish(added, "another 1", task_id="t9")
    assert (await tale.texts())[-2:] == ["one", "another 1"]
    await tale.undo()
    assert (await tale.texts())[-3:] == ["one", "1", "two"]


async def test_deleting_a_waiting_reply_stops_its_task(tale: Tale) -> None:
    added = await tale.queue(task_id="t1")
    await tale.chat.delete_message("kim", added.message_id)
    assert tale.cancelled == ["t1"]
