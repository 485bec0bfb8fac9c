"""What a change touched, as it is now; whether it may be turned, in its turn or out of it; what that records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from tavernai.chat.commands import deletion, leaf_below, restoration, running_tasks
from tavernai.chat.domain.undo import INVERSE, KINDS, STANDS, Now, Turn
from tavernai.chat.events import (
    BookmarkRemoved,
    BookmarkSet,
    BranchCreated,
    ConversationRenamed,
    LeafSelected,
    MessageAdded,
    MessageDeleted,
    MessageEdited,
    MessageHidden,
    MessageRestored,
    MessagesChanged,
    MessageShown,
    VariantAdded,
    VariantContinued,
    VariantSelected,
)
from tavernai.chat.projections import RUNNING
from tavernai.chat.scene import Scene, id_at, message_for, variant_at
from tavernai.chat.shown import below
from tavernai.chat.tables import bookmarks, messages, revisions, variants
from tavernai.storage.rows import Row


@dataclass(frozen=True, slots=True)
class Touched:
    """A change, and the rows it touched as they are now."""

    scene: Scene
    change: Row
    cls: type[Any]
    kept: dict[str, Any]
    message: Row | None
    variant: Row | None

    @classmethod
    def by(cls, scene: Scene, change: Row) -> "Touched":
        kept = orjson.loads(change["facts"])
        message = None
        if "message_id" in kept:
            message = message_for(scene.tx, scene.conversation["owner_id"], kept["message_id"])
        variant = scene.tx.find(variants, id=kept["variant_id"]) if "variant_id" in kept else None
        return cls(scene, change, KINDS[change["kind"]], kept, message, variant)

    @property
    def is_top(self) -> bool:
        """Whether plain undo would take it back next."""
        return bool(self.scene.conversation["undo_pos"] == self.change["pos"])

    def stands(self, *, done: bool) -> bool:
        """Whether it may be turned in its turn."""
        return STANDS[self.cls](self.kept, self.now(done=done), done)

    @property
    def may_be_picked(self) -> bool:
        """Whether it may be taken back out of turn: it is as it was left, and nothing later stands on it."""
        return PICKABLE[self.cls](self)

    def now(self, *, done: bool) -> Now:
        since = self.change["pos" if done else "undone_pos"]
        foreign, message, variant = self.scene.conversation["foreign_pos"], self.message, self.variant
        return Now(
            is_foreign=foreign is not None and foreign > since,
            title=self.scene.conversation["title"],
            is_cut=message is not None and self.scene.is_cut(message),
            is_deleted=message is not None and message["deleted_pos"] is not None,
            is_hidden=message is not None and bool(message["hidden"]),
            shown_id=None if message is None else self.scene.shown(message)["id"],
            text=None if variant is None else variant["text"],
            before=self._text(self._revision_before()),
            after=self._text(self.kept.get("revision")),
            label=self.label,
            many=len(self.still(done=done)) if self.cls is MessagesChanged else 0,
        )

    @property
    def count(self) -> int:
        """How many messages it touched."""
        return len(self.kept["message_ids"]) if self.cls is MessagesChanged else int(self.kept.get("count", 1))

    @property
    def first_message(self) -> Row | None:
        """What it is about."""
        if self.cls is not MessagesChanged:
            return self.message
        return message_for(self.scene.tx, self.scene.conversation["owner_id"], self.kept["message_ids"][0])

    @property
    def label(self) -> str | None:
        """Of the mark on the message as it is now."""
        message = self.message
        found = None if message is None else self.scene.tx.get(bookmarks, (self.scene.id, message["pos"]))
        return None if found is None else str(found["label"])

    def still(self, *, done: bool) -> list[str]:
        """Those of several messages that are as the change left them (`done`), or as its undo did."""
        action, owner_id = self.kept["action"], self.scene.conversation["owner_id"]
        column = "deleted_pos" if action in ("delete", "restore") else "hidden"
        is_set = (action in ("delete", "hide")) == done
        found = [message_for(self.scene.tx, owner_id, message_id) for message_id in self.kept["message_ids"]]
        return [message["id"] for message in found if bool(message[column]) == is_set]

    def turn(self, *, done: bool) -> Turn:
        side = "before" if done else "after"
        leaf, n = self.change[f"leaf_{side}"], self.change[f"leaf_variant_{side}"]
        text = self._text(self._revision_before() if done else self.change["revision_after"])
        if self.variant is not None and self.variant["text"] == text and self.variant["status"] not in RUNNING:
            text = None
        leaf, n = self._lifted(leaf, n)
        kept = self.kept
        if self.cls is MessagesChanged:
            kept = {**kept, "message_ids": self.still(done=done)}
        return Turn(
            kept=kept,
            leaf_id=id_at(self.scene.tx, leaf),
            leaf_variant_id=None if leaf is None else variant_at(self.scene.tx, leaf, n)["id"],
            was_leaf_id=self.scene.leaf_id,
            text=text,
            revision=0 if self.variant is None else self.variant["revision"] + 1,
        )

    def _lifted(self, leaf: int | None, n: int) -> tuple[int | None, int]:
        """Where to land when what was the leaf has gone to the trash since: the nearest message above that has not."""
        own_cut = None if self.message is None else self.message["cut_pos"]
        while leaf is not None:
            row = self.scene.fetch(leaf)
            if not self.scene.is_cut(row) or row["cut_pos"] == own_cut:
                break
            leaf, n = row["parent_pos"], row["parent_variant"] or 0
        return leaf, n

    def tasks(self, steps: list[Any]) -> tuple[str, ...]:
        """Whose replies these steps give up."""
        tx, message, variant = self.scene.tx, self.message, self.variant
        gone = [step for step in steps if isinstance(step, MessagesChanged) and step.action == "delete"]
        if gone:
            found = [message_for(tx, self.scene.conversation["owner_id"], one) for one in gone[0].message_ids]
            return running_tasks(tx, [row["pos"] for row in found])
        if message is None:
            return ()
        if self.cls in (VariantAdded, VariantContinued) and variant is not None:
            return (variant["task_id"],) if variant["status"] in RUNNING and variant["task_id"] else ()
        if not any(isinstance(step, MessageDeleted) for step in steps):
            return ()
        following = self.cls is MessageAdded or self.kept["following"]
        running = running_tasks(tx, below(tx, message) if following else [message["pos"]])
        own = (message["task_id"],) if self.cls is MessageAdded and message["task_id"] else ()
        return tuple(dict.fromkeys(own + running))

    def _revision_before(self) -> int | None:
        """The number of the text the change replaced: an edit's fact names its own, a continuation's the one before."""
        revision = self.kept.get("revision")
        return revision - 1 if revision is not None and self.cls is MessageEdited else revision

    def _text(self, revision: int | None) -> str | None:
        variant = self.variant
        if revision is None or variant is None:
            return None
        if variant["revision"] == revision:
            return str(variant["text"])
        found = self.scene.tx.get(revisions, (variant["message_pos"], variant["n"], revision))
        return None if found is None else str(found["text"])


# Out of turn.


def picked_steps(touched: Touched) -> list[Any]:
    """The facts that take a change back while what came later stays: they start from what is shown now."""
    scene, message = touched.scene, touched.message
    if message is not None and touched.cls in (MessageAdded, MessageDeleted, MessageRestored):
        is_back = touched.cls is MessageDeleted
        following = True if touched.cls is MessageAdded else bool(touched.kept["following"])
        if not is_back:
            return [deletion(scene, message, following=following)]
        if following:
            return [restoration(scene, message)]
        return [MessageRestored(message["id"], False, scene.leaf_id, scene.leaf_id)]
    if message is not None and touched.cls in (VariantAdded, VariantSelected):
        was = scene.variant(message, touched.kept["was_variant_id"])
        leaf = leaf_below(scene, message, was["n"])
        return [VariantSelected(message["id"], was["id"], touched.kept["variant_id"], leaf["id"], scene.leaf_id)]
    return INVERSE[touched.cls](touched.turn(done=True))


def _stands(touched: Touched) -> bool:
    return touched.stands(done=True)


def _never(touched: Touched) -> bool:
    return False


def _is_bare(touched: Touched) -> bool:
    """The message stands there with nothing but the reply of its own task below, and nobody worked on either."""
    message, scene = touched.message, touched.scene
    if message is None or scene.is_cut(message) or not _is_untouched(touched, message):
        return False
    leaf = scene.leaf
    if leaf is not None and leaf["depth"] > message["depth"] + 1 and scene.on_path(message) is not None:
        return False  # most of a long list ends here, without a query
    children = _children(touched, message)
    if not children:
        return True
    own = len(children) == 1 and message["task_id"] is not None and children[0]["task_id"] == message["task_id"]
    return own and _is_untouched(touched, children[0]) and not _children(touched, children[0])


def _is_untouched(touched: Touched, message: Row) -> bool:
    first = variant_at(touched.scene.tx, message["pos"], 0)
    return bool(message["variant_count"] == 1 and first["revision"] == 1)


def _children(touched: Touched, message: Row) -> list[Row]:
    mine = (messages.c.parent_pos == message["pos"]) & (messages.c.conv_id == touched.scene.id)
    query = select(messages).where(mine, messages.c.cut_pos.is_(None)).order_by(messages.c.pos).limit(2)
    return touched.scene.tx.rows(query)


def _is_deleted_still(touched: Touched) -> bool:
    message, scene = touched.message, touched.scene
    if message is None:
        return False
    if not touched.kept["following"]:
        return message["deleted_pos"] is not None and not scene.is_cut(message)
    above = None if message["parent_pos"] is None else scene.fetch(message["parent_pos"])
    return scene.is_cut(message) and (above is None or not scene.is_cut(above))


def _is_restored_alone(touched: Touched) -> bool:
    message = touched.message
    return message is not None and not touched.kept["following"] and not touched.scene.in_trash(message)


def _is_last_shown(touched: Touched) -> bool:
    """The variant it chose is shown and the path ends there."""
    message, variant = touched.message, touched.variant
    if message is None or variant is None or touched.scene.in_trash(message):
        return False
    here = (touched.scene.conversation["active_leaf"], touched.scene.conversation["leaf_variant"])
    return bool(here == (message["pos"], variant["n"]))


def _is_last_text(touched: Touched) -> bool:
    """What the continuation wrote, or still writes, is what the variant says."""
    variant = touched.variant
    return variant is not None and int(variant["revision"]) <= touched.kept["revision"] + 1


PICKABLE: dict[type[Any], Callable[[Touched], bool]] = {
    MessageAdded: _is_bare,
    MessageEdited: _stands,
    MessageDeleted: _is_deleted_still,
    MessageRestored: _is_restored_alone,
    MessageHidden: _stands,
    MessageShown: _stands,
    VariantAdded: _is_last_shown,
    VariantSelected: _is_last_shown,
    VariantContinued: _is_last_text,
    LeafSelected: _never,
    BranchCreated: _never,
    ConversationRenamed: _stands,
    MessagesChanged: _stands,
    BookmarkSet: _stands,
    BookmarkRemoved: _stands,
}
"""Whether nothing that came later stands on a change; where somebody looks has no meaning out of turn."""
