"""Plain text in which every message begins with its speaker: `Mira: Hello.` Several lines of one message stay one."""

import re
from collections.abc import Iterator
from typing import Final

from tavernai.chat.formats.foreign import said
from tavernai.chat.formats.shapes import ChatMessage, Names

MESSAGES_MIN: Final = 2
NAMES_MAX: Final = 30
USER_WORDS: Final = frozenset({"you", "user", "me"})

_SPEAKER = re.compile(r"([^\s:#>*\-\d][^:\n]{0,39}):(?:[ \t]+|$)(.*)")


def read_transcript(text: str, names: Names) -> list[ChatMessage]:
    """The messages; empty when the text is none: it must begin with a speaker, and two speeches are the least."""
    speakers = _speakers(text, {names.user.casefold(), names.character.casefold()})
    spoken = list(_spoken(text, speakers))
    if len(spoken) < MESSAGES_MIN or len(speakers) > NAMES_MAX:
        return []
    users = _users(list(dict.fromkeys(name for name, _ in spoken)), names)
    return [said(name, words, is_user=name in users) for name, words in spoken]


def _speakers(text: str, known: set[str]) -> frozenset[str]:
    """Names that begin a block, or lines more than once, and known ones; "Note: …" within a speech is none."""
    opening: set[str] = set()
    counted: dict[str, int] = {}
    is_block = True
    for line in text.splitlines():
        found = _SPEAKER.match(line)
        if found:
            counted[found[1]] = counted.get(found[1], 0) + 1
            if is_block or found[1].casefold() in known:
                opening.add(found[1])
        is_block = not line.strip()
    return frozenset(opening | {name for name, times in counted.items() if times > 1})


def _spoken(text: str, speakers: frozenset[str]) -> Iterator[tuple[str, str]]:
    name, words = "", list[str]()
    for line in text.splitlines():
        found = _SPEAKER.match(line)
        if found and found[1] in speakers:
            if name:
                yield name, "\n".join(words).strip()
            name, words = found[1], [found[2]]
        elif name:
            words.append(line)
        elif line.strip():
            return
    if name:
        yield name, "\n".join(words).strip()


def _users(found: list[str], names: Names) -> set[str]:
    """Whose words are the person's: the one of their name, "You", else of two the one who is not the character."""
    told = {name for name in found if name.casefold() == names.user.casefold() or name.casefold() in USER_WORDS}
    if told or len(found) != 2:
        return told
    others = [name for name in found if name.casefold() != names.character.casefold()]
    return {others[0]} if len(others) == 1 else {found[1]}
