"""Facts about the house's speech server, in one stream. The key is in none of them, only whether there is one."""

from tavernai.kernel.facts import fact
from tavernai.ledger.domain import Stream

HOUSE = "house"
"""There is one for everybody here, as the connections are; owners set it."""


def speech_stream(owner_id: str) -> Stream:
    """Where everything about it is recorded."""
    return Stream(key=f"speech:{HOUSE}", owner_id=owner_id)


@fact("speech.set")
class SpeechSet:
    """Texts are read aloud by this server."""

    base_url: str
    model: str
    voice: str
    has_key: bool


@fact("speech.removed")
class SpeechRemoved:
    """No server reads aloud any more; its key is gone with it."""

    base_url: str
