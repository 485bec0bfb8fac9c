"""tavernai import, tavernai export"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tavernai.cli.errors import Refused
from tavernai.cli.host import Host
from tavernai.cli.remote import Answer, through_server
from tavernai.cli.running import AsJson, Data, host_of, run, say, say_json, say_table, settings_of
from tavernai.settings import Settings

ASK_SECONDS = 0.3
RUNNING = ("analysing", "importing")
COLUMNS = ("kind", "new", "changed", "duplicate", "refused")

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
User = Annotated[
    str | None, typer.Option("--user", metavar="NAME", help="Whose things these are; the first owner if not given.")
]


def import_paths(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", exists=True, help="SillyTavern folders, backups, single files."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Import without asking, after a look at what is there.")
    ] = False,
    look: Annotated[bool, typer.Option("--look", help="Only look at what is there.")] = False,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="ID", help="Take an import back: what it made goes to the trash.")
    ] = None,
    user: User = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Move in from SillyTavern: look at what is there, then import it. One that was cut off goes on."""
    if (undo is None) == (not paths):
        raise typer.BadParameter("Give a PATH to import, or --undo with the id of an import.")
    if undo is not None:
        _tell_undone(run(ctx, "import.undo", {"id": undo, "user": user}, data=data), as_json)
        return
    settings, told = settings_of(data_dir=data), []
    for path in paths or ():
        flow = _Flow(str(path.resolve()), user, wanted=_wanted(yes, look), quiet=as_json)
        told.append(asyncio.run(_along_a_road(host_of(ctx), settings, flow)))
    if as_json:
        say_json(told if len(told) > 1 else told[0])
    if any(one["status"] not in ("done", "ready" if look else "done") for one in told):
        raise typer.Exit(1)


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it must not exist yet.")],
    form: Annotated[
        str, typer.Option("--format", metavar="FORM", help="sillytavern (a zip), json, csv or txt (conversations).")
    ] = "sillytavern",
    kind: Annotated[list[str] | None, typer.Option(metavar="KIND", help="Only these kinds.")] = None,
    user: User = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Give everything back: a SillyTavern folder as a zip, JSON, or conversations as csv or txt."""
    args = {"file": str(file.resolve()), "format": form, "kinds": kind or [], "user": user}
    told = run(ctx, "export.write", args, data=data)
    if as_json:
        say_json(told)
    else:
        say(f"{told['file']}: {told['bytes']} bytes.")


def _wanted(yes: bool, look: bool) -> Callable[[], bool]:
    """Whether what was found is imported: a terminal is asked, a script has said so by calling."""
    if look:
        return lambda: False
    if yes or not sys.stdin.isatty():
        return lambda: True
    return lambda: typer.confirm("Import it?", err=True)


class _Flow:
    """One path from the look to the report."""

    def __init__(self, path: str, user: str | None, *, wanted: Callable[[], bool], quiet: bool) -> None:
        self._place = {"path": path, "user": user}
        self._wanted = wanted
        self._quiet = quiet

    async def __call__(self, ask: Ask) -> dict[str, Any]:
        opened = await ask("import.open", self._place)
        if opened["status"] == "importing" and not self._quiet:
            say("An import of this was cut off; it goes on.")
        told = await self._watched(ask, opened, "Looking")
        if not self._quiet:
            _tell_found(told)
        if told["status"] not in ("ready", "done") or (told["status"] == "ready" and not self._wanted()):
            return told
        if told["status"] == "ready":
            started = await ask("import.start", {"id": told["id"], "user": self._place["user"]})
            told = await self._watched(ask, started, "Importing")
        if not self._quiet:
            _tell_done(told)
        return told

    async def _watched(self, ask: Ask, told: dict[str, Any], words: str) -> dict[str, Any]:
        # Imported here: no other command draws.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True, quiet=self._quiet)
        with Progress(TextColumn(words), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as shown:
            bar = shown.add_task(words, total=None)
            while told["status"] in RUNNING:
                await asyncio.sleep(ASK_SECONDS)
                told = await ask("import.get", {"id": told["id"], "user": self._place["user"]})
                shown.update(bar, completed=told["progress"]["done"], total=told["progress"]["total"] or None)
        return told


async def _along_a_road(host: Host, settings: Settings, flow: _Flow) -> dict[str, Any]:
    """Through the server that runs on this data folder, else here: then everything in one opening of the data."""

    async def there(name: str, args: Mapping[str, Any]) -> Any:
        answer: Answer | None = await asyncio.to_thread(through_server, settings, name, args)
        if answer is None:
            raise Refused("The server went away meanwhile; what was imported stays, and it goes on when it is back.")
        return answer.result

    if settings.is_embedded and await asyncio.to_thread(through_server, settings, "server.state", {}) is not None:
        return await flow(there)
    # Imported here, not above: with a server running, a command needs none of the rooms.
    from tavernai.cli.commands import COMMANDS
    from tavernai.ops.logs import set_up

    set_up(log_format=settings.log_format, level="warning")
    async with host.open(settings, serving=False) as services:
        return await flow(lambda name, args: COMMANDS[name](services, args))


def _tell_found(told: dict[str, Any]) -> None:
    if told["status"] == "failed":
        typer.echo(told["detail"], err=True)
        return
    rows = [
        {"kind": kind} | {name: counts.get(name, 0) for name in COLUMNS[1:]}
        for kind, counts in told["counts"]["kinds"].items()
    ]
    say_table(rows, COLUMNS, nothing="There is nothing in it.")
    keys = told["checks"].get("names", {}).get("keys")
    if keys:
        names = ", ".join(keys)
        say(f"Keys are never imported; there were some for {names}. Enter them with `tavernai connection add`.")
    if told["counts"]["success"] is not None:
        say(f"{100 * told['counts']['success']:.1f} % can be imported.")


def _tell_undone(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say_json(told)
        return
    say(f"{told['trashed']} put into the trash.")
    if told["kept"]:
        say_table(told["kept"], ("kind", "name", "why"), nothing="")


def _tell_done(told: dict[str, Any]) -> None:
    if told["status"] == "failed":
        typer.echo(told["detail"], err=True)
        return
    outcomes = ", ".join(f"{count} {name}" for name, count in sorted(told["counts"]["outcomes"].items()))
    say(f"{told['status']}: {outcomes}. Import {told['id']}.")
