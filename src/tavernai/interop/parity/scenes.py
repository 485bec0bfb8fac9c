"""Recorded scenarios of SillyTavern as scenes: its numbers and file shapes turned into ours."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from tavernai.chat.formats.dates import sent_at
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.presets import preset_from_sillytavern
from tavernai.prompting.domain.scene import (
    AuthorNote,
    Character,
    ChatOverrides,
    Context,
    Group,
    HistoryMessage,
    Injection,
    Instruct,
    Member,
    Options,
    Persona,
    ReasoningOptions,
    Scene,
    Variables,
)
from tavernai.prompting.domain.scripts import Script, ScriptRewriter, scripts_from
from tavernai.prompting.domain.world_info.entries import LoreBook, Worlds, book_from
from tavernai.prompting.domain.world_info.settings import settings_from
from tavernai.prompting.domain.world_info.world import World

ROLE = {0: "system", 1: "user", 2: "assistant"}
PERSONA = {0: "in_prompt", 1: "after_card", 2: "note_top", 3: "note_bottom", 4: "in_chat", 9: "none"}
NOTE = {0: "after_main", 1: "in_chat", 2: "before_main"}
PLACE = {0: "replace", 1: "before", 2: "after"}
CARDS = {0: "speaker", 1: "unmuted", 2: "all"}


def merged(base: Any, change: Any) -> Any:
    """Objects merge key by key; anything else replaces."""
    if isinstance(base, dict) and isinstance(change, dict):
        return base | {key: merged(base.get(key), value) for key, value in change.items()}
    return change


def scenario(path: Path) -> dict[str, Any]:
    """A recorded scenario whose input stands over the settings all of them start from (`baseline.json` above it)."""
    loaded: dict[str, Any] = orjson.loads(path.read_bytes())
    base = orjson.loads((path.parents[1] / "baseline.json").read_bytes())
    given = loaded["input"]
    kept = {key: given.get("oai", {}).get(key) for key in ("prompts", "prompt_order") if key in given.get("oai", {})}
    loaded["input"] = merged(base, given)
    loaded["input"]["oai"] |= kept
    return loaded


def scenes(loaded: dict[str, Any]) -> Iterator[Scene]:
    """One scene for each request that was recorded; in groups, each speaker hears those before."""
    given = loaded["input"]
    said: list[dict[str, Any]] = []
    for number, request in enumerate(loaded["expected"]["requests"]):
        speaker = speaker_of(given, request, number)
        is_text = loaded["api"] == "textgen"
        yield (
            heard_before(scene_of(given, speaker, said=said, is_text=is_text))
            if said
            else scene_of(given, speaker, is_text=is_text)
        )
        said.append({"name": speaker["card"]["data"]["name"], "is_user": False, "mes": "OK."})


def speaker_of(given: dict[str, Any], request: dict[str, Any], number: int) -> dict[str, Any]:
    """Who speaks: the one named in the recording, else the members of a group in their order."""
    name, group = request.get("char_name"), given.get("group", {})
    files = [file for file in group.get("members", []) if file not in group.get("disabled_members", [])]
    for one in given["characters"]:
        if one["card"]["data"]["name"] == name or (
            name is None and files and one["file"] == files[number % len(files)]
        ):
            return dict(one)
    return dict(given["characters"][0])


def scene_of(given: dict[str, Any], speaker: dict[str, Any], *, said: Any = (), is_text: bool = False) -> Scene:
    oai, power, meta = given["oai"], given["power_user"], given["chat_metadata"]
    generation = given.get("generation", {})
    chat = left_of([given["message"] | message for message in given["chat"]], generation.get("type"))
    chat += [given["message"] | message for message in said]
    usual = (given["max_context (textgen)"], given["amount_gen (textgen)"]) if is_text else (None, None)
    sizes = (given.get("max_context", usual[0]), given.get("amount_gen", usual[1]))
    scene = Scene(
        character=Character(speaker["card"]["data"]["name"], speaker["card"], speaker["file"]),
        persona=persona_of(given["persona"]),
        history=[history_message(index, message) for index, message in enumerate(chat)],
        generation=generation.get("type", "normal"),
        preset=preset_from_sillytavern(oai),
        context_tokens=sizes[0] or oai["openai_max_context"],
        reply_tokens=sizes[1] or oai["openai_max_tokens"],
        note=note_of(meta, given.get("extension_settings", {}).get("note", {}), speaker["file"]),
        world=world_of(given, speaker),
        scripts=scripts_of(given, speaker),
        injections=[injection(name, one) for name, one in given.get("extension_prompts", {}).items()],
        group=group_of(given),
        overrides=ChatOverrides(meta.get("scenario", ""), meta.get("mes_example", ""), meta.get("system_prompt", "")),
        options=options_of(power),
        quiet_prompt=generation.get("quiet_prompt", ""),
        quiet_is_loud=bool(generation.get("quiet_to_loud")),
        first_included=str(meta.get("lastInContextMessageId") or ""),
        skip_chat_lore=generation.get("skip_wian", False),
        pick_seed=meta.get("chat_id_hash", 0),
        pick_reroll=str(meta.get("pick_reroll_seed", "")),
    )
    asked = generation.get("input_text", "") or (
        scene.preset.send_if_empty if sends_filler(scene, is_text, said) else ""
    )
    text = typed(scene, asked)
    sent = HistoryMessage("typed", "user", scene.persona.name, text)
    return replace(scene, history=[*scene.history, sent]) if text else scene


def left_of(chat: list[dict[str, Any]], kind: str | None) -> list[dict[str, Any]]:
    """What a reply of this kind stands under: another wording, or a reply made anew, takes the last one away."""
    replaces = kind == "swipe" or (kind == "regenerate" and bool(chat) and not chat[-1]["is_user"])
    return chat[:-1] if replaces else chat


def sends_filler(scene: Scene, is_text: bool, said: Any) -> bool:
    """Whether what is sent for an empty message is a message of its own: of a chat, in the first turn."""
    return not is_text and not said and scene.generation == "normal" and bool(scene.preset.send_if_empty.strip())


def heard_before(scene: Scene) -> Scene:
    """The scene of a later request: the persona's words in the chat are known from the one before."""
    return replace(scene, world=replace(scene.world, persona_is_searched=True) if scene.world else None)


def typed(scene: Scene, text: str) -> str:
    """What stands in the input box, as the message that sending it makes: macros and scripts have had their say."""
    if not text:
        return ""
    env = environment(scene, clock=lambda: 0, random=Rolls({}))
    rewrite = ScriptRewriter(scene.scripts, lambda said: expand(said, env), kind="stored")
    return rewrite(expand(text, env), placement="user", depth=None)


def persona_of(given: dict[str, Any]) -> Persona:
    position: Any = PERSONA[given["position"]]
    return Persona(given["name"], given["description"], position, given["depth"], role(given["role"]))


def history_message(index: int, given: dict[str, Any]) -> HistoryMessage:
    extra = given.get("extra", {})
    spoken = "system" if extra.get("type") == "narrator" else "user" if given["is_user"] else "assistant"
    return HistoryMessage(
        id=f"message-{index}",
        role=spoken,  # type: ignore[arg-type]
        name=given["name"],
        text=given["mes"],
        hidden=bool(given["is_system"]),
        reasoning=extra.get("reasoning", ""),
        at_ms=milliseconds(given["send_date"]),
        is_foreign=bool(given.get("force_avatar")),
        swipe=given["swipe_id"] + 1 if given.get("swipes") else 0,
        swipes=len(given.get("swipes", [])),
    )


def milliseconds(date: str) -> int:
    return sent_at(date) or 0


def note_of(meta: dict[str, Any], settings: dict[str, Any], file: str) -> AuthorNote:
    own = next((one for one in settings.get("chara", []) if one["name"] == file and one["useChara"]), None)
    position: Any = NOTE[meta["note_position"]]
    place: Any = PLACE[own["position"]] if own else "after"
    return AuthorNote(
        text=meta["note_prompt"],
        interval=meta["note_interval"],
        position=position,
        depth=meta["note_depth"],
        role=role(meta["note_role"]),
        character_text=own["prompt"] if own else "",
        character_place=place,
    )


def world_of(given: dict[str, Any], speaker: dict[str, Any]) -> World:
    """The books of a scenario, where they are attached."""

    def books(*names: str) -> list[LoreBook]:
        return [book_from(name, given["worlds"][name]) for name in names if name in given.get("worlds", {})]

    own = speaker["card"]["data"].get("extensions", {}).get("world", "")
    tags = given.get("tag_map", {}).get(speaker["file"])
    return World(
        Worlds(
            chat=books(given["chat_metadata"].get("world_info", "")),
            persona=books(given["persona"].get("lorebook", "")),
            character=books(own, *given.get("char_lore_extra", {}).get(speaker["file"], [])),
            everywhere=books(*given.get("global_worlds", [])),
        ),
        settings_from(given["world_info"]),
        speaker_file=speaker["file"],
        speaker_tags=frozenset(tags) if tags is not None else None,
        note_is_searched=bool(given.get("extension_settings", {}).get("note", {}).get("allowWIScan")),
    )


def scripts_of(given: dict[str, Any], speaker: dict[str, Any]) -> list[Script]:
    """Everybody's scripts, then the card's own where they are allowed."""
    own = speaker["card"]["data"].get("extensions", {}).get("regex_scripts", [])
    return scripts_from(
        [*given.get("extension_settings", {}).get("regex", []), *(own if given.get("allow_scoped_regex") else [])]
    )


def injection(name: str, given: dict[str, Any]) -> Injection:
    position: Any = {-1: "none", 0: "after_main", 1: "in_chat", 2: "before_main"}[given["position"]]
    is_searched = bool(given.get("scan"))
    return Injection(
        name, given["value"], position, given["depth"], role(given.get("role", 0)), is_searched=is_searched
    )


def group_of(given: dict[str, Any]) -> Group | None:
    if "group" not in given:
        return None
    group = given["group"]
    cards: Any = CARDS[group.get("generation_mode", 0)]
    by_file = {one["file"]: one for one in given["characters"]}
    members = [
        Member(Character(by_file[file]["card"]["data"]["name"], by_file[file]["card"], file), file in muted)
        for muted in [group.get("disabled_members", [])]
        for file in group["members"]
        if file in by_file
    ]
    prefix, suffix = group.get("generation_mode_join_prefix", ""), group.get("generation_mode_join_suffix", "")
    return Group(members, cards, prefix, suffix)


def options_of(power: dict[str, Any]) -> Options:
    reasoning = power["reasoning"]
    known = {name for name in Instruct.__dataclass_fields__ if name in power["instruct"]}
    return Options(
        prefer_card_prompt=power["prefer_character_prompt"],
        prefer_card_post_history=power["prefer_character_jailbreak"],
        collapse_newlines=power["collapse_newlines"],
        pin_examples=power["pin_examples"],
        reply_start=power["user_prompt_bias"],
        reasoning=ReasoningOptions(
            add_to_prompts=reasoning["add_to_prompts"],
            prefix=reasoning["prefix"],
            suffix=reasoning["suffix"],
            separator=reasoning["separator"],
            max_additions=reasoning["max_additions"],
        ),
        instruct=Instruct(**{name: power["instruct"][name] for name in known}),
        context=context_of(power),
        post_history=power["sysprompt"].get("post_history", ""),
        strips_examples=power["strip_examples"],
        padding_tokens=power["token_padding"],
        stop_strings=custom_stops(power["custom_stopping_strings"]),
        stop_strings_macros=power["custom_stopping_strings_macro"],
        system_prompt=power["sysprompt"]["content"],
        system_prompt_enabled=power["sysprompt"]["enabled"],
    )


def context_of(power: dict[str, Any]) -> Context:
    context = power["context"]
    return Context(
        story_string=context["story_string"],
        chat_start=context["chat_start"],
        example_separator=context["example_separator"],
        story_position="in_chat" if context.get("story_string_position") == 1 else "in_prompt",
        story_depth=context.get("story_string_depth", 1),
        story_role=role(context.get("story_string_role", 0)),
        frames_as_stop_strings=context.get("use_stop_strings", False),
        names_as_stop_strings=context.get("names_as_stop_strings", True),
        always_names_reply=power["always_force_name2"],
        is_single_line=power["single_line"],
    )


def custom_stops(text: str) -> tuple[str, ...]:
    """The JSON list people type; anything else gives none."""
    try:
        told = orjson.loads(text) if text else []
    except orjson.JSONDecodeError:
        return ()
    return tuple(one for one in told if isinstance(one, str)) if isinstance(told, list) else ()


def with_variables(scene: Scene, row: dict[str, Any]) -> Scene:
    return replace(scene, variables=Variables(row.get("local_vars", {}), row.get("global_vars", {})))


def role(number: int) -> Any:
    return ROLE[number]


class Rolls:
    """The recorded random numbers in order, then 0.5 for ever."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._waiting = iter(given.get("generation", {}).get("rolls", []))

    def random(self) -> float:
        return float(next(self._waiting, 0.5))
