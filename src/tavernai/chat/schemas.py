"""The shapes of /api/conversations and /api/messages."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

TEXT_CHARS_MAX = 1_000_000
TITLE_CHARS_MAX = 200

Version = Annotated[int, Field(ge=1)]
AnId = Annotated[str, Field(min_length=1, max_length=64)]
Title = Annotated[str, Field(max_length=TITLE_CHARS_MAX)]
Status = Literal["complete", "queued", "streaming", "interrupted", "failed"]
VariantKind = Literal["original", "swipe", "import", "written"]
SELECTION_MAX = 1_000
DRAFT_CHARS_MAX = 100_000
LABEL_CHARS_MAX = 200
SomeIds = Annotated[list[AnId], Field(min_length=1, max_length=SELECTION_MAX)]


class Given(BaseModel):
    """Anything a client sends."""

    model_config = ConfigDict(extra="forbid")


class ConversationGiven(Given):
    """A new conversation with one of your characters, or with one of your groups, of which everybody greets.

    `greeting` counts from 0, for a character; in a group each says one by chance.
    """

    character_id: AnId | None = None
    group_id: AnId | None = None
    greeting: Annotated[int, Field(ge=0, le=10_000)] = 0
    title: Title | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "ConversationGiven":
        if (self.character_id is None) == (self.group_id is None):
            raise ValueError("send either character_id or group_id")
        return self


class ConversationChange(Given):
    """Another title (blank takes the character's name), pinned or not; what is left out stays.

    `version` is the conversation's you saw.
    """

    title: Title | None = None
    pinned: bool | None = None
    version: Version


class DraftGiven(Given):
    """What stands in the composer; blank forgets it. `page` comes back in the news of it, so a page knows its own."""

    text: Annotated[str, Field(max_length=DRAFT_CHARS_MAX)]
    page: Annotated[str | None, Field(max_length=64)] = None


class ManyGiven(Given):
    """Messages of the conversation, and what is to become of them. Each is deleted alone: what follows stays."""

    message_ids: SomeIds
    action: Literal["delete", "restore", "hide", "show"]


class ConversationsGiven(Given):
    """Conversations, and what is to become of them all."""

    ids: Annotated[list[AnId], Field(min_length=1, max_length=200)]
    action: Literal["delete", "restore"]


class SelectionGiven(Given):
    """Messages to be copied into a conversation of their own."""

    message_ids: SomeIds
    title: Title | None = None


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


class BookmarkGiven(Given):
    """A mark of the person's own; the label may be empty."""

    label: Annotated[str, Field(max_length=LABEL_CHARS_MAX)] = ""
    conversation_id: AnId | None = None


class WrittenGiven(Given):
    """Another text beside those the message has. `select` shows it, which ends the branch there; left out: only where
    nothing follows.
    """

    text: Annotated[str, Field(min_length=1, max_length=TEXT_CHARS_MAX)]
    select: bool | None = None
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


class SpeakerShown(BaseModel):
    """A member of a group; without `character_id` the card is gone."""

    character_id: str | None
    name: str
    avatar_url: str | None
    is_muted: bool


class ConversationGroup(BaseModel):
    """Who speaks in it; a list shows the first few. Without `id` nobody kept them as a group yet (old imports)."""

    id: str | None
    name: str
    members: list[SpeakerShown]
    member_count: int
    deleted: bool


class ConversationItem(BaseModel):
    """A conversation in a list. `group`: several characters speak in it."""

    id: str
    character_id: str | None
    character_name: str
    avatar_url: str | None
    group: ConversationGroup | None
    title: str
    last_message: Said | None
    message_count: int
    updated_at: str
    created_at: str
    version: int
    position: int
    deleted: bool
    pinned: bool


class UndoShown(BaseModel):
    """What undo and redo could do."""

    can_undo: bool
    can_redo: bool


class DraftShown(BaseModel):
    """What was typed and not sent, on whichever device."""

    text: str
    updated_at: str


class ConversationShown(ConversationItem):
    """One conversation."""

    active_leaf: str | None
    undo: UndoShown
    draft: DraftShown | None


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


class BookmarkMark(BaseModel):
    """The person's mark on a message."""

    label: str


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
    nudge: str | None
    bookmark: BookmarkMark | None
    created_at: str
    version: int


class MessagePage(BaseModel):
    """Oldest first. `next_cursor` is for `before`, null at the top; `newer_cursor` is for `after`, null at the end."""

    items: list[MessageItem]
    next_cursor: str | None
    newer_cursor: str | None


class DayShown(BaseModel):
    """A day by the person's clock, the first message of it on the active branch, and how many there are."""

    day: str
    message_id: str
    count: int


class DayPage(BaseModel):
    """The newest day first."""

    items: list[DayShown]
    next_cursor: str | None


class BookmarkShown(BaseModel):
    """A marked message. `on_active_path`: it stands on the branch shown."""

    message_id: str
    label: str
    role: str
    name: str
    text: str
    created_at: str
    on_active_path: bool


class BookmarkPage(BaseModel):
    """In the order of the story."""

    items: list[BookmarkShown]
    next_cursor: str | None


class ManyAnswer(BaseModel):
    """How many messages were changed; those that were so already are not counted."""

    changed: int
    position: int


class ConversationsAnswer(BaseModel):
    """Which conversations were changed; those that were so already are not among them."""

    changed: list[str]


class MessageAnswer(BaseModel):
    """A message after a command."""

    message: MessageItem
    position: int


class BranchAnswer(BaseModel):
    """Where the conversation goes on."""

    conversation_id: str
    message_id: str
    position: int


class SelectionAnswer(BaseModel):
    """The new conversation; `message_id` is its last message, null when none of the chosen had a text."""

    conversation_id: str
    message_id: str | None
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
    nudge: str | None
    created_at: str
    selected: bool
    revision: int


class VariantList(BaseModel):
    items: list[VariantShown]
    next_cursor: str | None = None


class RevisionShown(BaseModel):
    """One text a variant has had."""

    revision: int
    text: str
    at: str
    variant_id: str


class RevisionList(BaseModel):
    items: list[RevisionShown]
    next_cursor: str | None = None


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


class ChangeItem(BaseModel):
    """What somebody did: how many messages it touched and the first of them. `action` tells what became of several.

    `state`: `brought_back` was undone out of turn. `undoable`: it can be undone right now.
    """

    event_id: str
    kind: str
    action: str | None
    at: str
    count: int
    message_id: str | None
    role: str | None
    name: str | None
    text: str | None
    state: Literal["done", "undone", "brought_back"]
    undoable: bool


class DeedPage(BaseModel):
    """The newest first."""

    items: list[ChangeItem]
    next_cursor: str | None


class TreeNode(BaseModel):
    """A straight run of messages without a fork; told by its last one, which `id` names.

    `parent_variant_id`: the variant of the run above that this one hangs on. `depth`: messages above its first one.
    """

    id: str
    parent_id: str | None
    parent_variant_id: str | None
    role: str
    name: str
    text: str
    variants: int
    depth: int
    run: int
    first_id: str
    last_id: str
    active: bool
    bookmark: BookmarkMark | None


class TreeShown(BaseModel):
    """The whole tree of a conversation; `truncated`: only its newest branches."""

    nodes: list[TreeNode]
    truncated: bool


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
