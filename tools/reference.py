"""Print the tables of docs/reference/ from the code; --check only says what is stale."""

import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from sections import ROOT, bring_up_to_date, table
from typer.main import get_command

import tavernai
from tavernai.cli.app import app
from tavernai.config.domain.paths import PATHS
from tavernai.config.domain.paths import Path as Tuned
from tavernai.gateway.samplers import CANONICAL, FURTHER, WIRE
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import version_of
from tavernai.settings import SETTINGS
from tavernai.storage.schema import TRANSIENT, metadata

METHODS = ("get", "post", "put", "patch", "delete")


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the server, imported."""
    names = sorted(found.name for found in pkgutil.walk_packages(tavernai.__path__, "tavernai."))
    wanted = [name for name in names if not name.endswith("__main__") and ".migrations" not in name]
    return tuple(importlib.import_module(name) for name in wanted)


def classes() -> Iterator[tuple[str, type[Any]]]:
    """Every class of ours with the room it stands in."""
    for module in modules():
        for _, found in inspect.getmembers(module, inspect.isclass):
            if found.__module__ == module.__name__:
                yield module.__name__.split(".")[1], found


def sentence(found: type[Any]) -> str:
    """A class's own docstring on one line; empty when it has none (dataclasses make one up: their signature)."""
    text = " ".join((found.__dict__.get("__doc__") or "").split())
    return "" if text.startswith(f"{found.__name__}(") else text


def settings() -> str:
    """The settings table: variable, default, unit, sentence."""
    rows = [(f"`{row.env}`", default_of(row.default), row.unit, row.sentence) for row in SETTINGS]
    return table(("variable", "default", "unit", "what it does"), rows)


def default_of(value: object) -> str:
    if value is None or value == ():
        return ""
    return f"`{value.as_posix() if isinstance(value, Path) else value}`"


def error_classes() -> dict[str, type[TavernError]]:
    """Every refusal by its code."""
    return {found.code: found for _, found in classes() if issubclass(found, TavernError) and "code" in vars(found)}


def errors() -> str:
    """Code, status and message of every refusal."""
    rows = [(f"`{code}`", str(found.status), sentence(found)) for code, found in sorted(error_classes().items())]
    return table(("code", "status", "what people read"), rows)


def fact_classes() -> dict[str, tuple[str, type[Any]]]:
    """Every kind of event with its room and class."""
    return {vars(found)["__fact_kind__"]: (room, found) for room, found in classes() if "__fact_kind__" in vars(found)}


def events() -> str:
    """Every kind of event by room: version, fields, what it says."""
    rooms: dict[str, list[tuple[str, str, str, str]]] = {}
    for kind, (room, found) in fact_classes().items():
        names = ", ".join(f"`{field.name}`" for field in fields(found))
        rooms.setdefault(room, []).append((f"`{kind}`", str(version_of(found)), sentence(found), names))
    head = ("kind", "v", "what it says", "payload")
    return "\n\n".join(f"### {room}\n\n{table(head, rows)}" for room, rows in sorted(rooms.items()))


def tables() -> str:
    """Every table with its columns: type, then what is special about it."""
    rows = []
    for name, found in server_tables().items():
        columns = ", ".join(f"`{column.name}`{note(column)}" for column in found.columns)
        rows.append((f"`{name}`", "beside the ledger" if found.info == TRANSIENT else "fold", columns))
    return table(("table", "kind", "columns"), rows)


def server_tables() -> dict[str, Any]:
    """Every table of the server by name; tests may have declared others."""
    modules()
    return {name: found for name, found in sorted(metadata.tables.items()) if not name.startswith("test_")}


def note(column: Any) -> str:
    """What a column is besides a value that must be there."""
    notes = [("key", column.primary_key), ("unique", column.unique), ("or nothing", column.nullable)]
    said = [word for word, holds in notes if holds]
    return f" ({', '.join(said)})" if said else ""


def commands() -> str:
    """Every command with its arguments and options."""
    rows = [
        (f"`{name}`", " ".join(usage(command)), (command.help or "").split("\n\n")[0].replace("\n", " "))
        for name, command in command_leaves()
    ]
    return table(("command", "arguments and options", "what it does"), rows)


def command_leaves() -> list[tuple[str, Any]]:
    """Every command that does something, by its full name."""
    return list(leaves(get_command(app), "tavernai"))


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The commands below a group with their full names, in the order of the names."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
    for word in sorted(below or ()):
        yield from leaves(below[word], f"{name} {word}")


def usage(command: Any) -> Iterator[str]:
    """A command's parameters as people type them; --help goes without saying."""
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield f"`{parameter.name.upper()}`"
        elif "--help" not in parameter.opts:
            yield f"`{parameter.opts[-1]}`"


def routes() -> str:
    """Every route of api/openapi.json, by tag."""
    document = json.loads((ROOT / "api" / "openapi.json").read_text(encoding="utf-8"))
    tags: dict[str, list[tuple[str, str, str]]] = {}
    for path, methods in document["paths"].items():
        for method in (name for name in METHODS if name in methods):
            route = methods[method]
            row = (f"`{method.upper()}`", f"`{path}`", route.get("summary", ""))
            tags.setdefault((route.get("tags") or ["other"])[0], []).append(row)
    head = ("method", "path", "what it does")
    return "\n\n".join(f"### {tag}\n\n{table(head, rows)}" for tag, rows in sorted(tags.items()))


def paths() -> str:
    """Everything that can be tuned, by the first part of its path."""
    places: dict[str, list[tuple[str, ...]]] = {}
    for row in PATHS.values():
        told = (f"`{row.path}`", fits(row), json_of(row.default), ", ".join(row.scopes), row.meaning, row.reader)
        places.setdefault(row.place, []).append(told)
    head = ("path", "what fits", "default", "scopes", "what it does", "read in")
    return "\n\n".join(f"### {place}\n\n{table(head, rows)}" for place, rows in places.items())


def fits(row: Tuned) -> str:
    """What may be set: type, range, what usually works, whether null may be set."""
    said = [row.kind]
    if row.minimum is not None:
        said.append(f"{number(row.minimum)} to {number(row.maximum)}")
    if row.warn:
        low, high = (number(edge) for edge in row.warn)
        said.append(
            f"usually {low}–{high}" if low and high else f"usually at least {low}" if low else f"usually up to {high}"
        )
    if row.choices:
        said = [", ".join(f"`{one}`" for one in row.choices)]
    if row.items:
        said.append(f"up to {row.items} texts")
    if row.length:
        said.append(f"up to {row.length} characters")
    return "; ".join([*said, *(["null"] if row.nullable else [])])


def samplers() -> str:
    """Each sampler and what every kind of server calls it."""
    kinds = tuple(WIRE)
    rows = [
        (f"`{name}`", *(f"`{WIRE[kind][name]}`" if name in WIRE[kind] else "" for kind in kinds)) for name in CANONICAL
    ]
    return table(("sampler", *(f"`{kind}`" for kind in kinds)), rows)


def further() -> str:
    """What only presets speak of, and which servers know it."""
    kinds = tuple(kind for kind in WIRE if any(kind in names for names in FURTHER.values()))
    rows = [
        (f"`{name}`", *(f"`{names[kind]}`" if kind in names else "" for kind in kinds))
        for name, names in FURTHER.items()
    ]
    return table(("sampler", *(f"`{kind}`" for kind in kinds)), rows)


def number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}".replace(",", "\u202f")


def json_of(value: object) -> str:
    return "" if value is None else f"`{json.dumps(value)}`"


PAGES = {
    "explanation/data-model.md": {"tables": tables},
    "reference/settings.md": {"settings": settings},
    "reference/errors.md": {"errors": errors},
    "reference/cli.md": {"commands": commands},
    "reference/config.md": {"paths": paths},
    "reference/events.md": {"events": events},
    "reference/samplers.md": {"samplers": samplers, "further": further},
    "reference/http-api.md": {"routes": routes},
}

if __name__ == "__main__":
    printed = {page: {name: make() for name, make in sections.items()} for page, sections in PAGES.items()}
    bring_up_to_date(printed, check="--check" in sys.argv)
