"""Tasks, the lanes they queue in, and what prompts leave behind: variables of macros, and lore that stays awake.

A conversation is a lane: one of its tasks runs, the others wait in order.

A lane is a linked list through `next_task_id`, so that queueing and ending touch rows by key only.
"""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Flag, Id, Index, Int, Json, Ms, Text, metadata

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("lane_seq", Int, nullable=False),
    Column("next_task_id", Id),
    Column("conversation_id", Id, nullable=False),
    Column("message_id", Id),
    Column("reply_message_id", Id, nullable=False),
    Column("variant_id", Id, nullable=False),
    Column("connection", Text),
    Column("retry_of", Id),
    Column("head", Flag, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Int, nullable=False),
    Column("fence", Int, nullable=False),
    Column("error", Json),
    Column("input_event", Id, nullable=False),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    Column("started_at", Ms),
    Column("ended_at", Ms),
    # The lease is no fact: it says who works on it right now.
    Column("run_at", Ms, nullable=False, info=TRANSIENT),
    Column("lease_owner", Text, info=TRANSIENT),
    Column("lease_until", Ms, info=TRANSIENT),
    Column("cancel_requested", Flag, nullable=False, info=TRANSIENT),
    Column("nudge", Text),
)
Index("tasks_lane", tasks.c.lane, tasks.c.lane_seq)
Index("tasks_reply", tasks.c.reply_message_id)
_active = tasks.c.state.in_(("running", "pending_approval"))
Index("tasks_one_active", tasks.c.lane, unique=True, sqlite_where=_active, postgresql_where=_active)
_open = tasks.c.state.in_(("queued", "running"))
Index("tasks_open_of", tasks.c.owner_id, tasks.c.state, sqlite_where=_open, postgresql_where=_open)
Index("tasks_open", tasks.c.state, tasks.c.created_at, sqlite_where=_open, postgresql_where=_open)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("last_seq", Int, nullable=False),
    Column("head_task_id", Id),
    Column("tail_task_id", Id),
    Column("waiting", Int, nullable=False),
)

# What a branch goes on with: read from the newest message of its path that has a row here. One row a variant, since a
# swipe is another branch.
branch_states = Table(
    "branch_states",
    metadata,
    Column("variant_id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("timed", Json, nullable=False),  # {sticky, cooldown}: running effects of lore
    Column("local", Json, nullable=False),  # variables of this chat
    Column("is_change", Flag),  # only what changed there stands here, null taken away; nothing: all of it
)

# Variables that hold in all chats of a person.
person_variables = Table(
    "person_variables",
    metadata,
    Column("owner_id", Id, primary_key=True),
    Column("everywhere", Json, nullable=False),
)
