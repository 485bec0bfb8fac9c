"""Which Host and which Origin pass."""

import pytest

from tavernai.http.hosts import HostMissing, HostRefused, HostRule, OriginRefused, OriginRule


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "LOCALHOST.", "127.0.0.1:8000", "127.0.0.2", "[::1]:8000"]
)
def test_loopback_passes_by_every_name(host: str) -> None:
    HostRule("127.0.0.1").check(host, local_address="127.0.0.1")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.7", "0x7f000001", "2130706433"],
)
def test_a_rebound_name_and_a_strange_address_are_refused(host: str) -> None:
    with pytest.raises(HostRefused):
        HostRule("127.0.0.1").check(host, local_address="127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1:8000@evil.example", "localhost:evil.example", "[::1]evil", "[::1]:x"])
def test_our_name_with_something_else_than_a_port_is_refused(host: str) -> None:
    with pytest.raises(HostRefused):
        HostRule("127.0.0.1").check(host, local_address="127.0.0.1")


def test_a_request_without_a_host_is_refused() -> None:
    with pytest.raises(HostMissing):
        HostRule("127.0.0.1").check("", local_address=None)


def test_the_address_it_listens_on_passes_in_digits() -> None:
    rule = HostRule("192.0.2.7")
    rule.check("192.0.2.7:8000", local_address="192.0.2.7")
    rule.check("[2001:db8::1]:8000", local_address="2001:db8::1")
    with pytest.raises(HostRefused):
        rule.check("192.0.2.8", local_address="192.0.2.7")


def test_listening_everywhere_takes_any_digits_but_no_strange_name() -> None:
    rule = HostRule("0.0.0.0")
    rule.check("198.51.100.3:8000", local_address="172.17.0.2")
    with pytest.raises(HostRefused):
        rule.check("evil.example", local_address="172.17.0.2")


def test_configured_names_and_their_subdomains_pass() -> None:
    rule = HostRule("127.0.0.1", ["Tavern.Example.org", "*.lan.example"])
    rule.check("tavern.example.org:443", local_address=None)
    rule.check("den.lan.example", local_address=None)
    for host in ("lan.example", "evillan.example", "sub.tavern.example.org"):
        with pytest.raises(HostRefused):
            rule.check(host, local_address=None)


OWN = [
    ("http://127.0.0.1:8000", "127.0.0.1:8000", "http"),
    ("https://tavern.example", "tavern.example", "http"),  # a proxy ends TLS
    ("https://tavern.example", "tavern.example:443", "https"),
    ("http://[::1]:8000", "[::1]:8000", "http"),
    ("", "127.0.0.1:8000", "http"),  # no browser's page
]
FOREIGN = [
    ("http://evil.example", "127.0.0.1:8000", "http"),
    ("http://127.0.0.1:3000", "127.0.0.1:8000", "http"),
    ("http://tavern.example", "tavern.example", "https"),
    ("null", "127.0.0.1:8000", "http"),
    ("file://", "127.0.0.1:8000", "http"),
    ("chrome-extension://abc", "127.0.0.1:8000", "http"),
    ("http://127.0.0.1:8000.evil.example", "127.0.0.1:8000", "http"),
]


@pytest.mark.parametrize(("origin", "host", "scheme"), OWN)
def test_our_own_page_passes(origin: str, host: str, scheme: str) -> None:
    OriginRule().check(origin, host=host, scheme=scheme)


@pytest.mark.parametrize(("origin", "host", "scheme"), FOREIGN)
def test_another_page_is_refused(origin: str, host: str, scheme: str) -> None:
    with pytest.raises(OriginRefused):
        OriginRule().check(origin, host=host, scheme=scheme)


def test_a_configured_origin_passes_exactly() -> None:
    rule = OriginRule(["https://app.example/"])
    rule.check("https://app.example", host="127.0.0.1:8000", scheme="http")
    assert not rule.is_configured("http://app.example")
    assert not rule.is_configured("https://app.example.evil.example")
