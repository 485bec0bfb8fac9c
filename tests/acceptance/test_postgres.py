"""The plug and the proof: what a real server wrote stays, and two commands tell whether it still is what was said."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from tests.acceptance.agent.conftest import connect, ends, heard, shown, task_ended, text_of, tokens
from tests.conftest import NewServer
from tests.support.people import Person
from tests.support.processes import Program, run_tavernai
from tests.support.requirements import needs_postgres
from tests.support.servers import Server, must

SLOW = "[[mock tps=40 n=400]]"


async def talked(server: Server) -> dict[str, Any]:
    """A short real session: a whole reply, one that is stopped, an edit, an undo; the ids of the first."""
    async with Person(server.url, key=server.key) as person:
        async with person.say(content='Who are you? [[mock reply="A keeper of lamps."]]') as frames:
            told = await heard(frames, ends)
        assert text_of(told) == "A keeper of lamps."
        ids = dict(told[0].data)
        async with person.say(content=SLOW, conversation_id=ids["conversation_id"]) as frames:
            told = await heard(frames, lambda frame: frame.data.get("type") == "token")
            (await person.post(f"/v1/agent/tasks/{told[0].data['task_id']}:cancel")).ok()
            await heard(frames, ends)
        said = (await shown(person, ids["conversation_id"]))[0]
        (await person.post(f"/api/messages/{said['id']}:edit", {"text": "Who?", "version": said["version"]})).ok()
        (await person.post(f"/api/conversations/{ids['conversation_id']}:undo")).ok()
        return ids


async def cut_off(server: Server) -> tuple[dict[str, str], str]:
    """Kill the server in the middle of a reply: the reply's ids, and what had been heard of it."""
    async with Person(server.url, key=server.key) as person, person.say(content=SLOW) as frames:
        told = await heard(frames, lambda frame: frame.data.get("offset", 0) > 400)
        server.kill()
    return told[0].data, "".join(frame.data["text"] for frame in tokens(told))


@needs_postgres
async def test_on_postgresql_the_plug_takes_nothing_and_both_proofs_hold(
    new_server: NewServer, mock_upstream: Program, postgres_url: str
) -> None:
    env = {"DATABASE_URL": postgres_url}
    server = new_server(**env)
    add = ("connection", "add", "mock", "--kind", "openai", "--base-url", f"{mock_upstream.url}/v1", "--model", "mock")
    must("connection", *add, "--default", data=server.data, **env)
    await talked(server)
    ids, heard_text = await cut_off(server)
    server.start()
    async with Person(server.url, key=server.key) as person:
        task = await task_ended(person, ids["task_id"])
        assert (task["status"], task["error"]["code"]) == ("failed", "server_restarted")
        reply = (await shown(person, ids["conversation_id"]))[-1]
    assert reply["status"] == "interrupted"
    assert len(reply["text"]) > 100, "more than a quarter of a second of it was lost"
    assert heard_text.startswith(reply["text"]) or reply["text"].startswith(heard_text)
    for words in (("ledger", "verify"), ("ledger", "rebuild", "--check")):
        done = run_tavernai(*words, data=server.data, **env)
        assert done.returncode == 0, done.stderr


async def test_after_a_real_session_the_tables_follow_from_the_ledger(
    new_server: NewServer, mock_upstream: Program
) -> None:
    server = new_server()
    connect(server, mock_upstream)
    await talked(server)
    beside = run_tavernai("ledger", "rebuild", "--check", "--json", data=server.data)
    assert beside.returncode == 0, beside.stderr
    assert server.stop() == 0
    alone = run_tavernai("ledger", "rebuild", "--check", "--json", data=server.data)
    assert alone.returncode == 0, alone.stderr
    rows = {table["table"]: table["rows"] for table in json.loads(alone.stdout)["tables"]}
    assert (rows["messages"], rows["tasks"]) == (4, 2)


async def test_a_row_changed_behind_its_back_is_named_by_the_rebuild(
    new_server: NewServer, mock_upstream: Program
) -> None:
    server = new_server()
    connect(server, mock_upstream)
    await talked(server)
    server.stop()
    changed(server.data, "UPDATE variants SET text = text || '!' WHERE id = (SELECT min(id) FROM variants)")
    done = run_tavernai("ledger", "rebuild", "--check", data=server.data)
    assert (done.returncode, "variants" in done.stderr) == (1, True), done.stderr
    assert run_tavernai("ledger", "verify", data=server.data).returncode == 0, "the facts themselves are whole"


async def test_a_flipped_byte_is_named_by_stream_and_sequence(new_server: NewServer, mock_upstream: Program) -> None:
    server = new_server()
    connect(server, mock_upstream)
    ids = await talked(server)
    server.stop()
    assert run_tavernai("ledger", "verify", data=server.data).returncode == 0
    stream = f"conv:{ids['conversation_id']}"
    where = "(SELECT pos FROM ledger_events JOIN streams USING (stream_id) WHERE key = ? AND seq = 3)"
    flip = f"UPDATE ledger_payloads SET data = substr(data, 1, 2) || 'X' || substr(data, 4) WHERE pos = {where}"
    changed(server.data, flip, stream)
    done = run_tavernai("ledger", "verify", data=server.data)
    assert done.returncode == 1
    assert f"{stream} at seq 3" in done.stderr
    told = json.loads(run_tavernai("ledger", "verify", "--json", data=server.data).stdout)
    assert [(fault["stream"], fault["seq"]) for fault in told["faults"]] == [(stream, 3)]


def changed(data: Path, statement: str, *values: str) -> None:
    """One row of the file changed by hand, past the server."""
    database = sqlite3.connect(data / "edge.db")
    with database:
        assert database.execute(statement, values).rowcount == 1
    database.close()
