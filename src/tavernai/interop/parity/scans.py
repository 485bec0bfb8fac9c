"""Recorded scans of SillyTavern: its scenario as the scan's input, our findings in the shape of the recording."""

import time
from collections.abc import Iterator
from typing import Any

from tavernai.interop.parity.scenes import Rolls, merged, note_of, scene_of, world_of
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.injections import note_is_due, searched_note
from tavernai.prompting.domain.lore import lore_plan
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scripts import ScriptRewriter, scripts_from
from tavernai.prompting.domain.tokenizers import NO_TOKENIZER
from tavernai.prompting.domain.world_info.hits import hits_of
from tavernai.prompting.domain.world_info.scan import Scan, ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.settings import settings_from
from tavernai.prompting.domain.world_info.timed import Timed

MATCHES = {
    "personaDescription": "persona", "characterDescription": "description", "characterPersonality": "personality",
    "characterDepthPrompt": "depth_prompt", "scenario": "scenario", "creatorNotes": "creator_notes",
}  # fmt: skip


def steps_of(loaded: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Our findings and the recorded ones, step by step; timed effects go on from step to step."""
    timed = Timed()
    for step, theirs in zip(loaded["input"].get("steps") or [{}], loaded["expected"]["steps"], strict=True):
        given = merged(loaded["input"], {key: value for key, value in step.items() if key != "chat"})
        given["chat"] = step.get("chat", given["chat"])
        found, ours = scanned(given, timed)
        if not given.get("dry_run"):
            timed = found.timed
        yield ours | {"timedWorldInfo": timed.told()}, theirs


def scanned(given: dict[str, Any], timed: Timed) -> tuple[Scan, dict[str, Any]]:
    speaker = given["characters"][0]
    scene = scene_of(given, speaker)
    rolls = Rolls({"generation": {"rolls": given.get("rolls", [])}})
    env = environment(scene, clock=lambda: 0, random=rolls)
    found = scan(
        input_of(given, env, timed),
        Tools(lambda text: expand(text, env), NO_TOKENIZER.text, rolls, time.monotonic),
    )
    scripts = scripts_from(given.get("extension_settings", {}).get("regex", []))
    rewriter = ScriptRewriter(scripts, lambda text: expand(text, env))
    return found, output(given, found, rewriter)


def input_of(given: dict[str, Any], env: Env, timed: Timed) -> ScanInput:
    speaker = given["characters"][0]
    world, settings = world_of(given, speaker), settings_from(given["world_info"])
    chat = [given["message"] | message for message in given["chat"]]
    shown = [message for message in chat if not message["is_system"]]
    lines = [
        (f"{message['name']}: " if settings.has_names else "") + message["mes"].strip() for message in reversed(shown)
    ]
    searched = [one["value"].strip() for one in given.get("extension_prompts", {}).values() if one.get("scan")]
    searched += [searched_note(env)] if world.note_is_searched else []
    searched.append(env.scene.quiet_prompt)
    return ScanInput(
        worlds=world.worlds,
        settings=settings,
        lines=lines,
        message_count=len(shown),
        sources={MATCHES[name]: text for name, text in given.get("global_scan_data", {}).items() if name in MATCHES},  # type: ignore[misc]
        injections=[text for text in (expand(text, env) for text in searched) if text],
        trigger=given.get("trigger", "normal"),
        speaker_file=speaker["file"],
        speaker_tags=world.speaker_tags,
        budget_tokens=given.get("max_prompt_tokens", 4096),
        timed=timed,
        is_dry=bool(given.get("dry_run")),
    )


def output(given: dict[str, Any], found: Scan, rewriter: ScriptRewriter) -> dict[str, Any]:
    plan = lore_plan(hits_of(found.woken, rewriter=rewriter))
    note = note_of(given["chat_metadata"], given.get("extension_settings", {}).get("note", {}), "")
    is_due = note_is_due(note, sum(bool(message["is_user"]) for message in given["chat"]))
    top, bottom = ([hit.content for hit in hits] for hits in (plan.note_top, plan.note_bottom))
    value = "\n".join(["\n".join(top), note.text, "\n".join(bottom)])
    value = value.removeprefix("\n").removesuffix("\n")
    return {
        "activated": [one.entry.id for one in found.woken],
        "worldInfoBefore": "\n".join(hit.content for hit in plan.before),
        "worldInfoAfter": "\n".join(hit.content for hit in plan.after),
        "examples": [
            *({"position": "top", "content": hit.content} for hit in plan.examples_top),
            *({"position": "bottom", "content": hit.content} for hit in plan.examples_bottom),
        ],
        "atDepth": [
            {
                "depth": depth,
                "entries": [hit.content for hit in hits],
                "role": {"system": 0, "user": 1, "assistant": 2}[role],
            }
            for (depth, role), hits in plan.in_chat.items()
        ],
        "authorsNoteTop": top,
        "authorsNoteBottom": bottom,
        "outlets": {name: text.split("\n") for name, text in plan.outlets.items()},
        "authorsNoteValue": value if is_due else "",
    }


COMPARED = ("activated", "worldInfoBefore", "worldInfoAfter", "atDepth", "authorsNoteTop", "authorsNoteBottom",
            "authorsNoteValue", "timedWorldInfo", "outlets", "examples")  # fmt: skip


def told(step: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What is compared: everything a prompt would notice; SillyTavern's hashes of entries are its own."""
    seen = {name: step[name] for name in COMPARED if name in theirs}
    if "examples" in seen:  # one list there, two places in a prompt: how the two are interleaved says nothing
        seen["examples"] = sorted(seen["examples"], key=lambda one: one["position"])
    if "timedWorldInfo" in seen:
        seen["timedWorldInfo"] = {
            kind: {key: {name: span[name] for name in ("start", "end", "protected")} for key, span in spans.items()}
            for kind, spans in seen["timedWorldInfo"].items()
            if spans
        }
    return seen
