"""tavernai ledger …"""

from typing import Annotated

import typer

from tavernai.cli.running import AsJson, Data, run, say, say_json, say_table

app = typer.Typer(help="The ledger: does it still say what was recorded?", no_args_is_help=True)


@app.command("verify")
def verify_ledger(ctx: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """Walk every link of every stream; name the first broken one of each."""
    verdict = run(ctx, "ledger.verify", {}, data=data)
    if as_json:
        say_json(verdict)
    elif verdict["ok"]:
        say(f"All {verdict['events']} facts in {verdict['streams']} streams are as they were recorded.")
    if not verdict["ok"]:
        first = verdict["faults"][0]
        where = f"{first['stream']} at seq {first['seq']}"
        typer.echo(
            f"The ledger is broken in {len(verdict['faults'])} places, first in {where}: {first['what']}.", err=True
        )
        raise typer.Exit(1)


@app.command("reindex")
def remake_indexes(ctx: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """Make the search index anew from the first fact; while that runs, search finds less."""
    done = run(ctx, "ledger.reindex", {}, data=data)
    if as_json:
        say_json(done)
    else:
        say(f"The search index is made anew, up to position {done['position']}.")


@app.command("rebuild")
def rebuild_ledger(
    ctx: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Rebuild into a fresh database and compare; changes nothing.")
    ] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Fold every fact again and see whether the tables come out byte-equal."""
    if not check:
        raise typer.BadParameter(
            "only --check is offered: the living tables are never thrown away", param_hint="--check"
        )
    found = run(ctx, "ledger.rebuild", {}, data=data)
    if as_json:
        say_json(found)
    else:
        say_table(found["tables"], ("table", "rows", "rebuilt_rows", "equal"), nothing="There are no tables.")
    if not found["ok"]:
        unequal = ", ".join(table["table"] for table in found["tables"] if not table["equal"])
        typer.echo(f"These tables do not follow from the ledger: {unequal}.", err=True)
        raise typer.Exit(1)
