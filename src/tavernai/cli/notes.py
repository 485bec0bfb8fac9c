"""data/run/control.json: where the running server is and the token that proves one may read this folder."""

import hashlib
import json
import os
import secrets
import ssl
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tavernai.settings import Settings

NAME = "control.json"


@dataclass(frozen=True, slots=True)
class Notes:
    """What a command needs to speak to the server; `certificate`: its sha256, empty without TLS."""

    address: str
    token: str
    pid: int
    certificate: str = ""


def write(settings: Settings, address: str, *, token: str) -> None:
    """Leave the notes, readable by this user alone, in one step."""
    certificate = fingerprint(settings.tls_cert) if settings.tls_cert else ""
    text = json.dumps(asdict(Notes(address, token, os.getpid(), certificate)))
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    fresh = settings.run_dir / f".{NAME}.{secrets.token_hex(4)}"
    # Made with its mode, not changed afterwards: nobody may read it in between.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(settings.run_dir / NAME)


def read(settings: Settings) -> Notes | None:
    """The notes of a server that runs or died; None when there are none to be read."""
    try:
        return Notes(**json.loads((settings.run_dir / NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remove(settings: Settings) -> None:
    """Take the notes away when they are this process's own."""
    found = read(settings)
    if found is not None and found.pid == os.getpid():
        with suppress(FileNotFoundError):  # somebody tidied up: gone is what it shall be
            (settings.run_dir / NAME).unlink()


def fingerprint(certificate: Path) -> str:
    """The sha256 of the first certificate in a PEM file."""
    pem = certificate.read_text(encoding="ascii")
    begin = pem.index("-----BEGIN CERTIFICATE-----")
    end = pem.index("-----END CERTIFICATE-----", begin) + len("-----END CERTIFICATE-----")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem[begin:end])).hexdigest()
