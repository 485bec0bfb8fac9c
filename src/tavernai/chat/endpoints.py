"""/api/conversations and /api/messages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from tavernai.accounts.guards import Principal, allows
from tavernai.chat import schemas as s
from tavernai.chat.conversations import Answer, ChatService
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["chat"])

Chat = Annotated[ChatService, provided(ChatService)]
Who = Annotated[Principal, Depends(allows("chat"))]
Id = Annotated[str, Path(max_length=64)]
SomeId = Annotated[str | None, Query(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=2_048)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.post("/api/conversations", status_code=201)
async def create_conversation(given: s.ConversationGiven, who: Who, chat: Chat) -> s.ConversationMade:
    item = await chat.create(who.user_id, character_id=given.character_id, greeting=given.greeting, title=given.title)
    return s.ConversationMade(**item, messages_url=f"/api/conversations/{item['id']}/messages")


@router.get("/api/conversations")
async def list_conversations(
    who: Who,
    chat: Chat,
    character_id: SomeId = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    trash: bool = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> s.ConversationPage:
    page = await chat.list_all(who.user_id, character_id=character_id, q=q, trash=trash, cursor=cursor, limit=limit)
    return s.ConversationPage(items=[s.ConversationItem(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/conversations/{conversation_id}")
async def read_conversation(conversation_id: Id, who: Who, chat: Chat) -> s.ConversationShown:
    return s.ConversationShown(**await chat.get(who.user_id, conversation_id))


@router.patch("/api/conversations/{conversation_id}")
async def rename_conversation(conversation_id: Id, given: s.TitleGiven, who: Who, chat: Chat) -> s.ConversationShown:
    item = await chat.rename(who.user_id, conversation_id, title=given.title, version=given.version)
    return s.ConversationShown(**item)


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


@router.post("/api/conversations/{conversation_id}:select-leaf")
async def select_leaf(conversation_id: Id, given: s.LeafGiven, who: Who, chat: Chat) -> s.MessageAnswer:
    return _answer(await chat.select_leaf(who.user_id, conversation_id, message_id=given.message_id))


@router.get("/api/conversations/{conversation_id}/messages")
async def list_messages(
    conversation_id: Id, who: Who, chat: Chat, before: SomeId = None, limit: Limit = PAGE_DEFAULT
) -> s.MessagePage:
    page = await chat.page(who.user_id, conversation_id, before=before, limit=limit)
    return s.MessagePage(items=[s.MessageItem(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/conversations/{conversation_id}/branches")
async def list_branches(
    conversation_id: Id, who: Who, chat: Chat, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> s.BranchPage:
    page = await chat.branches(who.user_id, conversation_id, cursor=cursor, limit=limit)
    return s.BranchPage(items=[s.BranchShown(**item) for item in page.items], next_cursor=page.next_cursor)


@router.get("/api/messages/{message_id}/variants")
async def list_variants(message_id: Id, who: Who, chat: Chat, conversation_id: SomeId = None) -> s.VariantList:
    items = await chat.variants(who.user_id, message_id, conversation_id=conversation_id)
    return s.VariantList(items=[s.VariantShown(**item) for item in items])


@router.get("/api/messages/{message_id}/revisions")
async def list_revisions(message_id: Id, who: Who, chat: Chat, conversation_id: SomeId = None) -> s.RevisionList:
    items = await chat.revisions(who.user_id, message_id, conversation_id=conversation_id)
    return s.RevisionList(items=[s.RevisionShown(**item) for item in items])


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


@router.post("/api/messages/{message_id}:branch")
async def branch_conversation(
    message_id: Id, who: Who, chat: Chat, given: s.BranchGiven | None = None
) -> s.BranchAnswer:
    given = given or s.BranchGiven()
    done = await chat.branch(who.user_id, message_id, copy=given.copy_, conversation_id=given.conversation_id)
    return s.BranchAnswer(conversation_id=done.conversation_id, message_id=message_id, position=done.position)


def _answer(done: Answer) -> s.MessageAnswer:
    return s.MessageAnswer(message=s.MessageItem(**done.message), position=done.position)
