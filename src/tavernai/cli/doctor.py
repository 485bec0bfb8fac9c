"""tavernai doctor: what is wrong, and how to mend it."""

import socket
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tavernai.cli import notes
from tavernai.cli.remote import through_server
from tavernai.cli.running import AsJson, Data, run, say, say_json, settings_of
from tavernai.kernel.errors import TavernError
from tavernai.settings import Settings

if TYPE_CHECKING:
    from tavernai.ops.doctor import Finding, Patient

CONNECTIONS_MAX = 20
MARKS = {"ok": "ok", "warn": "look", "wrong": "WRONG"}


def doctor(ctx: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """Look at everything this server needs; say what is wrong and how to mend it. It changes nothing."""
    findings = [asdict(one) for one in _examined(ctx, settings_of(data_dir=data), data)]
    wrong = [one for one in findings if one["state"] == "wrong"]
    if as_json:
        say_json({"ok": not wrong, "checks": findings})
    else:
        _tell(findings)
    if wrong:
        names = ", ".join(one["check"] for one in wrong)
        typer.echo(f"{len(wrong)} of {len(findings)} checks are wrong: {names}.", err=True)
        raise typer.Exit(1)


def _tell(findings: list[dict[str, Any]]) -> None:
    for one in findings:
        say(f"{MARKS[one['state']]:<6}{one['check']:<14}{one['found']}")
        if one["state"] != "ok" and one["mend"]:
            say(f"{'':<20}→ {one['mend']}")


def _examined(ctx: typer.Context, settings: Settings, data: Path | None) -> "list[Finding]":
    from tavernai.ops.doctor import examined

    found = examined(_patient(settings))
    found.insert(3, _server(settings))
    may_ask = settings.is_embedded or not any(one.state == "wrong" for one in found)
    sound = all(one.state == "ok" for one in found if one.check in ("database", "schema"))
    found += _connections(ctx, data) if may_ask and sound else []
    return found


def _patient(settings: Settings) -> "Patient":
    from tavernai.ops.doctor import Patient

    return Patient(
        data_dir=settings.data_dir,
        key_file=settings.key_file,
        backups_dir=settings.backups_dir,
        database_url=_address(settings),
        backups_wanted=settings.backup_hour >= 0,
        timeouts=(settings.connect_seconds, settings.first_token_seconds, settings.between_tokens_seconds),
        storage_state=_storage_state(settings),
    )


def _address(settings: Settings) -> str | None:
    if settings.database_url is None:
        return None
    from sqlalchemy import make_url

    return make_url(settings.database_url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _storage_state(settings: Settings) -> str:
    """What the running server says; without one, what the folder lets one do is looked at anyway."""
    try:
        answer = through_server(settings, "server.state", {})
    except TavernError:
        return "ok"
    return str(answer.result["storage"]) if answer else "ok"


def _server(settings: Settings) -> "Finding":
    """Does it run; else could it: is the port free?"""
    from tavernai.ops.doctor import Finding

    found = notes.read(settings)
    try:
        if found is not None and through_server(settings, "server.state", {}) is not None:
            return Finding("server", "ok", f"runs at {found.address}")
    except TavernError as error:
        mend = "Stop it and start it again; its log tells why it is silent."
        return Finding("server", "wrong", error.detail, mend)
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            mend = "Stop the program that has it, or choose another one: TAVERNAI_PORT or --port."
            return Finding(
                "server", "wrong", f"cannot listen on {settings.host}:{settings.port}: {error.strerror}", mend
            )
    return Finding("server", "ok", f"does not run; {settings.host}:{settings.port} is free")


def _connections(ctx: typer.Context, data: Path | None) -> "list[Finding]":
    """One finding each: does the model's server answer?"""
    from tavernai.ops.doctor import Finding

    try:
        listed = run(ctx, "connection.list", {}, data=data)[:CONNECTIONS_MAX]
        results = [(one["name"], run(ctx, "connection.test", {"name": one["name"]}, data=data)) for one in listed]
    except TavernError as error:
        return [Finding("connections", "wrong", error.detail, "See the other checks.")]
    if not results:
        mend = "Settings, Connections or tavernai connection add; `demo` needs no model."
        return [Finding("connections", "warn", "there are none", mend)]
    mend = "Start the model's server, or correct address and key of the connection."
    return [
        Finding("connection", "ok", f"{name} answers in {result['latency_ms']} ms")
        if result["ok"]
        else Finding("connection", "wrong", f"{name}: {result['detail']}", mend)
        for name, result in results
    ]
