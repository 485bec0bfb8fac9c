"""/api/conversations and /api/messages."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime

from tavernai.accounts.guards import Principal, allows
from tavernai.chat import schemas as s
from tavernai.chat.conversations import Answer, ChatService
from tavernai.chat.domain.written import Form
from tavernai.chat.errors import OnePlace, TooManyChosen
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import attachment, long_list, provided

router = APIRouter(tags=["chat"])

Chat = Annotated[ChatService, provided(ChatService)]
Who = Annotated[Principal, Depends(allows("chat"))]
Id = Annotated[str, Path(max_length=64)]
SomeId = Annotated[str | None, Query(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
MINUTES_OF_DAY = 24 * 60
IDS_CHARS_MAX = s.SELECTION_MAX * 40
FILE_TYPES: dict[Form, str] = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
}
FILE_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file.", "content": {kind.partition(";")[0]: {} for kind in FILE_TYPES.values()}}
}
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.post("/api/conversations", status_code=201)
async def create_conversation(given: s.ConversationGiven, who: Who, chat: Chat) -> s.ConversationMade:
    if given.group_id is not None:
        item = await chat.create_group_chat(who.user_id, given.group_id, title=given.title)
    else:
        character_id = given.character_id or ""
        item = await chat.create(who.user_id, character_id=character_id, greeting=given.greeting, title=given.title)
    return s.ConversationMade(**item, messages_url=f"/api/conversations/{item['id']}/messages")


@router.get("/api/conversations", response_model=s.ConversationPage)
async def list_conversations(
    who: Who,
    chat: Chat,
    character_id: SomeId = None,
    group_id: SomeId = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    trash: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    of = {"character_id": character_id, "group_id": group_id}
    page = await chat.list_all(who.user_id, **of, q=q, trash=trash, cursor=cursor, limit=limit)
    return long_list(items=page.items, next_cursor=page.next_cursor)


@router.post("/api/conversations:bulk")
async def change_conversations(given: s.ConversationsGiven, who: Who, chat: Chat) -> s.ConversationsAnswer:
    """Put several into the trash, or bring them back: all or, when one of them is not yours, none."""
    return s.ConversationsAnswer(changed=await chat.change_all(who.user_id, ids=given.ids, action=given.action))


@router.get("/api/conversations/{conversation_id}")
async def read_conversation(conversation_id: Id, who: Who, chat: Chat) -> s.ConversationShown:
    return s.ConversationShown(**await chat.get(who.user_id, conversation_id))


@router.patch("/api/conversations/{conversation_id}")
async def change_conversation(
    conversation_id: Id, given: s.ConversationChange, who: Who, chat: Chat
) -> s.ConversationShown:
    return s.ConversationShown(**await chat.arrange(who.user_id, conversation_id, **given.model_dump()))


@router.post("/api/conversations/{conversation_id}/group", status_code=201)
async def keep_conversation_group(conversation_id: Id, who: Who, chat: Chat) -> s.ConversationShown:
    """Make a group of those who speak in a conversation that came without one, so that it can be edited."""
    return s.ConversationShown(**await chat.keep_group(who.user_id, conversation_id))


@router.put("/api/conversations/{conversation_id}/draft", status_code=204)
async def keep_draft(conversation_id: Id, given: s.DraftGiven, who: Who, chat: Chat) -> None:
    await chat.keep_draft(who.user_id, conversation_id, text=given.text, page=given.page)


@router.delete("/api/conversations/{conversation_id}", status_code=204)
async def delete_conversation(conversation_id: Id, who: Who, chat: Chat) -> None:
    await chat.delete(who.user_id, conversation_id)


@router.post("/api/conversations/{conversation_id}:restore")
async def restore_conversation(conversation_id: Id, who: Who, chat: Chat) -> s.ConversationShown:
    return s.ConversationShown(**await chat.restore(who.user_id, conversation_id))


@router.post("/api/conversations/{conversation_id}:undo")
async def undo_change(conversation_id: Id, who: Who, chat: Chat) -> s.UndoAnswer:
    done = await chat.undo(who.user_id, conversation_id)
    told = s.ChangeShown(event_id=done.event_id, kind=done.kind)
    return s.UndoAnswer(undone=told, redo=done.redo, position=done.position)


@router.post("/api/conversations/{conversation_id}:redo")
async def redo_change(conversation_id: Id, who: Who, chat: Chat) -> s.RedoAnswer:
    done = await chat.redo(who.user_id, conversation_id)
    told = s.ChangeShown(event_id=done.event_id, kind=done.kind)
    return s.RedoAnswer(redone=told, redo=done.redo, position=done.position)


@router.get("/api/conversations/{conversation_id}/changes")
async def list_changes(
    conversation_id: Id, who: Who, chat: Chat, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.DeedPage:
    """What you did in this conversation, the newest first."""
    page = await chat.changes(who.user_id, conversation_id, cursor=cursor, limit=limit)
    return s.DeedPage(items=[s.ChangeItem(**item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/api/conversations/{conversation_id}/changes/{event_id}:undo")
async def undo_one_change(conversation_id: Id, event_id: Id, who: Who, chat: Chat) -> s.UndoAnswer:
    """Take back one change out of turn; what came later stays."""
    done = await chat.undo_one(who.user_id, conversation_id, event_id)
    told = s.ChangeShown(event_id=done.event_id, kind=done.kind)
    return s.UndoAnswer(undone=told, redo=done.redo, position=done.position)


@router.get("/api/conversations/{conversation_id}/tree")
async def read_tree(conversation_id: Id, who: Who, chat: Chat) -> s.TreeShown:
    """Every branch of the conversation, straight runs folded into one node each."""
    return s.TreeShown(**await chat.tree(who.user_id, conversation_id))


@router.post("/api/conversations/{conversation_id}:select-leaf")
async def select_leaf(conversation_id: Id, given: s.LeafGiven, who: Who, chat: Chat) -> s.MessageAnswer:
    return _answer(await chat.select_leaf(who.user_id, conversation_id, message_id=given.message_id))


@router.get("/api/conversations/{conversation_id}/messages", response_model=s.MessagePage)
async def list_messages(
    conversation_id: Id,
    who: Who,
    chat: Chat,
    before: SomeId = None,
    after: SomeId = None,
    around: SomeId = None,
    at: Annotated[AwareDatetime | None, Query()] = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """The newest messages of the active branch; or those before, after or around one, or around a moment."""
    moment = None if at is None else int(at.timestamp() * 1000)
    places: dict[str, Any] = {"before": before, "after": after, "around": around, "at": moment}
    if sum(place is not None for place in places.values()) > 1:
        raise OnePlace
    page = await chat.page(who.user_id, conversation_id, limit=limit, **places)
    return long_list(items=page.items, next_cursor=page.next_cursor, newer_cursor=page.newer_cursor)


@router.get("/api/conversations/{conversation_id}/days")
async def list_days(
    conversation_id: Id,
    who: Who,
    chat: Chat,
    tz_minutes: Annotated[int, Query(ge=-MINUTES_OF_DAY, le=MINUTES_OF_DAY)] = 0,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.DayPage:
    """The days of the active branch; `tz_minutes` is how far the person's clock is ahead of UTC."""
    page = await chat.days(who.user_id, conversation_id, tz_minutes=tz_minutes, cursor=cursor, limit=limit)
    return s.DayPage(items=[s.DayShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/conversations/{conversation_id}/bookmarks")
async def list_bookmarks(
    conversation_id: Id, who: Who, chat: Chat, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.BookmarkPage:
    page = await chat.bookmarks(who.user_id, conversation_id, cursor=cursor, limit=limit)
    return s.BookmarkPage(items=[s.BookmarkShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/api/conversations/{conversation_id}/messages:bulk")
async def change_messages(conversation_id: Id, given: s.ManyGiven, who: Who, chat: Chat) -> s.ManyAnswer:
    """Several messages at once, as one change for undo."""
    done = await chat.change_many(who.user_id, conversation_id, **given.model_dump())
    return s.ManyAnswer(changed=done.changed, position=done.position)


@router.post("/api/conversations/{conversation_id}:branch-selection", status_code=201)
async def copy_selection(conversation_id: Id, given: s.SelectionGiven, who: Who, chat: Chat) -> s.SelectionAnswer:
    """A new conversation of copies of these messages, in the order of the story."""
    done = await chat.copy_selection(who.user_id, conversation_id, **given.model_dump())
    return s.SelectionAnswer(conversation_id=done.conversation_id, message_id=done.message_id, position=done.position)


@router.get("/api/conversations/{conversation_id}/branches")
async def list_branches(
    conversation_id: Id, who: Who, chat: Chat, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.BranchPage:
    page = await chat.branches(who.user_id, conversation_id, cursor=cursor, limit=limit)
    return s.BranchPage(items=[s.BranchShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/conversations/{conversation_id}/export", response_class=Response, responses=FILE_ANSWERS)
async def export_conversation(
    conversation_id: Id,
    who: Who,
    chat: Chat,
    form: Annotated[Form, Query(alias="format")] = "txt",
    ids: Annotated[str, Query(max_length=IDS_CHARS_MAX, description="message ids, commas between them")] = "",
) -> Response:
    """The branch shown, or the messages named, as a file; `jsonl` is what SillyTavern keeps a chat in."""
    chosen = [one for one in ids.split(",") if one]
    if len(chosen) > s.SELECTION_MAX:
        raise TooManyChosen(chosen_max=s.SELECTION_MAX)
    name, content = await chat.export(who.user_id, conversation_id, form=form, message_ids=chosen)
    headers = {"Content-Disposition": attachment(name), "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=FILE_TYPES[form], headers=headers)


@router.get("/api/messages/{message_id}/variants")
async def list_variants(
    message_id: Id, who: Who, chat: Chat, conversation_id: SomeId = None, cursor: Cursor = None
) -> s.VariantList:
    page = await chat.variants(who.user_id, message_id, conversation_id=conversation_id, cursor=cursor)
    return s.VariantList(items=[s.VariantShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/messages/{message_id}/revisions")
async def list_revisions(
    message_id: Id, who: Who, chat: Chat, conversation_id: SomeId = None, cursor: Cursor = None
) -> s.RevisionList:
    page = await chat.revisions(who.user_id, message_id, conversation_id=conversation_id, cursor=cursor)
    return s.RevisionList(items=[s.RevisionShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.post("/api/messages/{message_id}:edit")
async def edit_message(message_id: Id, given: s.EditGiven, who: Who, chat: Chat) -> s.MessageAnswer:
    return _answer(await chat.edit(who.user_id, message_id, **given.model_dump()))


@router.post("/api/messages/{message_id}:delete")
async def delete_message(message_id: Id, who: Who, chat: Chat, given: s.DeleteGiven | None = None) -> s.MessageAnswer:
    given = given or s.DeleteGiven()
    return _answer(await chat.delete_message(who.user_id, message_id, **given.model_dump()))


@router.post("/api/messages/{message_id}:restore")
async def restore_message(message_id: Id, who: Who, chat: Chat, given: s.PlaceGiven | None = None) -> s.MessageAnswer:
    return _answer(await chat.restore_message(who.user_id, message_id, **(given or s.PlaceGiven()).model_dump()))


@router.post("/api/messages/{message_id}:hide")
async def hide_message(message_id: Id, who: Who, chat: Chat, given: s.PlaceGiven | None = None) -> s.MessageAnswer:
    return _answer(await chat.hide(who.user_id, message_id, **(given or s.PlaceGiven()).model_dump()))


@router.post("/api/messages/{message_id}:show")
async def show_message(message_id: Id, who: Who, chat: Chat, given: s.PlaceGiven | None = None) -> s.MessageAnswer:
    return _answer(await chat.show(who.user_id, message_id, **(given or s.PlaceGiven()).model_dump()))


@router.post("/api/messages/{message_id}:select-variant")
async def select_variant(message_id: Id, given: s.VariantGiven, who: Who, chat: Chat) -> s.MessageAnswer:
    return _answer(await chat.select_variant(who.user_id, message_id, **given.model_dump()))


@router.post("/api/messages/{message_id}:add-variant")
async def add_variant(message_id: Id, given: s.WrittenGiven, who: Who, chat: Chat) -> s.MessageAnswer:
    """A text of your own beside those the message has: keep both."""
    return _answer(await chat.add_variant(who.user_id, message_id, **given.model_dump()))


@router.put("/api/messages/{message_id}/bookmark")
async def set_bookmark(message_id: Id, who: Who, chat: Chat, given: s.BookmarkGiven | None = None) -> s.MessageAnswer:
    given = given or s.BookmarkGiven()
    return _answer(await chat.set_bookmark(who.user_id, message_id, **given.model_dump()))


@router.delete("/api/messages/{message_id}/bookmark")
async def remove_bookmark(message_id: Id, who: Who, chat: Chat, conversation_id: SomeId = None) -> s.MessageAnswer:
    return _answer(await chat.remove_bookmark(who.user_id, message_id, conversation_id=conversation_id))


@router.post("/api/messages/{message_id}:branch")
async def branch_conversation(
    message_id: Id, who: Who, chat: Chat, given: s.BranchGiven | None = None
) -> s.BranchAnswer:
    given = given or s.BranchGiven()
    done = await chat.branch(who.user_id, message_id, copy=given.copy_, conversation_id=given.conversation_id)
    return s.BranchAnswer(conversation_id=done.conversation_id, message_id=message_id, position=done.position)


def _answer(done: Answer) -> s.MessageAnswer:
    return s.MessageAnswer(message=s.MessageItem(**done.message), position=done.position)
