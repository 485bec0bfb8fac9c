"""The house's speech server: kept by owners, used by everybody."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from tavernai.gateway.addresses import checked_base_url
from tavernai.gateway.domain import Secret
from tavernai.gateway.kinds import checked_key, checked_model, same_host
from tavernai.gateway.ports import SecretBox
from tavernai.gateway.speech.errors import NoSpeech
from tavernai.gateway.speech.events import HOUSE, SpeechRemoved, SpeechSet, speech_stream
from tavernai.gateway.speech.ports import Audio, Speaker, SpeechServer
from tavernai.gateway.speech.tables import speech_servers
from tavernai.gateway.tables import connection_secrets
from tavernai.kernel.errors import Conflict, NotFound
from tavernai.kernel.facts import By
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row

SECRET = f"speech:{HOUSE}"
AT_ONCE = 4
"""Texts turned into sound at the same time; the next sentence waits its turn."""


@dataclass(frozen=True, slots=True)
class StoredSpeech:
    """What is kept about the server."""

    base_url: str
    model: str
    voice: str
    has_key: bool
    version: int

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("base_url", "model", "voice", "has_key", "version")}


@dataclass(frozen=True, slots=True)
class NewSpeech:
    """What to keep; a key of None stays as it was, "" takes it away."""

    base_url: str
    model: str = ""
    voice: str = ""
    key: str | None = field(default=None, repr=False)
    version: int | None = None


class SpeechService:
    """Reading aloud."""

    def __init__(self, storage: Storage, box: SecretBox, speaker: Speaker) -> None:
        self._storage = storage
        self._box = box
        self._speaker = speaker
        self.turns = asyncio.Semaphore(AT_ONCE)

    async def server(self) -> StoredSpeech | None:
        """The server, None when there is none."""
        row = await self._storage.read(lambda conn: _row(conn))
        return _stored(row) if row is not None else None

    async def keep(self, new: NewSpeech, *, owner_id: str) -> StoredSpeech:
        """Set it up or change it. A key stays only for the host it was given for.

        Raises:
            UnsafeAddress, InvalidInput
            Conflict: `version` is not the current one (facts: current).
        """
        base_url, model = checked_base_url(new.base_url), checked_model(new.model)
        voice, key = checked_model(new.voice), checked_key(new.key) if new.key is not None else None
        sealed = self._box.seal(key, context=SECRET) if key else None

        def unit(tx: Transaction) -> StoredSpeech:
            before = _current(tx, version=new.version)
            keeps = key is None and before is not None and before.has_key and same_host(before.base_url, base_url)
            if not keeps:
                _put_key(tx, sealed)
            fact = SpeechSet(base_url, model, voice, has_key=keeps or sealed is not None)
            tx.append(speech_stream(owner_id), [fact], by=By.user(owner_id))
            return _stored(_living(tx))

        return await self._storage.commit(unit)

    async def remove(self, *, owner_id: str) -> None:
        """Take it away with its key. Raises NotFound."""

        def unit(tx: Transaction) -> None:
            row = _living(tx)
            _put_key(tx, None)
            tx.append(speech_stream(owner_id), [SpeechRemoved(row["base_url"])], by=By.user(owner_id))

        await self._storage.commit(unit)

    async def speak(self, text: str, *, voice: str | None = None) -> Audio:
        """The text as sound, in the voice asked for or the server's usual one. Raises NoSpeech, UpstreamError."""
        row, sealed = await self._storage.read(lambda conn: (_row(conn), _sealed(conn)))
        if row is None:
            raise NoSpeech
        key = self._box.open(sealed, context=SECRET) if sealed else ""
        server = SpeechServer(row["base_url"], row["model"], row["voice"], Secret(key))
        async with self.turns:
            return await self._speaker.speak(server, text, voice=voice or server.voice)


def _row(conn: Any) -> Row | None:
    found = select(speech_servers).where(speech_servers.c.id == HOUSE, speech_servers.c.removed == 0)
    row = conn.execute(found).mappings().first()
    return dict(row) if row is not None else None


def _sealed(conn: Any) -> bytes | None:
    found = select(connection_secrets.c.ciphertext).where(connection_secrets.c.connection_id == SECRET)
    sealed: bytes | None = conn.execute(found).scalar()
    return sealed


def _stored(row: Row) -> StoredSpeech:
    return StoredSpeech(row["base_url"], row["model"], row["voice"], bool(row["has_key"]), row["version"])


def _living(tx: Transaction) -> Row:
    row = tx.get(speech_servers, HOUSE)
    if row is None or row["removed"]:
        raise NotFound
    return row


def _current(tx: Transaction, *, version: int | None) -> StoredSpeech | None:
    row = tx.get(speech_servers, HOUSE)
    now = _stored(row) if row is not None and not row["removed"] else None
    if version is not None and (now is None or now.version != version):
        raise Conflict(current=now.as_json() if now else None)
    return now


def _put_key(tx: Transaction, sealed: bytes | None) -> None:
    if tx.get(connection_secrets, SECRET) is not None:
        tx.delete(connection_secrets, SECRET)
    if sealed is not None:
        tx.insert(connection_secrets, {"connection_id": SECRET, "ciphertext": sealed})
