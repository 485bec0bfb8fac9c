"""The one form every card is brought into: the V3 fields, what nobody knows kept beside them, every repair told.

A file's JSON is recognised by the first row of BRANCHES that fits; each branch gives a draft: V3 fields as they were
written, and unknown keys from around them. FIELDS and EXTENSIONS then say, row by row, what each becomes. Both run for
new and edited characters too, so that a card that was exported and imported again is the same card.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tavernai.characters.domain import coerce
from tavernai.characters.domain.agnai import from_agnai, is_agnai
from tavernai.characters.domain.names import NAME_FALLBACK, clean_name, name_of_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import NotACard


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a card: how it is read, and whether V2 readers expect it even when empty."""

    name: str
    coerce: coerce.Coerce
    always: bool = True


FIELDS: tuple[Field, ...] = (
    Field("name", coerce.text),
    Field("description", coerce.text),
    Field("personality", coerce.text),
    Field("scenario", coerce.text),
    Field("first_mes", coerce.text),
    Field("mes_example", coerce.text),
    Field("creator_notes", coerce.text),
    Field("system_prompt", coerce.text),
    Field("post_history_instructions", coerce.text),
    Field("alternate_greetings", coerce.greetings),
    Field("tags", coerce.tags),
    Field("creator", coerce.text),
    Field("character_version", coerce.text),
    Field("extensions", coerce.thing),
    Field("group_only_greetings", coerce.greetings),
    Field("character_book", coerce.book, always=False),
    Field("assets", coerce.things, always=False),
    Field("nickname", coerce.text, always=False),
    Field("creator_notes_multilingual", coerce.languages, always=False),
    Field("source", coerce.texts, always=False),
    Field("creation_date", coerce.moment, always=False),
    Field("modification_date", coerce.moment, always=False),
)
"""Every field of V1, V2 and V3, in the order they are written."""

FIELD_NAMES = frozenset(field.name for field in FIELDS)
OPTIONAL = frozenset(field.name for field in FIELDS if not field.always)
V1_TEXTS = ("name", "description", "personality", "scenario", "first_mes", "mes_example")

EXTENSIONS: tuple[Field, ...] = (
    Field("talkativeness", coerce.talkativeness),
    Field("depth_prompt", coerce.depth_prompt),
    Field("world", coerce.text),
)
"""Keys of `extensions` that we read ourselves; repaired where present, never added. All others stay as they are."""

SCRIPTS = ("regex_scripts", "tavern_helper", "TavernHelper_scripts")

LOCAL = frozenset({
    "fav", "chat", "avatar", "json_data", "shallow", "date_added", "date_last_chat", "chat_size", "data_size",
})  # fmt: skip
"""Keys around a card that belong to the exporting person's machine."""

MIRRORED = frozenset({"spec", "spec_version", "data", "talkativeness", "creatorcomment"}) | FIELD_NAMES | LOCAL
"""Keys around `data` that repeat what is inside."""

GRADIO: tuple[tuple[str, str], ...] = (
    ("char_name", "name"),
    ("char_persona", "description"),
    ("world_scenario", "scenario"),
    ("char_greeting", "first_mes"),
    ("example_dialogue", "mes_example"),
)
"""Pygmalion, Gradio and text-generation-webui: their key, ours."""

BOILERPLATE = "Creator's notes go here."

FOREIGN: tuple[tuple[str, str], ...] = (
    ("entries", "a lorebook"),
    ("savedsettings", "a KoboldAI save"),
    ("input_sequence", "an instruct template"),
    ("story_string", "a context template"),
    ("prompt_order", "a prompt preset"),
    ("findRegex", "a regex script"),
    ("qrList", "a quick reply set"),
    ("chat_metadata", "a chat"),
)
"""Other files that carry a name, told by a key of theirs when no card text stands beside it."""

SPECS = {"chara_card_v2": "2.0", "chara_card_v3": "3.0"}


@dataclass(frozen=True, slots=True)
class Card:
    """A card in its one form: `data` holds every V3 field and what else stood there, `outer` unknown keys around it."""

    data: dict[str, Any]
    outer: dict[str, Any]
    version: str
    """1.0, 2.0 or 3.0: what the file said it was."""

    @property
    def name(self) -> str:
        return str(self.data["name"])


@dataclass(slots=True)
class _Draft:
    data: dict[str, Any]
    outer: dict[str, Any]
    version: str


def read_card(value: Any, repairs: Repairs, *, filename: str | None = None) -> Card:
    """The card in a file's JSON value.

    Args:
        value: from jsontext.parse_json.
        repairs: hears every repair.
        filename: gives the name when the card has none.
    Raises:
        NotACard: nothing in it makes a character (facts: kind, when it is recognised as something else).
    """
    value = _unwrapped(value, repairs)
    for fits, draft in BRANCHES:
        if fits(value):
            return _finished(draft(value, repairs), repairs, filename)
    raise _not_a_card(value)


def new_card(fields: dict[str, Any], repairs: Repairs) -> Card:
    """A card from V3 fields that a person typed; unknown ones are kept."""
    return _finished(_Draft(dict(fields), {}, "3.0"), repairs, None)


def changed_card(card: Card, fields: dict[str, Any], repairs: Repairs) -> Card:
    """The card with these fields in place of its own; null empties a known field and removes an unknown one."""
    kept = {name: item for name, item in (card.data | fields).items() if item is not None or name in FIELD_NAMES}
    return _finished(_Draft(kept, card.outer, card.version), repairs, None)


def changed_fields(old: Card, new: Card) -> list[str]:
    """Names of the fields that differ, in a steady order."""
    names = sorted(old.data.keys() | new.data.keys())
    return [name for name in names if old.data.get(name) != new.data.get(name)]


def greetings(data: dict[str, Any], *, in_group: bool = False) -> list[str]:
    """What the character may say first: first_mes, then the alternates, blank ones left out."""
    texts: Iterable[str] = [data["first_mes"], *data["alternate_greetings"]]
    if in_group:
        texts = [*texts, *data["group_only_greetings"]]
    return [text for text in texts if text.strip()]


def _unwrapped(value: Any, repairs: Repairs) -> dict[str, Any]:
    if isinstance(value, list):
        cards = [item for item in value if isinstance(item, dict)]
        if len(value) != 1 or len(cards) != 1:
            raise NotACard("This JSON is a list; a card file holds one card.", kind="a list")
        repairs.add("array_unwrapped")
        value = cards[0]
    if not isinstance(value, dict):
        raise NotACard(kind=coerce.kind_of(value))
    if not any(key in value for key in ("spec", "name", "char_name", "kind")):
        for key in ("character", "data"):
            if isinstance(value.get(key), dict):
                repairs.add("object_unwrapped", detail=key)
                inner = value[key]
                return _unwrapped(inner, repairs) if key == "character" else {**value, "spec": "chara_card_v2"}
    return value


def _not_a_card(value: dict[str, Any]) -> NotACard:
    kind = _foreign_kind(value)
    return NotACard(f"This is {kind}, not a character card.", kind=kind) if kind else NotACard()


def _foreign_kind(value: dict[str, Any]) -> str | None:
    if any(name in value for name in V1_TEXTS[1:]):
        return None
    return next((kind for key, kind in FOREIGN if key in value), None)


def _from_spec(value: dict[str, Any], repairs: Repairs) -> _Draft:
    inside = coerce.thing(value.get("data"), "data", repairs)
    data = dict(inside)
    for name in FIELD_NAMES & value.keys():
        if data.get(name) is None:
            data[name] = value[name]
    if not data.get("name"):
        data["name"] = value.get("name")
    if not data.get("creator_notes") and value.get("creatorcomment"):
        data["creator_notes"] = value["creatorcomment"]
    if not inside:  # beside `data` it is only a copy, with a default for readers of V1
        _take_talkativeness(value, data)
    outer = {key: item for key, item in value.items() if key not in MIRRORED}
    return _Draft(data, outer, _version(value, repairs))


def _version(value: dict[str, Any], repairs: Repairs) -> str:
    spec = value.get("spec")
    known = SPECS.get(spec) if isinstance(spec, str) else None
    if known is None:
        repairs.add("spec_unknown", "spec", detail=coerce.text(spec, "spec", Repairs())[:80])
    number = coerce.number(value.get("spec_version"))
    if number is not None and number > 3:
        repairs.add("spec_newer", "spec_version", detail=value["spec_version"])
    return known or "3.0"


def _from_v1(value: dict[str, Any], repairs: Repairs) -> _Draft:
    if kind := _foreign_kind(value):
        raise NotACard(f"This is {kind}, not a character card.", kind=kind)
    data = {name: value[name] for name in FIELD_NAMES & value.keys()}
    _fill_from_gradio(value, data, repairs)
    notes = value.get("creatorcomment") or value.get("creator_notes")
    if isinstance(notes, str) and BOILERPLATE in notes:
        repairs.add("boilerplate_removed", "creator_notes")
        notes = notes.replace(BOILERPLATE, "")
    data["creator_notes"] = notes
    _take_talkativeness(value, data)
    used = {theirs for theirs, ours in GRADIO if data.get(ours) == value.get(theirs)}
    _keep_rest(data, {key: item for key, item in value.items() if key not in MIRRORED | used}, repairs)
    return _Draft(data, {}, "1.0")


def _from_gradio(value: dict[str, Any], repairs: Repairs) -> _Draft:
    return _from_v1({"name": value["char_name"], **value}, repairs)


def _from_agnai(value: dict[str, Any], _repairs: Repairs) -> _Draft:
    return _Draft(from_agnai(value), {}, "1.0")


def _fill_from_gradio(value: dict[str, Any], data: dict[str, Any], repairs: Repairs) -> None:
    for theirs, ours in GRADIO:
        if not data.get(ours) and value.get(theirs):
            data[ours] = value[theirs]
            repairs.add("blank_filled", ours, detail=theirs)


def _take_talkativeness(value: dict[str, Any], data: dict[str, Any]) -> None:
    extensions = data.get("extensions") or {}
    if value.get("talkativeness") is not None and isinstance(extensions, dict) and "talkativeness" not in extensions:
        data["extensions"] = {**extensions, "talkativeness": value["talkativeness"]}


def _keep_rest(data: dict[str, Any], rest: dict[str, Any], repairs: Repairs) -> None:
    if not rest:
        return
    extensions = data.get("extensions")
    data["extensions"] = {**rest, **(extensions if isinstance(extensions, dict) else {})}
    repairs.add("kept_in_extensions", "extensions", detail=", ".join(sorted(rest))[:200])


BRANCHES: tuple[tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any], Repairs], _Draft]], ...] = (
    (lambda value: value.get("spec") is not None, _from_spec),
    (is_agnai, _from_agnai),
    (lambda value: value.get("name") is not None, _from_v1),
    (lambda value: value.get("char_name") is not None, _from_gradio),
)
"""What a file looks like, and how it is read; the first that fits."""


def _finished(draft: _Draft, repairs: Repairs, filename: str | None) -> Card:
    data = {field.name: field.coerce(draft.data.get(field.name), field.name, repairs) for field in FIELDS}
    data["name"] = _named(data["name"], repairs, filename)
    data["extensions"] = _extensions(data["extensions"], repairs)
    data |= {name: item for name, item in draft.data.items() if name not in FIELD_NAMES}
    return Card(data, draft.outer, draft.version)


def _named(name: str, repairs: Repairs, filename: str | None) -> str:
    cleaned = clean_name(name, repairs)
    if cleaned:
        return cleaned
    fallback = name_of_file(filename) if filename else NAME_FALLBACK
    repairs.add("name_missing", "name", detail=fallback)
    return fallback


def _extensions(found: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    made = dict(found)
    for field in EXTENSIONS:
        if made.get(field.name) is not None:
            made[field.name] = field.coerce(made[field.name], f"extensions.{field.name}", repairs)
    made["fav"] = False
    if scripts := [key for key in SCRIPTS if made.get(key)]:
        repairs.add("scripts_inert", "extensions", detail=", ".join(scripts))
    return made
