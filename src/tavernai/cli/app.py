"""The command line's root, and the one place where a refusal becomes a sentence and an exit code.

0 done, 1 refused or failed with one sentence on standard error, 2 not understood.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tavernai import __version__
from tavernai.cli import backups, connections, doctor, imports, keys, ledger, parity, prompts, serving, users
from tavernai.cli.host import Host
from tavernai.cli.running import host_of, say_json
from tavernai.kernel.errors import TavernError

app = typer.Typer(
    name="tavernai",
    help="TavernAI Plus: role-play with AI characters on a ledger that forgets nothing.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serving.serve)
app.command("gateway")(serving.gateway)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("doctor")(doctor.doctor)
app.command("parity")(parity.parity)
app.command("import")(imports.import_paths)
app.command("export")(imports.export)
app.add_typer(users.app, name="user")
app.add_typer(keys.app, name="key")
app.add_typer(connections.app, name="connection")
app.add_typer(ledger.app, name="ledger")
app.add_typer(prompts.app, name="prompt")


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """TavernAI Plus: role-play with AI characters on a ledger that forgets nothing."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command("openapi")
def openapi(
    ctx: typer.Context,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here instead of printing it.")] = None,
) -> None:
    """Print the OpenAPI document."""
    document = host_of(ctx).openapi()
    if output is None:
        say_json(document)
    else:
        output.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def run_cli(host: Host, arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code."""
    try:
        app(args=arguments, obj=host)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:
        return 130
    except TavernError as refusal:
        return _failed(refusal.detail)
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        return _failed(f"{error.strerror or error}{where}.")
    except Exception as error:  # a mistake of ours; people get a sentence, who looks for it gets the place
        if os.environ.get("TAVERNAI_LOG_LEVEL") == "debug":
            raise
        return _failed(
            f"It failed, and should not have ({type(error).__name__}); TAVERNAI_LOG_LEVEL=debug tells where."
        )
    return 0


def _failed(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
