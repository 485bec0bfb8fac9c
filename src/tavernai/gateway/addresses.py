"""Which addresses a connection may lead to. Models live on this machine, in the house and in the cloud, so loopback and
private networks are fine (owners alone set them); what hands out a cloud machine's own keys is not.

Checked twice: the text when a connection is saved, and the address itself when a line to it is opened, because a name
may resolve to something else by then and a text may be read in more ways than one.
"""

import re
import unicodedata
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from tavernai.gateway.errors import UnsafeAddress

URL_CHARACTERS_MAX = 2_000
FORBIDDEN_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local, and every large cloud's metadata service in it
        "fe80::/10",
        "fd00:ec2::/32",  # metadata over IPv6
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "224.0.0.0/4",
        "ff00::/8",
        "255.255.255.255/32",
    )
)
FORBIDDEN_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
)
_NAT64 = ip_network("64:ff9b::/96")
_VERSION = re.compile(r"v\d+[a-z0-9]*", re.IGNORECASE)
_CHAT = "/chat/completions"
_ROUTES = ("/chat/completions", "/v1", "/api")


def is_forbidden_address(text: str) -> bool:
    """Whether this IP address must not be called. A zone (`%eth0`) does not hide it, nor does an IPv6 wrapping."""
    address = ip_address(text.partition("%")[0])
    return any(inner in network for inner in _unwrapped(address) for network in FORBIDDEN_NETWORKS)


def is_public_address(text: str) -> bool:
    """Whether this IP address belongs to the internet at large: what a stranger's text names may lead nowhere else."""
    address = ip_address(text.partition("%")[0])
    inner = _unwrapped(address)
    if address in _NAT64:  # how a network without IPv4 writes an IPv4 address; only what it stands for counts
        inner = inner[1:]
    return not is_forbidden_address(text) and all(one.is_global and not one.is_multicast for one in inner)


def _unwrapped(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        return [address]
    wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        wrapped.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [address, *(inner for inner in wrapped if inner is not None)]


def checked_base_url(text: str) -> str:
    """The base URL, trimmed, if this server may call it.

    Raises:
        UnsafeAddress: not http(s), carries credentials, a query or a fragment, names no host or a forbidden one
            (facts: reason).
    """
    url = text.strip().rstrip("/")
    reason = _why_not(url)
    if reason:
        raise UnsafeAddress(field="base_url", reason=reason)
    return url


def _why_not(url: str) -> str | None:
    if len(url) > URL_CHARACTERS_MAX or not url.isprintable() or " " in url or "\\" in url:
        return "unreadable"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "unreadable"
    if parts.scheme not in ("http", "https"):
        return "scheme"
    if "@" in parts.netloc:
        return "credentials"
    if parts.query or parts.fragment:
        return "query"
    return _why_not_host(host or "")


def _why_not_host(host: str) -> str | None:
    if not host:
        return "no_host"
    # What calls the host reads １６９。254 as 169.254; so must what checks it.
    host = unicodedata.normalize("NFKC", host).replace("\u3002", ".")
    if host.rstrip(".").lower() in FORBIDDEN_NAMES:
        return "metadata"
    try:
        return "metadata" if is_forbidden_address(host) else None
    except ValueError:  # a name: its addresses are checked when it is called
        return None


@lru_cache(maxsize=1024)
def endpoint(base_url: str, path: str) -> str:
    """The URL of `path` (`/chat/completions`, `/models`) below a base URL given with or without its version part.

    A base URL that names the chat route itself is taken at its word: providers without a version write it so.

    Raises:
        UnsafeAddress: see checked_base_url.
    """
    base = checked_base_url(base_url)
    if base.endswith(_CHAT):
        return base.removesuffix(_CHAT) + path
    has_version = any(_VERSION.fullmatch(part) for part in urlsplit(base).path.split("/"))
    return base + ("" if has_version else "/v1") + path


@lru_cache(maxsize=1024)
def root_of(base_url: str) -> str:
    """Where a server's own routes begin: the base URL without the version and route parts people copy along.

    Raises:
        UnsafeAddress: see checked_base_url.
    """
    base = checked_base_url(base_url)
    for route in _ROUTES:
        base = base.removesuffix(route)
    return base
