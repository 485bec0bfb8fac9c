"""When a daily backup is due, and which of them are kept: rules without a clock, a disk or a database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tavernai.ops.backups.naming import Kept


@dataclass(frozen=True, slots=True)
class Plan:
    """What the owners want."""

    hour: int | None
    """of the server's own day, 0 to 23; None: no daily backups"""
    keep_daily: int
    keep_weekly: int
    version: int = 0
    """counts the changes; 0: nobody changed anything yet"""


def last_due(now: datetime, hour: int) -> datetime:
    """The newest moment at or before `now` (with the zone of the server) at which a backup was to be made."""
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def is_due(plan: Plan, kept: Sequence[Kept], now: datetime) -> bool:
    """Whether one is to be made now: none was since the last moment, also when the machine was off then."""
    if plan.hour is None:
        return False
    since = last_due(now, plan.hour).timestamp() * 1000
    return not any(one.why == "daily" and one.made_at >= since for one in kept)


def outdated(plan: Plan, kept: Sequence[Kept]) -> list[Kept]:
    """Daily backups that no rule keeps: the newest of each of the last days and of each of the last weeks stay.

    What somebody made by hand stays until somebody deletes it; so does the newest of all.
    """
    daily = sorted((one for one in kept if one.why == "daily"), key=lambda one: one.made_at, reverse=True)
    days: dict[str, Kept] = {}
    weeks: dict[str, Kept] = {}
    for one in daily:
        at = datetime.fromtimestamp(one.made_at / 1000).astimezone()
        days.setdefault(at.strftime("%Y-%m-%d"), one)
        weeks.setdefault(at.strftime("%G-%V"), one)
    staying = {*list(days.values())[: plan.keep_daily], *list(weeks.values())[: plan.keep_weekly], *daily[:1]}
    return [one for one in daily if one not in staying]
