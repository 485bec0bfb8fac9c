"""Which database: the file in the data folder, or the server that is named."""

from pathlib import Path

from tavernai.storage.ports import Dialog


def dialog_of(data_dir: Path, database_url: str | None) -> Dialog:
    """SQLite's, or PostgreSQL's where an address is given."""
    if database_url is None:
        from tavernai.engines.sqlite import SqliteDialog

        return SqliteDialog(data_dir / "edge.db")
    from tavernai.engines.postgres import PostgresDialog  # its driver takes time to import and SQLite needs none of it

    return PostgresDialog(database_url)
