"""What every benchmark shares: the product and the stand-in as processes, the machine's name, and the result file."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.support.processes import Program, mock_upstream_program  # noqa: E402
from tests.support.servers import Server, must, prepare, started_server  # noqa: E402

TOOLS = Path(os.environ.get("TAVERNAI_SHARED", ROOT.parent / "shared")) / "tools"


def machine() -> dict[str, Any]:
    """Where the numbers were seen, and how busy it was with other things."""
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": [round(value, 2) for value in os.getloadavg()],
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
    }


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, least and most of several rounds."""
    return {
        "median": round(statistics.median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }


def save(name: str, result: dict[str, Any], *, keep: bool = True) -> None:
    """Print the result and keep it under benchmarks/results."""
    text = json.dumps(result, indent=2)
    if keep:
        (ROOT / "benchmarks" / "results" / f"{name}.json").write_text(text + "\n")
    print(text)


@contextmanager
def product(**env: str) -> Iterator[Server]:
    """A fresh server with an owner and a key; logs warnings only."""
    with tempfile.TemporaryDirectory(prefix="tavernai-bench-") as folder:
        data = Path(folder) / "data"
        server = started_server(data, prepare(data, **env), TAVERNAI_LOG_LEVEL="warning", **env)
        try:
            yield server
        finally:
            server.kill()


@contextmanager
def model(*options: str) -> Iterator[Program]:
    """The stand-in for a model's server, as its own process."""
    with tempfile.TemporaryDirectory(prefix="tavernai-bench-") as folder:
        program = mock_upstream_program(Path(folder), *options).start()
        try:
            yield program
        finally:
            program.kill()


def connect(server: Server, program: Program) -> None:
    """Make the stand-in the default connection."""
    words = ("connection", "add", "mock", "--kind", "openai", "--base-url", f"{program.url}/v1", "--model", "mock")
    must("connection", *words, "--default", data=server.data)


def run_tool(name: str, *words: str, seconds: float) -> dict[str, Any]:
    """One run of a load client; its JSON answer."""
    done = subprocess.run(
        [sys.executable, str(TOOLS / name), *words], capture_output=True, text=True, timeout=seconds, check=False
    )
    if not done.stdout.strip():
        raise SystemExit(f"{name} said nothing: {done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
