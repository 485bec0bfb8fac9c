"""Facts about tasks, written into the conversation's stream; the envelope carries the task's id.

`task.completed`, `task.failed` and `task.cancelled` hold everything a listener must be told about the end.
"""

from typing import Any

from tavernai.kernel.facts import Payload, fact, upcasts


@fact("task.queued")
class TaskQueued:
    """Work was ordered; it waits in the lane of its conversation."""

    task_id: str
    kind: str
    """reply | swipe | regenerate | continue | impersonate"""
    conversation_id: str
    message_id: str | None
    """what is answered"""
    reply_message_id: str
    variant_id: str
    connection: str | None
    """the connection asked for; None: the default one when the task runs"""
    first: bool
    """goes before what already waits in its lane"""
    retry_of: str | None
    nudge: str | None = None
    """a one-off instruction of the person for this reply"""


@fact("task.started")
class TaskStarted:
    """A worker took the task up."""

    attempt: int
    fence: int
    """grows with each start; a worker with an older one writes nothing any more"""
    worker: str


@fact("plan.made")
class PlanMade:
    """What the prompt was made of; the texts stand in prompt_parts under their hashes."""

    plan: dict[str, Any]


@fact("variables.changed", v=2)
class VariablesChanged:
    """Macros in what somebody wrote changed variables: the branch goes on with these after this message."""

    variant_id: str
    local: dict[str, Any]
    """those of this chat's that changed, null: taken away; all of them when `is_whole`"""
    everywhere: dict[str, Any]
    """those of the person's that changed; null: taken away"""
    timed: dict[str, Any]
    """{sticky, cooldown}: effects of lore that run on, when `is_whole`"""
    is_whole: bool
    """whether this is all there is, whatever stands above; before version 2 always"""


@upcasts("variables.changed", v=1)
def _whole(payload: Payload) -> Payload:
    return payload | {"is_whole": True}


@fact("variables.brought")
class VariablesBrought:
    """Variables that hold in all chats of a person came with an import, or went with it again."""

    everywhere: dict[str, Any]
    """{name: value}; null: taken away"""


@fact("route.chosen")
class RouteChosen:
    """Which connection and model answer, and why these."""

    connection_id: str
    connection: str
    model: str
    reason: str


@fact("task.retry")
class TaskRetry:
    """It failed before the first token and is tried again after a pause."""

    code: str
    detail: str
    delay_ms: int


@fact("task.waiting")
class TaskWaiting:
    """The model's server is loading it; it is asked again after a pause."""

    reply_message_id: str
    connection: str
    code: str
    delay_ms: int


@fact("task.lease_expired")
class TaskLeaseExpired:
    """The worker fell silent; the task waits again."""

    attempt: int


@fact("task.stop_asked")
class TaskStopAsked:
    """Somebody wants the running task to end; the text so far is kept."""


@fact("task.completed")
class TaskCompleted:
    """The task is done."""

    reply_message_id: str
    variant_id: str
    finish: str
    usage: dict[str, Any] | None
    text: str | None
    """the stored text, when cleaning changed what was streamed"""


@fact("task.failed")
class TaskFailed:
    """The task ended in an error; what it wrote is kept."""

    reply_message_id: str
    variant_id: str
    code: str
    detail: str
    retryable: bool


@fact("task.cancelled")
class TaskCancelled:
    """Somebody stopped the task; what it wrote is kept."""

    reply_message_id: str
    variant_id: str
    usage: dict[str, Any] | None
    text: str | None
