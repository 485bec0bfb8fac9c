"""Shapes of the workshop."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.config.presets.domain.kinds import Kind

Id = Annotated[str, Field(max_length=64)]
Text = Annotated[str, Field(max_length=200_000)]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PreviewGiven(_Given):
    """A preset to be tried out in a conversation, or at the beginning of one with a character."""

    kind: Kind
    data: dict[str, Any]
    conversation_id: Id | None = None
    character_id: Id | None = None


class PreviewPart(BaseModel):
    """What one source gives to the prompt."""

    id: str
    source: str
    title: str
    role: str
    tokens: int
    text: str


class PreviewShown(BaseModel):
    """The prompt as it would be: messages, or one string for connections that complete text."""

    messages: list[dict[str, Any]] | None
    prompt: str | None
    parts: list[PreviewPart]
    prompt_tokens: int
    budget_tokens: int
    stop: list[str]


class LoreTestGiven(_Given):
    """A text, or the end of a conversation; `lorebook_ids` null: what is attached there."""

    text: Text | None = None
    conversation_id: Id | None = None
    character_id: Id | None = None
    lorebook_ids: Annotated[list[Id], Field(max_length=100)] | None = None
    settings: Annotated[dict[str, Any], Field(max_length=20)] = Field(default_factory=dict)


class WokenEntry(BaseModel):
    """An entry that wakes; `why` is the key or the rule that wakes it."""

    book: str
    uid: str
    title: str
    position: str
    why: str
    content: str
    tokens: int


class DroppedEntry(BaseModel):
    """An entry that would wake, and what keeps it out."""

    book: str
    uid: str
    title: str
    why: Literal["budget", "chance", "group"]


class FlaggedKey(BaseModel):
    """A key that is not looked for as it was meant."""

    book: str
    uid: str
    key: str
    why: Literal["invalid_as_plain", "untranslatable", "too_slow", "not_tried"]


class LoreTestShown(BaseModel):
    """What a scan finds."""

    woken: list[WokenEntry]
    dropped: list[DroppedEntry]
    flagged: list[FlaggedKey]
    budget_tokens: int
    used_tokens: int
    rounds: int


class ScriptTestGiven(_Given):
    """A find-and-replace script in SillyTavern's form, and a text."""

    script: dict[str, Any]
    text: Text


class ScriptMatch(BaseModel):
    """Where it matches, in characters (code points)."""

    start: int
    end: int


class ScriptTestShown(BaseModel):
    """What becomes of the text; `error`: why the script does nothing."""

    text: str
    matches: list[ScriptMatch]
    error: Literal["invalid", "untranslatable", "too_slow"] | None


class DisplayGiven(_Given):
    """Messages of a conversation that stand near each other, and how many of the newest."""

    message_ids: Annotated[list[Id], Field(max_length=200)] = []
    newest: Annotated[int, Field(ge=0, le=200)] = 0


class DisplayedMessage(BaseModel):
    """A message that scripts show otherwise than it is stored."""

    message_id: str
    text: str
    reasoning: str | None
    """None: there is none, or no script looks at it."""


class DisplayShown(BaseModel):
    """`scripts` names the scripts that have a say here, null: none; `near`: so many of the newest messages may look
    different when another is added."""

    scripts: str | None
    near: int
    items: list[DisplayedMessage]


class ImportedPresetShown(BaseModel):
    """What became of one preset of a file; a file may hold several."""

    filename: str
    status: Literal["imported", "duplicate", "refused"]
    preset_id: str | None
    kind: str | None
    name: str | None
    code: str | None
    message: str | None
    warnings: list[str]


class PresetImportShown(BaseModel):
    results: list[ImportedPresetShown]


class BuiltInTemplate(BaseModel):
    """A template everybody has; config names it `builtin:NAME`."""

    name: str
    context: dict[str, Any]
    instruct: dict[str, Any]


class Starter(BaseModel):
    """What a new preset may start from: `data` as SillyTavern's object, for POST /api/presets."""

    kind: Kind
    name: str
    data: dict[str, Any]


class BuiltInTemplates(BaseModel):
    items: list[BuiltInTemplate]
    starters: list[Starter]
