"""Facts of a conversation's stream (`conv:<id>`).

Ids, not positions: a fact says the same in a copy or an export. `was_…` tells what stood before, so that a timeline and
an undo need nothing else. A leaf is the message the next one hangs on; None: the conversation is empty.
"""

from typing import Any

from tavernai.kernel.facts import fact


@fact("conversation.created")
class ConversationCreated:
    """A conversation began."""

    conversation_id: str
    character_id: str | None
    character_name: str
    title: str


@fact("conversation.grouped")
class ConversationGrouped:
    """Several characters speak in it from now on."""

    conversation_id: str
    group: dict[str, Any]
    """{group_id?, members: [{character_id, name, is_muted}], strategy, cards, prefix, suffix, answers_itself} as it was
    then; `group_id` says where to find what holds now"""


@fact("conversation.renamed")
class ConversationRenamed:
    """It has another title."""

    title: str
    was: str


@fact("conversation.pinned")
class ConversationPinned:
    """It stands above the others in the list."""


@fact("conversation.unpinned")
class ConversationUnpinned:
    """It stands among the others again."""


@fact("conversation.deleted")
class ConversationDeleted:
    """To the trash; its messages stay as they are."""


@fact("conversation.restored")
class ConversationRestored:
    """Out of the trash."""


@fact("message.added")
class MessageAdded:
    """A node of the tree, and the new leaf. A greeting and an imported message bring several variants."""

    message_id: str
    parent_id: str | None
    parent_variant_id: str | None
    role: str
    """user | character | system"""
    name: str
    character_id: str | None
    status: str
    """complete | queued"""
    variants: list[dict[str, Any]]
    """{id, text, kind: original|swipe|import, at?: ms, model?, reasoning?, nudge?}"""
    task_id: str | None
    selected: int = 0
    """index of the variant shown"""
    was_leaf_id: str | None = None
    hidden: bool = False
    at: int | None = None
    """when it was written, ms, if that was not now (imports)"""
    opens: bool = False
    """one more member of a group greets: it belongs to the conversation, as a first greeting does"""


@fact("variant.added")
class VariantAdded:
    """Another answer in the same place; selected at once, so the leaf is this message."""

    message_id: str
    variant_id: str
    kind: str
    task_id: str | None
    status: str
    was_variant_id: str
    was_leaf_id: str | None
    text: str = ""
    """of one a person wrote (kind `written`)"""
    nudge: str | None = None
    """the one-off instruction it is to be written by"""
    selects: bool = True
    """False: it only stands beside the one shown, and what follows stays in sight"""


@fact("variant.selected")
class VariantSelected:
    """Another variant is shown, and with it the leaf that was last active below."""

    message_id: str
    variant_id: str
    was_variant_id: str
    leaf_id: str | None
    was_leaf_id: str | None
    leaf_variant_id: str | None = None
    """shown at the leaf; None: the one selected there last"""


@fact("variant.continued")
class VariantContinued:
    """The person asked for more of this text; what the model adds becomes a revision of the same variant."""

    message_id: str
    variant_id: str
    task_id: str
    revision: int
    """of the text that is continued"""
    nudge: str | None = None


@fact("message.edited")
class MessageEdited:
    """A variant has another text; the former one stays as its revision."""

    message_id: str
    variant_id: str
    revision: int
    text: str


@fact("message.deleted")
class MessageDeleted:
    """`following`: with all this conversation has below it. Otherwise what follows stays on the path."""

    message_id: str
    following: bool
    was_leaf_id: str | None
    leaf_id: str | None
    leaf_variant_id: str | None = None
    count: int = 1
    """how many messages went"""


@fact("message.restored")
class MessageRestored:
    """Out of the trash, with what was deleted along with it."""

    message_id: str
    following: bool
    was_leaf_id: str | None
    leaf_id: str | None
    leaf_variant_id: str | None = None


@fact("message.hidden")
class MessageHidden:
    """Still shown, no longer told to the model."""

    message_id: str


@fact("message.shown")
class MessageShown:
    """Told to the model again."""

    message_id: str


@fact("messages.changed")
class MessagesChanged:
    """Several at once, as one change; only those are named that it changed."""

    action: str
    """delete (each alone: what follows stays) | restore | hide | show"""
    message_ids: list[str]


@fact("bookmark.set")
class BookmarkSet:
    """The person marked a message in this conversation, or gave the mark another label."""

    message_id: str
    label: str
    was: str | None
    """the label before; None: there was no mark"""


@fact("bookmark.removed")
class BookmarkRemoved:
    """The mark is gone."""

    message_id: str
    was: str


@fact("selection.copied")
class SelectionCopied:
    """This conversation was made of messages chosen in another one; their copies stand before this fact."""

    from_conversation_id: str
    message_ids: list[str]


@fact("leaf.selected")
class LeafSelected:
    """The conversation goes on from another leaf."""

    message_id: str | None
    was_leaf_id: str | None
    variant_id: str | None = None


@fact("branch.created")
class BranchCreated:
    """The conversation goes on from this message; with `copy` it is a new one that shares what stands above."""

    message_id: str
    from_conversation_id: str | None
    copy: bool
    was_leaf_id: str | None
    variant_id: str | None = None


@fact("completion.started")
class CompletionStarted:
    """The reply begins to be written."""

    message_id: str
    variant_id: str
    task_id: str


@fact("completion.done")
class CompletionDone:
    """The whole text; for a continuation with the text continued in front."""

    message_id: str
    variant_id: str
    task_id: str
    text: str
    reasoning: str | None
    finish: str | None
    """stop | length | tool"""
    model: str | None
    usage: dict[str, Any] | None
    first_token_ms: int | None
    total_ms: int | None
    connection: str | None = None
    """its name when it answered"""
    fallbacks: list[dict[str, str]] | None = None
    """[{connection, code}] asked before it, and why each did not answer"""
    cost: dict[str, str] | None = None
    """{amount, currency} at the prices of that moment"""


@fact("completion.interrupted")
class CompletionInterrupted:
    """Somebody stopped it; the text so far is kept."""

    message_id: str
    variant_id: str
    task_id: str
    text: str
    reasoning: str | None
    finish: str | None
    model: str | None
    usage: dict[str, Any] | None
    first_token_ms: int | None
    total_ms: int | None
    connection: str | None = None
    """its name when it answered"""
    fallbacks: list[dict[str, str]] | None = None
    """[{connection, code}] asked before it, and why each did not answer"""
    cost: dict[str, str] | None = None
    """{amount, currency} at the prices of that moment"""


@fact("completion.failed")
class CompletionFailed:
    """It broke; the text so far is kept, the error stands beside it."""

    message_id: str
    variant_id: str
    task_id: str
    text: str
    reasoning: str | None
    finish: str | None
    model: str | None
    usage: dict[str, Any] | None
    first_token_ms: int | None
    total_ms: int | None
    code: str
    detail: str
    connection: str | None = None
    """its name when it answered"""
    fallbacks: list[dict[str, str]] | None = None
    """[{connection, code}] asked before it, and why each did not answer"""
    cost: dict[str, str] | None = None
    """{amount, currency} at the prices of that moment"""


@fact("completion.requeued")
class CompletionRequeued:
    """The reply waits for its turn again, under this task."""

    message_id: str
    variant_id: str
    task_id: str


@fact("change.undone")
class ChangeUndone:
    """The person took a change back; the facts that do so name this event as their cause."""

    of: str
    kind: str
    picked: bool = False
    """chosen from the list, out of turn"""


@fact("change.redone")
class ChangeRedone:
    """The person brought a change back that had been undone."""

    of: str
    kind: str
