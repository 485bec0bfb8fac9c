"""The one table of what can be tuned: every path with its type, range, scopes, risk, and who reads it where.

A path names a value, not a place in a file: `/generation/temperature`. A value that nobody set is `default`; for most
of `/generation/` that is null, which leaves it to the connection and then to the model server. `neutral` is what a page
starts from when somebody begins to turn such a knob: the value at which it changes nothing, or what is usual.

docs/reference/config.md is printed from this table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["number", "integer", "string", "boolean", "enum", "list"]
ScopeType = Literal["global", "user", "character", "conversation"]
Group = Literal[
    "reply", "generation", "sampling", "repetition", "advanced", "note", "lore", "presets", "who", "chat", "speech",
    "look",
]  # fmt: skip
Risk = Literal[1, 2, 3]

LAYERS: Final[tuple[ScopeType, ...]] = ("global", "user", "character", "conversation")
"""From below to above: what a later one says wins."""
PERSONAL: Final[tuple[ScopeType, ...]] = ("user", "character", "conversation")
EVERYWHERE: Final[tuple[ScopeType, ...]] = LAYERS

TOKENS_MAX: Final = 10_000_000
SEED_MAX: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Path:
    """One thing that can be tuned.

    length: characters of a string or of each item of a list; items: how many items a list may hold.
    warn: (from, to): values outside still work but seldom well. reader: where in the product it takes effect.
    nullable: whether null can be set, which means "as nobody had said anything" and hides the layers below.
    """

    path: str
    kind: Kind
    group: Group
    meaning: str
    reader: str
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    neutral: Any = None
    warn: tuple[float | None, float | None] | None = None
    choices: tuple[str, ...] = ()
    length: int = 0
    items: int = 0
    scopes: tuple[ScopeType, ...] = EVERYWHERE
    advanced: bool = True
    nullable: bool = False
    risk: Risk = 1

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def place(self) -> str:
        """What stands before the name: `generation`, `note` …"""
        return self.path.split("/")[1]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one place; each call adds one."""

    place: str
    group: Group
    reader: str
    rows: list[Path] = field(default_factory=list)

    def number(self, name: str, low: float, high: float, step: float, *, meaning: str, **more: Any) -> None:
        self._add(name, "number", meaning, {"minimum": low, "maximum": high, "step": step} | more)

    def integer(self, name: str, low: int, high: int, *, meaning: str, **more: Any) -> None:
        self._add(name, "integer", meaning, {"minimum": low, "maximum": high, "step": 1} | more)

    def choice(self, name: str, *choices: str, meaning: str, **more: Any) -> None:
        self._add(name, "enum", meaning, {"choices": choices} | more)

    def text(self, name: str, length: int, *, meaning: str, **more: Any) -> None:
        self._add(name, "string", meaning, {"length": length} | more)

    def listed(self, name: str, items: int, length: int, *, meaning: str, **more: Any) -> None:
        self._add(name, "list", meaning, {"items": items, "length": length} | more)

    def flag(self, name: str, *, meaning: str, **more: Any) -> None:
        self._add(name, "boolean", meaning, more)

    def _add(self, name: str, kind: Kind, meaning: str, more: dict[str, Any]) -> None:
        given = {"group": self.group} | more
        self.rows.append(Path(f"/{self.place}/{name}", kind, meaning=meaning, reader=self.reader, **given))


REQUEST = "the request to the model"
PLAN = "the plan of the prompt"


def _reply() -> Iterator[Path]:
    rows = _Rows("reply", "reply", "the plan of the prompt and the request to the model")
    rows.choice(
        "length", "short", "medium", "long", "free", default="free", advanced=False,
        meaning="How long replies should be: asked for in one line at the end of the prompt, and a limit of tokens "
        "with room to finish. `free` asks for nothing and leaves the limit to the connection.",
    )  # fmt: skip
    yield from rows.rows


def _limits() -> Iterator[Path]:
    rows = _Rows("generation", "generation", "the plan of the prompt and the request to the model")
    rows.integer(
        "reply_tokens", 1, 1_000_000, neutral=400, warn=(16, 8_192),
        meaning="The most tokens one reply may have; room for them is kept free in the context.",
    )  # fmt: skip
    rows.integer(
        "context_tokens", 256, TOKENS_MAX, neutral=8_192, warn=(1_024, None),
        meaning="How many tokens of card, notes and story the model is shown; never more than its connection takes.",
    )  # fmt: skip
    rows.listed(
        "stop", 4, 100, neutral=[],
        meaning="Texts at which the model stops writing; they do not appear in the reply.",
    )  # fmt: skip
    yield from rows.rows


def _sampling() -> Iterator[Path]:
    rows = _Rows("generation", "sampling", REQUEST)
    rows.number(
        "temperature", 0, 5, 0.05, neutral=1.0, warn=(None, 1.5), advanced=False, nullable=True,
        meaning="How daring the choice of words is: 0 always takes the likeliest, above 1 unlikely words catch up.",
    )  # fmt: skip
    rows.number(
        "top_p", 0, 1, 0.01, neutral=1.0, warn=(0.1, None), advanced=False, nullable=True,
        meaning="Keep only the likeliest words that together make up this share; 1 keeps all.",
    )  # fmt: skip
    rows.integer(
        "top_k", 0, 1_000, neutral=0, nullable=True,
        meaning="Keep only this many of the likeliest words; 0 keeps all.",
    )  # fmt: skip
    rows.number(
        "min_p", 0, 1, 0.01, neutral=0.0, warn=(None, 0.5), nullable=True,
        meaning="Drop words less likely than this share of the likeliest one; 0 drops none.",
    )  # fmt: skip
    rows.number(
        "typical_p", 0, 1, 0.01, neutral=1.0, warn=(0.1, None), nullable=True,
        meaning="Keep the words about as surprising as the sentence is on the whole, up to this share; 1 keeps all.",
    )  # fmt: skip
    rows.number(
        "top_a", 0, 1, 0.01, neutral=0.0, warn=(None, 0.8), nullable=True,
        meaning="Drop words less likely than this times the square of the likeliest one; 0 drops none.",
    )  # fmt: skip
    rows.number(
        "tfs", 0, 1, 0.01, neutral=1.0, warn=(0.1, None), nullable=True,
        meaning="Tail-free sampling: cut the tail where likelihood has stopped falling; 1 keeps all.",
    )  # fmt: skip
    rows.number(
        "smoothing_factor", 0, 10, 0.01, neutral=0.0, warn=(None, 4), nullable=True,
        meaning="Quadratic smoothing: flatten the likeliest words and press the unlikely ones down; 0 is off.",
    )  # fmt: skip
    rows.number(
        "xtc_threshold", 0, 0.5, 0.01, neutral=0.1, nullable=True,
        meaning="Exclude top choices: of all words above this share only the least likely is kept; above 0.5 is off.",
    )  # fmt: skip
    rows.number(
        "xtc_probability", 0, 1, 0.01, neutral=0.0, warn=(None, 0.8), nullable=True,
        meaning="How often top choices are excluded; 0 is never.",
    )  # fmt: skip
    yield from rows.rows


def _repetition() -> Iterator[Path]:
    rows = _Rows("generation", "repetition", REQUEST)
    rows.number(
        "repetition_penalty", 0.5, 3, 0.01, neutral=1.0, warn=(1, 1.3), nullable=True,
        meaning="Make words that were used already less likely by this factor; 1 is off.",
    )  # fmt: skip
    rows.integer(
        "repetition_penalty_range", 0, 131_072, neutral=0, nullable=True,
        meaning="How many tokens back the repetition penalty looks; 0 looks at all.",
    )  # fmt: skip
    rows.number(
        "frequency_penalty", -2, 2, 0.01, neutral=0.0, warn=(0, 1), nullable=True,
        meaning="Make words less likely the more often they were used; 0 is off.",
    )  # fmt: skip
    rows.number(
        "presence_penalty", -2, 2, 0.01, neutral=0.0, warn=(0, 1), nullable=True,
        meaning="Make words less likely once they were used at all; 0 is off.",
    )  # fmt: skip
    rows.number(
        "dry_multiplier", 0, 5, 0.01, neutral=0.0, warn=(None, 2), nullable=True,
        meaning="Don't repeat yourself: how strongly the repeating of whole phrases is punished; 0 is off.",
    )  # fmt: skip
    rows.number(
        "dry_base", 1, 4, 0.01, neutral=1.75, nullable=True,
        meaning="How fast that punishment grows with each further word of the phrase.",
    )  # fmt: skip
    rows.integer(
        "dry_allowed_length", 1, 100, neutral=2, nullable=True,
        meaning="How many words in a row may repeat unpunished.",
    )  # fmt: skip
    rows.listed(
        "dry_sequence_breakers", 32, 40, neutral=["\n", ":", '"', "*"], nullable=True,
        meaning="Signs at which a repeated phrase counts as ended.",
    )  # fmt: skip
    yield from rows.rows


def _advanced() -> Iterator[Path]:
    rows = _Rows("generation", "advanced", REQUEST)
    rows.integer(
        "mirostat_mode", 0, 2, neutral=0, nullable=True,
        meaning="Mirostat keeps how surprising the text is at one level: 0 off, 1 first version, 2 second version.",
    )  # fmt: skip
    rows.number(
        "mirostat_tau", 0, 20, 0.1, neutral=5.0, warn=(1, 10), nullable=True,
        meaning="The level of surprise Mirostat aims at.",
    )  # fmt: skip
    rows.number(
        "mirostat_eta", 0, 1, 0.01, neutral=0.1, nullable=True,
        meaning="How fast Mirostat corrects itself.",
    )  # fmt: skip
    rows.integer(
        "seed", 0, SEED_MAX, neutral=0, nullable=True,
        meaning="Where chance begins: the same prompt with the same seed gives the same reply, if the server obeys it.",
    )  # fmt: skip
    rows.choice(
        "reasoning_effort", "minimal", "low", "medium", "high", neutral="medium", nullable=True,
        meaning="How long a reasoning model thinks before it answers.",
    )  # fmt: skip
    yield from rows.rows


def _note() -> Iterator[Path]:
    rows = _Rows("note", "note", PLAN)
    rows.text(
        "text", 20_000, default="", advanced=False,
        meaning="The author's note: a text kept near the end of the prompt, for where the story should go. Macros "
        "such as {{char}} work.",
    )  # fmt: skip
    rows.integer(
        "depth", 0, 1_000, default=4, neutral=4, warn=(None, 100),
        meaning="How many messages from the end the note stands; 0 is the very end.",
    )  # fmt: skip
    rows.choice("role", "system", "user", "assistant", default="system", meaning="Who seems to say the note.")
    rows.choice(
        "position", "in_chat", "after_main", "before_main", default="in_chat",
        meaning="Whether the note stands in the chat at its depth, or after or before the main prompt.",
    )  # fmt: skip
    rows.integer(
        "every", 0, 1_000, default=1, neutral=1,
        meaning="With every how many of your messages the note is inserted: 1 always, 0 never.",
    )  # fmt: skip
    rows.flag("searched", default=False, meaning="Whether the note is searched for keys of lore, too.")
    rows.text(
        "character_text", 20_000, default="", scopes=("character",),
        meaning="A note of the character's own that joins the author's note in every chat with it.",
    )  # fmt: skip
    rows.choice(
        "character_place", "replace", "before", "after", default="after", scopes=("character",),
        meaning="Whether that note stands before or after the author's note, or in its place.",
    )  # fmt: skip
    yield from rows.rows


def _card() -> Iterator[Path]:
    rows = _Rows("card", "note", PLAN)
    of_chat: dict[str, Any] = {"default": "", "scopes": ("conversation",)}
    rows.text(
        "scenario", 50_000, meaning="What stands in this chat for the card's scenario; empty: the card's.", **of_chat
    )
    rows.text(
        "examples", 50_000, **of_chat,
        meaning="What stands in this chat for the card's example messages; empty: the card's.",
    )  # fmt: skip
    rows.text(
        "system_prompt", 50_000, **of_chat,
        meaning="What stands in this chat for the card's own main prompt; empty: the card's.",
    )  # fmt: skip
    yield from rows.rows


def _lore() -> Iterator[Path]:
    rows = _Rows("lore", "lore", PLAN)
    rows.listed(
        "books", 100, 64, default=[], neutral=[], scopes=PERSONAL, advanced=False,
        meaning="Lorebooks (ids) that are searched. Layers add up: your own hold everywhere, a character's for that "
        "character, a conversation's for that conversation.",
    )  # fmt: skip
    rows.integer(
        "depth", 0, 1_000, default=2, neutral=2, warn=(1, 100),
        meaning="How many of the newest messages are searched for keys.",
    )  # fmt: skip
    rows.integer(
        "budget_percent", 0, 100, default=25, neutral=25, warn=(1, 75),
        meaning="How much of the prompt lore may take, in percent.",
    )  # fmt: skip
    rows.integer(
        "budget_cap", 0, TOKENS_MAX, default=0, neutral=0,
        meaning="The most tokens lore may take whatever the percentage says; 0 sets no cap.",
    )  # fmt: skip
    rows.integer(
        "activations_min", 0, 1_000, default=0, neutral=0,
        meaning="Look further back until so many entries woke; 0 looks no further.",
    )  # fmt: skip
    rows.integer(
        "depth_max", 0, 1_000, default=0, neutral=0,
        meaning="How far back that search may go; 0 to the beginning.",
    )  # fmt: skip
    rows.integer(
        "steps_max", 0, 1_000, default=0, neutral=0,
        meaning="How often texts that woke may wake others; 0 as often as it needs.",
    )  # fmt: skip
    rows.flag("recursive", default=False, meaning="Whether texts that woke are searched for keys, too.")
    rows.flag("names", default=True, meaning="Whether speakers' names are searched along with their messages.")
    rows.flag("case_sensitive", default=False, meaning="Whether keys tell capital and small letters apart.")
    rows.flag("whole_words", default=False, meaning="Whether a key of one word must stand alone as a word.")
    rows.choice(
        "strategy", "together", "character_first", "everywhere_first", default="character_first",
        meaning="Whose entries come first where both a character's books and those that hold everywhere wake.",
    )  # fmt: skip
    rows.flag("group_scoring", default=False, meaning="Whether entries of one group compete by how many keys fit.")
    yield from rows.rows


def _presets() -> Iterator[Path]:
    preset = _Rows("preset", "presets", PLAN)
    preset.text(
        "chat", 64, scopes=PERSONAL, nullable=True, advanced=False,
        meaning="The preset (id) that says which prompts stand where for connections that chat; without one the "
        "built-in one.",
    )  # fmt: skip
    preset.text(
        "text", 64, scopes=PERSONAL, nullable=True,
        meaning="The preset (id) of sampling values for connections that complete text: one made for text completion, "
        "for KoboldAI or for NovelAI.",
    )  # fmt: skip
    yield from preset.rows
    template = _Rows("template", "presets", PLAN)
    template.text(
        "context", 64, scopes=PERSONAL, nullable=True,
        meaning="The context template (id, or builtin:NAME) for connections that complete text; without one the "
        "built-in one that fits the model.",
    )  # fmt: skip
    template.text(
        "instruct", 64, scopes=PERSONAL, nullable=True,
        meaning="The instruct template (id, or builtin:NAME) for connections that complete text; without one the "
        "built-in one that fits the model.",
    )  # fmt: skip
    template.text(
        "system_prompt", 64, scopes=PERSONAL, nullable=True,
        meaning="The system prompt (preset id) for connections that complete text; without one the built-in one.",
    )  # fmt: skip
    template.text(
        "reasoning", 64, scopes=PERSONAL, nullable=True,
        meaning="The reasoning template (preset id): what stands around thoughts that go back into the prompt.",
    )  # fmt: skip
    template.flag(
        "by_model", default=False, scopes=PERSONAL,
        meaning="Whether an instruct template of yours whose own pattern (activation_regex) fits the model's name goes "
        "before the one chosen here; where none is chosen it always does.",
    )  # fmt: skip
    yield from template.rows
    yield from _prompt()
    scripts = _Rows("scripts", "presets", "stored messages, the plan of the prompt, and the page")
    scripts.listed(
        "enabled", 200, 64, default=[], neutral=[], scopes=("user",),
        meaning="Find-and-replace scripts (preset ids) that run, in this order.",
    )  # fmt: skip
    scripts.flag(
        "preset_allowed", default=False, scopes=PERSONAL,
        meaning="Whether scripts that a chosen chat preset brings along run.",
    )  # fmt: skip
    scripts.flag(
        "character_allowed", default=False, scopes=("character",),
        meaning="Whether scripts that the character's card brings along run.",
    )  # fmt: skip
    yield from scripts.rows
    macros = _Rows("macros", "presets", "stored messages and the plan of the prompt")
    macros.flag(
        "global_variables", default=False, scopes=PERSONAL, risk=2,
        meaning="Whether macros of a card, and of what its character says, may read and change the variables that "
        "hold in all your chats; otherwise they mean those of the chat.",
    )  # fmt: skip
    macros.integer(
        "pick_seed", 0, 2**53 - 1, default=0, neutral=0, scopes=("conversation",),
        meaning="From what {{pick}} chooses here, as SillyTavern's chat did; 0: from the conversation itself.",
    )  # fmt: skip
    macros.text(
        "pick_reroll", 200, default="", scopes=("conversation",),
        meaning="What makes {{pick}} choose anew here, as SillyTavern's chat did.",
    )  # fmt: skip
    macros.text(
        "time_zone", 64, default="", scopes=("global", "user"),
        meaning="Where the clock of {{time}} and {{date}} hangs, such as Europe/Berlin; empty or unknown: UTC. "
        "The page sets it to its device's once.",
    )  # fmt: skip
    yield from macros.rows


def _prompt() -> Iterator[Path]:
    """What SillyTavern's users decide for all prompts. Source: shared contract 6.3 and 4.8."""
    rows = _Rows("prompt", "presets", "the plan of the prompt, and what is kept of the reply")
    rows.text(
        "reply_start", 2_000, default="",
        meaning="What every reply begins with: it is put into the model's mouth, and stands before what it wrote.",
    )  # fmt: skip
    rows.flag(
        "card_prompt", default=True,
        meaning="Whether a card's own main prompt stands in place of the preset's.",
    )  # fmt: skip
    rows.flag(
        "card_post_history", default=True,
        meaning="Whether a card's own instructions after the history stand in place of the preset's.",
    )  # fmt: skip
    rows.flag(
        "collapse_newlines", default=False,
        meaning="Whether several line breaks become one, in what the card says and in replies.",
    )  # fmt: skip
    rows.flag(
        "pin_examples", default=False,
        meaning="Whether example messages stay when the context is full, and older messages go before them.",
    )  # fmt: skip
    rows.flag(
        "strip_examples", default=False,
        meaning="Whether connections that complete text are shown no example messages.",
    )  # fmt: skip
    rows.flag(
        "trim_sentences", default=False,
        meaning="Whether a reply ends with its last whole sentence.",
    )  # fmt: skip
    rows.integer(
        "padding_tokens", 0, 2_048, default=64, neutral=64,
        meaning="Tokens kept free for connections that complete text, since counts are estimates.",
    )  # fmt: skip
    yield from rows.rows


def _who() -> Iterator[Path]:
    persona = _Rows("persona", "who", "what a message is signed with, and the plan of the prompt")
    persona.text(
        "id", 64, scopes=PERSONAL, nullable=True, advanced=False,
        meaning="The persona you play here; without one the default persona.",
    )  # fmt: skip
    yield from persona.rows
    connection = _Rows("connection", "who", "the choice of the connection")
    connection.text(
        "name", 200, nullable=True, advanced=False,
        meaning="The connection that answers, NAME or NAME/MODEL; without one the default connection.",
    )  # fmt: skip
    yield from connection.rows


def _chat() -> Iterator[Path]:
    rows = _Rows("chat", "chat", "the page")
    rows.text("background", 500, nullable=True, advanced=False, meaning="What stands behind the chat.")
    rows.choice(
        "style", "flat", "bubbles", "document", "novel", nullable=True, advanced=False,
        meaning="How messages are set.",
    )  # fmt: skip
    rows.text("voice", 200, nullable=True, advanced=False, meaning="The voice the character is read aloud with.")
    rows.flag(
        "remote_pictures", default=False, advanced=False, risk=3,
        meaning="Whether pictures that a text names on other servers are fetched and shown. Each tells its server that "
        "somebody looks.",
    )  # fmt: skip
    yield from rows.rows
    speech = _Rows("speech", "speech", "the page")
    speech.text(
        "voice", 200, nullable=True, advanced=False, meaning="The voice that reads aloud when nobody has their own."
    )
    speech.number("rate", 0.5, 2, 0.05, default=1.0, neutral=1.0, meaning="How fast is read aloud; 1 is usual.")
    speech.choice(
        "skip", "nothing", "narration", "quotes", default="nothing",
        meaning="What is left out when reading aloud.",
    )  # fmt: skip
    yield from speech.rows
    look = _Rows("look", "look", "the page")
    look.text(
        "every_device", 2_000, nullable=True, scopes=("user",),
        meaning="The look a person wants on every device of theirs, as the page writes it (JSON).",
    )  # fmt: skip
    yield from look.rows


_ORDER = (_reply, _limits, _sampling, _repetition, _advanced, _note, _card, _lore, _presets, _who, _chat)
PATHS: Final[dict[str, Path]] = {row.path: row for rows in _ORDER for row in rows()}
"""Every path, in the order in which pages show them."""

GENERATION: Final = "/generation/"
