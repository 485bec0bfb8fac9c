"""Proof that the wheel alone is the product: install it in an empty environment, start it, ask for health and page.

python tools/prove_wheel.py dist
"""

import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import smoke

ROOT = Path(__file__).resolve().parent.parent


def main(folder: str) -> None:
    wheels = sorted(Path(folder).resolve().glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"one wheel was expected in {folder}, found {len(wheels)}")
    with tempfile.TemporaryDirectory(prefix="tavernai-wheel-") as place:
        python = installed(wheels[0], Path(place, "venv"))
        os.environ.pop("PYTHONPATH", None)
        # From a folder where no source tree can stand in for what the wheel lacks.
        smoke.ROOT, sys.executable = Path(place), str(python)
        with smoke.started() as url:
            check_page(url)
            smoke.walk(url)


def installed(wheel: Path, venv: Path) -> Path:
    """A fresh environment's Python, with the wheel and the locked packages it asks for."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    lock = ROOT / "requirements" / "app.txt"
    subprocess.run([*pip, str(wheel), "--constraint", str(without_hashes(lock, venv))], check=True)
    return python


def without_hashes(lock: Path, venv: Path) -> Path:
    """The lock as constraints: pip takes no wheel without a hash beside packages with hashes."""
    lines = [line.rstrip(" \\") for line in lock.read_text(encoding="utf-8").splitlines() if not line.startswith(" ")]
    constraints = venv / "constraints.txt"
    constraints.write_text("\n".join(lines), encoding="utf-8")
    return constraints


APP = {"/sw.js": "text/javascript", "/manifest.webmanifest": "application/manifest+json", "/icon-512.png": "image/png"}
"""What makes the page an app that can be installed, by address: its media type."""


def check_page(url: str) -> None:
    """The built page is inside the wheel, and what makes it an app."""
    for path, media_type in APP.items():
        with urllib.request.urlopen(url + path, timeout=10) as answer:
            if not answer.headers["Content-Type"].startswith(media_type):
                sys.exit(f"{path} is {answer.headers['Content-Type']}")
    with urllib.request.urlopen(url + "/", timeout=10) as answer:
        text = answer.read().decode()
    if "<html" not in text or "<script" not in text:
        sys.exit(f"the server's page is no page: {text[:200]}")


if __name__ == "__main__":
    main(sys.argv[1])
