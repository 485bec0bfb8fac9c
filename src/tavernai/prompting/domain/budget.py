"""The token budget of a prompt, and how much of a long chat is worth reading for it.

What is dropped first: the oldest messages, then example blocks from the last one on; never the fixed prompts, which are
refused instead when they alone are too much. Source: shared contract 4.6, D.
"""

from typing import Final

from tavernai.prompting.errors import PromptTooLarge

PRIMING_TOKENS: Final = 3
"""What every chat costs besides its messages."""
MESSAGE_TOKENS_MIN: Final = 5
"""The least a message costs: its wrapping and one token."""
MESSAGE_TOKENS_MEAN: Final = 24
"""Less than any long chat seen costs a message on average."""
MESSAGES_CERTAIN: Final = 1_000
MESSAGES_SPARE: Final = 32
"""Hidden messages cost nothing; a few of them must not shorten the history."""


class Budget:
    """What is left to spend."""

    def __init__(self, tokens: int) -> None:
        self.tokens = tokens
        self.left = tokens

    def require(self, tokens: int, *, title: str) -> None:
        """Spend on something the prompt cannot do without. Raises PromptTooLarge."""
        if tokens > self.left:
            raise PromptTooLarge(budget_tokens=self.tokens, left_tokens=self.left, needed_tokens=tokens, prompt=title)
        self.left -= tokens

    def take(self, tokens: int) -> bool:
        """Spend if it can be afforded."""
        if tokens > self.left:
            return False
        self.left -= tokens
        return True


def history_wanted(context_tokens: int) -> int:
    """How many of the newest messages to read for a prompt of this size.

    Up to a thousand it is a strict bound: more cannot fit. Beyond, messages are taken to cost MESSAGE_TOKENS_MEAN on
    average, so that a large window does not mean reading a chat of ten thousand messages whole.
    """
    room = max(0, context_tokens)
    return min(room // MESSAGE_TOKENS_MIN, max(MESSAGES_CERTAIN, room // MESSAGE_TOKENS_MEAN)) + MESSAGES_SPARE
