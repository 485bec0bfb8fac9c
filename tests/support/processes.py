"""Programs the tests start as a person would: the server, and a stand-in for a model's server. They end by their id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests.support.requirements import ROOT

START_SECONDS_MAX = 90.0
STOP_SECONDS_MAX = 20
MOCK_UPSTREAM = ROOT / "tests" / "tools" / "mock_upstream.py"


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(**more: str) -> dict[str, str]:
    """The caller's environment without its TavernAI settings, the source tree importable, warnings shown."""
    ours = ("TAVERNAI_", "DATABASE_URL", "REDIS_URL", "CORE_BASE_URL")
    left = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return left | {"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "100"} | more


def run_tavernai(*words: str | Path, data: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run one `tavernai` command on a data folder to its end."""
    return subprocess.run(
        [sys.executable, "-m", "tavernai", *map(str, words)],
        input=stdin,
        env=environment(TAVERNAI_DATA_DIR=str(data), **env),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Program:
    """A program that serves HTTP on a port of its own."""

    def __init__(
        self, *words: str | Path, log: Path, health: str, env: dict[str, str], port: int | None = None
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._words = [str(word) for word in words] + ["--port", str(self.port)]
        self._health = health
        self._env = env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it was never started"
        return self._process.pid

    def start(self) -> Self:
        """Start it and wait until it answers. Raises RuntimeError with its log when it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self._env
            )
        end = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < end and self._process.poll() is None:
            if self._answers():
                return self
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"{' '.join(self._words)} did not start:\n{self.log_text()}")

    def stop(self) -> int:
        """Ask it to end, as Ctrl-C would, and wait; its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Pull the plug: SIGKILL, no clean-up."""
        self._end(signal.SIGKILL)

    def restart(self) -> Self:
        """Stop it and start it again on the same port and data."""
        self.stop()
        return self.start()

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def _end(self, how: signal.Signals) -> int:
        process = self._process
        if process is None or process.poll() is not None:
            return process.returncode if process else 0
        process.send_signal(how)
        try:
            return process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"it did not end within {STOP_SECONDS_MAX} s:\n{self.log_text()}") from None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + self._health, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


def mock_upstream_program(folder: Path, *options: str) -> Program:
    """The OpenAI-compatible stand-in with its fault modes; options as its --help lists them."""
    words = (sys.executable, MOCK_UPSTREAM, *options)
    return Program(*words, log=folder / "mock_upstream.log", health="/v1/models", env=environment())


def tavernai_program(data: Path, *options: str, port: int | None = None, **env: str) -> Program:
    """`tavernai serve` on a data folder, loopback, its own port."""
    words = (sys.executable, "-m", "tavernai", "serve", *options)
    settings = environment(TAVERNAI_DATA_DIR=str(data), **env)
    return Program(*words, log=data.parent / f"{data.name}.log", health="/health", env=settings, port=port)
