"""When a daily backup is due, which stay, and what a name tells."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tavernai.ops.backups.naming import Kept, Why, is_name, listed, new_name
from tavernai.ops.backups.plan import Plan, is_due, last_due, outdated

NOW = datetime(2026, 11, 21, 18, 0).astimezone()
PLAN = Plan(4, keep_daily=3, keep_weekly=2)


def kept(days_ago: float, why: Why = "daily") -> Kept:
    at = NOW - timedelta(days=days_ago)
    return Kept(f"{days_ago}", int(at.timestamp() * 1000), why, 1)


@pytest.mark.parametrize(("hour", "day"), [(4, 21), (18, 21), (19, 20)])
def test_a_backup_was_due_at_the_newest_such_hour(hour: int, day: int) -> None:
    assert last_due(NOW, hour) == NOW.replace(day=day, hour=hour)


def test_a_backup_missed_while_the_machine_was_off_is_due_when_it_is_on() -> None:
    assert is_due(PLAN, [kept(2)], NOW)
    assert not is_due(PLAN, [kept(0.1)], NOW)


def test_what_was_made_by_hand_does_not_stand_in_for_the_daily_one() -> None:
    assert is_due(PLAN, [kept(0.1, "manual")], NOW)


def test_nothing_is_due_where_none_are_wanted() -> None:
    assert not is_due(Plan(None, 7, 4), [], NOW)


def test_the_newest_of_the_last_days_and_weeks_stay() -> None:
    every = [kept(days) for days in range(30)]
    staying = {one.name for one in every} - {one.name for one in outdated(PLAN, every)}
    # 2026-11-21 is a Saturday: the newest of the week before is Sunday the 15th.
    assert staying == {"0", "1", "2", "6"}


def test_what_was_made_by_hand_is_never_deleted() -> None:
    assert outdated(PLAN, [kept(days, "manual") for days in range(30)]) == []


def test_the_newest_stays_even_when_nothing_is_kept() -> None:
    assert [one.name for one in outdated(Plan(4, 0, 0), [kept(1), kept(2)])] == ["2"]


def test_only_backups_are_listed_and_the_newest_comes_first(tmp_path: Path) -> None:
    names = ["tavernai-20261120T040000Z-daily.zip", "tavernai-20261121T040000Z-1-manual.zip", "holiday.zip"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    assert [(one.name, one.why) for one in listed(tmp_path)] == [(names[1], "manual"), (names[0], "daily")]


@pytest.mark.parametrize("name", ["../edge.db", "tavernai-1.zip", "x/tavernai-20261120T040000Z-daily.zip", ""])
def test_a_name_leads_nowhere_else(name: str) -> None:
    assert not is_name(name)
    assert is_name(new_name("daily"))
