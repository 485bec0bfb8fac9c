"""The shapes of /api/conversations and /api/messages."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

TEXT_CHARS_MAX = 1_000_000
TITLE_CHARS_MAX = 200

Version = Annotated[int, Field(ge=1)]
AnId = Annotated[str, Field(min_length=1, max_length=64)]
Title = Annotated[str, Field(max_length=TITLE_CHARS_MAX)]
Status = Literal["complete", "queued", "streaming", "interrupted", "failed"]
VariantKind = Literal["original", "swipe", "import"]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid")


class ConversationGiven(Given):
    """A new conversation with one of your characters; `greeting` counts from 0."""

    character_id: AnId
    greeting: Annotated[int, Field(ge=0, le=10_000)] = 0
    title: Title | None = None


class TitleGiven(Given):
    """Another title; blank takes the character's name. `version` is the conversation's you saw."""

    title: Title
    version: Version


class LeafGiven(Given):
    """The message whose branch is to be shown."""

    message_id: AnId


class PlaceGiven(Given):
    """`conversation_id` names the copy that is meant when conversations share the message; without it, the message's
    own. `version` is the message's you saw; without it the command does not ask.
    """

    conversation_id: AnId | None = None
    version: Version | None = None


class EditGiven(Given):
    """Another text for the variant shown."""

    text: Annotated[str, Field(max_length=TEXT_CHARS_MAX)]
    version: Version
    conversation_id: AnId | None = None


class DeleteGiven(PlaceGiven):
    """`following` takes along what stands below."""

    following: bool = False


class VariantGiven(PlaceGiven):
    """The variant to be shown."""

    variant_id: AnId


class BranchGiven(Given):
    """`copy` makes a new conversation that shares what stands above."""

    copy_: Annotated[bool, Field(alias="copy")] = False
    conversation_id: AnId | None = None


class Said(BaseModel):
    """A message in a list: an excerpt of at most 160 characters."""

    role: str
    name: str
    text: str


class ConversationItem(BaseModel):
    """A conversation in a list."""

    id: str
    character_id: str | None
    character_name: str
    avatar_url: str | None
    title: str
    last_message: Said | None
    message_count: int
    updated_at: str
    created_at: str
    version: int
    position: int
    deleted: bool


class UndoShown(BaseModel):
    """What undo and redo could do."""

    can_undo: bool
    can_redo: bool


class ConversationShown(ConversationItem):
    """One conversation."""

    active_leaf: str | None
    undo: UndoShown


class ConversationMade(ConversationShown):
    """A new conversation, and where its messages are."""

    messages_url: str


class ConversationPage(BaseModel):
    items: list[ConversationItem]
    next_cursor: str | None


class VariantRef(BaseModel):
    """Which of a message's variants is shown."""

    id: str
    index: int
    count: int
    kind: VariantKind


class ErrorShown(BaseModel):
    """Why a reply failed."""

    code: str
    detail: str


class CostShown(BaseModel):
    """What an answer cost; `amount` is a decimal text."""

    amount: str
    currency: str


class FallbackShown(BaseModel):
    """A connection that was asked first and did not answer."""

    connection: str
    code: str


class MessageItem(BaseModel):
    """A message as its conversation shows it. `branches`: how many ways lead on from this variant."""

    id: str
    parent_id: str | None
    role: str
    name: str
    character_id: str | None
    text: str
    reasoning: str | None
    variant: VariantRef
    status: Status
    hidden: bool
    deleted: bool
    edited: bool
    branches: int
    model: str | None
    finish: str | None
    error: ErrorShown | None
    task_id: str | None
    tokens_out: int | None
    connection: str | None
    fallbacks: list[FallbackShown]
    usage: dict[str, Any] | None
    cost: CostShown | None
    created_at: str
    version: int


class MessagePage(BaseModel):
    """Oldest first; `next_cursor` is a message id for `before`."""

    items: list[MessageItem]
    next_cursor: str | None


class MessageAnswer(BaseModel):
    """A message after a command."""

    message: MessageItem
    position: int


class BranchAnswer(BaseModel):
    """Where the conversation goes on."""

    conversation_id: str
    message_id: str
    position: int


class VariantShown(BaseModel):
    """One variant of a message."""

    id: str
    index: int
    text: str
    reasoning: str | None
    kind: VariantKind
    status: Status
    model: str | None
    finish: str | None
    usage: dict[str, Any] | None
    tokens_out: int | None
    connection: str | None
    cost: CostShown | None
    created_at: str
    selected: bool
    revision: int


class VariantList(BaseModel):
    items: list[VariantShown]
    next_cursor: None = None


class RevisionShown(BaseModel):
    """One text a variant has had."""

    revision: int
    text: str
    at: str
    variant_id: str


class RevisionList(BaseModel):
    items: list[RevisionShown]
    next_cursor: None = None


class BranchShown(BaseModel):
    """One way through the tree. `forked_at_message_id`: the last message it has in common with the one shown."""

    leaf_id: str
    active: bool
    message_count: int
    last: Said | None
    forked_at_message_id: str | None
    updated_at: str


class BranchPage(BaseModel):
    items: list[BranchShown]
    next_cursor: str | None


class ChangeShown(BaseModel):
    """The event that was undone or redone, and its kind."""

    event_id: str
    kind: str


class UndoAnswer(BaseModel):
    """What was undone; `redo` changes can be done again."""

    undone: ChangeShown
    redo: int
    position: int


class RedoAnswer(BaseModel):
    """What was done again; `redo` more can be."""

    redone: ChangeShown
    redo: int
    position: int
