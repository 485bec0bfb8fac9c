"""The verbs of tools/dev.py, each a short list of steps."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Sequence
from functools import partial
from pathlib import Path

import made
from made import BIN, PYTHON, ROOT, Failed, command
from steps import Run, Step

REPORT = ROOT / ".pytest_cache" / "report.json"
DIST = ROOT / "dist"
BENCHMARKS = ROOT / "benchmarks"
SCREENS = ROOT / "tests" / "journeys" / "test_screens.py"
SOME_FAILED = 1
NO_TESTS = 5
"""Pytest's exit codes when tests failed, and when nothing was selected."""

LOCKS = {
    "app": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--group", "dev", "--constraint", "requirements/app.txt"],
    "build": ["--group", "build"],
}

PYTHON_APP = Step("Python packages", partial(made.make_python, "app"), partial(made.python_is_ready, "app"))
PYTHON_DEV = Step("Python packages", partial(made.make_python, "dev"), partial(made.python_is_ready, "dev"))
NODE = Step("Web packages", made.make_node_modules, made.node_is_ready)
PAGE = Step("Page", made.make_page, made.page_is_ready)

PYTHON_CHECKS = [
    Step("ruff: rules", lambda: command(BIN / "ruff", "check", "--quiet", ".")),
    Step("ruff: format", lambda: command(BIN / "ruff", "format", "--quiet", "--diff", ".")),
    Step("mypy: types", lambda: command(BIN / "mypy", "--no-error-summary")),
    Step("import-linter: shelves", lambda: command(BIN / "lint-imports", "--no-logo")),
    Step("api/: as the code says", lambda: command(PYTHON, "tools/api.py", "--check")),
]
WEB_CHECKS = [
    Step("page: lint", partial(made.run_npm, "lint")),
    Step("page: types", partial(made.run_npm, "typecheck")),
    Step("page: API types as api/ says", partial(made.run_npm, "api:check")),
    Step("page: component tests", partial(made.run_npm, "test")),
]


def run(arguments: Sequence[str]) -> int:
    """Make what is missing, then become `tavernai serve`."""
    steps = Run(total=3)
    if not (made.python_is_ready("app") and made.page_is_ready()):
        page = [PAGE] if made.page_is_ready() else [NODE, PAGE]
        steps.total = 1 + len(page)
        if not steps.beside(lambda: steps.do(PYTHON_APP), lambda: steps.chain(page)):
            return 1
    words = [str(PYTHON), "-m", "tavernai", "serve", *arguments]
    if os.name == "nt":
        return subprocess.run(words, cwd=ROOT, env=made.environment(), check=False).returncode
    os.chdir(ROOT)
    return os.execve(PYTHON, words, made.environment())


def test(arguments: Sequence[str]) -> int:
    """Everything that must hold. With arguments: those tests only."""
    only = bool(arguments)
    checks = [] if only else PYTHON_CHECKS
    web_checks = [] if only else WEB_CHECKS
    tests = _tests(arguments)
    steps = Run(total=3 + len(checks) + len(web_checks) + len(tests))
    REPORT.unlink(missing_ok=True)
    made_all = steps.beside(
        lambda: steps.do(PYTHON_DEV) and (steps.each(checks) or True),
        lambda: steps.chain([NODE, PAGE]) and (steps.each(web_checks) or True),
    )
    if made_all:
        steps.each(tests)
    return _sum_up(steps)


def lint(arguments: Sequence[str]) -> int:
    """Every check that is not a test of the server."""
    steps = Run(total=2 + len(PYTHON_CHECKS) + len(WEB_CHECKS))
    steps.beside(
        lambda: steps.do(PYTHON_DEV) and steps.each(PYTHON_CHECKS),
        lambda: steps.do(NODE) and steps.each(WEB_CHECKS),
    )
    return _sum_up(steps)


def build_web(arguments: Sequence[str]) -> int:
    """The page alone."""
    return 0 if Run(total=2).chain([NODE, PAGE]) else 1


def dist(arguments: Sequence[str]) -> int:
    """A wheel that carries the page, proven in an environment of its own."""
    wheel = Step("Wheel", _build_wheel)
    proof = Step(
        "Wheel alone: installs, starts, serves the page", lambda: command(PYTHON, "tools/prove_wheel.py", DIST)
    )
    steps = Run(total=5)
    well = steps.beside(lambda: steps.do(PYTHON_APP), lambda: steps.chain([NODE, PAGE])) and steps.chain([wheel, proof])
    if well:
        print(*sorted(DIST.glob("*.whl")), sep="\n")
    return 0 if well else 1


def bench(arguments: Sequence[str]) -> int:
    """The promises, measured: every script of benchmarks/, or those named."""
    names = list(arguments) or sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))
    scripts = [Step(name, partial(command, PYTHON, BENCHMARKS / f"{name}.py", show=True), loud=True) for name in names]
    steps = Run(total=3 + len(scripts))
    ready = steps.beside(lambda: steps.do(PYTHON_DEV), lambda: steps.chain([NODE, PAGE]))
    return 0 if ready and steps.each(scripts) else 1


def screens(arguments: Sequence[str]) -> int:
    """Take the pictures again that the screens are compared with; look at what changed before you commit."""
    take = Step("Pictures of the screens", partial(_take_screens, *arguments), loud=True)
    steps = Run(total=4)
    ready = steps.beside(lambda: steps.do(PYTHON_DEV), lambda: steps.chain([NODE, PAGE]))
    return 0 if ready and steps.do(take) else 1


def api(arguments: Sequence[str]) -> int:
    """What is printed from the code: api/, the page's types, tables and diagrams in docs/."""
    steps = [
        PYTHON_DEV,
        NODE,
        Step("api/", lambda: command(PYTHON, "tools/api.py")),
        Step("The page's types", partial(made.run_npm, "api")),
        Step("Tables in docs/", lambda: command(PYTHON, "tools/reference.py")),
        Step("Diagrams in docs/", lambda: command(PYTHON, "tools/diagrams.py")),
    ]
    return 0 if Run(total=len(steps)).chain(steps) else 1


def lock(arguments: Sequence[str]) -> int:
    """requirements/*.txt again from pyproject.toml; --upgrade takes newer versions."""
    with tempfile.TemporaryDirectory() as folder:
        uv = Path(folder, BIN.name, "uv")
        tool = Step("uv, for this once", partial(_throw_away_uv, folder))
        locks = [Step(f"requirements/{name}.txt", partial(_lock, uv, name, arguments)) for name in LOCKS]
        return 0 if Run(total=1 + len(locks)).chain([tool, *locks]) else 1


def clean(arguments: Sequence[str]) -> int:
    """Remove what was made; data/ is a person's and stays."""
    for thing in (made.VENV, made.NODE_MODULES, made.PAGE, made.WEB / "dist", DIST, REPORT.parent):
        shutil.rmtree(thing, ignore_errors=True)
    return 0


def _tests(arguments: Sequence[str]) -> list[Step]:
    """Pytest on both cores, then what wants a quiet machine; then a walk through a started server."""
    if arguments:
        return [Step("pytest", partial(_pytest, *arguments), loud=True)]
    return [
        Step(
            "pytest, on two cores",
            partial(_pytest, "-n", "2", "-m", "not alone", "--dist", "loadgroup", fine=(0, SOME_FAILED)),
            loud=True,
        ),
        Step("pytest, what failed beside others, by itself", _pytest_again, loud=True),
        Step("pytest, what wants a quiet machine", partial(_pytest, "-m", "alone", fine=(0, NO_TESTS)), loud=True),
        Step("smoke: one walk through a started server", lambda: command(PYTHON, "tools/smoke.py", "--start")),
    ]


def _pytest(*arguments: str, fine: Container[int] = (0,)) -> None:
    """Run pytest in view; each run adds to the same report (tests/conftest.py)."""
    os.environ["TAVERNAI_TEST_REPORT"] = str(REPORT)
    os.environ["PYTHONHASHSEED"] = "0"  # both workers must list the tests in the same order
    command(PYTHON, "-m", "pytest", "-q", *arguments, show=True, fine=fine)


def _take_screens(*arguments: str) -> None:
    os.environ["TAVERNAI_SCREENS"] = "renew"
    command(PYTHON, "-m", "pytest", "-q", SCREENS, *arguments, show=True)


def _pytest_again() -> None:
    """What failed while two tests ran at once runs once more alone, in view and counted: then it has to pass.

    A browser that another test kept from the processor looks like a fault of the page. Many failures are no accident:
    the fifth ends it.
    """
    os.environ["TAVERNAI_TEST_AGAIN"] = "1"
    try:
        _pytest("--last-failed", "--last-failed-no-failures", "none", "--maxfail", "5", fine=(0, NO_TESTS))
    finally:
        del os.environ["TAVERNAI_TEST_AGAIN"]


def _throw_away_uv(folder: str) -> None:
    command(sys.executable, "-m", "venv", folder)
    command(Path(folder, BIN.name, PYTHON.name), *made.PIP_INSTALL, "uv")


def _lock(uv: Path, name: str, arguments: Sequence[str]) -> None:
    """One lock file for every system, hashes in it, no address; what stands there is kept unless it must change."""
    how = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--quiet", "--python-version", "3.11"]
    words = [*how, *LOCKS[name], *arguments, "--output-file", made.REQUIREMENTS / f"{name}.txt"]
    command(uv, "pip", "compile", *words)


def _build_wheel() -> None:
    shutil.rmtree(DIST, ignore_errors=True)
    command(PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d", DIST)


def _sum_up(steps: Run) -> int:
    """What a person reads last: what failed, what was skipped and why, how many tests there were."""
    print(f"\n{'─' * 72}\n{len(steps.done)} steps done, {len(steps.failed)} failed, {_minutes(steps.started)}")
    for name in steps.failed:
        print(f"  FAILED   {name}")
    report = json.loads(REPORT.read_text()) if REPORT.is_file() else {}
    for want, count in report.get("wants", {}).items():
        print(f"  SKIPPED  {count} tests for want of {want}")
    if report:
        print(
            "tests: {passed} passed, {failed} failed, {skipped} skipped, {again} of them twice".format(
                **report["counts"]
            )
        )
    print("FAILED" if steps.failed else "ALL GOOD", flush=True)
    return 1 if steps.failed else 0


def _minutes(started: float) -> str:
    seconds = int(time.monotonic() - started)
    return f"{seconds // 60} min {seconds % 60} s"


VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "lint": lint,
    "build-web": build_web,
    "dist": dist,
    "bench": bench,
    "screens": screens,
    "api": api,
    "lock": lock,
    "clean": clean,
}


def main(words: Sequence[str]) -> int:
    """Parse the verb, hand it the rest."""
    parser = argparse.ArgumentParser(prog="tools/dev.py", description="What a person types at this repository.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, verb in VERBS.items():
        verbs.add_parser(name, help=(verb.__doc__ or "").splitlines()[0], add_help=False)
    chosen, rest = parser.parse_known_args(words)
    if rest[:1] == ["--"]:
        rest = rest[1:]
    try:
        return VERBS[chosen.verb](rest)
    except Failed as failure:
        print(failure, file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    return 1
