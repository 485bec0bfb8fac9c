"""This server as its owners see it: what runs, how much it takes, whether all is well."""

import asyncio
import platform
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

from tavernai import __version__
from tavernai.kernel.clock import now_ms
from tavernai.ops.backups.making import space_of
from tavernai.ops.doctor import QUICK, Finding, Patient, examined
from tavernai.storage.health import State, StorageHealth
from tavernai.storage.ports import Dialog

LOOK_AGAIN_SECONDS = 30.0
"""Walking through a large folder takes time; what it holds changes slowly."""


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes, by what takes them."""

    database: int
    blobs: int
    backups: int
    logs: int
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Host:
    """One look at it."""

    version: str
    engine: str
    python: str
    system: str
    started_at: int
    storage: State
    storage_since: int
    space: Space
    checks: list[Finding]


class HostService:
    """Looks at the host, not more often than it changes."""

    def __init__(self, dialog: Dialog, health: StorageHealth, patient: Patient) -> None:
        self._dialog = dialog
        self._health = health
        self._patient = patient
        self._started_at = now_ms()
        self._seen: tuple[float, Space] | None = None

    @property
    def logs(self) -> Path:
        """Where the log's newest lines lie."""
        return self._patient.data_dir / "logs"

    async def look(self) -> Host:
        """How it is now."""
        return await asyncio.to_thread(self._look)

    def _look(self) -> Host:
        now = replace(self._patient, storage_state=self._health.state)
        return Host(
            version=__version__,
            engine=self._dialog.read_engine.dialect.name,
            python=platform.python_version(),
            system=platform.system(),
            started_at=self._started_at,
            storage=self._health.state,
            storage_since=int(self._health.since * 1000),
            space=self._space(),
            checks=examined(now, QUICK),
        )

    def _space(self) -> Space:
        if self._seen is None or time.monotonic() - self._seen[0] > LOOK_AGAIN_SECONDS:
            self._seen = (time.monotonic(), self._measured())
        return self._seen[1]

    def _measured(self) -> Space:
        patient, usage = self._patient, shutil.disk_usage(self._patient.data_dir)
        folders = (patient.data_dir / "blobs", patient.backups_dir, self.logs)
        blobs, backups, logs = (space_of(folder) for folder in folders)
        return Space(self._dialog.size(), blobs, backups, logs, usage.free, usage.total)

    def forget(self) -> None:
        """Something was made or deleted: measure anew."""
        self._seen = None
