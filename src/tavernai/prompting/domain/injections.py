"""Texts placed by a rule: author's note, depth prompts, persona and lore in the chat, and what others add.

Injections of one place, depth and role are sorted by id and joined by newlines. In the chat they share a message with
the preset's own in-chat prompts of order 100. Source: shared contract 4.1, 4.3, 4.6 D.8.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tavernai.prompting.domain.account import Line, Piece
from tavernai.prompting.domain.card_fields import depth_prompts
from tavernai.prompting.domain.lore import LorePlan
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import AuthorNote, LoreHit
from tavernai.prompting.domain.words import InjectionPosition, Role

NOTE_ID: Final = "2_floating_prompt"
ROLE_NUMBERS: Final[dict[str, int]] = {"system": 0, "user": 1, "assistant": 2}
ROLE_ORDER: Final[tuple[Role, ...]] = ("system", "user", "assistant")
EXTENSION_ORDER: Final = 100
EARLY: Final = ("1_memory", NOTE_ID, "3_vectors", "4_vectors_data_bank", "chromadb")
"""Relative injections go into the main prompt in this order, all others after them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An injection with its texts, macros already expanded where they had to be."""

    id: str
    position: InjectionPosition
    depth: int
    role: Role
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class InChat:
    """A prompt of the preset that stands at a depth of the chat."""

    depth: int
    order: int
    role: Role
    pieces: tuple[Piece, ...]


def injections_of(env: Env, lore: LorePlan) -> list[Placed]:
    """Every injection of this turn, sorted by id; empty ones left out."""
    placed = [*_author_note(env, lore), *_depth_notes(env), *_persona(env), *_lore(env, lore)]
    for one in env.scene.injections:
        text = one.text.strip() if one.is_plain else expand(one.text.strip(), env)
        piece = Piece(one.source, one.id, one.title or one.id, text)
        placed.append(Placed(one.id, one.position, one.depth, one.role, (piece,)))
    return sorted((one for one in placed if any(piece.text for piece in one.pieces)), key=lambda one: one.id)


def relative(placed: Iterable[Placed]) -> list[Placed]:
    """Those that go around the main prompt, in the order in which they are put there."""
    early = {identifier: index for index, identifier in enumerate(EARLY)}
    found = [one for one in placed if one.position in ("after_main", "before_main")]
    return sorted(found, key=lambda one: early.get(one.id, len(early)))


def chat_lines(prompts: Sequence[InChat], placed: Iterable[Placed]) -> dict[int, list[Line]]:
    """What stands at which depth: for each depth the messages in the order in which they are inserted there."""
    inside = [one for one in placed if one.position == "in_chat"]
    depths = sorted({prompt.depth for prompt in prompts} | {one.depth for one in inside})
    lines: dict[int, list[Line]] = {}
    for depth in depths:
        own = [prompt for prompt in prompts if prompt.depth == depth]
        others = [one for one in inside if one.depth == depth]
        found = _lines_at_depth(own, others)
        if found:
            lines[depth] = found
    return lines


def joined(texts: Iterable[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    """Texts made of pieces as one, newlines between them; empty ones left out."""
    out: list[Piece] = []
    for pieces in texts:
        said = [piece for piece in pieces if piece.text]
        if said and out:
            said[0] = replace(said[0], before="\n" + said[0].before)
        out += said
    return tuple(out)


def _lines_at_depth(prompts: Sequence[InChat], placed: Sequence[Placed]) -> list[Line]:
    orders = {prompt.order for prompt in prompts} | ({EXTENSION_ORDER} if placed else set())
    lines = []
    for order in sorted(orders, reverse=True):
        for role in ROLE_ORDER:
            texts = [one.pieces for one in prompts if (one.order, one.role) == (order, role)]
            if order == EXTENSION_ORDER:
                texts += [one.pieces for one in placed if one.role == role]
            said = joined(texts)
            if said:
                lines.append(Line(role, said))
    return lines


def note_is_due(note: AuthorNote, user_messages: int) -> bool:
    """Whether the author's note is inserted this turn."""
    if note.interval == 1:
        return True
    return note.interval > 1 and user_messages >= note.interval and user_messages % note.interval == 0


def _author_note(env: Env, lore: LorePlan) -> list[Placed]:
    scene = env.scene
    note = scene.note or AuthorNote()
    if not note_is_due(note, _from_user(env)):
        return []
    above, own, below = _said(lore.note_top), _note_pieces(env, note), _said(lore.note_bottom)
    has_gap = bool(above or below) and not own
    persona = Piece("persona", "personaDescription", "Persona", env.fields.persona)
    if persona.text and scene.persona.position == "note_top":
        above = [persona, *above]
    elif persona.text and scene.persona.position == "note_bottom":
        below = [*below, persona]
    if has_gap and above and below:
        # The line of an empty note stays between the lore around it.
        below[0] = replace(below[0], before="\n")
    pieces = joined([(piece,) for piece in (*above, *own, *below)])
    return [Placed(NOTE_ID, note.position, note.depth, note.role, pieces)]


def _said(hits: Sequence[LoreHit]) -> list[Piece]:
    return [_lore_piece(hit) for hit in hits if hit.content]


def _note_pieces(env: Env, note: AuthorNote) -> list[Piece]:
    own = Piece("note", NOTE_ID, "Author's note", expand(note.text.strip(), env))
    character = Piece("note", "character_note", "Character's note", expand(note.character_text.strip(), env))
    whole = [own]
    if character.text:
        whole = {"replace": [character], "before": [character, own], "after": [own, character]}[note.character_place]
    return [piece for piece in whole if piece.text]


def searched_note(env: Env) -> str:
    """The note as lore may look at it: not at all in a turn it is left out of."""
    note = env.scene.note or AuthorNote()
    if not note_is_due(note, _from_user(env)):
        return ""
    return "\n".join([piece.text for piece in _note_pieces(env, note)])


def _from_user(env: Env) -> int:
    """How many messages of the whole chat are the person's."""
    scene = env.scene
    return scene.user_messages_before + sum([message.role == "user" for message in scene.history])


def _depth_notes(env: Env) -> list[Placed]:
    notes = depth_prompts(env)
    numbered = env.scene.group is not None and env.scene.group.cards != "speaker"
    placed = []
    for index, note in enumerate(notes):
        identifier = f"DEPTH_PROMPT_{index}" if numbered else "DEPTH_PROMPT"
        piece = Piece("character", identifier, "Character's note", note.text)
        placed.append(Placed(identifier, "in_chat", note.depth, note.role, (piece,)))
    return placed


def _persona(env: Env) -> list[Placed]:
    persona = env.scene.persona
    if persona.position != "in_chat":
        return []
    piece = Piece("persona", "personaDescription", "Persona", env.fields.persona)
    return [Placed("PERSONA_DESCRIPTION", "in_chat", persona.depth, persona.role, (piece,))]


def _lore(env: Env, lore: LorePlan) -> list[Placed]:
    if env.scene.skip_chat_lore:
        return []
    return [
        Placed(f"customDepthWI_{depth}_{ROLE_NUMBERS[role]}", "in_chat", depth, role, lore_text(hits))
        for (depth, role), hits in lore.in_chat.items()
    ]


def lore_text(hits: Sequence[LoreHit]) -> tuple[Piece, ...]:
    """Woken entries as one text."""
    return joined([(_lore_piece(hit),) for hit in hits])


def _lore_piece(hit: LoreHit) -> Piece:
    return Piece("lore", hit.id, hit.title or hit.id, hit.content)
