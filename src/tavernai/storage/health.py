"""Whether the data can be written just now: turned by the writer, asked by everybody, mended by a write that works.

ok ──(no space)──► full ──┐
ok ──(not allowed)► read_only ──(something was written)──► ok
"""

import time
from typing import Literal

import structlog
from sqlalchemy import text

from tavernai.kernel.disk import Refusal
from tavernai.storage.ports import StorageFailed, StorageFull, StorageReadOnly
from tavernai.storage.unit import Unit

State = Literal["ok", "full", "read_only"]
REFUSALS: dict[Refusal, type[StorageFailed]] = {"full": StorageFull, "read_only": StorageReadOnly}
TOUCH = text("UPDATE alembic_version SET version_num = version_num")

log = structlog.get_logger()


class StorageHealth:
    """One for a process's database."""

    def __init__(self) -> None:
        self._state: State = "ok"
        self._since = time.time()

    @property
    def state(self) -> State:
        return self._state

    @property
    def since(self) -> float:
        """Seconds since 1970 at which it came to be as it is."""
        return self._since

    def wrote(self) -> None:
        """Something reached the disk."""
        self._turn("ok")

    def refused(self, why: Refusal) -> StorageFailed:
        """The disk took nothing; what whoever asked is told."""
        self._turn(why)
        return REFUSALS[why]()

    def _turn(self, state: State) -> None:
        if state == self._state:
            return
        self._state, self._since = state, time.time()
        if state == "ok":
            log.info("storage_writes_again")
        else:
            log.error("storage_takes_nothing", why=state)


def touch(tx: Unit) -> None:
    """A unit of work that writes a page and changes nothing: whether the disk takes it is what one learns."""
    tx.later(TOUCH, {})
