"""A scene's lore: what the scan searches of it, and what it finds. Source: shared contract 4.1, 11, and 2.4, step 8."""

from collections.abc import Callable

from tavernai.prompting.domain.history import HistoryWriter
from tavernai.prompting.domain.injections import searched_note
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.world_info.entries import Match
from tavernai.prompting.domain.world_info.finder import DEPTH_MAX
from tavernai.prompting.domain.world_info.scan import Scan, ScanInput, Tools, scan
from tavernai.prompting.domain.world_info.world import World


def woken_in(env: Env, world: World, *, tokens: Callable[[str], int], monotonic: Callable[[], float]) -> Scan:
    """Scan the books of a scene."""
    given = ScanInput(
        worlds=world.worlds,
        settings=world.settings,
        lines=_lines(env, world),
        message_count=sum(not message.hidden for message in env.scene.history) + env.scene.history_before,
        sources=_sources(env),
        injections=_injections(env, world),
        trigger=env.scene.generation,
        speaker_file=world.speaker_file,
        speaker_name=world.speaker_name,
        speaker_tags=world.speaker_tags,
        budget_tokens=env.scene.context_tokens - env.scene.reply_tokens,
        timed=world.timed,
        is_dry=world.is_dry,
        woken_outside=world.woken_outside,
    )
    return scan(given, Tools(lambda text: expand(text, env), tokens, env.random, monotonic))


def _lines(env: Env, world: World) -> list[str]:
    """The newest messages as the prompt says them, trimmed, behind their speakers' names; as many as any entry sees."""
    settings = world.settings
    books = (*world.worlds.chat, *world.worlds.persona, *world.worlds.character, *world.worlds.everywhere)
    own = max((entry.scan_depth or 0 for book in books for entry in book.entries), default=0)
    # A search that may widen goes one message past its bound, and to the first message without one.
    wide = max(settings.depth, settings.depth_max + 1 if settings.depth_max else DEPTH_MAX)
    count = min(DEPTH_MAX, max(wide if settings.activations_min else settings.depth, own))
    writer = HistoryWriter(env)
    lines: list[str] = []
    for message in env.scene.history[::-1]:
        if len(lines) >= count:
            break
        if not message.hidden:
            said = writer.said(message).strip()
            lines.append(f"{message.name}: {said}" if settings.has_names else said)
    return lines


def _sources(env: Env) -> dict[Match, str]:
    fields = env.fields
    return {
        "persona": fields.persona,
        "description": fields.description,
        "personality": fields.personality,
        "depth_prompt": fields.depth_prompt,
        "scenario": fields.scenario,
        "creator_notes": fields.creator_notes,
    }


def _injections(env: Env, world: World) -> list[str]:
    """What is placed by a rule and asks to be searched: injections, the author's note, the quiet prompt."""
    scene = env.scene
    texts = [one.text for one in scene.injections if one.is_searched]
    if world.note_is_searched:
        texts.append(searched_note(env))
    if world.persona_is_searched and scene.persona.position == "in_chat":
        texts.append(scene.persona.description)
    if scene.quiet_prompt:
        texts.append(scene.quiet_prompt)
    return [text for text in (expand(text.strip(), env) for text in texts) if text]
