"""From facts to the speech server's row."""

from collections.abc import Callable
from typing import Any

from tavernai.gateway.speech import events as e
from tavernai.gateway.speech.tables import speech_servers
from tavernai.kernel.facts import Recorded
from tavernai.storage.unit import Unit


def _set(tx: Unit, recorded: Recorded, fact: e.SpeechSet) -> None:
    told = {
        "base_url": fact.base_url, "model": fact.model, "voice": fact.voice, "has_key": int(fact.has_key), "removed": 0,
    }  # fmt: skip
    row = tx.get(speech_servers, e.HOUSE)
    if row is None:
        tx.insert(speech_servers, {"id": e.HOUSE, "owner_id": recorded.owner_id, **told, "version": 1})
    else:
        tx.update(speech_servers, e.HOUSE, **told, version=row["version"] + 1)


def _removed(tx: Unit, recorded: Recorded, fact: e.SpeechRemoved) -> None:
    row = tx.get(speech_servers, e.HOUSE)
    if row is not None:
        tx.update(speech_servers, e.HOUSE, has_key=0, removed=1, version=row["version"] + 1)


FOLDS: dict[type[Any], Callable[[Any, Recorded, Any], None]] = {e.SpeechSet: _set, e.SpeechRemoved: _removed}
