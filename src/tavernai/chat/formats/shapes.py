"""A chat as it comes from a file, whatever program wrote it, on its way into a conversation and out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from tavernai.characters.domain.repairs import MESSAGES as CARD_MESSAGES
from tavernai.characters.domain.repairs import Repairs

Role = Literal["user", "character", "system"]

MESSAGES: Final[Mapping[str, str]] = {
    **CARD_MESSAGES,
    "line_unreadable": "{field} cannot be read and was left out.",
    "line_no_message": "{field} is no message and was left out.",
    "line_too_long": "{field} is longer than 16 MiB and was left out.",
    "large_message": "{field} has {detail} characters; all of them were kept.",
    "header_missing": "The file has no header; its first line is a message and was kept.",
    "swipe_repaired": "Alternatives of {field} were of a wrong kind; they were converted or left out.",
    "swipe_appended": "{field} shows a text that is none of its alternatives; it was added to them.",
    "link_dropped": "A link in {field} leads to a place it must not; it was left out.",
    "parts_left": "Parts of the file that are no messages were kept but are not used: {detail}.",
}


def new_warnings() -> Repairs:
    """A report that knows the words for chats."""
    return Repairs(messages=MESSAGES)


@dataclass(frozen=True, slots=True)
class ChatVariant:
    """One of a message's alternatives."""

    text: str
    sent_at: int | None = None
    """ms, UTC; None when the file does not say"""
    model: str | None = None
    reasoning: str | None = None
    kept: dict[str, Any] | None = None
    """its line of `swipe_info` as it came; None when there was none"""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message with all its alternatives; `variants[selected].text` is `text`."""

    name: str
    """who is shown as the speaker; empty when the file does not say"""
    is_user: bool
    is_system: bool
    """hidden from prompts; a narrator's words are told by `role`"""
    text: str
    variants: tuple[ChatVariant, ...]
    selected: int = 0
    sent_at: int | None = None
    reasoning: str | None = None
    model: str | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    """SillyTavern's line as it came, with null where `mes`, `swipes` and `swipe_info` stood; empty for other formats"""

    @property
    def extra(self) -> dict[str, Any]:
        found = self.kept.get("extra")
        return found if isinstance(found, dict) else {}

    @property
    def role(self) -> Role:
        if self.is_user:
            return "user"
        return "system" if self.extra.get("type") == "narrator" else "character"

    @property
    def speaker_file(self) -> str | None:
        """The card's file name of the one who speaks in a group, `Mira.png`."""
        found = self.kept.get("original_avatar")
        return found if isinstance(found, str) else None

    @property
    def checkpoint(self) -> str | None:
        """The name of the chat that was kept at this message."""
        found = self.extra.get("bookmark_link")
        return found if isinstance(found, str) and found else None

    @property
    def branches(self) -> list[str]:
        """Names of the chats that branch off here."""
        found = self.extra.get("branches")
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


@dataclass(slots=True)
class ChatImport:
    """A chat that was understood."""

    messages: list[ChatMessage]
    header: dict[str, Any] | None = None
    """SillyTavern's first line, verbatim; made up from what else stood in the file for other formats"""
    title: str = ""
    format: str = "sillytavern"
    warnings: Repairs = field(default_factory=new_warnings)

    @property
    def metadata(self) -> dict[str, Any]:
        found = (self.header or {}).get("chat_metadata")
        return found if isinstance(found, dict) else {}

    @property
    def parent(self) -> str | None:
        """The name of the chat this one branched from."""
        found = self.metadata.get("main_chat")
        return found if isinstance(found, str) and found else None

    @property
    def character_name(self) -> str | None:
        return self._name("character_name")

    @property
    def user_name(self) -> str | None:
        return self._name("user_name")

    def _name(self, key: str) -> str | None:
        found = (self.header or {}).get(key)
        return found if isinstance(found, str) and found not in ("", "unused") else None


@dataclass(frozen=True, slots=True)
class Names:
    """Who speaks where a format does not say it."""

    user: str = "User"
    character: str = "Character"
