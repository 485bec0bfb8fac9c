"""Commands while the server runs: through it, by its notes; and what else may not come that way."""

import asyncio
import json
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tavernai.cli import notes
from tavernai.cli.errors import AddressTaken
from tavernai.cli.server import serve_app
from tavernai.engines.lock import FolderInUse
from tavernai.settings import Settings
from tests.acceptance.cli.conftest import PASSWORD, Terminal
from tests.support.people import Person
from tests.support.processes import free_port


@asynccontextmanager
async def running(terminal: Terminal, **more: object) -> AsyncIterator[notes.Notes]:
    """The server in this process, until asked to stop as Ctrl-C's neighbour would."""
    settings = Settings(data_dir=terminal.data, port=0, log_level="error", stop_seconds=2, **more)  # type: ignore[arg-type]
    serving = asyncio.create_task(serve_app(terminal.product, settings))
    while not (found := notes.read(settings)) or not await _answers(found):
        await asyncio.sleep(0.01)
        if serving.done():
            serving.result()
    yield found
    os.kill(os.getpid(), signal.SIGTERM)
    await serving


async def _answers(found: notes.Notes) -> bool:
    host, _, port = found.address.partition("://")[2].rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except OSError:
        return False
    writer.close()
    return True


async def test_a_command_goes_through_the_running_server(terminal: Terminal) -> None:
    async with running(terminal):
        opened = terminal.product.opened
        added = await terminal.beside("user", "add", "ada", "--role", "owner", "--password-stdin", stdin=PASSWORD)
        assert (added.code, added.out) == (0, "ada is now an owner.\n")
        [user] = json.loads((await terminal.beside("user", "list", "--json")).out)
        assert user["username"] == "ada"
        assert terminal.product.opened == opened


async def test_who_was_added_by_command_signs_in_at_once(terminal: Terminal) -> None:
    async with running(terminal) as found:
        await terminal.beside("user", "add", "ada", "--role", "owner", "--password-stdin", stdin=PASSWORD)
        key = (await terminal.beside("key", "add", "--user", "ada", "--label", "x")).out.strip()
        async with Person(found.address) as person:
            assert (await person.sign_in("ada", PASSWORD)).status == 200
        async with Person(found.address, key=key) as program:
            assert (await program.get("/api/auth/me")).status == 200


async def test_a_refusal_comes_back_as_the_same_sentence(terminal: Terminal) -> None:
    async with running(terminal):
        ended = await terminal.beside("user", "remove", "nobody")
        assert (ended.code, ended.err) == (1, "There is no user of this name.\n")


async def test_the_notes_are_this_user_s_alone_and_gone_afterwards(terminal: Terminal) -> None:
    async with running(terminal):
        path = terminal.data / "run" / "control.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert sorted(os.listdir(path.parent)) == ["control.json", "lock"]
    assert not path.exists()


async def test_notes_of_a_server_that_died_are_passed_over(terminal: Terminal) -> None:
    settings = Settings(data_dir=terminal.data)
    notes.write(settings, f"http://127.0.0.1:{free_port()}", token="old")
    ended = await terminal.beside("user", "list")
    assert (ended.code, ended.out) == (0, "There is nobody yet.\n")


async def test_another_program_at_the_old_address_learns_nothing_it_can_use(terminal: Terminal) -> None:
    other = Terminal(terminal.data.parent / "other", terminal._capsys, terminal._patch)
    async with running(other) as found:
        notes.write(Settings(data_dir=terminal.data), found.address, token="old")
        ended = await terminal.beside("user", "list")
        assert (ended.code, ended.out) == (0, "There is nobody yet.\n")


async def test_a_second_server_on_the_folder_is_refused(terminal: Terminal) -> None:
    async with running(terminal):
        with pytest.raises(FolderInUse):
            await serve_app(terminal.product, Settings(data_dir=terminal.data, port=0))


async def test_a_taken_port_is_told_before_anything_is_opened(terminal: Terminal) -> None:
    async with running(terminal) as found:
        opened, port = terminal.product.opened, int(found.address.rpartition(":")[2])
        with pytest.raises(AddressTaken, match=str(port)):
            await serve_app(terminal.product, Settings(data_dir=terminal.data.parent / "other", port=port))
        assert terminal.product.opened == opened


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer {token}", "X-Forwarded-For": "198.51.100.1"},
        {"Authorization": "Bearer {token}", "Origin": "http://evil.example"},
        {"Authorization": "Bearer {token}", "Host": "evil.example"},
    ],
)
async def test_the_control_door_opens_to_the_token_from_this_machine_alone(
    terminal: Terminal, headers: dict[str, str]
) -> None:
    async with running(terminal) as found, Person(found.address) as person:
        sent = {name: value.format(token=found.token) for name, value in headers.items()}
        body = {"command": "user.list", "args": {}}
        assert (await person.post("/control/commands", body, headers=sent)).status in (403, 421)
        fits = {"Authorization": f"Bearer {found.token}"}
        assert (await person.post("/control/commands", body, headers=fits)).ok() == {"result": []}
        assert (await person.post("/control/commands", {"command": 1}, headers=fits)).status == 400


async def test_beyond_loopback_the_setup_code_is_printed_until_there_is_an_owner(terminal: Terminal) -> None:
    async with running(terminal, host="0.0.0.0") as found:
        out = ""
        while "setup code" not in out:
            out += terminal._capsys.readouterr().out
            await asyncio.sleep(0.01)
        assert out.startswith(f"TavernAI Plus is at {found.address}\n")
        code = out.split()[-1]
        async with Person(found.address) as person:
            body = {"username": "ada", "password": PASSWORD}
            assert (await person.post("/api/setup", body)).status == 403
            assert (await person.post("/api/setup", body | {"code": code})).status == 201


async def test_over_tls_commands_check_the_very_certificate(terminal: Terminal, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    async with running(terminal, tls_cert=cert, tls_key=key) as found:
        assert found.address.startswith("https://")
        assert (await terminal.beside("user", "list")).out == "There is nobody yet.\n"
        path = terminal.data / "run" / "control.json"
        path.write_text(path.read_text().replace(found.certificate, "0" * 64))
        ended = await terminal.beside("user", "list")
        assert (ended.code, ended.err.split()[:3]) == (1, ["Another", "TavernAI", "Plus"])


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of this test's own."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tavern.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    cert_path, key_path = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem = serialization.PrivateFormat.PKCS8
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption()))
    return cert_path, key_path
