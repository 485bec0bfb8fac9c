"""A greeting as it is stored: the two names in it written out, so that it stays what was said even when they change."""

import re

_NAMES = re.compile(r"\{\{(user|char)\}\}|<(user|bot)>", re.IGNORECASE)


def with_names(text: str, *, user: str, character: str) -> str:
    """The text with {{user}}, {{char}} and their old forms <USER>, <BOT> replaced; any case."""
    names = {"user": user, "char": character, "bot": character}
    return _NAMES.sub(lambda found: names[(found[1] or found[2]).lower()], text)
