"""How a command gets done: settings, the road it takes, and what it prints when it is refused."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tavernai import settings as settings_table
from tavernai.cli.host import Host
from tavernai.cli.remote import through_server
from tavernai.settings import Settings

Data = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Data folder; TAVERNAI_DATA_DIR or ./data if not given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def host_of(ctx: typer.Context) -> Host:
    """The product, as `__main__` handed it in."""
    found: Host = ctx.find_root().obj
    return found


def settings_of(**given: Any) -> Settings:
    """The settings of this command. Raises SettingRefused."""
    return settings_table.read(os.environ, **given)


def run(ctx: typer.Context, name: str, args: Mapping[str, Any], *, data: Path | None) -> Any:
    """Run a command of the table: through the server that runs on this data folder, else here.

    Raises:
        TavernError: it was refused, there or here.
    """
    settings = settings_of(data_dir=data)
    if settings.is_embedded:
        answer = through_server(settings, name, args)
        if answer is not None:
            return answer.result
    return asyncio.run(_here(host_of(ctx), settings, name, args))


async def _here(host: Host, settings: Settings, name: str, args: Mapping[str, Any]) -> Any:
    # Imported here, not above: with a server running, a command needs none of the rooms.
    from tavernai.cli.commands import COMMANDS
    from tavernai.ops.logs import set_up

    set_up(log_format=settings.log_format, level="warning")
    async with host.open(settings, serving=False) as services:
        return await COMMANDS[name](services, args)


def say(text: str) -> None:
    """One line of the result on standard output."""
    sys.stdout.write(text + "\n")


def say_json(value: Any) -> None:
    """The result as JSON."""
    say(json.dumps(value, ensure_ascii=False, indent=2))


def say_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, nothing: str) -> None:
    """Rows in columns as wide as they need; `nothing` when there are none."""
    if not rows:
        say(nothing)
        return
    cells = [list(columns), *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        say("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value)


def first_line_of_stdin() -> str:
    """What is piped in, up to the first line's end."""
    return sys.stdin.readline().rstrip("\r\n")
