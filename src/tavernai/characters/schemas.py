"""The shapes of /api/characters and /api/personas."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tavernai.characters.personas.placing import DEPTH_MAX, USUAL, Position, Role

Fields = Annotated[dict[str, Any], Field(max_length=2_000)]
Version = Annotated[int, Field(ge=1)]
Depth = Annotated[int, Field(ge=0, le=DEPTH_MAX)]
Tags = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=1_000)]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid")


class CardGiven(Given):
    """A new character: V3 fields, `name` among them."""

    card: Fields


class CharacterGiven(Given):
    """What shall change, and the version the caller saw; in `card`, null empties a field."""

    version: Version
    card: Fields | None = None
    favourite: bool | None = None
    tags: Tags | None = None


class CharacterItem(BaseModel):
    """A character in a list."""

    id: str
    name: str
    tags: list[str]
    avatar_url: str | None
    creator: str
    card_version: str
    created_at: str
    updated_at: str
    favourite: bool
    greetings: int
    deleted: bool
    version: int


class CharacterListed(CharacterItem):
    """A character in the gallery, with how much it was chatted with."""

    chatted_at: str | None
    chats: int
    messages: int


class CharacterShown(CharacterItem):
    """A character with its card under V3 names."""

    background_url: str | None
    card: dict[str, Any]
    warnings: list[str]


class CharacterPage(BaseModel):
    """Some of the list; `total` comes with the first page."""

    items: list[CharacterListed]
    next_cursor: str | None
    total: int | None


class ImportedShown(BaseModel):
    """What became of one file: `warnings` tell each repair, `code` and `message` say why it was refused."""

    filename: str
    status: Literal["imported", "duplicate", "refused"]
    character_id: str | None = None
    name: str | None = None
    code: str | None = None
    message: str | None = None
    warnings: list[str] = []


class ImportShown(BaseModel):
    """One result a file, in the order they were sent."""

    results: list[ImportedShown]


class TagShown(BaseModel):
    tag: str
    count: int


class TagList(BaseModel):
    """Tags, most used first."""

    items: list[TagShown]


class ChangeShown(BaseModel):
    """One line of a character's history."""

    version: int
    at: str
    kind: str
    changed: list[str]
    actor: str


class ChangePage(BaseModel):
    items: list[ChangeShown]
    next_cursor: str | None


class SampleShown(BaseModel):
    """A shipped character; `name` adds it."""

    name: str
    title: str
    tagline: str
    tags: list[str]
    avatar_url: str


class SampleList(BaseModel):
    items: list[SampleShown]


class PersonaGiven(Given):
    """A new persona; `position`, `depth` and `role` say where its description stands in a prompt."""

    name: Annotated[str, Field(max_length=1_000)]
    description: Annotated[str, Field(max_length=200_000)] = ""
    is_default: bool = False
    position: Position = USUAL.position
    depth: Depth = USUAL.depth
    role: Role = USUAL.role


class PersonaChangeGiven(Given):
    """What shall change; `is_default` true makes it the default."""

    version: Version
    name: Annotated[str, Field(max_length=1_000)] | None = None
    description: Annotated[str, Field(max_length=200_000)] | None = None
    is_default: Literal[True] | None = None
    lorebook_id: Annotated[str, Field(max_length=64)] | None = None
    position: Position | None = None
    depth: Depth | None = None
    role: Role | None = None


class PersonaUse(BaseModel):
    """A place where this persona is locked."""

    type: Literal["user", "character", "conversation"]
    id: str
    name: str


class PersonaShown(BaseModel):
    """Who a person is to the characters; `uses` names at most 20 of the `use_count` places where it is locked.

    The description stands in prompts at `position`: in_prompt, above or below the author's note (note_top,
    note_bottom), in_chat at `depth` as `role`, none; after_card is old and stands only where a text names it by its
    macro.
    """

    id: str
    name: str
    description: str
    is_default: bool
    version: int
    created_at: str
    updated_at: str
    avatar_url: str | None
    deleted: bool
    uses: list[PersonaUse]
    use_count: int
    lorebook_id: str | None
    position: Position
    depth: int
    role: Role


class PersonaPage(BaseModel):
    items: list[PersonaShown]
    next_cursor: str | None
