"""Connections on a real database: what is kept, what is sealed, what is told to whom."""

import stat
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, select

from tavernai.engines.demo import DemoBackend
from tavernai.engines.secret_box import FileSecretBox
from tavernai.gateway.connections import ConnectionService, NewConnection, stored
from tavernai.gateway.domain import ChatRequest
from tavernai.gateway.errors import NameTaken, NoConnection, SecretLost, UnknownKind, UnsafeAddress
from tavernai.gateway.service import GatewayService
from tavernai.gateway.tables import connection_secrets, connections
from tavernai.kernel.errors import Conflict, InvalidInput, NotFound
from tavernai.kernel.facts import By
from tavernai.ledger import store as ledger_store
from tavernai.ledger.rebuild import digest, replay
from tavernai.storage.database import Database
from tavernai.storage.schema import metadata
from tests.support.storage import all_projections

KEY = "sk-a-key-that-must-not-be-found-anywhere"
BY = By.user("u1")


@pytest.fixture
def box(tmp_path: Path) -> FileSecretBox:
    return FileSecretBox(tmp_path / "keys" / "secret.key")


@pytest.fixture
def service(sqlite_storage: Database, box: FileSecretBox) -> ConnectionService:
    return ConnectionService(sqlite_storage, box)


def house(**more: Any) -> NewConnection:
    return NewConnection(**{"name": "House", "kind": "openai", "base_url": "http://127.0.0.1:9/v1", "key": KEY, **more})


async def names(service: ConnectionService) -> dict[str, bool]:
    page = await service.listed(cursor=None, limit=50)
    return {one.name: one.is_default for one in page.items}


async def test_the_first_connection_becomes_the_default_and_another_can_take_over(service: ConnectionService) -> None:
    await service.add(house(), owner_id="u1", by=BY)
    stage = await service.add(NewConnection("Stage", "demo"), owner_id="u1", by=BY)
    assert await names(service) == {"House": True, "Stage": False}
    await service.change(stage.id, {"is_default": True}, version=1, by=BY)
    assert await names(service) == {"House": False, "Stage": True}
    await service.remove(stage.id, by=BY)
    assert await names(service) == {"House": True}


async def test_the_gateway_uses_what_was_just_saved(service: ConnectionService) -> None:
    gateway = GatewayService(service, {"demo": DemoBackend(tokens_per_second=0)})
    with pytest.raises(NoConnection):
        await gateway.resolve(None)
    stage = await service.add(NewConnection("Stage", "demo", model="demo"), owner_id="u1", by=BY)
    assert (await gateway.complete(None, ChatRequest([]))).text
    await service.change(stage.id, {"name": "Scene"}, version=1, by=BY)
    assert (await gateway.resolve("Scene")).id == stage.id
    await service.remove(stage.id, by=BY)
    with pytest.raises(NoConnection):
        await gateway.resolve(None)


async def test_settings_reach_the_model_call(service: ConnectionService) -> None:
    settings = {"context_tokens": 4096, "first_token_seconds": 2.5, "temperature": 0.7}
    made = await service.add(house(settings=settings), owner_id="u1", by=BY)
    await service.change(made.id, {"settings": {"reply_tokens": 99, "temperature": None}}, version=1, by=BY)
    found = await service.resolved(made.id)
    assert (found.context_tokens, found.reply_tokens, found.temperature) == (4096, 99, None)
    assert (found.timeouts.first_token_seconds, found.timeouts.connect_seconds) == (2.5, 5.0)
    assert found.key.reveal() == KEY


async def test_an_old_version_is_refused_with_the_current_state(service: ConnectionService) -> None:
    made = await service.add(house(), owner_id="u1", by=BY)
    await service.change(made.id, {"model": "a"}, version=1, by=BY)
    with pytest.raises(Conflict) as caught:
        await service.change(made.id, {"model": "b"}, version=1, by=BY)
    assert caught.value.facts["current"]["model"] == "a"
    assert KEY not in repr(caught.value.facts)


async def test_a_change_that_changes_nothing_is_no_change(service: ConnectionService) -> None:
    made = await service.add(house(), owner_id="u1", by=BY)
    same = await service.change(made.id, {"name": "House", "settings": {}}, version=1, by=BY)
    assert same == made


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"name": " "}, InvalidInput),
        ({"name": "a/b"}, InvalidInput),
        ({"name": "x" * 65}, InvalidInput),
        ({"kind": "oracle"}, UnknownKind),
        ({"base_url": "http://169.254.169.254/v1"}, UnsafeAddress),
        ({"base_url": "http://u:p@host"}, UnsafeAddress),
        ({"key": "two\nlines"}, InvalidInput),
        ({"settings": {"temperature": 9}}, InvalidInput),
        ({"settings": {"context_tokens": 1}}, InvalidInput),
    ],
)
async def test_what_cannot_work_is_not_saved(
    service: ConnectionService, more: dict[str, Any], refusal: type[InvalidInput]
) -> None:
    with pytest.raises(refusal):
        await service.add(house(**more), owner_id="u1", by=BY)
    assert await names(service) == {}


async def test_a_name_is_given_once_and_free_again_after_removal(service: ConnectionService) -> None:
    made = await service.add(house(), owner_id="u1", by=BY)
    with pytest.raises(NameTaken):
        await service.add(house(name="HOUSE"), owner_id="u1", by=BY)
    await service.remove(made.id, by=BY)
    await service.add(house(name="HOUSE"), owner_id="u1", by=BY)
    with pytest.raises(NotFound):
        await service.remove(made.id, by=BY)


async def test_the_key_lies_on_the_disk_as_ciphertext_only(
    sqlite_storage: Database, tmp_path: Path, box: FileSecretBox
) -> None:
    with structlog.testing.capture_logs() as logs:
        service = ConnectionService(sqlite_storage, box)
        made = await service.add(house(), owner_id="u1", by=BY)
        again = await service.change(made.id, {"key": KEY + "2"}, version=1, by=BY)
        resolved = await service.resolved(made.id)
    await sqlite_storage.commit(lambda tx: None)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert KEY.encode() not in written
    assert KEY not in repr(logs) + repr(made) + repr(again) + repr(resolved) + repr(house())
    assert resolved.key.reveal() == KEY + "2"
    assert stat.S_IMODE((tmp_path / "keys" / "secret.key").stat().st_mode) == 0o600


async def test_a_key_goes_when_it_is_taken_away_or_the_connection_goes(
    service: ConnectionService, sqlite_storage: Database
) -> None:
    async def sealed() -> int:
        return len(await sqlite_storage.read(lambda conn: conn.execute(select(connection_secrets)).all()))

    made = await service.add(house(), owner_id="u1", by=BY)
    without = await service.change(made.id, {"key": None}, version=1, by=BY)
    assert (without.has_key, await sealed()) == (False, 0)
    again = await service.change(made.id, {"key": KEY}, version=without.version, by=BY)
    assert (again.has_key, await sealed()) == (True, 1)
    await service.remove(made.id, by=BY)
    assert await sealed() == 0


async def test_a_key_is_not_sent_to_another_host_by_editing_the_address(service: ConnectionService) -> None:
    made = await service.add(house(), owner_id="u1", by=BY)
    same = await service.change(made.id, {"base_url": "http://127.0.0.1:10/v1"}, version=1, by=BY)
    moved = await service.change(made.id, {"base_url": "http://10.0.0.9/v1"}, version=same.version, by=BY)
    given = await service.change(made.id, {"base_url": "http://10.0.0.8/v1", "key": KEY}, version=moved.version, by=BY)
    assert (same.has_key, moved.has_key, given.has_key) == (True, False, True)
    assert (await service.resolved(made.id)).key.reveal() == KEY


async def test_a_lost_key_file_stops_one_connection_not_the_others(
    service: ConnectionService, sqlite_storage: Database, tmp_path: Path
) -> None:
    made = await service.add(house(), owner_id="u1", by=BY)
    await service.add(NewConnection("Stage", "demo"), owner_id="u1", by=BY)
    later = ConnectionService(sqlite_storage, FileSecretBox(tmp_path / "other" / "secret.key"))
    assert [one.name for one in await later.connections()] == ["House", "Stage"]
    assert not (await later.resolved(made.id)).key


async def test_a_sealed_key_opens_in_its_own_row_only(box: FileSecretBox) -> None:
    sealed = box.seal(KEY, context="one")
    assert box.open(sealed, context="one") == KEY
    for wrong in ((sealed, "two"), (sealed[:-1], "one"), (b"", "one"), (b"\x02" + sealed[1:], "one")):
        with pytest.raises(SecretLost):
            box.open(wrong[0], context=wrong[1])
    assert box.seal(KEY, context="one") != sealed


async def test_the_facts_alone_rebuild_the_connections(storage: Database, box: FileSecretBox) -> None:
    service = ConnectionService(storage, box)
    made = await service.add(house(settings={"temperature": 0.3}), owner_id="u1", by=BY)
    stage = await service.add(NewConnection("Stage", "demo", is_default=True), owner_id="u1", by=BY)
    await service.change(made.id, {"name": "Home", "key": None, "is_default": True}, version=2, by=BY)
    await service.remove(stage.id, by=BY)
    live = await storage.read(lambda conn: digest(conn, connections))
    events = await storage.read(lambda conn: list(ledger_store.all_events(conn)))
    fresh = create_engine("sqlite://")
    metadata.create_all(fresh)
    with fresh.connect() as conn:
        replay(events, conn, all_projections())
        assert digest(conn, connections) == live
    fresh.dispose()
    assert KEY not in repr(events)


async def test_pages_follow_each_other(service: ConnectionService) -> None:
    for number in range(5):
        await service.add(NewConnection(f"Stage {number}", "demo"), owner_id="u1", by=BY)
    first = await service.listed(cursor=None, limit=3)
    rest = await service.listed(cursor=first.next_cursor, limit=3)
    assert [one.name for one in [*first.items, *rest.items]] == [f"Stage {number}" for number in range(5)]
    assert rest.next_cursor is None


def test_a_row_without_settings_of_today_still_reads() -> None:
    row = {"id": "c", "name": "n", "kind": "demo", "base_url": "", "model": "", "is_default": 1, "has_key": 0}
    assert stored({**row, "version": 3, "settings": "{}"}).settings.reply_tokens > 0
