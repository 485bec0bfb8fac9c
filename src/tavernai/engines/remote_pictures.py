"""Pictures over HTTP from servers nobody here chose. Fulfils chat.pictures.ports.PictureSource.

Sent is a bare GET: no cookie, no referrer, no credentials, nothing of who asks. Redirects are walked by hand, so that
each step is checked as the first was.
"""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tavernai.chat.pictures.domain.asking import PUBLIC, Rule, checked_url
from tavernai.chat.pictures.domain.looking import MEDIA_TYPES, PICTURE_BYTES_MAX
from tavernai.chat.pictures.errors import (
    NotAPicture,
    PictureAddressRefused,
    PictureFailed,
    PictureTimeout,
    PictureTooLarge,
)
from tavernai.engines.outgoing import GuardedResolver, NotCalled, outgoing_session

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
REDIRECTS_MAX = 3
NAMES_AT_ONCE = 4
PART_BYTES = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {
    "Accept": ", ".join(MEDIA_TYPES),
    "Accept-Encoding": "identity",  # a picture is packed already; what is packed twice is a bomb
    "User-Agent": "TavernAI-Plus",
}


class OwnThreads(AbstractResolver):
    """Looks names up in threads of its own. A stranger chooses the names, and one whose server never answers holds a
    thread for half a minute: in those that everybody shares, a few of them would stop all pictures and files.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="picture-names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, socket.getaddrinfo, host, port, family, socket.SOCK_STREAM
        )
        digits = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
        return [
            ResolveResult(hostname=host, host=str(place[0]), port=port, family=kind, proto=proto, flags=digits)
            for kind, _, proto, _, place in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class RemotePictures:
    """Asks other servers for pictures."""

    def __init__(
        self, *, rule: Rule = PUBLIC, names: AbstractResolver | None = None, seconds: float = TOTAL_SECONDS
    ) -> None:
        self._rule = rule
        self._names = names
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str) -> bytes:
        """The picture's bytes, whatever they are. Raises PictureAddressRefused, PictureFailed."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._followed(url)
        except TimeoutError:
            raise PictureTimeout from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if _was_not_called(error):
                raise PictureAddressRefused(reason="private") from None
            raise PictureFailed from None

    async def close(self) -> None:
        if self._session is not None and self._names is not None:
            await self._session.close()
            await self._names.close()

    async def _followed(self, url: str) -> bytes:
        url = checked_url(url, rule=self._rule)
        for _ in range(REDIRECTS_MAX + 1):
            response = await self._asked(url)
            try:
                if response.status not in REDIRECTS:
                    return await _body(response)
                url = checked_url(response.headers.get("Location", ""), rule=self._rule, base=url)
            finally:
                response.close()
        raise PictureFailed("This picture's address leads on and on; it was not followed to the end.")

    async def _asked(self, url: str) -> aiohttp.ClientResponse:
        limits = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        return await self._opened().get(url, headers=HEADERS, timeout=limits, allow_redirects=False)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            forbids = self._forbids
            self._names = self._names or OwnThreads()
            self._session = outgoing_session(GuardedResolver(self._names, forbids=forbids), forbids=forbids)
        return self._session

    def _forbids(self, address: str) -> bool:
        return not self._rule.allows(address)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:
        raise PictureFailed(upstream_status=response.status)
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotAPicture
    if (response.content_length or 0) > PICTURE_BYTES_MAX:
        raise PictureTooLarge(bytes_max=PICTURE_BYTES_MAX)
    body = bytearray()
    while part := await response.content.read(PART_BYTES):
        body += part
        if len(body) > PICTURE_BYTES_MAX:
            raise PictureTooLarge(bytes_max=PICTURE_BYTES_MAX)
    return bytes(body)


def _was_not_called(error: BaseException | None) -> bool:
    """Whether the guard said no, however aiohttp wraps that."""
    while error is not None:
        if isinstance(error, NotCalled):
            return True
        error = error.__cause__ or error.__context__
    return False
