"""The words of prompts: roles, positions, kinds. SillyTavern's numbers become these where its files are read."""

from typing import Literal

Role = Literal["system", "user", "assistant"]
Generation = Literal["normal", "continue", "impersonate", "swipe", "regenerate", "quiet"]
PersonaPosition = Literal["in_prompt", "after_card", "note_top", "note_bottom", "in_chat", "none"]
NotePosition = Literal["after_main", "before_main", "in_chat"]
InjectionPosition = Literal["none", "after_main", "in_chat", "before_main"]
LorePosition = Literal[
    "before", "after", "note_top", "note_bottom", "in_chat", "examples_top", "examples_bottom", "outlet", "none"
]
GroupCards = Literal["speaker", "unmuted", "all"]
Placement = Literal["user", "assistant", "lore", "reasoning"]
