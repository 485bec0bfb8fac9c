"""Reading strangers' files in tests that only ask that it ends well."""

from tavernai.characters.domain.reading import read_file
from tavernai.kernel.errors import TavernError


def outcome(data: bytes) -> str:
    """The name of the card in these bytes, or our words for why there is none; any other error is a failure."""
    try:
        return read_file(data).card.name
    except TavernError as refused:
        return refused.detail
