"""tavernai connection …"""

from typing import Annotated

import typer

from tavernai.cli.running import AsJson, Data, first_line_of_stdin, run, say, say_json, say_table

app = typer.Typer(help="Connections to models.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="What people choose it by.")]


@app.command("add")
def add_connection(
    ctx: typer.Context,
    name: Name,
    kind: Annotated[str, typer.Option(help="demo, openai, anthropic, gemini, ollama, llamacpp, koboldcpp or text.")],
    base_url: Annotated[str | None, typer.Option(metavar="URL", help="Where the model's server is.")] = None,
    model: Annotated[str, typer.Option(metavar="M", help="The model to ask for.")] = "",
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read the key from standard input.")] = False,
    default: Annotated[bool, typer.Option("--default", help="Use it where none is chosen.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Add a connection everybody on this server may use."""
    args = {
        "name": name,
        "kind": kind,
        "base_url": base_url,
        "model": model,
        "key": first_line_of_stdin() if key_stdin else None,
        "is_default": default,
    }
    connection = run(ctx, "connection.add", args, data=data)
    if as_json:
        say_json(connection)
    else:
        say(f"The connection {connection['name']} is there.")


@app.command("list")
def list_connections(ctx: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the connections; their keys are never shown."""
    found = run(ctx, "connection.list", {}, data=data)
    if as_json:
        say_json(found)
    else:
        columns = ("name", "kind", "base_url", "model", "has_key", "is_default")
        say_table(found, columns, nothing="There are no connections.")


@app.command("remove")
def remove_connection(ctx: typer.Context, name: Name, data: Data = None) -> None:
    """Remove a connection and its key."""
    run(ctx, "connection.remove", {"name": name}, data=data)
    say(f"The connection {name} was removed.")


@app.command("test")
def try_connection(ctx: typer.Context, name: Name, as_json: AsJson = False, data: Data = None) -> None:
    """Ask the model's server whether it answers."""
    result = run(ctx, "connection.test", {"name": name}, data=data)
    if as_json:
        say_json(result)
    elif result["ok"]:
        say(f"{name} answers in {result['latency_ms']} ms.")
    if not result["ok"]:
        typer.echo(f"{name} does not answer: {result['detail']}", err=True)
        raise typer.Exit(1)
