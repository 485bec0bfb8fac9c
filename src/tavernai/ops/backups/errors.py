"""What making a backup and going back to one refuse."""

from tavernai.kernel.errors import Conflict, InvalidInput, NotFound, TavernError


class BackupRunning(Conflict):
    """A backup is being made already; wait until it is there."""

    code = "backup_running"


class BackupNoRoom(TavernError):
    """There is too little free space for a backup; free some, or keep backups elsewhere."""

    code = "backup_no_room"
    status = 507


class BackupFailed(TavernError):
    """The backup could not be made; the server's log tells why."""

    code = "backup_failed"
    status = 503


class BackupDamaged(InvalidInput):
    """This file is no whole backup, so nothing was restored; take another one."""

    code = "backup_damaged"


class BackupTooNew(InvalidInput):
    """This backup was made by a newer version; restore it with that version."""

    code = "backup_too_new"


class BackupMissing(NotFound):
    """There is no backup of this name."""

    code = "backup_missing"


class DataNotEmpty(Conflict):
    """There is data already; say --replace to put it aside and restore."""

    code = "data_not_empty"


class TargetTaken(Conflict):
    """There is a file of this name already; choose another name."""

    code = "target_taken"
