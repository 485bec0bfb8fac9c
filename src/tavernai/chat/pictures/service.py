"""Pictures from elsewhere, for people who allowed them. The page asks; whether it is answered is decided here.

Two ways in. `allowed` answers while config says that pictures are shown in that place: a picture's address in a text is
all it takes. `shown` is a person's deed for one picture, and no text can do it: it is a POST.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tavernai.chat.pictures.domain.asking import PUBLIC, Rule, checked_url
from tavernai.chat.pictures.domain.looking import Seen, seen
from tavernai.chat.pictures.errors import OnePlaceWanted, PicturesNotAllowed, TooManyPictures
from tavernai.chat.pictures.ports import PictureShelf, PictureSource
from tavernai.config.domain.fold import Effective
from tavernai.config.service import ConfigService

REMOTE_PICTURES = "/chat/remote_pictures"
AT_ONCE = 4
"""Pictures fetched for one person at the same time."""
AT_ONCE_IN_ALL = 16
WAITING_MAX = 64
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture is shown: a conversation, or a character's page."""

    conversation_id: str | None = None
    character_id: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture ready to send."""

    content: bytes
    seen: Seen
    etag: str


@dataclass(slots=True)
class _Line:
    """One person's queue."""

    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    asked: int = 0


class RemotePictureService:
    """Fetches, looks, keeps for a while."""

    def __init__(
        self, config: ConfigService, source: PictureSource, shelf: PictureShelf, *, rule: Rule = PUBLIC
    ) -> None:
        self._config = config
        self._source = source
        self._shelf = shelf
        self._rule = rule
        self._all = asyncio.Semaphore(AT_ONCE_IN_ALL)
        self._lines: dict[str, _Line] = {}

    async def allowed(self, user_id: str, url: str, place: Place) -> Fetched:
        """The picture, where the person allowed such.

        Raises:
            NotFound, OnePlaceWanted: the place. PicturesNotAllowed: nobody allowed it there.
            PictureAddressRefused, PictureFailed, TooManyPictures.
        """
        told = await self._told(user_id, place)
        if told[REMOTE_PICTURES] is not True:
            raise PicturesNotAllowed
        return await self._fetched(user_id, url)

    async def shown(self, user_id: str, url: str, place: Place) -> Fetched:
        """One picture that the person asked for; refused only where the owner fixed that none are. Raises as above."""
        told = await self._told(user_id, place)
        if REMOTE_PICTURES in told.locked and told[REMOTE_PICTURES] is not True:
            raise PicturesNotAllowed("The owner of this server has fixed that no pictures from elsewhere are shown.")
        return await self._fetched(user_id, url)

    async def _told(self, user_id: str, place: Place) -> Effective:
        if (place.conversation_id is None) == (place.character_id is None):
            raise OnePlaceWanted
        return await self._config.effective(
            user_id, character_id=place.character_id, conversation_id=place.conversation_id
        )

    async def _fetched(self, user_id: str, url: str) -> Fetched:
        url = checked_url(url, rule=self._rule)
        # Everybody has their own: how fast an answer comes must not tell what others looked at.
        key = hashlib.sha256(f"{user_id}\n{url}".encode()).hexdigest()
        content = await asyncio.to_thread(self._shelf.get, key)
        if content is None:
            async with self._turn(user_id):
                content = await self._source.fetch(url)
            look = seen(content)
            await asyncio.to_thread(self._shelf.put, key, content)
        else:
            look = seen(content)
        return Fetched(content, look, f'"{hashlib.sha256(content).hexdigest()[:32]}"')

    @asynccontextmanager
    async def _turn(self, user_id: str) -> AsyncIterator[None]:
        line = self._lines.setdefault(user_id, _Line())
        if line.asked >= WAITING_MAX:
            raise TooManyPictures(retry_after_seconds=RETRY_SECONDS)
        line.asked += 1
        try:
            async with line.turns, self._all:
                yield
        finally:
            line.asked -= 1
            if not line.asked:
                self._lines.pop(user_id, None)
