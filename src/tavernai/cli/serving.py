"""tavernai serve, tavernai gateway."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tavernai.cli.host import GivenBackend
from tavernai.cli.running import Data, first_line_of_stdin, host_of, settings_of
from tavernai.settings import is_loopback

GATEWAY_PORT = 9000
Host = Annotated[str | None, typer.Option(metavar="H", help="Address to listen on; loopback if not given.")]
Certificate = Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate chain in PEM, for HTTPS.")]
CertificateKey = Annotated[Path | None, typer.Option(metavar="FILE", help="The certificate's private key in PEM.")]


class Role(StrEnum):
    """What a process does."""

    ALL = "all"
    EDGE = "edge"
    WORKER = "worker"


def serve(
    ctx: typer.Context,
    host: Host = None,
    port: Annotated[int | None, typer.Option(metavar="P", help="Port to listen on; 8000 if not given.")] = None,
    data: Data = None,
    tls_cert: Certificate = None,
    tls_key: CertificateKey = None,
    role: Annotated[Role | None, typer.Option(help="edge and worker need DATABASE_URL.")] = None,
) -> None:
    """Start the server."""
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "data_dir": data,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
        "role": role.value if role else None,
    }
    settings = settings_of(**given)
    from tavernai.cli.server import loop_factory, serve_app

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve_app(host_of(ctx), settings))


def gateway(
    ctx: typer.Context,
    host: Host = None,
    port: Annotated[int, typer.Option(metavar="P", help="Port to listen on.")] = GATEWAY_PORT,
    backend: Annotated[str | None, typer.Option(metavar="KIND", help="Serve this one back end alone.")] = None,
    base_url: Annotated[str, typer.Option(metavar="URL", help="Its address.")] = "",
    model: Annotated[str, typer.Option(metavar="M", help="Its model.")] = "",
    key_stdin: Annotated[bool, typer.Option("--key-stdin", help="Read its key from standard input.")] = False,
    data: Data = None,
    tls_cert: Certificate = None,
    tls_key: CertificateKey = None,
) -> None:
    """Start Core alone: the OpenAI-style door to models."""
    if backend is None and (base_url or model or key_stdin):
        raise typer.BadParameter("--base-url, --model and --key-stdin describe a --backend", param_hint="--backend")
    settings = settings_of(host=host, port=port, data_dir=data, tls_cert=tls_cert, tls_key=tls_key)
    if backend is not None and not is_loopback(settings.host):
        raise typer.BadParameter("with --backend nobody needs a key, so only loopback will do", param_hint="--host")
    key = first_line_of_stdin() if key_stdin else ""
    given = GivenBackend(backend, base_url, model, key) if backend is not None else None
    from tavernai.cli.server import loop_factory, serve_gateway

    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve_gateway(host_of(ctx), settings, given))
