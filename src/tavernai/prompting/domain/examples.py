"""Example messages: a card's text cut into blocks at `<START>`, and these into turns. Source: shared contract 4.4."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tavernai.prompting.domain.scene import Options

MARK: Final = "<START>"
START: Final = re.compile(MARK, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said in an example."""

    is_user: bool
    name: str
    text: str


def example_blocks(text: str) -> list[str]:
    """The text between the `<START>` marks, trimmed; empty blocks count too."""
    bare = text.strip()
    if not bare or bare == MARK:
        return []
    if not bare.startswith(MARK):  # in capitals only: one written otherwise leaves an empty block above itself
        bare = f"{MARK}\n{bare}"
    return [part.strip() for part in START.split(bare)[1:]]


def example_turns(block: str, *, user: str, char: str, members: Sequence[str] = ()) -> list[Turn]:
    """The turns of a block; none when no line begins with a known speaker.

    Lines before the first speaker belong to the first turn; lines of the same side stay one turn. In groups any member
    counts as the character's side, and every text keeps its `Name: `.
    """
    speakers = [(user, True), *[(name, False) for name in (members or (char,))]]
    turns: list[tuple[str, bool, list[str]]] = []
    glued: list[str] = []
    for line in block.split("\n"):
        spoken = next(((name, is_user) for name, is_user in speakers if line.startswith(f"{name}:")), None)
        if spoken is None:
            (turns[-1][2] if turns else glued).append(line)
        elif turns and turns[-1][1] == spoken[1]:
            turns[-1][2].append(line)
        else:
            turns.append((*spoken, [line] if turns else [*glued, line]))
    return [_turn(name, is_user, lines, keep_name=bool(members)) for name, is_user, lines in turns]


def _turn(name: str, is_user: bool, lines: list[str], *, keep_name: bool) -> Turn:
    text = "\n".join(lines).replace(f"{name}:", "", 1).strip()
    return Turn(is_user, name, f"{name}: {text}" if keep_name else text)


def formatted_examples(text: str, *, options: Options, user: str, char: str) -> str:
    """The examples as a text completion writes them: with instruct sequences, or as blocks under a heading."""
    heading = options.context.example_separator + "\n" if options.context.example_separator else ""
    blocks = example_blocks(text)
    if options.instruct.enabled and not options.instruct.skip_examples:
        written = [_instructed(block, options=options, user=user, char=char) for block in blocks]
        if any(written):
            return "".join([heading + turns for turns in written if turns])
    return "".join([f"{heading}{block}\n" for block in blocks])


def _instructed(block: str, *, options: Options, user: str, char: str) -> str:
    instruct = options.instruct
    newline = "\n" if instruct.wrap else ""
    fallback = "\n" if instruct.macro and instruct.wrap else ""
    out = []
    for turn in example_turns(block, user=user, char=char):
        named = instruct.names_behavior == "always" or (instruct.names_behavior == "force" and turn.is_user)
        sequence = instruct.input_sequence if turn.is_user else instruct.output_sequence
        suffix = (instruct.input_suffix if turn.is_user else instruct.output_suffix) or fallback
        out.append(f"{sequence}{newline}{turn.name + ': ' if named else ''}{turn.text}{suffix}")
    return "".join(out)
