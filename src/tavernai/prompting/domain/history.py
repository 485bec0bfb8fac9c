"""Chat messages as messages of a prompt: names, thoughts, scripts, macros. Source: shared contract 4.1, 4.6 E."""

import re
from typing import Final

from tavernai.prompting.domain.account import Line, Piece
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import HistoryMessage
from tavernai.prompting.domain.words import Placement

NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_]")
NAME_CHARS_MAX: Final = 64


class HistoryWriter:
    """Turns stored messages into lines, one at a time from the newest on: thoughts go back into the newest few only."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._scene = env.scene
        self._thoughts_left = env.scene.options.reasoning.max_additions
        self._continues = env.scene.generation == "continue"
        self._depth = -1 if self._continues else 0
        names = env.scene.preset.names_behaviour
        self._names = names
        self._may_prefix = names == "content" or (
            names == "default" and (bool(env.group_names) or any(one.is_foreign for one in env.scene.history))
        )

    def line(self, message: HistoryMessage) -> Line:
        """The next older message, ready to be sent."""
        text = self.said(message)
        text = self.prefix(message) + text
        if "\r" in text:
            text = text.replace("\r", "")
        text = expand(text, self._env)
        source, title = ("greeting", "Greeting") if message.is_greeting else ("history", "Chat history")
        identifier = "greeting" if message.is_greeting else "chatHistory"
        piece = Piece(source, identifier, title, text, "", message.id)  # type: ignore[arg-type]
        name = NOT_IN_NAMES.sub("_", message.name)[:NAME_CHARS_MAX] or None if self._names == "field" else None
        return Line(message.role, (piece,), name)

    def said(self, message: HistoryMessage) -> str:
        """The next older message's words after scripts, with its thoughts where they go back in."""
        text = message.text
        if self._env.rewriter is not None:
            # A narrator is no person: its words count as a model's.
            said_by: Placement = "user" if message.role == "user" else "assistant"
            text = self._env.rewriter(text, placement=said_by, depth=self._depth)
        is_continued, self._continues = self._continues, False
        if message.reasoning:
            text = self._with_thoughts(text, message, is_continued=is_continued)
        self._depth += 1
        return text

    def _with_thoughts(self, text: str, message: HistoryMessage, *, is_continued: bool) -> str:
        options = self._scene.options.reasoning
        wanted = options.add_to_prompts and self._thoughts_left > 0
        if self._env.group_names and message.name != self._env.char:
            wanted = False
        if not (wanted or is_continued):
            return text
        self._thoughts_left -= 1
        thoughts = message.reasoning
        if self._env.rewriter is not None:
            thoughts = self._env.rewriter(thoughts, placement="reasoning", depth=self._depth)
        return f"{options.prefix}{thoughts}{options.suffix}{options.separator}{text}"

    def prefix(self, message: HistoryMessage) -> str:
        """The `Name: ` that stands before a message's words where the preset wants it."""
        if not self._may_prefix or message.role == "system":
            return ""
        if self._names == "content":
            return f"{message.name}: "
        speaks_as_other = bool(self._env.group_names) or message.is_foreign
        return f"{message.name}: " if speaks_as_other and message.name != self._env.user else ""
