"""Before an order is taken: what is said as it will be stored, and the conversation that it opens."""

import random
from dataclasses import dataclass, replace

from sqlalchemy import Connection as Reader

from tavernai.agent.assistant import ASSISTANT
from tavernai.agent.company import Speaking, answering, called, speaking_next
from tavernai.agent.domain.company import Turn
from tavernai.agent.events import VariablesChanged
from tavernai.agent.greeting import Greeter
from tavernai.agent.hearing import Heard, Listener, Opening
from tavernai.chat import service as chat
from tavernai.chat.groups import group_of
from tavernai.chat.ports import Greeted
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.ledger.domain import Stream
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Ahead:
    """Worked out on a snapshot, beside the writer."""

    opens: str
    """the id of the conversation, should one be opened"""
    greeted: Greeted | None = None
    heard: Heard | None = None
    """None: the words are stored as they are written"""
    speakers: tuple[Speaking, ...] | None = None
    """who answers where several characters speak; None: one does"""

    def answering(self, conversation: Row) -> tuple[Speaking, ...]:
        """Who answers there, in order."""
        return (_usual(conversation),) if self.speakers is None else self.speakers

    def first(self, conversation: Row) -> Speaking:
        """Who answers when somebody must."""
        return next(iter(self.answering(conversation)), _usual(conversation))

    def insisting(self) -> "Ahead":
        """The same, recorded whatever has changed meanwhile: changes of other variables stay."""
        return self if self.heard is None else replace(self, heard=replace(self.heard, seen=None))

    def check(self, tx: Transaction, owner_id: str, conversation: Row) -> None:
        """Raises HeardTooEarly."""
        if self.heard is not None and self.heard.seen is not None:
            self.heard.seen.check(tx, owner_id, conversation)

    def leave(self, tx: Transaction, variant_id: str, *, stream: Stream, by: By, cause_id: str) -> None:
        """Record what the words changed, behind the message they stand in."""
        if self.heard is not None and self.heard.left is not None:
            fact = VariablesChanged(variant_id, **self.heard.left, timed={}, is_whole=False)
            tx.append(stream, [fact], by=by, cause_id=cause_id)


def _usual(conversation: Row) -> Speaking:
    return Speaking(conversation["character_id"], conversation["character_name"])


@dataclass(frozen=True, slots=True)
class Opener:
    """Looks ahead, and opens conversations."""

    listener: Listener
    greeter: Greeter

    @classmethod
    def of(cls, listener: Listener) -> "Opener":
        return cls(listener, Greeter(listener))

    def ahead(
        self, conn: Reader, user_id: str, *, text: str | None, conversation_id: str | None, character_id: str | None,
        opens: str, member: str | None = None,
    ) -> Ahead:  # fmt: skip
        """What comes of these words there; `text` None: nobody's words are heard."""
        greeted, opening = None, None
        if conversation_id is None and character_id is not None:
            greeted = self.greeter.greeted(conn, user_id, character_id=character_id, conversation_id=opens)
        if conversation_id is None:
            left = greeted.left[0]["local"] if greeted is not None and greeted.left else {}
            opening = Opening(opens, left)
        place = {"conversation_id": conversation_id, "character_id": character_id}
        heard = self.listener.heard(conn, user_id, text, opening=opening, **place) if text is not None else None
        told = Turn(text if heard is None else heard.text) if text is not None else Turn()
        return Ahead(opens, greeted, heard, self.speakers(conn, user_id, conversation_id, turn=told, member=member))

    def plain(
        self, conn: Reader, user_id: str, *, text: str | None, conversation_id: str | None, character_id: str | None,
        opens: str, member: str | None = None,
    ) -> Ahead | None:  # fmt: skip
        """As `ahead`, for words that nothing there looks at: a look of a few rows. None: there is more to do."""
        is_alone = member is None and (conversation_id is None or group_of(conn, user_id, conversation_id) is None)
        is_plain = is_alone and (conversation_id is not None or character_id is None)
        place = {"conversation_id": conversation_id, "character_id": character_id}
        if not is_plain or (text is not None and self.listener.listens(conn, user_id, text, **place)):
            return None
        return Ahead(opens)

    def speakers(
        self, conn: Reader, user_id: str, conversation_id: str | None, *, turn: Turn | None = None,
        member: str | None = None,
    ) -> tuple[Speaking, ...] | None:  # fmt: skip
        """Who answers this turn in a conversation of several: who is asked to, else whoever it falls to."""
        if conversation_id is None:
            return None
        if member is not None:
            return called(conn, user_id, conversation_id, member)
        return answering(conn, self.listener.stage, user_id, conversation_id, turn=turn, dice=random.Random(new_id()))

    def next_ones(
        self, conn: Reader, user_id: str, conversation_id: str | None, *, member: str | None
    ) -> tuple[Speaking, ...] | None:
        """Who speaks when nobody said anything new: who is asked to, else by the rules of the group."""
        if conversation_id is None or member is not None:
            return self.speakers(conn, user_id, conversation_id, member=member)
        return speaking_next(conn, self.listener.stage, user_id, conversation_id, dice=random.Random(new_id()))

    def open(self, tx: Transaction, user_id: str, character_id: str | None, *, by: By, ahead: Ahead) -> str:
        """A new conversation with this character, or with the shipped assistant. Raises NotFound."""
        stage = self.listener.stage
        if character_id is None:
            user_name = stage.user_name(tx, user_id)
            return chat.open_conversation(
                tx, owner_id=user_id, by=by, character_id=None, character_name=ASSISTANT["name"], user_name=user_name,
                conversation_id=ahead.opens,
            ).conversation_id  # fmt: skip
        cast, greeted = stage.role(tx, user_id, character_id=character_id), ahead.greeted
        opened = chat.open_conversation(
            tx, owner_id=user_id, by=by, character_id=character_id, character_name=cast.name,
            greetings=cast.greetings if greeted is None else greeted.texts,
            user_name=cast.user_name if greeted is None else None, conversation_id=ahead.opens,
        )  # fmt: skip
        if greeted is not None:
            self.greeter.settle(tx, greeted, opened=opened, shown=0, owner_id=user_id, by=by)
        return opened.conversation_id
