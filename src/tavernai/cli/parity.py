"""tavernai parity DIR"""

from pathlib import Path
from typing import Annotated

import typer

from tavernai.cli.running import AsJson, say, say_json, say_table


def parity(
    folder: Annotated[Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Recorded scenarios.")],
    as_json: AsJson = False,
    least: Annotated[
        float, typer.Option("--min", metavar="PERCENT", min=0, max=100, help="Fail below this share, 100 if not given.")
    ] = 100.0,
    deviations: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What is wanted instead of the recording; DIR/deviations.json if not given."),
    ] = None,
) -> None:
    """Build every recorded prompt of SillyTavern ourselves, and compare."""
    # Imported here: no other command needs the engine.
    from tavernai.interop.parity import report

    own = folder / "deviations.json"
    wanted = report.deviations_from(deviations or (own if own.is_file() else None))
    found = report.parity(folder, deviations=wanted)
    if as_json:
        say_json(found)
    else:
        rows = [{"area": name, **area} for name, area in found["areas"].items()]
        say_table([*rows, {"area": "all", **found}], ("area", "passed", "total"), nothing="")
        for row in rows:
            for miss in row["misses"]:
                say(f"\n{row['area']}: {miss['id']}\n{miss['diff']}")
    for name in report.not_compared(folder):
        typer.echo(f"Not compared, no area of this name: {name}", err=True)
    share = 100 * found["passed"] / found["total"]
    if share < least:
        typer.echo(
            f"{found['passed']} of {found['total']} match, {share:.2f} %; at least {least:g} % are wanted.", err=True
        )
        raise typer.Exit(1)
