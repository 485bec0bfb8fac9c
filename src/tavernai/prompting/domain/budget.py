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
    """How many of the newest messages can matter to a prompt of this size, at most."""
    return max(0, context_tokens) // MESSAGE_TOKENS_MIN + MESSAGES_SPARE


class HistoryMeter:
    """Tells a reader that goes through a chat from the newest message when it has read enough.

    It counts a byte as a quarter of a token and reads on to twice the context, so that scripts that shorten texts and
    tokenizers with long tokens still find what they can use.
    """

    BYTES_A_TOKEN: Final = 4

    def __init__(self, context_tokens: int) -> None:
        self._bytes = 2 * self.BYTES_A_TOKEN * max(0, context_tokens)
        self._spare = MESSAGES_SPARE

    def wants(self, text: str) -> bool:
        """Whether this message is still wanted; ask from the newest on."""
        if self._bytes <= 0:
            self._spare -= 1
            return self._spare >= 0
        self._bytes -= len(text) + 4 * self.BYTES_A_TOKEN
        return True
