"""What the workshop refuses.

InvalidInput
└── NothingToPreview   422
"""

from tavernai.kernel.errors import InvalidInput


class NothingToPreview(InvalidInput):
    """A preset of this kind does not change prompts, so there is nothing to show."""

    code = "nothing_to_preview"
