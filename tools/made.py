"""What is made from what: the environment from its locks, the web packages from theirs, the page from its sources.

Each thing keeps the digest of its sources in a file `.made` inside itself: deleting the thing forgets the digest too.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Container, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WEB = ROOT / "web"
NODE_MODULES = WEB / "node_modules"
PAGE = ROOT / "src" / "tavernai" / "web_dist"
REQUIREMENTS = ROOT / "requirements"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
NODE_OLDEST = (20, 19)
NOT_SOURCES = {"node_modules", "dist", "coverage", "test", "tests"}
PIP_INSTALL = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


class Failed(Exception):
    """A command failed; the text is what it printed."""


def command(*words: str | Path, cwd: Path = ROOT, show: bool = False, fine: Container[int] = (0,)) -> str:
    """Run a command; its output comes back, or goes straight to the terminal when `show`.

    Raises:
        Failed: its exit code is none of `fine`.
    """
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=environment(),
        stdout=None if show else subprocess.PIPE,
        stderr=None if show else subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    output = done.stdout or ""
    if done.returncode not in fine:
        raise Failed(output.strip() or f"{Path(str(words[0])).name} ended with {done.returncode}")
    return output


def environment() -> dict[str, str]:
    """The caller's environment, made quiet and independent of what other environment is active."""
    quiet = {"npm_config_update_notifier": "false", "npm_config_fund": "false", "npm_config_audit": "false"}
    left = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
    return left | quiet | {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUTF8": "1"}


def digest(files: Iterable[Path]) -> str:
    """One hash over names and contents, in the order of the names."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def is_made(thing: Path, sources: str) -> bool:
    mark = thing / ".made"
    return mark.is_file() and mark.read_text() == sources


def mark_made(thing: Path, sources: str) -> None:
    (thing / ".made").write_text(sources)


# The Python environment.


def python_is_ready(kind: str) -> bool:
    """Whether the environment holds what this lock (app or dev) asks for; dev's holds all of app's."""
    wanted = [_python_sources(kind)] + ([_python_sources("dev")] if kind == "app" else [])
    return PYTHON.is_file() and any(is_made(VENV, sources) for sources in wanted)


def make_python(kind: str) -> None:
    """The environment, the locked packages by hash, and this project in place."""
    if not (PYTHON.is_file() and _answers(PYTHON, "import pip, sys; assert sys.version_info >= (3, 11)")):
        shutil.rmtree(VENV, ignore_errors=True)
        command(sys.executable, "-m", "venv", VENV)
    locks = [word for name in (kind, "build") for word in ("-r", REQUIREMENTS / f"{name}.txt")]
    command(PYTHON, *PIP_INSTALL, "--no-deps", "--no-compile", "--require-hashes", *locks)
    command(PYTHON, *PIP_INSTALL, "--no-deps", "--no-build-isolation", "-e", ROOT)
    mark_made(VENV, _python_sources(kind))


def _python_sources(kind: str) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    how = json.dumps([project["build-system"], project["project"], project["tool"]["hatch"]], sort_keys=True)
    locks = digest(REQUIREMENTS / f"{name}.txt" for name in (kind, "build"))
    return f"{kind} {hashlib.sha256((how + locks).encode()).hexdigest()}"


def _answers(python: Path, code: str) -> bool:
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0


# The web packages and the page.


def node_is_ready() -> bool:
    return is_made(NODE_MODULES, _node_sources())


def make_node_modules() -> None:
    """The web packages of web/package-lock.json, exactly."""
    npm = _npm()
    command(npm, "ci", "--prefer-offline", "--loglevel=error", cwd=WEB)
    mark_made(NODE_MODULES, _node_sources())


def page_is_ready() -> bool:
    return (PAGE / "index.html").is_file() and is_made(PAGE, _page_sources())


def make_page() -> None:
    """Build beside, then put in place: a failed build leaves the old page, never half of a new one."""
    fresh = WEB / "dist"
    command(_npm(), "run", "build", "--silent", "--", "--outDir", "dist", "--emptyOutDir", cwd=WEB)
    mark_made(fresh, _page_sources())
    shutil.rmtree(PAGE, ignore_errors=True)
    shutil.move(fresh, PAGE)


def _node_sources() -> str:
    return digest([WEB / "package.json", WEB / "package-lock.json"])


def _page_sources() -> str:
    found = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCES and not name.startswith(".")]
        found += [Path(folder, name) for name in names]
    shared = ROOT / "sdk" / "js"
    if shared.is_dir():
        found += [file for file in shared.rglob("*") if file.is_file() and not NOT_SOURCES & set(file.parts)]
    return digest(found)


def _npm() -> str:
    """npm's path, once Node is known to be new enough. Raises Failed with the way out."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise Failed("The page is built with Node.js {}.{} or newer, and none was found.".format(*NODE_OLDEST))
    version = command(node, "--version").strip().lstrip("v")
    if tuple(map(int, version.split(".")[:2])) < NODE_OLDEST:
        raise Failed("Node.js {}.{} or newer is needed; this is {}.".format(*NODE_OLDEST, version))
    return npm


def run_npm(script: str) -> str:
    """A script of web/package.json."""
    return command(_npm(), "run", script, "--silent", cwd=WEB)
