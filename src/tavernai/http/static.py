"""The built web app: files known by name at start, read once, sent compressed as they were built."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from tavernai.accounts.guards import header
from tavernai.http.headers import WORKER_POLICY, page_policy, plain_policy

INDEX = "/index.html"
WORKER = "/sw.js"
SHARE = "/share"
"""Where a system sends what is shared to the app. The service worker takes it; without one, the page says so."""
SERVER_PATHS = ("/api", "/v1", "/core", "/health", "/metrics", "/control", "/extension-frame")
"""Never answered with the page: a program that misses an address must learn so."""

TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""In the order we like them: smallest first."""

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_QUALITY = re.compile(r"\s*([a-z*]+)\s*(?:;\s*q=([0-9.]+))?\s*", re.IGNORECASE)

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>TavernAI Plus</title>
<h1>The server runs; its page is not built yet</h1>
<p>In the source tree, <code>make run</code> builds the page and starts the server.</p>
<p>The <a href="/api/docs">API</a> answers already.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the app and its compressed forms."""

    path: Path
    media_type: str
    caching: str
    encodings: tuple[str, ...]


class WebApp:
    """ASGI: the app's files, and its page for every address the app itself routes."""

    def __init__(self, folder: Path | None = None) -> None:
        self._assets = _found(folder or packaged())
        self._read: dict[Path, tuple[bytes, str]] = {}
        self._policy = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_servers(scope["path"]):
            raise HTTPException(404)
        if scope["path"] == SHARE and scope["method"] == "POST":
            await RedirectResponse("/characters?shared=0", 303)(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        answer = await self._answer(scope)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        path = scope["path"]
        asset = self._assets.get(path)
        if asset is None:
            if not _is_route(path):
                raise HTTPException(404)
            asset = self._assets.get(INDEX)
        if asset is None:
            return HTMLResponse(NOT_BUILT, headers={"Content-Security-Policy": plain_policy()})
        return await self._file(asset, Request(scope))

    async def _file(self, asset: Asset, request: Request) -> Response:
        encoding = chosen(header(request.scope, b"accept-encoding"), asset.encodings)
        data, tag = await self._bytes(_encoded(asset.path, encoding))
        headers = {"Cache-Control": asset.caching, "ETag": tag, "Vary": "Accept-Encoding"}
        if asset.media_type.startswith("text/html"):
            headers["Content-Security-Policy"] = await self._page_policy()
        elif request.scope["path"] == WORKER:
            headers["Content-Security-Policy"] = WORKER_POLICY
        if encoding:
            headers["Content-Encoding"] = encoding
        if tag in header(request.scope, b"if-none-match"):
            return Response(status_code=304, headers=headers)
        if request.method == "HEAD":
            return Response(headers={**headers, "Content-Length": str(len(data))}, media_type=asset.media_type)
        return Response(data, headers=headers, media_type=asset.media_type)

    async def _page_policy(self) -> str:
        if not self._policy:
            data, _ = await self._bytes(self._assets[INDEX].path)
            self._policy = page_policy(data.decode())
        return self._policy

    async def _bytes(self, path: Path) -> tuple[bytes, str]:
        known = self._read.get(path)
        if known is None:
            data = await asyncio.to_thread(path.read_bytes)
            known = self._read[path] = data, f'"{hashlib.sha256(data).hexdigest()[:24]}"'
        return known


def packaged() -> Path:
    """Where the build lies inside the installed package."""
    return Path(str(files("tavernai"))) / "web_dist"


def chosen(accepted: str, offered: tuple[str, ...]) -> str:
    """The encoding to send, empty for none: the first we like that is not refused."""
    weights: dict[str, float] = {}
    for part in accepted.split(","):
        match = _QUALITY.fullmatch(part)
        if match:
            weights[match[1].lower()] = _weight(match[2])
    return next((name for name in offered if weights.get(name, weights.get("*", 0.0)) > 0), "")


def _weight(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0


def _found(folder: Path) -> dict[str, Asset]:
    if not folder.is_dir():
        return {}
    paths = {f"/{path.relative_to(folder).as_posix()}": path for path in folder.rglob("*") if path.is_file()}
    return {name: _asset(name, path, paths) for name, path in paths.items() if path.suffix in TYPES}


def _asset(name: str, path: Path, paths: Mapping[str, Path]) -> Asset:
    encodings = tuple(encoding for encoding, ending in ENCODINGS if name + ending in paths)
    caching = FOREVER if name.startswith("/assets/") else ASK_AGAIN
    return Asset(path, TYPES[path.suffix], caching, encodings)


def _encoded(path: Path, encoding: str) -> Path:
    return path.with_name(path.name + dict(ENCODINGS)[encoding]) if encoding else path


def _is_servers(path: str) -> bool:
    return any(path == own or path.startswith(own + "/") for own in SERVER_PATHS)


def _is_route(path: str) -> bool:
    """Whether the app may route this itself: a last part with a dot names a file."""
    return "." not in path.rpartition("/")[2]
