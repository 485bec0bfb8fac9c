"""The lore a scene brings along: books, how they are searched, and what ran on from before."""

from dataclasses import dataclass, field

from tavernai.prompting.domain.world_info.entries import Worlds
from tavernai.prompting.domain.world_info.settings import DEFAULT_SETTINGS, ScanSettings
from tavernai.prompting.domain.world_info.timed import Timed


@dataclass(frozen=True, slots=True)
class World:
    """Books, settings and running effects. `speaker_file`: the card's file name without extension, by which entries
    name characters; `speaker_name`: what they may call it besides; `speaker_tags` None: it has no tags at all.
    `is_dry`: effects neither count nor start."""

    worlds: Worlds
    settings: ScanSettings = DEFAULT_SETTINGS
    timed: Timed = field(default_factory=Timed)
    speaker_file: str = ""
    speaker_name: str = ""
    speaker_tags: frozenset[str] | None = None
    note_is_searched: bool = False
    persona_is_searched: bool = False
    """its description where it stands in the chat: SillyTavern knows it there from the second reply on"""
    woken_outside: frozenset[str] = frozenset()
    is_dry: bool = False
