"""What is compared, area by area: what we make of a recorded input, and what of the recording counts.

`ours` and `theirs` have the same shape, so a miss is a plain difference of two JSON values. Where the contract wants
something else than SillyTavern does, a deviation gives the value to compare with instead of the recorded one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import orjson

from tavernai.characters.domain.export import export_object
from tavernai.characters.domain.reading import read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.lorebooks.domain.formats import read_book_file
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.shapes import Names
from tavernai.chat.formats.tavern import line_of
from tavernai.interop.parity.scans import steps_of, told
from tavernai.interop.parity.scenes import Rolls, milliseconds, scenario, scene_of, scenes, with_variables
from tavernai.kernel.errors import TavernError
from tavernai.prompting.domain.assemble import assemble, environment
from tavernai.prompting.domain.macro_env import CardFields
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.post_process import post_process
from tavernai.prompting.domain.text_completion import assemble_text
from tavernai.prompting.domain.tokenizers import BYTES_OVER_FOUR, NO_TOKENIZER
from tavernai.prompting.domain.world_info.entries import book_from

Json = Any
Make = Callable[[dict[str, Any]], Json]


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario: its id, what was expected of it, and how ours is made. `seen` picks what counts of either."""

    id: str
    expected: Json
    ours: Callable[[], Json]
    seen: Callable[[Json], Json]
    may_be_read: bool = False
    """SillyTavern refused this file: reading it by the contract is as right as refusing it"""


def unreadable(name: str, error: Exception) -> Case:
    """The miss that a damaged file is."""

    def ours() -> Json:
        raise error

    return Case(name, None, ours, lambda value: value)


def scenario_cases(make: Make, seen: Callable[[Json], Json]) -> Callable[[Path], Iterator[Case]]:
    """The cases of a folder with one scenario a file."""

    def cases(folder: Path) -> Iterator[Case]:
        for path in sorted(folder.glob("*.json")):
            try:
                loaded = scenario(path)
                case = Case(str(loaded.get("id") or path.stem), loaded["expected"], partial(make, loaded), seen)
            except Exception as error:  # a damaged file is a miss like any other, and the others still run
                case = unreadable(path.stem, error)
            yield case

    return cases


def chat_completion(loaded: dict[str, Any]) -> Json:
    random = Rolls(loaded["input"])
    prompts = [assemble(one, clock=lambda: 0, random=random, tokenizer=BYTES_OVER_FOUR) for one in scenes(loaded)]
    return {"requests": [{"messages": prompt.messages} for prompt in prompts]}


def text_completion(loaded: dict[str, Any]) -> Json:
    random = Rolls(loaded["input"])
    prompts = [assemble_text(one, clock=lambda: 0, random=random, tokenizer=NO_TOKENIZER) for one in scenes(loaded)]
    return {"requests": [{"prompt": one.messages[0]["content"], "stop": one.stop} for one in prompts]}


def macros(loaded: dict[str, Any]) -> Json:
    given = loaded["input"]
    scene = scene_of(given, given["characters"][0])
    moment = milliseconds(given["frozen_time"]) if given.get("frozen_time") else 0
    rows = []
    for row in given["texts"]:
        options = row.get("options", {})
        seen = with_variables(scene, row)
        seen = replace(seen, persona=replace(seen.persona, name=options.get("name1Override", seen.persona.name)))
        seen = replace(seen, character=replace(seen.character, name=options.get("name2Override", seen.character.name)))
        env = environment(seen, clock=lambda: moment, random=Rolls({}))
        env.fields = CardFields() if options.get("replaceCharacterCard") is False else env.fields
        extra = {name.lower(): text for name, text in options.get("dynamicMacros", {}).items()}
        text = expand(row["text"], env, extra=extra, original=options.get("original"))
        after = {"new_local_after": env.local, "new_global_after": env.everywhere} if row.get("show_vars") else {}
        rows.append({"new": text, **after})
    return {"rows": rows}


def post_processing(loaded: dict[str, Any]) -> Json:
    given, names = loaded["input"], loaded["input"]["names"]
    messages = post_process(
        given["messages"], kind=given["type"], char=names["charName"], user=names["userName"], group=names["groupNames"]
    )
    return {"messages": messages}


def world_info(loaded: dict[str, Any]) -> Json:
    return {"steps": [ours for ours, _ in steps_of(loaded)]}


def _requests(*names: str) -> Callable[[Json], Json]:
    return lambda value: [{name: request.get(name) for name in names} for request in value["requests"]]


def _rows(value: Json) -> Json:
    names = ("new", "new_local_after", "new_global_after")
    return [{name: row[name] for name in names if name in row} for row in value["rows"]]


def _steps(value: Json) -> Json:
    return [told(step, step) for step in value["steps"]]


def lorebook_cases(folder: Path) -> Iterator[Case]:
    """Each file given as a lorebook. One that SillyTavern refused may be read, or refused with a code."""
    for row in orjson.loads((folder / "expected.json").read_bytes())["results"]:
        path = folder / "inputs" / row["file"]
        yield Case(row["file"], row.get("stored"), partial(imported_book, path), _effective_entries, may_be_read=True)


def imported_book(path: Path) -> Json:
    """The book as we store it; None when we refuse it with a code."""
    try:
        book = read_book_file(path.read_bytes(), Repairs())
    except TavernError:
        return None
    return {"entries": book.entries}


def _effective_entries(value: Json) -> Json:
    """What each entry does in a scan: how its fields are written, and which may be left out, is not compared."""
    if value is None:
        return None
    entries = [asdict(entry) for entry in book_from("book", value).entries]
    return [
        {name: sorted(told) if isinstance(told, frozenset) else told for name, told in entry.items()}
        | {"keys": [key for key in entry["keys"] if key]}
        for entry in entries
    ]


def card_cases(folder: Path) -> Iterator[Case]:
    """Each file given as a character. One that SillyTavern refused may be read, or refused with a code."""
    for row in orjson.loads((folder / "expected.json").read_bytes())["results"]:
        path = folder / "inputs" / row["file"]
        yield Case(row["file"], row.get("stored"), partial(imported_card, path), _card_fields, may_be_read=True)


def imported_card(path: Path) -> Json:
    """The card as we export it; None when we refuse it with a code."""
    try:
        return export_object(read_file(path.read_bytes(), filename=path.name).card)
    except TavernError:
        return None


CARD_VOLATILE: Final = frozenset({"create_date", "chat", "avatar", "creatorcomment", "talkativeness", "fav"})
"""Around the card: what belongs to one machine and moment, or repeats what the card says inside."""

EXTENSION_DEFAULTS: Final[Mapping[str, Json]] = {
    "fav": False, "talkativeness": 0.5, "world": "", "depth_prompt": {"prompt": "", "depth": 4, "role": "system"},
}  # fmt: skip
"""What SillyTavern writes into a card that says nothing of it."""

_NONE: Final = object()


def _card_fields(value: Json) -> Json:
    """Every field of the card: whether a default is written or left out is not compared."""
    if value is None:
        return None
    data = {name: told for name, told in value["data"].items() if told not in ("", [], None)}
    extensions = data.get("extensions") or {}
    data["extensions"] = {
        name: told for name, told in extensions.items() if told != EXTENSION_DEFAULTS.get(name, _NONE)
    }
    outside = {name: told for name, told in value.items() if name not in CARD_VOLATILE and told not in ("", [], None)}
    return outside | {"data": data}


def chat_cases(folder: Path) -> Iterator[Case]:
    """Each file given as a chat of one character. One that SillyTavern refused may be read, or refused."""
    for row in orjson.loads((folder / "expected.json").read_bytes())["results"]:
        path, written = folder / "inputs" / row["file"], row.get("written_files")
        ours = partial(imported_chats, path, _names(written or []))
        yield Case(row["file"], written or None, ours, _chat_lines, may_be_read=True)


def imported_chats(path: Path, names: Names) -> Json:
    """The chats as we write them back; None when we refuse the file with a code."""
    try:
        chats = read_chats(path.read_bytes(), filename=path.name, names=names)
    except TavernError:
        return None
    return [{"lines": [line_of(message) for message in chat.messages]} for chat in chats]


RECORDED_NAMES: Final = Names(user="Ari", character="Mira")
"""Whom the recordings were made with; the files of some formats do not name them."""


def _names(written: list[Json]) -> Names:
    """The names the recording gave to the two; a recording that shows none used the usual ones."""
    said = [line for told in written for line in told["lines"] if "mes" in line]
    user = next((line["name"] for line in said if line.get("is_user")), RECORDED_NAMES.user)
    character = next((line["name"] for line in said if not line.get("is_user")), RECORDED_NAMES.character)
    return Names(user, character)


def _chat_lines(value: Json) -> Json:
    if value is None:
        return None
    return [[_chat_line(line) for line in told["lines"] if "mes" in line] for told in value]


def _chat_line(line: Json) -> Json:
    told = {name: line.get(name) for name in ("name", "mes", "swipes", "swipe_id")}
    flags = {name: bool(line.get(name)) for name in ("is_user", "is_system")}
    return told | flags | {"extra": line.get("extra") or {}}


AREAS: Final[Mapping[str, Callable[[Path], Iterator[Case]]]] = {
    "world_info": scenario_cases(world_info, _steps),
    "chat_completion": scenario_cases(chat_completion, _requests("messages")),
    "text_completion": scenario_cases(text_completion, _requests("prompt", "stop")),
    "macros": scenario_cases(macros, _rows),
    "post_processing": scenario_cases(post_processing, lambda value: value["messages"]),
    "card_import": card_cases,
    "lorebook_import": lorebook_cases,
    "chat_import": chat_cases,
}
"""Every area of the layout, by the name of its folder."""
