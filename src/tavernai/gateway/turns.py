"""OpenAI-shaped messages as turns, for providers whose conversations have two sides and a system text. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from tavernai.gateway.wire import text_of

EXAMPLES = {"example_user": "User", "example_assistant": "Character"}
OPENING = "[The conversation begins.]"
GO_ON = "[Go on exactly where your last message stopped; do not repeat any of it.]"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of a message: base64 with its type, or a URL."""

    url: str = ""
    mime: str = ""
    data: str = ""


@dataclass(slots=True)
class Turn:
    """One side's words. `calls`: tools the model wants, `results`: what they gave, as OpenAI has them."""

    role: str
    text: str = ""
    pictures: list[Picture] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)

    def take(self, other: "Turn") -> None:
        """The other's words join these."""
        self.text = "\n\n".join(filter(None, (self.text, other.text)))
        self.pictures += other.pictures
        self.calls += other.calls
        self.results += other.results


def split(messages: Sequence[Mapping[str, Any]]) -> tuple[str, list[Turn]]:
    """(system text, turns): what the system says before anybody speaks, then user and assistant by turns.

    System words further on become the user's, where they stand. The first turn is the user's.
    """
    first = next((at for at, one in enumerate(messages) if not _is_system(one)), len(messages))
    system = "\n\n".join(filter(None, (_text(one) for one in messages[:first])))
    turns: list[Turn] = []
    for message in messages[first:]:
        turn = _turn(message)
        if not (turn.text or turn.pictures or turn.calls or turn.results):
            continue
        # A tool's answer stands right behind the call, alone: words would come between.
        if turns and turns[-1].role == turn.role and not (turns[-1].calls or turn.calls):
            turns[-1].take(turn)
        else:
            turns.append(turn)
    if not turns or turns[0].role != "user":
        turns.insert(0, Turn("user", OPENING))
    return system, turns


def arguments_of(call: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call as an object; what is no object counts as none."""
    given = (call.get("function") or {}).get("arguments") or "{}"
    try:
        read = orjson.loads(given) if isinstance(given, str) else given
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}


def pictures_of(content: Any) -> list[Picture]:
    """The images among a message's parts."""
    parts = content if isinstance(content, list) else []
    return [_picture(part["image_url"]) for part in parts if isinstance(part, dict) and part.get("image_url")]


def _picture(given: Any) -> Picture:
    url = str(given.get("url") or "") if isinstance(given, dict) else str(given)
    head, comma, data = url.partition(",")
    if url.startswith("data:") and comma and head.endswith(";base64"):
        return Picture(mime=head.removeprefix("data:").removesuffix(";base64"), data=data)
    return Picture(url=url)


def _is_system(message: Mapping[str, Any]) -> bool:
    return message.get("role") in ("system", "developer")


def _turn(message: Mapping[str, Any]) -> Turn:
    role = message.get("role")
    if role in ("tool", "function"):
        result = {"id": message.get("tool_call_id") or "", "name": message.get("name") or "", "text": _plain(message)}
        return Turn("user", results=[result])
    side = "assistant" if role == "assistant" else "user"
    return Turn(side, _text(message), pictures_of(message.get("content")), list(message.get("tool_calls") or ()))


def _plain(message: Mapping[str, Any]) -> str:
    return text_of(message.get("content")).strip()


def _text(message: Mapping[str, Any]) -> str:
    """What is said, behind the name of who says it where the message has one."""
    text, name = _plain(message), str(message.get("name") or "")
    name = EXAMPLES.get(name, name)
    return f"{name}: {text}" if name and text and not text.startswith(f"{name}:") else text
