"""What a prompt is made from: everything the assembler may know, given by the caller.

A scene is a picture of one moment. Nothing here reads a database, a clock or a config; what a room above does not know
yet stays at its default and costs nothing. Words instead of numbers: the numbers that SillyTavern stores for roles and
positions are turned into these words where its files are read (`presets.py` holds the tables).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tavernai.prompting.domain.presets import DEFAULT_PRESET, Preset
from tavernai.prompting.domain.scripts import Script
from tavernai.prompting.domain.words import (
    Generation,
    GroupCards,
    InjectionPosition,
    LorePosition,
    NotePosition,
    PersonaPosition,
    Placement,
    Role,
)
from tavernai.prompting.domain.world_info.world import World


@dataclass(frozen=True, slots=True)
class Character:
    """Who speaks. `card` is the whole V2/V3 object or its `data`; missing fields count as empty."""

    name: str
    card: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Persona:
    """Who the person plays."""

    name: str = "User"
    description: str = ""
    position: PersonaPosition = "in_prompt"
    depth: int = 2
    role: Role = "system"


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """One stored message of the active branch, in the wording of its selected variant.

    `role` is "system" for a narrator. `hidden` ones stay out of the prompt but count for macros about the stored chat.
    `is_foreign` marks a message spoken under another face than the character's. `is_greeting` only changes how the
    account names it. `swipe` and `swipes` are 1-based number and count of variants, 0 when there is only one.
    """

    id: str
    role: Role
    name: str
    text: str
    hidden: bool = False
    reasoning: str = ""
    at_ms: int | None = None
    is_foreign: bool = False
    is_greeting: bool = False
    swipe: int = 0
    swipes: int = 0


@dataclass(frozen=True, slots=True)
class AuthorNote:
    """A note kept near the end of the prompt. `interval` counts user messages; 0 means never.

    `character_text` is the note kept with the character; `character_place` says how it joins `text`.
    """

    text: str = ""
    interval: int = 1
    position: NotePosition = "in_chat"
    depth: int = 4
    role: Role = "system"
    character_text: str = ""
    character_place: Literal["replace", "before", "after"] = "after"


@dataclass(frozen=True, slots=True)
class Injection:
    """A text that is placed by a rule instead of by the preset. Same place: sorted by id, joined by newlines.

    `is_plain` keeps its macros as they are.
    """

    id: str
    text: str
    position: InjectionPosition = "in_chat"
    depth: int = 4
    role: Role = "system"
    title: str = ""
    source: Literal["injection", "instruction"] = "injection"
    is_plain: bool = False
    is_searched: bool = False
    """lore is looked for in it too"""


@dataclass(frozen=True, slots=True)
class LoreHit:
    """A world info entry that was woken up, its content with macros expanded. `why` tells the key that did it."""

    id: str
    content: str
    position: LorePosition = "before"
    depth: int = 4
    role: Role = "system"
    order: float = 100
    outlet: str = ""
    title: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One character of a group, in list order."""

    character: Character
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Several characters in one chat. `cards` says whose cards stand in the prompt besides the speaker's."""

    members: Sequence[Member]
    cards: GroupCards = "speaker"
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class ChatOverrides:
    """What this chat says instead of the card. Empty means: the card."""

    scenario: str = ""
    examples: str = ""
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class ReasoningOptions:
    """Whether and how earlier thoughts of the model go back into the prompt."""

    add_to_prompts: bool = False
    prefix: str = "<think>\n"
    suffix: str = "\n</think>"
    separator: str = "\n\n"
    max_additions: int = 1


@dataclass(frozen=True, slots=True)
class Instruct:
    """Sequences of an instruct template, for text completion and for the macros that name them."""

    enabled: bool = False
    input_sequence: str = ""
    input_suffix: str = ""
    output_sequence: str = ""
    output_suffix: str = ""
    system_sequence: str = ""
    system_suffix: str = ""
    first_input_sequence: str = ""
    last_input_sequence: str = ""
    first_output_sequence: str = ""
    last_output_sequence: str = ""
    last_system_sequence: str = ""
    story_string_prefix: str = ""
    story_string_suffix: str = ""
    stop_sequence: str = ""
    user_alignment_message: str = ""
    wrap: bool = True
    macro: bool = True
    names_behavior: Literal["none", "force", "always"] = "force"
    skip_examples: bool = False
    system_same_as_user: bool = False
    sequences_as_stop_strings: bool = True


@dataclass(frozen=True, slots=True)
class Context:
    """A context template of text completion: how story, examples and chat are framed."""

    story_string: str = ""
    chat_start: str = ""
    example_separator: str = ""
    story_position: Literal["in_prompt", "in_chat"] = "in_prompt"
    story_depth: int = 1
    story_role: Role = "system"
    frames_as_stop_strings: bool = False
    names_as_stop_strings: bool = True
    always_names_reply: bool = True
    is_single_line: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """What a person decided for all prompts. `reply_start` is put into the model's mouth at the end of the prompt."""

    prefer_card_prompt: bool = True
    prefer_card_post_history: bool = True
    collapse_newlines: bool = False
    pin_examples: bool = False
    reasoning: ReasoningOptions = ReasoningOptions()
    reply_start: str = ""
    stop_strings: tuple[str, ...] = ()
    stop_strings_macros: bool = True
    instruct: Instruct = Instruct()
    context: Context = Context()
    system_prompt: str = ""
    system_prompt_enabled: bool = True
    post_history: str = ""
    strips_examples: bool = False
    padding_tokens: int = 64
    trims_sentences: bool = False
    """of replies: what follows the last whole sentence is not kept"""


@dataclass(frozen=True, slots=True)
class Variables:
    """Variables of macros: those of this chat and those of the person. The assembler works on copies."""

    local: Mapping[str, Any] = field(default_factory=dict)
    everywhere: Mapping[str, Any] = field(default_factory=dict)


class Rewriter(Protocol):
    """Find-and-replace scripts for outgoing texts; `depth` is 0 for the newest message, None when there is none."""

    def __call__(self, text: str, *, placement: Placement, depth: int | None) -> str: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of one chat, asking for one prompt.

    Args that need a word:
        history: oldest first, newest last, of the active branch. It may begin late: `history_before` counts the stored
            messages left out at the front, `user_messages_before` those among them from the user. For `swipe`, hand
            in the history without the message that gets the new variant; for `continue` the last message is continued.
        context_tokens: size of the model's window. reply_tokens: room kept for the reply.
        pick_seed, pick_reroll: hold deterministic `{{pick}}` steady within a chat.
        utc_offset_minutes: of the person, for the time macros.
        last_generation: the kind of the newest reply made in this chat before; first_included: the number of the oldest
            stored message its prompt held.
        quiet_is_loud: after a quiet prompt the character speaks as after any other.
        lore: entries woken by other means; world: books that are searched while the prompt is made.
        scripts: find-and-replace for outgoing texts; rewriter: something else in their place.
    """

    character: Character
    persona: Persona = Persona()
    history: Sequence[HistoryMessage] = ()
    generation: Generation = "normal"
    preset: Preset = DEFAULT_PRESET
    context_tokens: int = 8192
    reply_tokens: int = 300
    note: AuthorNote | None = None
    lore: Sequence[LoreHit] = ()
    injections: Sequence[Injection] = ()
    group: Group | None = None
    overrides: ChatOverrides = ChatOverrides()
    options: Options = Options()
    variables: Variables = Variables()
    quiet_prompt: str = ""
    quiet_is_loud: bool = False
    skip_chat_lore: bool = False
    history_before: int = 0
    user_messages_before: int = 0
    rewriter: Rewriter | None = None
    scripts: Sequence[Script] = ()
    world: World | None = None
    pick_seed: int = 0
    pick_reroll: str = ""
    utc_offset_minutes: int = 0
    model: str = ""
    input_text: str = ""
    last_generation: str = ""
    first_included: str = ""
