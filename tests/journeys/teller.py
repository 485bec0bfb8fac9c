"""A model's server that says what the journey wants to hear, and a conversation to hear it in."""

import base64
import json
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.data.pictures import chunk, tiny_png
from tests.support.people import Person
from tests.support.processes import Program

NAME = "Mirelle"
GREETING = "The lantern is lit. Sit down, traveller."
OTHER_GREETING = "You again. The kettle is on."


@dataclass(frozen=True)
class Teller:
    """The stand-in model: `says` sets what its next replies are, and how fast."""

    program: Program

    @property
    def base_url(self) -> str:
        return f"{self.program.url}/v1"

    def says(self, reply: str, *, tokens_per_second: float = 0) -> None:
        body = json.dumps({"reply": reply, "tps": tokens_per_second}).encode()
        request = urllib.request.Request(f"{self.program.url}/mock/config", body, method="POST")
        with urllib.request.urlopen(request, timeout=5) as answer:
            assert answer.status == 200


def card(name: str = NAME, **fields: Any) -> dict[str, Any]:
    """A V2 card with two greetings."""
    texts = dict.fromkeys(("personality", "scenario", "mes_example", "creator_notes", "system_prompt"), "")
    data = {
        "name": name,
        "description": f"{name} keeps an inn at the crossroads.",
        "first_mes": GREETING,
        "alternate_greetings": [OTHER_GREETING],
        "post_history_instructions": "",
        "tags": ["inn"],
        "creator": "Journeys",
        "character_version": "1",
        "extensions": {},
    }
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": texts | data | fields}


def card_png(name: str = NAME, **fields: Any) -> bytes:
    """A picture that carries the card, as cards are passed around."""
    told = base64.b64encode(json.dumps(card(name, **fields)).encode())
    return tiny_png(chunk(b"tEXt", b"chara\0" + told), width=200, height=250)


async def connect(owner: Person, teller: Teller, **settings: int) -> None:
    """The teller answers from now on."""
    body = {"name": f"Teller {teller.program.port}", "kind": "openai", "base_url": teller.base_url, "model": "mock"}
    (await owner.post("/api/connections", body | {"is_default": True, "settings": settings})).ok()


async def conversation(owner: Person, name: str = NAME) -> str:
    """The address of a new conversation with a character of this name, who has greeted."""
    (result,) = (await owner.upload("/api/characters/import", (f"{name}.png", card_png(name)))).ok()["results"]
    made = (await owner.post("/api/conversations", {"character_id": result["character_id"]})).ok()
    return f"/chat/{made['id']}"
