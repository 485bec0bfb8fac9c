"""What the room's facts fold into.

A conversation is a tree of messages. Children hang on one variant of their parent; a conversation shows one path,
which is told by its leaf and the variant shown there (`active_leaf`, `leaf_variant`): above the leaf, the variant shown
is the one the next message hangs on. A conversation copied from another shares the messages up to its fork, so what a
path shows is the conversation's, and what a message says is the message's.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from tavernai.storage.schema import TRANSIENT, Flag, Id, Int, Json, Ms, Text, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("character_id", Id),
    Column("character_name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("active_leaf", Int),  # position of the message the next one hangs on
    Column("leaf_variant", Int, nullable=False),  # the variant shown there
    Column("message_count", Int, nullable=False),  # on the path, without what is in the trash
    Column("last_role", Text),
    Column("last_name", Text),
    Column("last_text", Text),  # an excerpt, for lists
    Column("fork_pos", Int),  # a copy: the message it was copied at; all above are shared
    Column("family", Id),  # the first conversation this one and its other copies come from
    Column("shared_depth", Int),  # the deepest message of its own that a copy shares
    Column("undo_pos", Int),  # top of the person's stack of changes
    Column("redo_pos", Int),  # top of what was undone
    Column("redo_count", Int, nullable=False),
    Column("undo_event", Id),  # the latest undo or redo: what it causes is no new change
    Column("foreign_pos", Int),  # when somebody other than the owner last changed the tree
    Column("version", Int, nullable=False),
    Column("position", Int, nullable=False),  # the last fact folded in
    Column("recent_at", Ms, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("deleted_pos", Int),
    Column("pinned_pos", Int),  # of the fact that put it on top of the list
)
Index("conversations_recent", conversations.c.owner_id, conversations.c.recent_at.desc(), conversations.c.id.desc())
_pinned = conversations.c.pinned_pos.is_not(None)
Index(
    "conversations_pinned",
    conversations.c.owner_id,
    conversations.c.recent_at.desc(),
    conversations.c.id.desc(),
    sqlite_where=_pinned,
    postgresql_where=_pinned,
)
Index("conversations_family", conversations.c.family)

messages = Table(
    "messages",
    metadata,
    Column("pos", Int, primary_key=True, autoincrement=False),  # of message.added: a parent is always less than a child
    Column("id", Id, nullable=False, unique=True),
    Column("owner_id", Id, nullable=False),
    Column("conv_id", Id, nullable=False),
    Column("parent_pos", Int),
    Column("parent_variant", Int),
    Column("depth", Int, nullable=False),
    Column("jump_pos", Int, nullable=False),  # skip pointer, see domain/tree.py
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("character_id", Id),
    Column("status", Text, nullable=False),  # of the variant selected last
    Column("hidden", Flag, nullable=False),
    Column("version", Int, nullable=False),
    Column("active_variant", Int, nullable=False),  # selected last; on a path the next message tells which one is shown
    Column("variant_count", Int, nullable=False),
    Column("task_id", Id),
    Column("created_at", Ms, nullable=False),
    Column("deleted_pos", Int),  # deleted alone: what follows stays on the path
    Column("cut_pos", Int),  # deleted with what follows: the position of that deletion, on every message it took
)
Index("messages_children", messages.c.parent_pos, messages.c.parent_variant, messages.c.pos)
Index("messages_conversation", messages.c.conv_id, messages.c.pos)

variants = Table(
    "variants",
    metadata,
    Column("message_pos", Int, nullable=False),
    Column("n", Int, nullable=False),
    Column("id", Id, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # original | swipe | import | written
    Column("status", Text, nullable=False),  # complete | queued | streaming | interrupted | failed
    Column("conv_id", Id, nullable=False),  # where it is written: a copy may add a variant to a message it shares
    Column("text", Text, nullable=False),
    Column("reasoning", Text),
    Column("revision", Int, nullable=False),
    Column("revised_at", Ms, nullable=False),
    Column("last_leaf", Int),  # the leaf that was shown below when another variant was selected
    Column("task_id", Id),
    Column("given_up", Id),  # a task whose continuation was undone while it wrote: its text is not wanted any more
    Column("model", Text),
    Column("finish", Text),
    Column("usage", Json),
    Column("tokens_out", Int),
    Column("error_code", Text),
    Column("error_detail", Text),
    Column("created_at", Ms, nullable=False),
    Column("nudge", Text),  # the one-off instruction it was written by
    Column("connection", Text),  # its name when it answered
    Column("fallbacks", Json),  # [{connection, code}] asked before it
    Column("cost", Json),  # {amount, currency}
    PrimaryKeyConstraint("message_pos", "n"),
)

revisions = Table(
    "revisions",  # texts that an edit or a continuation replaced; the newest stands in variants
    metadata,
    Column("message_pos", Int, nullable=False),
    Column("n", Int, nullable=False),
    Column("revision", Int, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
    PrimaryKeyConstraint("message_pos", "n", "revision"),
)

changes = Table(
    "changes",  # what the owner did and may undo: two linked stacks whose tops stand in conversations
    metadata,
    Column("pos", Int, primary_key=True, autoincrement=False),
    Column("conv_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("event_id", Id, nullable=False, unique=True),
    Column("facts", Json, nullable=False),  # the fact's fields without what somebody wrote
    Column("undo_below", Int),
    Column("redo_below", Int),
    Column("undone_pos", Int),
    Column("leaf_before", Int),
    Column("leaf_variant_before", Int, nullable=False),
    Column("leaf_after", Int),  # known once it is undone
    Column("leaf_variant_after", Int),
    Column("revision_after", Int),  # of the text, for changes that wrote one
    Column("picked", Flag),  # it was undone out of turn, chosen from the list
)
Index("changes_conversation", changes.c.conv_id, changes.c.pos)

bookmarks = Table(
    "bookmarks",  # the person's own marks in one conversation; a copy starts without any
    metadata,
    Column("conv_id", Id, nullable=False),
    Column("message_pos", Int, nullable=False),
    Column("label", Text, nullable=False),
    Column("created_at", Ms, nullable=False),
    PrimaryKeyConstraint("conv_id", "message_pos"),
)

conversation_groups = Table(
    "conversation_groups",  # who speaks where several do
    metadata,
    Column("conv_id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("data", Json, nullable=False),  # as it was when the conversation began
    Column("group_id", Id),  # the group it is a chat of, which says what holds now
)
Index("conversation_groups_of", conversation_groups.c.group_id)

composer_drafts = Table(
    "composer_drafts",  # what somebody typed and has not sent; too fleeting for a fact
    metadata,
    Column("conv_id", Id, primary_key=True),
    Column("text", Text, nullable=False),
    Column("updated_at", Ms, nullable=False),
    info=TRANSIENT,
)
