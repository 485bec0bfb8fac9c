"""How often somebody may try: sliding windows in memory, bounded in keys and in length."""

import ipaddress
import math
import time
from collections import deque
from collections.abc import Callable

from tavernai.accounts.errors import TooManySignIns

WINDOW_SECONDS = 15 * 60
TOLD_SECONDS = 60
KEYS_MAX = 20_000

Monotonic = Callable[[], float]


class Window:
    """Times of attempts by key; at most `limit` of them within the window."""

    def __init__(self, limit: int, *, seconds: float = WINDOW_SECONDS, monotonic: Monotonic = time.monotonic) -> None:
        self._limit = limit
        self._seconds = seconds
        self._monotonic = monotonic
        self._times: dict[str, deque[float]] = {}

    def wait_seconds(self, key: str) -> int:
        """How long until this key may try again; 0: now."""
        times = self._times.get(key)
        if times is None:
            return 0
        now = self._monotonic()
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if not times:
            del self._times[key]
        if len(times) < self._limit:
            return 0
        return max(1, math.ceil(times[0] + self._seconds - now))

    def add(self, key: str) -> None:
        """One attempt."""
        if key not in self._times and len(self._times) >= KEYS_MAX:
            del self._times[next(iter(self._times))]
        self._times.setdefault(key, deque(maxlen=self._limit)).append(self._monotonic())

    def take_back(self, key: str) -> None:
        """The latest attempt was a good one."""
        times = self._times.get(key)
        if times:
            times.pop()

    def clear(self, key: str) -> None:
        self._times.pop(key, None)


class SignInLimits:
    """Failed sign-ins by name and address, and by address alone; and what the ledger has still to hear of them."""

    def __init__(self, *, by_name: int = 10, by_address: int = 50, monotonic: Monotonic = time.monotonic) -> None:
        self._by_name = Window(by_name, monotonic=monotonic)
        self._by_address = Window(by_address, monotonic=monotonic)
        self._told = Window(1, seconds=TOLD_SECONDS, monotonic=monotonic)
        self._untold: dict[str, int] = {}

    def attempt(self, name: str, address: str) -> None:
        """Count an attempt before it is checked, so that many at once do not slip through. Raises TooManySignIns."""
        place = _place(address)
        wait = max(self._by_name.wait_seconds(f"{place} {name}"), self._by_address.wait_seconds(place))
        if wait:
            raise TooManySignIns(retry_after_seconds=wait)
        self._by_name.add(f"{place} {name}")
        self._by_address.add(place)

    def succeeded(self, name: str, address: str) -> None:
        """That attempt was right: forget it, and the wrong ones of this name before it."""
        place = _place(address)
        self._by_name.clear(f"{place} {name}")
        self._by_address.take_back(place)

    def failed(self, address: str) -> int:
        """How many failures the ledger should hear of now; 0: it heard of this address within the last minute."""
        place = _place(address)
        if place not in self._untold and len(self._untold) >= KEYS_MAX:
            del self._untold[next(iter(self._untold))]
        self._untold[place] = self._untold.get(place, 0) + 1
        if self._told.wait_seconds(place):
            return 0
        self._told.add(place)
        return self._untold.pop(place)


def _place(address: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 that one household or host has of IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((ip, 64), strict=False))
    return str(ip)
