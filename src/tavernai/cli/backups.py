"""tavernai backup, tavernai restore."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tavernai.cli.running import AsJson, Data, run, say, say_json, settings_of
from tavernai.settings import Settings

if TYPE_CHECKING:
    from tavernai.storage.ports import Dialog

KEYS = {
    "restored": "The keys of the connections came along.",
    "kept": "The backup has no key file; the one that lies here is kept. It opens the stored keys if it is the same.",
    "none": "",
    "lost": "The backup has no key file, so {secrets} stored keys of connections cannot be opened: enter them again.",
}


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; the backups' folder if not given.")
    ] = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Take the key file along: who has the backup can then open stored keys.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a backup of everything into one file, beside a running server; it is read and verified afterwards."""
    args = {"file": str(file.absolute()) if file else None, "with_key": with_key}
    made = run(ctx, "backup.make", args, data=data)
    if as_json:
        say_json(made)
        return
    say(f"{made['path']}")
    say(f"{made['size'] / 1e6:.1f} MB, {made['position']} facts, verified.")
    if not made["has_key"]:
        say("Without the key file: restored elsewhere, the keys of connections are to be entered again (--with-key).")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put data that is there aside and restore in its place.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Restore a backup into this data folder or database; it is verified before anything is touched."""
    restored = _restored(settings_of(data_dir=data), file, replace=replace)
    if as_json:
        say_json(restored)
        return
    say(f"Restored: everything up to {restored['made_at']}, {restored['position']} facts.")
    if restored["aside"]:
        say(f"What was there lies in {restored['aside']}; delete it when you are sure.")
    if KEYS[restored["key"]]:
        say(KEYS[restored["key"]].format(**restored))


def _restored(settings: Settings, file: Path, *, replace: bool) -> dict[str, Any]:
    # Imported here: `--help` must not wait for a database.
    from tavernai.ops.backups.errors import DataNotEmpty
    from tavernai.ops.backups.restoring import put_in, unpacked

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(settings), _dialog(settings) as dialog, unpacked(file, settings.data_dir) as found:
        if _is_used(settings, dialog) and not replace:
            raise DataNotEmpty(folder=str(settings.data_dir))
        aside = _aside(settings, dialog)
        dialog.fill_from(found.database, told=lambda done: None)
        return asdict(put_in(found, settings.data_dir, settings.key_file, aside=aside))


def _alone(settings: Settings) -> Any:
    from tavernai.engines.lock import FolderLock

    return FolderLock(settings.run_dir) if settings.is_embedded else nullcontext()


@contextmanager
def _dialog(settings: Settings) -> "Iterator[Dialog]":
    from tavernai.engines.choice import dialog_of

    dialog = dialog_of(settings.data_dir, settings.database_url)
    try:
        yield dialog
    finally:
        dialog.close()


def _is_used(settings: Settings, dialog: "Dialog") -> bool:
    """Whether something was ever recorded here."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DatabaseError

    from tavernai.ledger.store import newest_position

    if settings.is_embedded and not (settings.data_dir / "edge.db").exists():
        return False
    try:
        with dialog.read_engine.connect() as connection:
            return inspect(connection).has_table("ledger_events") and newest_position(connection) > 0
    except DatabaseError:
        return True  # broken data is data


def _aside(settings: Settings, dialog: "Dialog") -> Path | None:
    """What is there, out of the way: files are moved; of a PostgreSQL database a backup is made first."""
    from tavernai.ops.backups.making import Sources, make
    from tavernai.ops.backups.naming import new_name
    from tavernai.ops.backups.restoring import put_aside

    if settings.is_embedded:
        dialog.close()
        return put_aside(settings.data_dir, settings.key_file)
    if not _is_used(settings, dialog):
        return None
    target = settings.backups_dir / new_name("before-restore")
    make(Sources(dialog, settings.data_dir, settings.key_file), target, with_key=True)
    return target
