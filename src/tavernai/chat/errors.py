"""What this room refuses."""

from tavernai.kernel.errors import Conflict, InvalidInput, NotFound


class ConversationNotFound(NotFound):
    """There is no such conversation, or it is not yours."""

    code = "conversation_not_found"


class MessageNotFound(NotFound):
    """There is no such message, or it is not yours."""

    code = "message_not_found"


class VariantNotFound(NotFound):
    """This message has no such variant."""

    code = "variant_not_found"


class GreetingNotFound(InvalidInput):
    """This character has no such greeting; count from 0."""

    code = "greeting_not_found"


class OnePlace(InvalidInput):
    """Give one of before, after, around and at."""

    code = "one_place_only"


class NotAChat(InvalidInput):
    """This file holds no chat we know; SillyTavern, KoboldAI, Agnai, RisuAI, CAI Tools and others are read."""

    code = "not_a_chat"


class TooManyChosen(InvalidInput):
    """These are too many messages for one file; leave the ids out for the whole conversation."""

    code = "too_many_chosen"


class StaleVersion(Conflict):
    """This was changed meanwhile; the current state is in the facts. Look at it and try again."""

    code = "stale_version"


class ConversationInTrash(Conflict):
    """This conversation is in the trash; restore it first."""

    code = "conversation_in_trash"


class MessageInTrash(Conflict):
    """This message is in the trash; restore it first."""

    code = "message_in_trash"


class MessageOffPath(Conflict):
    """This message stands on another branch than the one shown; choose its branch, or load the newest page."""

    code = "message_off_path"


class AboveInTrash(Conflict):
    """What this message answers is in the trash; restore that first."""

    code = "above_in_trash"


class ReplyRunning(Conflict):
    """This reply is still being written; stop it or wait for its end."""

    code = "reply_running"


class NothingToContinue(Conflict):
    """There is no text here that could be continued."""

    code = "nothing_to_continue"


class NothingToUndo(Conflict):
    """There is nothing of yours to undo here."""

    code = "nothing_to_undo"


class NothingToRedo(Conflict):
    """There is nothing to redo here."""

    code = "nothing_to_redo"


class TouchedSince(Conflict):
    """Somebody or something else changed this since; undoing it would take that along. Change it by hand."""

    code = "touched_since"


class ChangeNotFound(NotFound):
    """There is no such change in this conversation."""

    code = "change_not_found"


class ChangeEntangled(Conflict):
    """Later changes stand on this one; take those back first, or change it by hand."""

    code = "change_entangled"


class NotAGroup(InvalidInput):
    """Only one character speaks in this conversation."""

    code = "not_a_group"


class AlreadyAGroup(Conflict):
    """This conversation belongs to a group already."""

    code = "already_a_group"


class NotAMember(InvalidInput):
    """This character does not speak in this conversation."""

    code = "not_a_member"


class WrongTask(Conflict):
    """This reply belongs to another task by now."""

    code = "wrong_task"
