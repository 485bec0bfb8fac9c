"""Keys at rest: AES-256-GCM under a key file that only this user may read.

What is sealed is bound to what it was sealed for: a ciphertext moved to another row opens as nothing.
    sealed = version (1 byte) | nonce (12) | ciphertext and tag
"""

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tavernai.gateway.errors import SecretLost

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"


class FileSecretBox:
    """Fulfils gateway.ports.SecretBox. The key file (hex, mode 0600) is made when something is first sealed."""

    def __init__(self, key_file: Path) -> None:
        self._file = key_file
        self._cipher: AESGCM | None = None

    def seal(self, plain: str, *, context: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._ready(make=True).encrypt(nonce, plain.encode(), context.encode())

    def open(self, sealed: bytes, *, context: str) -> str:
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if sealed[:1] != VERSION:
            raise SecretLost
        try:
            return self._ready(make=False).decrypt(nonce, rest, context.encode()).decode()
        except (InvalidTag, ValueError):
            raise SecretLost from None

    def _ready(self, *, make: bool) -> AESGCM:
        if self._cipher is None:
            if make and not self._file.exists():
                _write_key(self._file)
            self._cipher = AESGCM(_read_key(self._file))
        return self._cipher


def _write_key(file: Path) -> None:
    """A fresh key, whole or not at all; another process that is first keeps its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(KEY_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        _put_unless_there(draft, file)
    finally:
        draft.unlink(missing_ok=True)


def _put_unless_there(draft: Path, file: Path) -> None:
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not file.exists():
            draft.replace(file)


def _read_key(file: Path) -> bytes:
    """The key; a file others may read is closed to them first. Raises SecretLost."""
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            file.chmod(0o600)
        key = bytes.fromhex(file.read_text().strip())
    except (OSError, ValueError):
        raise SecretLost(file=str(file)) from None
    if len(key) != KEY_BYTES:
        raise SecretLost(file=str(file))
    return key
