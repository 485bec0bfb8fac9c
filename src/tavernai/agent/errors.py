"""What the agent refuses."""

from tavernai.kernel.errors import Conflict, InvalidInput, NotFound, TavernError, TooMany


class TaskNotFound(NotFound):
    """There is no such task, or it is not yours."""

    code = "task_not_found"


class NoPrompt(NotFound):
    """No model was asked for this message: a person wrote it, or it came with the card or a file."""

    code = "no_prompt"


class TaskClosed(Conflict):
    """The task is not in a state that allows this; read it again."""

    code = "task_closed"


class NotRetryable(Conflict):
    """Only a task that failed or was stopped can be tried again."""

    code = "task_not_retryable"


class NothingToAnswer(InvalidInput):
    """There is no message here that this action could work on; send a message first."""

    code = "nothing_to_answer"


class EmptyMessage(InvalidInput):
    """A message needs some text."""

    code = "empty_message"


class LeaseLost(Conflict):
    """Another worker has taken this task over; what this one made is dropped."""

    code = "lease_lost"


class TooManyWaiting(TooMany):
    """This conversation has too many messages waiting for a reply; let some be answered first."""

    code = "too_many_waiting"


class TooManyOpen(TooMany):
    """Too many of your replies are waiting or being written; let some end, or stop them, first."""

    code = "too_many_open"


class ReplyBroke(TavernError):
    """Something in this server broke while the reply was written; its log says what. Try again."""

    code = "reply_broke"
