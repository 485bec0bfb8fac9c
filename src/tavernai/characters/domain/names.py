"""What a character may be called: cleaned alike at import, creation and renaming, so that cards survive round trips."""

import re
import unicodedata

from tavernai.characters.domain.repairs import Repairs

NAME_CHARS_MAX = 128
NAME_FALLBACK = "Character"

_UNSAFE = re.compile(r'[/?<>\\:*|"\x00-\x1f\x7f-\x9f]')
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def clean_name(name: str, repairs: Repairs | None = None) -> str:
    """The name without what file names cannot hold, as SillyTavern stores it; at most NAME_CHARS_MAX, maybe empty.

    Prompts and exported files of people who come from SillyTavern depend on this form. Names of devices stay: nothing
    of ours is stored under a character's name.
    """
    repairs = repairs if repairs is not None else Repairs()
    cleaned = _UNSAFE.sub("", name).lstrip().rstrip(". \t")
    if cleaned != name:
        repairs.add("name_cleaned", "name")
    if len(cleaned) > NAME_CHARS_MAX:
        cleaned = cleaned[:NAME_CHARS_MAX].rstrip(". ")
        repairs.add("name_shortened", "name")
    return cleaned


def name_of_file(filename: str | None) -> str:
    """A name made of a file's, NAME_FALLBACK when nothing is left of it."""
    last = re.split(r"[/\\]", filename or "")[-1]
    return clean_name(_EXTENSION.sub("", last)) or NAME_FALLBACK


def sort_key(text: str) -> str:
    """How names and tags are compared: without regard to case or to full-width and other look-alike forms."""
    return unicodedata.normalize("NFKC", text).casefold()
