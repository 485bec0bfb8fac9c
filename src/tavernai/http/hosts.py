"""Whose name and whose page: the two checks that keep a stranger's web page from speaking to this server.

Host: a page at evil.example may have its name point at 127.0.0.1 (DNS rebinding); its requests then carry
`Host: evil.example`. Only names that are ours pass. An address in digits cannot be rebound, but the server still
answers only to those it listens on.
Origin: a browser says which page a request comes from. Changes and sockets are taken from our own pages and from
configured origins, from nobody else.
"""

import ipaddress
import re
from collections.abc import Iterable

from tavernai.kernel.errors import Forbidden, MalformedInput, TavernError

WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
# Digits alone: what else stands behind a colon ("localhost:@evil.example") belongs to a name that is not ours.
_NAME_AND_PORT = re.compile(r"(\[[^]]*\]|[^:]*):[0-9]*")
PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


class HostMissing(MalformedInput):
    """The request names no host."""

    code = "host_missing"


class HostRefused(TavernError):
    """This server does not go by this name; add it to TAVERNAI_ALLOWED_HOSTS if it should."""

    code = "host_refused"
    status = 421


class OriginRefused(Forbidden):
    """Pages from this origin may not speak to this server; add it to TAVERNAI_ALLOWED_ORIGINS if they should."""

    code = "origin_refused"


class HostRule:
    """Which Host headers pass."""

    def __init__(self, listening: str, names: Iterable[str] = ()) -> None:
        wanted = {_bare(name) for name in names}
        self._names = {"localhost", _bare(listening)} | {name for name in wanted if not name.startswith("*.")}
        self._endings = tuple(name[1:] for name in wanted if name.startswith("*."))
        self._listens_everywhere = listening in WILDCARDS

    def check(self, host: str, *, local_address: str | None) -> None:
        """Raises HostMissing, HostRefused. `local_address`: where this very connection came in."""
        if not host:
            raise HostMissing
        name = _bare(host)
        if name in self._names or name.endswith(self._endings or "\0"):
            return
        if not self._is_ours(name, local_address):
            raise HostRefused

    def _is_ours(self, name: str, local_address: str | None) -> bool:
        try:
            ip = ipaddress.ip_address(name)
        except ValueError:
            return False
        # Behind a container's port mapping the address people type is not the one we see; digits cannot be rebound.
        return ip.is_loopback or self._listens_everywhere or name == local_address


class OriginRule:
    """Which Origin headers pass."""

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    def is_configured(self, origin: str) -> bool:
        """Whether this origin was let in by name: it gets CORS headers."""
        return origin.lower() in self._origins

    def check(self, origin: str, *, host: str, scheme: str) -> None:
        """Raises OriginRefused unless the page is our own or configured. No origin: not a page of another site."""
        if origin and not self.is_configured(origin) and not _is_own(origin.lower(), host.lower(), scheme):
            raise OriginRefused


def _is_own(origin: str, host: str, scheme: str) -> bool:
    of_page, mark, where = origin.partition("://")
    if not mark or of_page not in ("http", "https"):
        return False
    if scheme in ("https", "wss") and of_page != "https":
        return False
    # A proxy that ends TLS makes an https page speak to an http server: then only names and ports are compared.
    return _with_port(where, of_page) == _with_port(host, of_page)


def _with_port(host: str, scheme: str) -> str:
    has_port = ":" in host.rpartition("]")[2]
    return host if has_port else f"{host}:{PORTS[scheme]}"


def _bare(host: str) -> str:
    """The name without port, brackets and the root's dot, in lower case."""
    name = host.strip().lower()
    if with_port := _NAME_AND_PORT.fullmatch(name):
        name = with_port[1]
    if name.startswith("[") and name.endswith("]"):
        return name[1:-1]
    return name.removesuffix(".")
