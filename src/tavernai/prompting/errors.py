"""What prompting refuses.

TavernError
├── InvalidInput ── PromptTooLarge   422   the fixed prompts alone exceed the budget
└── Gone
    ├── PromptTextGone               410   a text of an old prompt was erased
    └── PromptTextChanged            410   what lists the texts of an old prompt is not what was stored
"""

from tavernai.kernel.errors import Gone, InvalidInput


class PromptTooLarge(InvalidInput):
    """The fixed part of the prompt does not fit the model's context; shorten the card or the prompts, or enlarge it."""

    code = "prompt_too_large"


class PromptTextGone(Gone):
    """A text of this prompt was erased, so the prompt can no longer be shown as it was sent."""

    code = "prompt_text_gone"


class PromptTextChanged(Gone):
    """What this prompt was stored as is not what was written then, so it cannot be put together again."""

    code = "prompt_text_changed"
