"""From what a model wrote to what is kept: cut, tidied, without names nobody asked for. Source: shared contract 4.14.

The first steps depend on nothing but the text; the others on who speaks. Each step is one function from text to text,
so the order below is the rule.
"""

import re
from collections.abc import Sequence
from typing import Final

END_OF_TEXT: Final = "<|endoftext|>"
NEWLINES: Final = re.compile(r"\n+")
SENTENCE_ENDS: Final = frozenset('.!?*"”)}`]$。！？”）】’」_~…')


def clean_reply(
    text: str,
    *,
    own_name: str,
    other_name: str = "",
    group_names: Sequence[str] = (),
    stop: Sequence[str] = (),
    reply_start: str = "",
    is_continuation: bool = False,
    collapse_newlines: bool = False,
    trim_sentences: bool = False,
    may_speak_for_others: bool = False,
    cuts: Sequence[str] = (),
    leaks: str = "",
) -> str:
    """The reply as it is stored.

    Args:
        own_name: who was to speak; other_name: the other side (the user, or the character for impersonation).
        group_names: all members of a group; the reply is cut where another one begins to speak.
        reply_start: what was put into the model's mouth; stands in front of the reply unless it is a continuation.
        is_continuation: white space at the start is kept, since it joins the text to what it continues.
        cuts: sequences of an instruct template that end a reply where they stand; leaks: one whose lines are taken out.
    """
    if not is_continuation:
        text = reply_start + text
    text = without_stop(text, stop)
    text = text.replace("\r", "")
    if collapse_newlines:
        text = NEWLINES.sub("\n", text)
    text = "\n".join([line.rstrip() for line in text.split("\n")])
    if not may_speak_for_others:
        text = _cut_other(text, other_name)
    text = text.split(END_OF_TEXT, 1)[0]
    for cut in cuts:
        text = text.split(cut, 1)[0] if cut.strip() else text
    for leak in leaks.split("\n"):
        text = text.replace(leak, "") if leak.strip() else text
    for name in group_names:
        if name != own_name:
            text = _cut_speaker(text, name)
    if trim_sentences:
        text = complete_sentences(text)
    text = _without_own_name(text, own_name)
    return text.rstrip() if is_continuation else text.strip()


def without_stop(text: str, stop: Sequence[str]) -> str:
    """The text without a stop string at its end, whole or begun."""
    for string in stop:
        for length in range(len(string), 0, -1):
            if text.endswith(string[:length]):
                text = text[:-length]
                break
    return text


def complete_sentences(text: str) -> str:
    """The text up to its last complete sentence; all of it when there is none."""
    for index in range(len(text) - 1, -1, -1):
        if text[index] in SENTENCE_ENDS:
            return text[: index + 1].rstrip()
    return text.rstrip()


def _cut_other(text: str, name: str) -> str:
    if not name:
        return text
    if text.lstrip().startswith(f"{name}:"):
        return ""
    return _cut_speaker(text, name)


def _cut_speaker(text: str, name: str) -> str:
    place = text.find(f"\n{name}:") if name else -1
    return text if place < 0 else text[:place]


def _without_own_name(text: str, name: str) -> str:
    bare = text.lstrip()
    return bare.removeprefix(f"{name}:").lstrip() if name and bare.startswith(f"{name}:") else text
