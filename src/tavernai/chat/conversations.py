"""The service behind the doors: opens the unit of work, runs a command in it, reads what the answer shows."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection

from tavernai.characters.groups.service import live_in
from tavernai.chat import arranging, commands, exporting, groups, panel, pictured, store, undoing, window
from tavernai.chat.arranging import Action, Changed
from tavernai.chat.commands import Done
from tavernai.chat.domain.written import Form
from tavernai.chat.items import Item, conversation_item, message_item, on
from tavernai.chat.ports import Cast, Corrector, Greeter, Kept, NoOrigins, NoPages, Origins, Pages, Tasks
from tavernai.chat.scene import conversation_for
from tavernai.chat.service import open_conversation
from tavernai.chat.undoing import Undone
from tavernai.chat.window import Window
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.paging import PAGE_DEFAULT, Page
from tavernai.kernel.text import clean_text
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

_Result = TypeVar("_Result", Done, Undone, Changed)


@dataclass(frozen=True, slots=True)
class Answer:
    """A message after a command, and the position at which that was so."""

    message: Item
    position: int


class ChatService:
    """What a person does with their conversations. Every method refuses others' with NotFound."""

    def __init__(
        self,
        storage: Storage,
        *,
        cast: Cast,
        tasks: Tasks,
        origins: Origins | None = None,
        corrector: Corrector | None = None,
        greeter: Greeter | None = None,
        pages: Pages | None = None,
    ) -> None:
        self._storage = storage
        self._corrector = corrector
        self._greeter = greeter
        self._pages = pages or NoPages()
        self._cast = cast
        self._tasks = tasks
        self._origins = origins or NoOrigins()

    # Conversations.

    async def create(self, owner_id: str, *, character_id: str, greeting: int = 0, title: str | None = None) -> Item:
        """Open a conversation with one of the person's characters; its item.

        Raises NotFound: no such character; GreetingNotFound.
        """

        conversation_id, by, greeter = new_id(), By.user(owner_id), self._greeter
        place: dict[str, Any] = {"character_id": character_id, "conversation_id": conversation_id}
        greeted = None
        if greeter is not None:
            greeted = await self._storage.study(lambda conn: greeter.greeted(conn, owner_id, **place), whose=owner_id)

        def unit(tx: Transaction) -> str:
            member = self._cast.role(tx, owner_id, character_id=character_id)
            opened = open_conversation(
                tx,
                owner_id=owner_id,
                by=by,
                character_name=member.name,
                title=title,
                greetings=member.greetings if greeted is None else greeted.texts,
                greeting=greeting,
                user_name=member.user_name if greeted is None else None,
                **place,
            )
            if greeter and greeted:
                greeter.settle(tx, greeted, opened=opened, shown=greeting, owner_id=owner_id, by=by)
            return opened.conversation_id

        return await self.get(owner_id, await self._storage.commit(unit))

    async def create_group_chat(self, owner_id: str, group_id: str, *, title: str | None = None) -> Item:
        """Open a conversation with one of the person's groups, in which everybody greets; its item.

        Raises NotFound, GroupInTrash, NobodyInGroup.
        """
        conversation_id, by, greeter = new_id(), By.user(owner_id), self._greeter
        told, said = await self._storage.study(
            lambda conn: groups.greetings(conn, greeter, owner_id, group_id, conversation_id=conversation_id),
            whose=owner_id,
        )

        def unit(tx: Transaction) -> None:
            live_in(tx, owner_id, group_id)
            place = {"group_id": group_id, "conversation_id": conversation_id}
            opened = groups.open_group(tx, told, said, **place, owner_id=owner_id, by=by, title=title)
            for number, (one, made) in enumerate(zip(said, opened, strict=True)):
                if greeter:
                    greeter.settle(
                        tx, one.greeted, opened=made, shown=one.shown, is_first=not number, owner_id=owner_id, by=by
                    )

        await self._storage.commit(unit)
        return await self.get(owner_id, conversation_id)

    async def keep_group(self, owner_id: str, conversation_id: str) -> Item:
        """Make a group of those who speak in a conversation that came without one; the conversation's item.

        Raises ConversationNotFound, ConversationInTrash, NotAGroup, AlreadyAGroup.
        """
        by = By.user(owner_id)
        await self._storage.commit(lambda tx: groups.keep_group(tx, conversation_id, owner_id=owner_id, by=by))
        return await self.get(owner_id, conversation_id)

    async def list_all(
        self,
        owner_id: str,
        *,
        character_id: str | None = None,
        group_id: str | None = None,
        q: str | None = None,
        trash: bool = False,
        cursor: str | None = None,
        limit: int = PAGE_DEFAULT,
    ) -> Page[Item]:
        """The person's conversations, the most recent first."""

        def query(conn: Connection) -> Page[Item]:
            of = {"character_id": character_id, "group_id": group_id}
            found = store.list_of(conn, owner_id, **of, q=q, trash=trash, cursor=cursor, limit=limit)
            avatars = self._avatars(conn, owner_id, found.items)
            told = groups.shown_of(conn, owner_id, found.items)
            items = [
                conversation_item(row, avatars.get(row["character_id"] or ""), told.get(row["id"]))
                for row in found.items
            ]
            return Page(items, found.next_cursor)

        # A glance is for a usual page: two hundred with their groups would hold up every stream.
        is_long = bool(q) or limit > PAGE_DEFAULT
        return await (self._storage.read(query) if is_long else self._storage.glance(query))

    async def get(self, owner_id: str, conversation_id: str) -> Item:
        """One conversation, with its active leaf and what undo could do."""

        def query(conn: Connection) -> Item:
            row = store.conversation_of(conn, owner_id, conversation_id)
            avatars = self._avatars(conn, owner_id, [row])
            undo = {"can_undo": row["undo_pos"] is not None, "can_redo": row["redo_pos"] is not None}
            told = {"active_leaf": store.id_of(conn, row["active_leaf"]), "undo": undo}
            told["draft"] = store.draft_of(conn, conversation_id)
            group = groups.shown_of(conn, owner_id, [row], listed=False).get(conversation_id)
            return conversation_item(row, avatars.get(row["character_id"] or ""), group) | told

        return await self._storage.glance(query)

    async def rename(self, owner_id: str, conversation_id: str, *, title: str, version: int | None) -> Item:
        return await self.arrange(owner_id, conversation_id, title=title, version=version)

    async def arrange(
        self,
        owner_id: str,
        conversation_id: str,
        *,
        title: str | None = None,
        pinned: bool | None = None,
        version: int | None,
    ) -> Item:
        """Another title, on top of the list or not; None leaves either as it is."""
        given: dict[str, Any] = {"title": title, "pinned": pinned, "version": version}
        await self._command(owner_id, lambda tx, who: arranging.arrange(tx, conversation_id, **given, **who))
        return await self.get(owner_id, conversation_id)

    async def keep_draft(self, owner_id: str, conversation_id: str, *, text: str, page: str | None = None) -> None:
        """What stands in the composer, for the person's other pages, which hear of it; a blank one is forgotten.

        Args:
            page: the page that says so, by a word it knows itself by among those who hear.
        """
        draft = await self._storage.commit(
            lambda tx: arranging.keep_draft(tx, conversation_id, text=text, owner_id=owner_id)
        )
        self._pages.tell_draft(owner_id, conversation_id, {"draft": draft, "page": page})

    async def delete(self, owner_id: str, conversation_id: str) -> int:
        """To the trash; replies being written there are stopped. The position."""
        done = await self._command(owner_id, lambda tx, who: commands.trash(tx, conversation_id, **who))
        return done.position

    async def restore(self, owner_id: str, conversation_id: str) -> Item:
        await self._command(owner_id, lambda tx, who: commands.bring_back(tx, conversation_id, **who))
        return await self.get(owner_id, conversation_id)

    async def change_all(self, owner_id: str, *, ids: Sequence[str], action: Literal["delete", "restore"]) -> list[str]:
        """Several to the trash or out of it, in one unit of work; those that changed. Raises ConversationNotFound."""
        by = By.user(owner_id)
        command = commands.trash if action == "delete" else commands.bring_back

        def unit(tx: Transaction) -> list[str]:
            changed, task_ids = list[str](), list[str]()
            for one in dict.fromkeys(ids):
                before = conversation_for(tx, owner_id, one)["position"]
                done = command(tx, one, owner_id=owner_id, by=by)
                task_ids += done.task_ids
                changed += [one] if done.position != before else []
            if task_ids:
                self._tasks.cancel(tx, task_ids, owner_id=owner_id, by=by)
            return changed

        return await self._storage.commit(unit)

    async def select_leaf(self, owner_id: str, conversation_id: str, *, message_id: str) -> Answer:
        return await self._answer(
            owner_id, lambda tx, who: commands.select_leaf(tx, conversation_id, message_id=message_id, **who)
        )

    async def undo(self, owner_id: str, conversation_id: str) -> Undone:
        return await self._command(owner_id, lambda tx, who: undoing.undo(tx, conversation_id, **who))

    async def redo(self, owner_id: str, conversation_id: str) -> Undone:
        return await self._command(owner_id, lambda tx, who: undoing.redo(tx, conversation_id, **who))

    async def undo_one(self, owner_id: str, conversation_id: str, event_id: str) -> Undone:
        """Take back one change chosen from the list."""
        return await self._command(owner_id, lambda tx, who: undoing.undo_one(tx, conversation_id, event_id, **who))

    async def changes(self, owner_id: str, conversation_id: str, *, cursor: str | None, limit: int) -> Page[Item]:
        """What the person did there, the newest first."""
        page: dict[str, Any] = {"cursor": cursor, "limit": limit}
        return await self._storage.read(
            lambda conn: panel.changes_of(conn, store.conversation_of(conn, owner_id, conversation_id), **page)
        )

    # What a conversation shows.

    async def page(
        self,
        owner_id: str,
        conversation_id: str,
        *,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
        at: int | None = None,
        limit: int = PAGE_DEFAULT,
    ) -> Window:
        """Messages of the active branch, oldest first: the newest, or those before, after or around a message, or those
        around the first one written at a moment (ms) or later. Raises MessageNotFound, MessageOffPath.
        """
        places = {window.before: before, window.after: after, window.around: around}

        def query(conn: Connection) -> Window:
            row = store.conversation_of(conn, owner_id, conversation_id)
            for look, message_id in places.items():
                if message_id is not None:
                    return look(conn, row, store.message_of(conn, owner_id, message_id), limit=limit)
            return window.newest(conn, row, limit=limit) if at is None else window.at(conn, row, at, limit=limit)

        look = self._storage.glance if limit <= PAGE_DEFAULT else self._storage.read
        return await look(query)

    async def days(
        self, owner_id: str, conversation_id: str, *, tz_minutes: int, cursor: str | None, limit: int
    ) -> Page[Item]:
        """The days on which the active branch was written, by the person's clock, the newest first."""
        page: dict[str, Any] = {"tz_minutes": tz_minutes, "cursor": cursor, "limit": limit}
        return await self._storage.read(
            lambda conn: window.days(conn, store.conversation_of(conn, owner_id, conversation_id), **page)
        )

    async def bookmarks(self, owner_id: str, conversation_id: str, *, cursor: str | None, limit: int) -> Page[Item]:
        page: dict[str, Any] = {"cursor": cursor, "limit": limit}
        return await self._storage.read(
            lambda conn: store.bookmarks_of(conn, store.conversation_of(conn, owner_id, conversation_id), **page)
        )

    async def branches(
        self, owner_id: str, conversation_id: str, *, cursor: str | None = None, limit: int = PAGE_DEFAULT
    ) -> Page[Item]:
        def query(conn: Connection) -> Page[Item]:
            row = store.conversation_of(conn, owner_id, conversation_id)
            return store.branches_of(conn, row, cursor=cursor, limit=limit)

        return await self._storage.read(query)

    async def export(
        self, owner_id: str, conversation_id: str, *, form: Form, message_ids: Collection[str] = ()
    ) -> tuple[str, bytes]:
        """The shown path, or some of its messages, as a file: its name and its bytes. Raises MessageNotFound."""

        def query(conn: Connection) -> tuple[str, bytes]:
            row = store.conversation_of(conn, owner_id, conversation_id)
            kept = self._origins.kept(conn, conversation_id) if form == "jsonl" else Kept()
            content = exporting.export_of(conn, row, form=form, message_ids=message_ids, kept=kept)
            return f"{row['title']}.{form}", content

        return await self._storage.read(query)

    async def tree(self, owner_id: str, conversation_id: str) -> Item:
        """Every branch at once, straight runs folded."""
        return await self._storage.read(
            lambda conn: pictured.tree_of(conn, store.conversation_of(conn, owner_id, conversation_id))
        )

    async def variants(
        self, owner_id: str, message_id: str, *, conversation_id: str | None = None, cursor: str | None = None
    ) -> Page[Item]:
        place = (owner_id, message_id, conversation_id)
        return await self._storage.read(lambda conn: store.variant_items(conn, *_both(conn, *place), cursor=cursor))

    async def revisions(
        self, owner_id: str, message_id: str, *, conversation_id: str | None = None, cursor: str | None = None
    ) -> Page[Item]:
        place = (owner_id, message_id, conversation_id)
        return await self._storage.read(lambda conn: store.revision_items(conn, *_both(conn, *place), cursor=cursor))

    # Messages. `place` is conversation_id (the copy meant) and, except for branch, the version the person saw.

    async def edit(self, owner_id: str, message_id: str, *, text: str, version: int | None, **place: Any) -> Answer:
        """Another text for a message, after the scripts that run on edits."""
        said = await self._corrected(owner_id, message_id, clean_text(text), **place)
        return await self._answer(
            owner_id, lambda tx, who: commands.edit(tx, message_id, text=said, version=version, **place, **who)
        )

    async def _corrected(self, owner_id: str, message_id: str, text: str, *, conversation_id: str | None = None) -> str:
        """Done on a snapshot before the unit: a stranger's expression never runs where everybody writes."""
        corrector = self._corrector
        if corrector is None:
            return text

        def query(conn: Connection) -> str:
            message = store.message_of(conn, owner_id, message_id)
            place = conversation_id or message["conv_id"]
            return corrector.edited(conn, owner_id, text, conversation_id=place, role=message["role"])

        return await self._storage.study(query, whose=owner_id)

    async def hide(self, owner_id: str, message_id: str, **place: Any) -> Answer:
        return await self._answer(owner_id, lambda tx, who: commands.hide(tx, message_id, **place, **who))

    async def show(self, owner_id: str, message_id: str, **place: Any) -> Answer:
        return await self._answer(owner_id, lambda tx, who: commands.show(tx, message_id, **place, **who))

    async def delete_message(self, owner_id: str, message_id: str, *, following: bool = False, **place: Any) -> Answer:
        """To the trash; replies being written there are stopped."""
        return await self._answer(
            owner_id, lambda tx, who: commands.delete(tx, message_id, following=following, **place, **who)
        )

    async def restore_message(self, owner_id: str, message_id: str, **place: Any) -> Answer:
        return await self._answer(owner_id, lambda tx, who: commands.restore(tx, message_id, **place, **who))

    async def select_variant(self, owner_id: str, message_id: str, *, variant_id: str, **place: Any) -> Answer:
        return await self._answer(
            owner_id, lambda tx, who: commands.select_variant(tx, message_id, variant_id=variant_id, **place, **who)
        )

    async def branch(
        self, owner_id: str, message_id: str, *, copy: bool = False, conversation_id: str | None = None
    ) -> Done:
        return await self._command(
            owner_id,
            lambda tx, who: commands.branch(tx, message_id, copy=copy, conversation_id=conversation_id, **who),
        )

    async def set_bookmark(self, owner_id: str, message_id: str, *, label: str = "", **place: Any) -> Answer:
        return await self._answer(
            owner_id, lambda tx, who: arranging.set_bookmark(tx, message_id, label=label, **place, **who)
        )

    async def remove_bookmark(self, owner_id: str, message_id: str, **place: Any) -> Answer:
        return await self._answer(owner_id, lambda tx, who: arranging.remove_bookmark(tx, message_id, **place, **who))

    async def add_variant(self, owner_id: str, message_id: str, *, text: str, **given: Any) -> Answer:
        """A text of the person's own beside those the message has."""
        return await self._answer(
            owner_id, lambda tx, who: arranging.add_variant(tx, message_id, text=text, **given, **who)
        )

    # Several messages.

    async def change_many(
        self, owner_id: str, conversation_id: str, *, message_ids: list[str], action: Action
    ) -> Changed:
        """Delete, restore, hide or show: one change for undo; replies being written there are stopped."""
        given: dict[str, Any] = {"message_ids": message_ids, "action": action}
        return await self._command(owner_id, lambda tx, who: arranging.change_many(tx, conversation_id, **given, **who))

    async def copy_selection(
        self, owner_id: str, conversation_id: str, *, message_ids: list[str], title: str | None = None
    ) -> Done:
        """A new conversation of copies of these messages."""
        given: dict[str, Any] = {"message_ids": message_ids, "title": title}
        return await self._command(
            owner_id, lambda tx, who: arranging.copy_selection(tx, conversation_id, **given, **who)
        )

    async def _command(self, owner_id: str, command: Callable[[Transaction, dict[str, Any]], _Result]) -> _Result:
        """Run the command, and stop in the same unit of work the replies that it took the place from."""
        by = By.user(owner_id)

        def unit(tx: Transaction) -> _Result:
            done = command(tx, {"owner_id": owner_id, "by": by})
            if done.task_ids:
                self._tasks.cancel(tx, done.task_ids, owner_id=owner_id, by=by)
            return done

        return await self._storage.commit(unit)

    async def _answer(self, owner_id: str, command: Callable[[Transaction, dict[str, Any]], Done]) -> Answer:
        done = await self._command(owner_id, command)

        def query(conn: Connection) -> Item:
            message_id = done.message_id or ""
            return message_item(on(conn), *_both(conn, owner_id, message_id, done.conversation_id))

        return Answer(await self._storage.glance(query), done.position)

    def _avatars(self, conn: Connection, owner_id: str, rows: list[Row]) -> dict[str, str]:
        ids = {row["character_id"] for row in rows if row["character_id"] is not None}
        return self._cast.avatars(conn, owner_id, character_ids=ids) if ids else {}


def _both(conn: Connection, owner_id: str, message_id: str, conversation_id: str | None) -> tuple[Row, Row]:
    """The conversation and the message, both this person's."""
    message = store.message_of(conn, owner_id, message_id)
    return store.conversation_of(conn, owner_id, conversation_id or message["conv_id"]), message
