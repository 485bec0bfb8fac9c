"""One walk through a started server with nothing but HTTP, as an outsider would take it.

    python tools/smoke.py --start                     starts `tavernai serve` on an empty folder, walks, stops it
    python tools/smoke.py --url http://127.0.0.1:8000 walks at a fresh server that is already there

health → setup → demo connection → character → message → task → timeline; every step prints what it saw.
"""

import argparse
import contextlib
import http.cookiejar
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS_MAX = 30
REPLY_SECONDS_MAX = 60
PERSON = {"username": "smoke", "password": "lighthouse at dusk"}
CARD = {"name": "Smoke", "description": "Keeper of the lighthouse.", "first_mes": "The lamp is lit.", "tags": ["test"]}


class Walker:
    """A browser's memory without the browser: cookies, and the CSRF token of whoever is signed in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.csrf = ""
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(rfc2965=False))
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer; a refusal ends the walk with the server's words."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Origin": self.url, "X-CSRF-Token": self.csrf}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with self._open(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as refusal:
            sys.exit(f"{method} {path} answered {refusal.code}: {refusal.read().decode(errors='replace')}")
        return json.loads(text) if text else None


def walk(url: str) -> None:
    """Every step of the main path; SystemExit at the first that fails."""
    walker = Walker(url)
    said("health", walker.ask("GET", "/health")["status"])
    walker.csrf = walker.ask("POST", "/api/setup", PERSON)["csrf_token"]
    said("signed in as", walker.ask("GET", "/api/auth/me")["user"]["username"])
    demo = {"name": "demo", "kind": "demo", "is_default": True}
    said("connection", walker.ask("POST", "/api/connections", demo)["name"])
    character = walker.ask("POST", "/api/characters", {"card": CARD})
    said("character", character["name"])
    posted = walker.ask("POST", "/v1/agent/messages", {"character_id": character["id"], "content": "Who lit the lamp?"})
    task = ended(walker, posted["task_id"])
    said("task", task["status"])
    messages = walker.ask("GET", f"/api/conversations/{posted['conversation_id']}/messages")["items"]
    reply = next(message for message in messages if message["id"] == posted["reply_message_id"])
    said("reply", reply["text"][:72].replace("\n", " "))
    check_chain(walker, posted["conversation_id"])


def ended(walker: Walker, task_id: str) -> dict[str, Any]:
    """The task once it has ended well."""
    end = time.monotonic() + REPLY_SECONDS_MAX
    while time.monotonic() < end:
        task: dict[str, Any] = walker.ask("GET", f"/v1/agent/tasks/{task_id}")
        if task["status"] == "completed":
            return task
        if task["status"] in ("failed", "cancelled"):
            break
        time.sleep(0.1)
    sys.exit(f"the task did not complete: {task}")


def check_chain(walker: Walker, conversation_id: str) -> None:
    """The timeline tells the whole way from the message to its reply, in the order of positions."""
    items = walker.ask("GET", f"/v1/audit/conversations/{conversation_id}/timeline?limit=200")["items"]
    kinds = [item["kind"] for item in items]
    wanted = ["message.added", "task.queued", "task.started", "plan.made", "route.chosen", "completion.done"]
    missing = [kind for kind in wanted if kind not in kinds]
    positions = [item["position"] for item in items]
    if missing or positions != sorted(positions):
        sys.exit(f"the timeline lacks {missing} or is out of order: {list(zip(positions, kinds, strict=True))}")
    said("timeline", f"{len(items)} facts, {wanted[0]} … {wanted[-1]}")


def said(what: str, value: object) -> None:
    print(f"  {what:<14} {value}", flush=True)


@contextlib.contextmanager
def started() -> Iterator[str]:
    """A server on an empty data folder; ended by its id."""
    with tempfile.TemporaryDirectory(prefix="tavernai-smoke-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = os.environ | {"TAVERNAI_DATA_DIR": str(Path(folder, "data")), "PYTHONUTF8": "1"}
        words = [sys.executable, "-m", "tavernai", "serve", "--port", str(port)]
        notes = Path(folder, "log")
        with notes.open("wb") as log:
            server = subprocess.Popen(words, env=env, cwd=ROOT, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{port}"
        try:
            if not answers(url, server):
                sys.exit(f"the server did not start:\n{notes.read_text(errors='replace')}")
            yield url
        finally:
            server.terminate()
            server.wait(timeout=30)


def answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    """Whether /health answers before the patience ends or the process does."""
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError):
            return bool(urllib.request.urlopen(f"{url}/health", timeout=2).status == 200)
        time.sleep(0.05)
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--start", action="store_true", help="start a server of its own")
    where.add_argument("--url", help="a fresh server that runs already")
    chosen = parser.parse_args()
    with started() if chosen.start else contextlib.nullcontext(chosen.url) as url:
        walk(url)


if __name__ == "__main__":
    main()
