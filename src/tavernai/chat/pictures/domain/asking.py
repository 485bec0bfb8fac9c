"""Which addresses are asked for a picture. The text comes from cards and models: strangers, who try things.

Checked thrice: the text here, at the door and after every redirect; the addresses a name leads to when it is looked
up; and the address itself when a line to it is opened (engines.outgoing).
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from tavernai.chat.pictures.errors import PictureAddressRefused
from tavernai.gateway.addresses import FORBIDDEN_NAMES, is_public_address

URL_CHARACTERS_MAX = 2_000
HOME_NAMES = ("localhost", "local", "internal", "lan", "home", "intranet", "onion")
"""Last parts of names that belong to a house or a company, not to the internet."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where pictures may come from. There is one, PUBLIC; only a test has a server of its own to ask."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] = frozenset({443})
    allows: Callable[[str], bool] = is_public_address
    """whether an IP address may be called"""


PUBLIC = Rule()


def checked_url(text: str, *, rule: Rule = PUBLIC, base: str = "") -> str:
    """The address to ask, without its fragment; `http` becomes `https`, as browsers have it in a secure page.

    Args:
        base: where a redirect came from; `text` may then be relative to it.
    Raises:
        PictureAddressRefused: it is not asked (facts: reason).
    """
    if len(text) > URL_CHARACTERS_MAX or not text.isprintable() or " " in text or "\\" in text:
        raise PictureAddressRefused(reason="unreadable")
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise PictureAddressRefused(reason="unreadable") from None
    scheme = "https" if parts.scheme == "http" and "http" not in rule.schemes and port in (None, 80) else parts.scheme
    port = None if scheme != parts.scheme else port
    reason = _why_not(scheme, port, host, rule=rule) or ("credentials" if "@" in parts.netloc else None)
    if reason:
        raise PictureAddressRefused(reason=reason)
    netloc = parts.netloc if scheme == parts.scheme else parts.netloc.removesuffix(":80")
    return parts._replace(scheme=scheme, netloc=netloc, fragment="").geturl()


def _why_not(scheme: str, port: int | None, host: str, *, rule: Rule) -> str | None:
    if scheme not in rule.schemes:
        return "scheme"
    if not host:
        return "no_host"
    if (port or 443) not in rule.ports:
        return "port"
    # What calls the host reads １２７。0。0。1 as 127.0.0.1; so must what checks it.
    name = unicodedata.normalize("NFKC", host).replace("\u3002", ".").rstrip(".").lower()
    if _is_address(name):
        return None if rule.allows(name) else "private"
    # Where a name leads is seen when it is looked up.
    return "private" if name in FORBIDDEN_NAMES or name.rpartition(".")[2] in HOME_NAMES else None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
