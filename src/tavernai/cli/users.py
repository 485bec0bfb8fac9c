"""tavernai user …"""

import getpass
import sys
from enum import StrEnum
from typing import Annotated

import typer

from tavernai.cli.errors import PasswordMissing
from tavernai.cli.running import AsJson, Data, first_line_of_stdin, run, say, say_json, say_table

app = typer.Typer(help="Accounts: add, list, give a new password, remove.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="NAME", help="The name they sign in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


class Role(StrEnum):
    """As accounts has them; repeated so that `--help` needs no room."""

    OWNER = "owner"
    MEMBER = "member"


@app.command("add")
def add_user(
    ctx: typer.Context,
    username: Username,
    role: Annotated[Role, typer.Option(help="Owners administer users, connections and backups.")] = Role.MEMBER,
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make an account."""
    args = {"username": username, "password": _password(password_stdin), "role": role.value}
    user = run(ctx, "user.add", args, data=data)
    if as_json:
        say_json(user)
    else:
        say(f"{user['username']} is now {'an owner' if user['role'] == 'owner' else 'a member'}.")


@app.command("list")
def list_users(ctx: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List every account."""
    users = run(ctx, "user.list", {}, data=data)
    if as_json:
        say_json(users)
    else:
        say_table(users, ("username", "role", "created_at"), nothing="There is nobody yet.")


@app.command("passwd")
def set_password(ctx: typer.Context, username: Username, password_stdin: FromStdin = False, data: Data = None) -> None:
    """Give somebody a new password; they are signed out everywhere."""
    args = {"username": username, "password": _password(password_stdin)}
    user = run(ctx, "user.passwd", args, data=data)
    say(f"{user['username']} has a new password.")


@app.command("remove")
def remove_user(ctx: typer.Context, username: Username, data: Data = None) -> None:
    """Close an account: its password, sessions and keys stop at once; what it wrote stays."""
    user = run(ctx, "user.remove", {"username": username}, data=data)
    say(f"{user['username']} was removed.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = first_line_of_stdin()
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise PasswordMissing("The two passwords differ.")
    else:
        password = ""
    if not password:
        raise PasswordMissing
    return password
