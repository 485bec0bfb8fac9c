"""What a person chose for their prompts: preset, templates, scripts; read on one snapshot, by key."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import Connection as Reader

from tavernai.agent.domain.preset_values import Values, read
from tavernai.config.domain.fold import Effective
from tavernai.config.presets import store
from tavernai.gateway.domain import Connection
from tavernai.gateway.templates import TEMPLATES, guessed
from tavernai.prompting.domain.builtin_templates import CONTEXT, INSTRUCT, suggested
from tavernai.prompting.domain.model_fit import called_for
from tavernai.prompting.domain.presets import DEFAULT_PRESET, Preset, preset_from_sillytavern
from tavernai.prompting.domain.scripts import Script, scripts_from
from tavernai.prompting.domain.templates import Templates

TEXT_KINDS: Final = frozenset({"text", "koboldcpp"})
SAMPLING_KINDS: Final = ("text", "kobold", "novel")
"""Kinds of presets that hold sampling values for text completion."""
MAY_COMPLETE: Final = "llamacpp"
"""Chats by itself; completes text where a template was chosen."""
BUILT_IN: Final = "builtin:"
BY_MODEL: Final = "/template/by_model"
TEMPLATE_KINDS: Final = ("context", "instruct", "system_prompt", "reasoning")
SCRIPTS, PRESET_ALLOWED, CHARACTER_ALLOWED = "/scripts/enabled", "/scripts/preset_allowed", "/scripts/character_allowed"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, ready for a scene.

    Of the preset's sampling `values` have paths of config, `further` ones have not; `unused` names what nothing reads.
    """

    is_text: bool = False
    preset: Preset = DEFAULT_PRESET
    templates: Templates = field(default_factory=Templates)
    scripts: tuple[Script, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    further: Mapping[str, Any] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def saying(self, told: Values) -> "Chosen":
        """The same with these sampling values."""
        return replace(self, values=told.values, further=told.further, unused=told.unused)


def chosen(
    conn: Reader, owner_id: str, config: Effective, *, connection: Connection, card: Mapping[str, Any]
) -> Chosen:
    """Everything chosen for this connection and card; what is gone or in the trash counts as not chosen."""
    is_text = completes_text(connection, config)
    row = store.chosen(conn, owner_id, config["/preset/chat"], kind="chat")
    data = row["data"] if row is not None else None
    scripts = tuple(scripts_of(conn, owner_id, config, preset=data, card=card))
    if is_text:
        found = Chosen(True, DEFAULT_PRESET, templates(conn, owner_id, config, connection), scripts)
        sampling = (store.chosen(conn, owner_id, config["/preset/text"], kind=kind) for kind in SAMPLING_KINDS)
        preset_row = next((one for one in sampling if one is not None), None)
        return found if preset_row is None else found.saying(read(preset_row["kind"], preset_row["data"]))
    thoughts = store.chosen(conn, owner_id, config["/template/reasoning"], kind="reasoning")
    reasoning = Templates(reasoning=thoughts["data"]) if thoughts is not None else Templates()
    if row is None or data is None:
        return Chosen(templates=reasoning, scripts=scripts)
    preset = preset_from_sillytavern(data, name=row["name"])
    return Chosen(False, preset, reasoning, scripts).saying(read("chat", data))


def completes_text(connection: Connection, config: Effective) -> bool:
    """Whether this connection is handed one string instead of messages."""
    if connection.kind in TEXT_KINDS:
        return True
    picked = connection.template in TEMPLATES or any(config[f"/template/{one}"] for one in ("context", "instruct"))
    return connection.kind == MAY_COMPLETE and picked


def templates(conn: Reader, owner_id: str, config: Effective, connection: Connection) -> Templates:
    """The templates of a text completion: those chosen, else built-in ones that fit the model."""
    usual = built_in_for(connection)
    found: dict[str, Any] = {"context": CONTEXT[usual], "instruct": INSTRUCT[usual]}
    for kind in TEMPLATE_KINDS:
        told = config[f"/template/{kind}"]
        if told and told.startswith(BUILT_IN):
            found[kind] = {"context": CONTEXT, "instruct": INSTRUCT}.get(kind, {}).get(
                told.removeprefix(BUILT_IN), found.get(kind)
            )
            continue
        row = store.chosen(conn, owner_id, told, kind=kind)
        if row is not None:
            found[kind] = row["data"]
    return Templates(**found | _by_model(conn, owner_id, config, connection))


def _by_model(conn: Reader, owner_id: str, config: Effective, connection: Connection) -> dict[str, Any]:
    """The instruct template that names the model, with the context template of its name where none was chosen.

    A template that somebody chose stands above it, in config or with the connection, unless models go first.
    """
    has_chosen = config["/template/instruct"] is not None or connection.template in INSTRUCT
    if not connection.model or (has_chosen and not config[BY_MODEL]):
        return {}
    instruct = called_for(connection.model, store.every(conn, owner_id, kind="instruct"))
    if instruct is None:
        return {}
    context = [
        one["data"] for one in store.every(conn, owner_id, kind="context") if one["name_key"] == instruct["name_key"]
    ]
    if not context or (config["/template/context"] is not None and not config[BY_MODEL]):
        return {"instruct": instruct["data"]}
    return {"instruct": instruct["data"], "context": context[0]}


def built_in_for(connection: Connection) -> str:
    """The name of the built-in template that fits: the connection's own, else what the model's name suggests."""
    if connection.template in INSTRUCT:
        return connection.template
    return suggested(connection.model) or guessed(connection.model)


def scripts_of(
    conn: Reader, owner_id: str, config: Effective, *, preset: Mapping[str, Any] | None, card: Mapping[str, Any]
) -> list[Script]:
    """The person's scripts, then the preset's and the card's own where they are allowed."""
    rows = store.chosen_all(conn, owner_id, config[SCRIPTS] or [], kind="script")
    # Being on the list is what turns a script on, whatever its file says.
    found = [replace(script, is_disabled=False) for script in scripts_from(row["data"] for row in rows)]
    if preset is not None and config[PRESET_ALLOWED]:
        found += scripts_from(_brought(preset))
    if config[CHARACTER_ALLOWED]:
        found += scripts_from(_brought(card))
    return found


def _brought(data: Mapping[str, Any]) -> list[Any]:
    extensions = data.get("extensions")
    listed = extensions.get("regex_scripts") if isinstance(extensions, Mapping) else None
    return listed if isinstance(listed, list) else []
