"""tavernai key …"""

from typing import Annotated

import typer

from tavernai.cli.running import AsJson, Data, run, say, say_json, say_table

app = typer.Typer(help="API keys: how programs come in.", no_args_is_help=True)


@app.command("add")
def add_key(
    ctx: typer.Context,
    user: Annotated[str, typer.Option(metavar="NAME", help="Whose key it is.")],
    label: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="chat, characters, gateway, memory, tools, config, import, admin; repeat. None: all but admin."
        ),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a key and print it, once."""
    args = {"username": user, "label": label, "scopes": scope or []}
    key = run(ctx, "key.add", args, data=data)
    if as_json:
        say_json(key)
    else:
        say(key["key"])


@app.command("list")
def list_keys(
    ctx: typer.Context,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Only this person's.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """List the keys that work."""
    keys = run(ctx, "key.list", {"username": user}, data=data)
    if as_json:
        say_json(keys)
    else:
        columns = ("id", "username", "label", "scopes", "last_used_at")
        say_table(keys, columns, nothing="There are no keys.")


@app.command("revoke")
def revoke_key(
    ctx: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `tavernai key list` shows it.")],
    data: Data = None,
) -> None:
    """Stop a key at once."""
    run(ctx, "key.revoke", {"id": key_id}, data=data)
    say("The key is revoked.")
