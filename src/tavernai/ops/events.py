"""Facts about the server itself."""

from tavernai.kernel.facts import fact


@fact("backup.plan_changed")
class BackupPlanChanged:
    """An owner said when backups are made by themselves and how many are kept."""

    hour: int | None
    keep_daily: int
    keep_weekly: int
