"""tavernai prompt …"""

from typing import Annotated, Any

import typer

from tavernai.cli.running import AsJson, Data, run, say, say_json, say_table

app = typer.Typer(help="Prompts: what a model was sent.", no_args_is_help=True)


@app.command("show")
def show_prompt(
    ctx: typer.Context,
    message_id: Annotated[str, typer.Argument(metavar="MESSAGE_ID", help="The reply.")],
    variant: Annotated[
        str | None, typer.Option(metavar="ID", help="One of its variants; the one shown if not given.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Put the prompt of a reply together from the ledger, and check it against its hash."""
    told = run(ctx, "prompt.show", {"message_id": message_id, "variant_id": variant}, data=data)
    if as_json:
        say_json(told)
    else:
        _say(told)
    if not told["hash_ok"]:
        typer.echo(f"This is not what was sent: its hash is not {told['hash']}.", err=True)
        raise typer.Exit(1)


def _say(told: dict[str, Any]) -> None:
    """The prompt as it was sent, then what it was made of."""
    if told["prompt"] is not None:
        say(told["prompt"])
    for message in told["messages"] or []:
        name = f" ({message['name']})" if message.get("name") else ""
        say(f"[{message['role']}{name}]\n{message['content']}\n")
    say_table(told["parts"], ("source", "title", "role", "tokens"), nothing="It has no parts.")
    if told["cut"]:
        say("")
        say_table(told["cut"], ("source", "title", "count", "tokens", "why"), nothing="")
    how = f"counted by {told['tokenizer']}" if told["counted"] else "estimated"
    sizes = f"{told['prompt_tokens']} of {told['budget_tokens']} tokens, {how}"
    say(f"\n{sizes}; sent to {told['model'] or told['connection']} at {told['generated_at']}; sha256 {told['hash']}")
