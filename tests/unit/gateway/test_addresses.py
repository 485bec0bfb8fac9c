"""Where connections may lead, and where they may not."""

import asyncio

import pytest

from tavernai.engines import outgoing
from tavernai.engines.outgoing import GuardedResolver
from tavernai.gateway.addresses import checked_base_url, endpoint, is_forbidden_address
from tavernai.gateway.errors import UnsafeAddress

ALLOWED = [
    "http://127.0.0.1:11434/v1",
    "http://localhost:8080",
    "http://192.168.1.20:5001",
    "http://[::1]:1234/v1",
    "http://10.0.0.5/v1/",
    "https://api.openai.com/v1",
    "https://models.example/api",
]
REFUSED = {
    "ftp://host/v1": "scheme",
    "file:///etc/passwd": "scheme",
    "javascript:alert(1)": "scheme",
    "http://": "no_host",
    "http://user:secret@host/v1": "credentials",
    "http://user@host": "credentials",
    "http://host/v1?key=1": "query",
    "http://host/v1#x": "query",
    "http://ho st/v1": "unreadable",
    "http://host\\@evil/v1": "unreadable",
    "http://host:99999/v1": "unreadable",
    "http://169.254.169.254/latest": "metadata",
    "http://169.254.1.1": "metadata",
    "http://[fe80::1]/v1": "metadata",
    "http://[::ffff:169.254.169.254]/": "metadata",
    "http://[64:ff9b::a9fe:a9fe]/": "metadata",
    "http://[fd00:ec2::254]/": "metadata",
    "http://100.100.100.200/": "metadata",
    "http://metadata.google.internal/": "metadata",
    "http://METADATA.google.internal./": "metadata",
    "http://１６９.254.169.254/": "metadata",
    "http://169。254。169。254/": "metadata",
    "http://①⑥⑨.254.169.254/": "metadata",
    "http://ｍetadata.google.internal/": "metadata",
}
JOINED = {
    "http://h": "http://h/v1/models",
    "http://h/": "http://h/v1/models",
    "http://h/v1": "http://h/v1/models",
    "http://h/v1/": "http://h/v1/models",
    "https://openrouter.ai/api": "https://openrouter.ai/api/v1/models",
    "https://h/v1beta/openai": "https://h/v1beta/openai/models",
    "https://h/api/paas/v4": "https://h/api/paas/v4/models",
    "https://h/chat/completions": "https://h/models",
    "https://h/v1/chat/completions": "https://h/v1/models",
}


@pytest.mark.parametrize("url", ALLOWED)
def test_models_in_the_house_and_in_the_cloud_may_be_called(url: str) -> None:
    assert checked_base_url(f"  {url} ") == url.rstrip("/")


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_everything_else_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(UnsafeAddress) as caught:
        checked_base_url(url)
    assert caught.value.facts["reason"] == reason


@pytest.mark.parametrize(("base", "joined"), JOINED.items())
def test_a_base_url_is_understood_with_or_without_its_version(base: str, joined: str) -> None:
    assert endpoint(base, "/models") == joined


def test_a_zone_does_not_hide_a_link_local_address() -> None:
    assert is_forbidden_address("fe80::1%eth0")
    assert not is_forbidden_address("::1")


async def test_a_name_that_leads_to_the_metadata_service_is_not_called() -> None:
    class Rebound:
        async def resolve(self, host: str, port: int = 0, family: int = 2) -> list[dict[str, object]]:
            return [
                {"hostname": host, "host": "169.254.169.254", "port": port, "family": family, "proto": 6, "flags": 0}
            ]

        async def close(self) -> None:
            return

    with pytest.raises(OSError, match="not called"):
        await GuardedResolver(Rebound()).resolve("models.example", 80)  # type: ignore[arg-type]


async def test_an_address_in_digits_that_no_name_was_asked_for_is_not_called_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called: list[object] = []

    def answer(_: asyncio.StreamReader, line: asyncio.StreamWriter) -> None:
        called.append(line)
        line.close()

    monkeypatch.setattr(outgoing, "is_forbidden_address", lambda address: address == "127.0.0.1")
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, outgoing.outgoing_session() as session:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(OSError, match="Cannot connect"):
            await session.get(f"http://１２７.0.0.1:{port}/v1/models")
    assert not called
