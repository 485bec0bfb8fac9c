"""Scopes in a database: what is committed, read by layers, and found again by value."""

from typing import Any

import pytest

from tavernai.chat.places import OwnPlaces
from tavernai.config.domain.fold import Op, Scope
from tavernai.config.errors import ConfigChanged
from tavernai.config.service import ConfigService
from tavernai.config.store import effective_of, settings_of
from tavernai.kernel.errors import NotFound
from tavernai.kernel.ids import new_id
from tavernai.ledger.ports import Storage
from tavernai.ledger.store import all_events

TOP_K, LENGTH = "/generation/top_k", "/reply/length"


def say(path: str, value: Any) -> Op:
    return Op(op="set", path=path, value=value)


async def test_a_scope_is_read_by_layers_and_its_stream_counts_its_revisions(storage: Storage) -> None:
    config, me = ConfigService(storage, places=OwnPlaces()), new_id()
    await config.commit(me, Scope("user", me), [say(TOP_K, 40), say(LENGTH, "short")])
    await config.commit(me, Scope("global"), [say(TOP_K, 10), say(LENGTH, "long")], is_owner=True)
    made = await config.commit(me, Scope("user", me), [Op(op="unset", path=LENGTH)], base_n=1)
    assert (made.state.n, made.effective[TOP_K], made.effective[LENGTH]) == (2, 40, "long")
    told = await storage.read(lambda conn: effective_of(conn, me))
    assert (dict(told.values), told.vector) == (dict(made.effective.values), {"global": 1, f"user:{me}": 2})
    events = await storage.read(lambda conn: list(all_events(conn)))
    assert [event.seq for event in events if event.stream == f"config:user:{me}"] == [1, 2]


async def test_a_value_is_found_in_every_scope_that_sets_it_and_in_nobody_elses(storage: Storage) -> None:
    config, me, other = ConfigService(storage, places=OwnPlaces()), new_id(), new_id()
    for who in (me, other):
        await config.commit(who, Scope("user", who), [say(LENGTH, "short")])
    found = await storage.read(lambda conn: list(settings_of(conn, me, LENGTH)))
    assert found == [(Scope("user", me), "short")]
    assert await storage.read(lambda conn: list(settings_of(conn, me, TOP_K))) == []


async def test_the_second_of_two_on_one_path_loses_and_sees_what_holds(storage: Storage) -> None:
    config, me = ConfigService(storage, places=OwnPlaces()), new_id()
    await config.commit(me, Scope("user", me), [say(TOP_K, 1)], base_n=0)
    with pytest.raises(ConfigChanged) as refused:
        await config.commit(me, Scope("user", me), [say(TOP_K, 2)], base_n=0)
    assert refused.value.facts["current"]["values"] == {TOP_K: 1}
    assert refused.value.facts["paths"] == [TOP_K]
    with pytest.raises(NotFound):
        await config.commit(new_id(), Scope("user", me), [say(TOP_K, 2)])


async def test_revisions_come_in_pages_the_newest_first(storage: Storage) -> None:
    config, me = ConfigService(storage, places=OwnPlaces()), new_id()
    for value in range(3):
        await config.commit(me, Scope("user", me), [say(TOP_K, value)])
    first = await config.revisions(me, Scope("user", me), cursor=None, limit=2)
    rest = await config.revisions(me, Scope("user", me), cursor=first.next_cursor, limit=2)
    assert [row["n"] for row in [*first.items, *rest.items]] == [3, 2, 1]
    assert (rest.next_cursor, rest.items[0]["ops"]) == (None, [say(TOP_K, 0)])
