"""A long conversation is counted and paged by the engine, and costs little where it is used most."""

from typing import Any, NoReturn

from tavernai.chat import service as replies
from tavernai.chat import store
from tests.contract.chat.tale import WORKER, Tale

LINES = 300


async def long_talk(tale: Tale) -> list[str]:
    """Ids of 300 messages below the greeting."""

    def unit(tx: Any) -> list[str]:
        told = {"owner_id": "kim", "by": tale.by, "role": "user", "name": "Kim"}
        return [replies.add_message(tx, tale.id, text=f"line {n}", **told).message_id for n in range(LINES)]

    return await tale.unit(unit)


async def test_far_jumps_keep_the_count_right(tale: Tale) -> None:
    ids = await long_talk(tale)
    await tale.chat.delete_message("kim", ids[100])
    await tale.chat.branch("kim", ids[4])
    assert (await tale.get())["message_count"] == 6
    await tale.undo()
    assert (await tale.get())["message_count"] == LINES
    done = await tale.chat.branch("kim", ids[150], copy=True)
    assert (await tale.at(done.conversation_id).get())["message_count"] == 151
    await tale.chat.delete_message("kim", ids[9], following=True)
    assert (await tale.get())["message_count"] == 10
    await tale.undo()
    assert (await tale.get())["message_count"] == LINES


async def test_history_is_as_long_as_asked_for_and_leaves_gaps_out(tale: Tale) -> None:
    ids = await long_talk(tale)
    await tale.chat.delete_message("kim", ids[298])
    rows = await tale.storage.read(lambda conn: store.history(conn, tale.id, limit=3))
    assert [row.text for row in rows] == ["line 299", "line 297", "line 296"]
    every = await tale.storage.read(lambda conn: store.history(conn, tale.id, limit=10_000))
    assert len(every) == LINES
    assert every[-1].text == "Hello Kim, I am Ada."


async def test_posting_and_answering_ask_the_engine_by_key_alone(tale: Tale) -> None:
    await tale.chat.branch("kim", (await long_talk(tale))[200], copy=True)

    def refuse(_statement: Any) -> NoReturn:
        raise AssertionError("a query on the hot path")

    def unit(tx: Any) -> str:
        tx.rows = refuse
        own: Any = {"owner_id": "kim", "by": tale.by}
        replies.add_message(tx, tale.id, role="user", name="Kim", text="hi", task_id="t1", **own)
        added = replies.add_reply(tx, tale.id, name="Ada", character_id="ada", task_id="t1", **own)
        place: Any = {"message_id": added.message_id, "variant_id": added.variant_id, "task_id": "t1", "by": WORKER}
        replies.start_reply(tx, **place)
        replies.finish_reply(tx, "done", text="hello", **place)
        swiped = replies.add_swipe(tx, added.message_id, task_id="t2", **own)
        replies.finish_reply(tx, "interrupted", text="he", **place | {"variant_id": swiped.variant_id, "task_id": "t2"})
        return added.message_id

    answer = await tale.unit(unit)
    assert (await tale.item(answer))["text"] == "he"
