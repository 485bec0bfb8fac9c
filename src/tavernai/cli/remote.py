"""A command through the running server."""

import hashlib
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tavernai.cli import notes
from tavernai.cli.errors import Refused, ServerSilent
from tavernai.settings import Settings

CONTROL_PATH = "/control/commands"
CONNECT_SECONDS = 5.0
ANSWER_SECONDS_MAX = 3600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server's command returned."""

    result: Any


def through_server(settings: Settings, name: str, args: Mapping[str, Any]) -> Answer | None:
    """Run the command in the running server; None when none runs. Raises Refused, ServerSilent."""
    found = notes.read(settings)
    if found is None:
        return None
    line = _connected(found)
    if line is None:
        return None
    try:
        return _asked(line, found.token, name, args)
    finally:
        line.close()


def _connected(found: notes.Notes) -> http.client.HTTPConnection | None:
    where = urlsplit(found.address)
    host = where.hostname or "127.0.0.1"
    line: http.client.HTTPConnection
    if where.scheme == "https":
        # The name in the certificate is the outer one; that it is the very certificate is checked below.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        line = http.client.HTTPSConnection(host, where.port, timeout=CONNECT_SECONDS, context=context)
    else:
        line = http.client.HTTPConnection(host, where.port, timeout=CONNECT_SECONDS)
    try:
        line.connect()
    except OSError:
        return None
    if found.certificate and not _shows(line, found.certificate):
        line.close()
        return None
    return line


def _shows(line: http.client.HTTPConnection, certificate: str) -> bool:
    shown = line.sock.getpeercert(binary_form=True) if isinstance(line.sock, ssl.SSLSocket) else None
    return shown is not None and hashlib.sha256(shown).hexdigest() == certificate


def _asked(line: http.client.HTTPConnection, token: str, name: str, args: Mapping[str, Any]) -> Answer | None:
    body = json.dumps({"command": name, "args": dict(args)})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        if line.sock is not None:
            line.sock.settimeout(ANSWER_SECONDS_MAX)
        line.request("POST", CONTROL_PATH, body, headers)
        answer = line.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        raise ServerSilent from None
    if answer.status >= 500:
        raise ServerSilent
    if answer.status != 200:  # another program has the address of a server that died
        return None
    if "refused" in said:
        raise Refused(said["refused"]["detail"], **said["refused"]["facts"])
    return Answer(said["result"])
