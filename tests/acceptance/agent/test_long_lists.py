"""Lists that leave as bytes at once have the shape their models declare."""

import pytest
from pydantic import BaseModel

from tavernai.characters.schemas import CharacterPage
from tavernai.chat.schemas import ConversationPage, MessagePage
from tests.support.people import Person

LISTS: list[tuple[str, type[BaseModel]]] = [
    ("/api/characters", CharacterPage),
    ("/api/conversations", ConversationPage),
    ("/api/conversations/{conversation_id}/messages", MessagePage),
]


@pytest.mark.parametrize(("path", "model"), LISTS)
async def test_a_long_list_is_what_its_model_says(owner: Person, path: str, model: type[BaseModel]) -> None:
    made = (await owner.post("/api/characters", {"card": {"name": "Mira", "first_mes": "Hello."}})).ok()
    held = (await owner.post("/api/conversations", {"character_id": made["id"]})).ok()
    posted = {"content": "Good evening.", "conversation_id": held["id"], "reply": False}
    (await owner.post("/v1/agent/messages", posted)).ok()
    body = (await owner.get(path.format(conversation_id=held["id"]))).ok()
    assert body["items"]
    assert model.model_validate(body, extra="forbid").model_dump(mode="json") == body
