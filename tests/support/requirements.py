"""What some tests want from the machine. Missing, they skip loudly; with TAVERNAI_REQUIRE=all they fail.

@needs_postgres
async def test_positions_have_no_gaps(postgres_url): ...
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TAVERNAI_SHARED", ROOT.parent / "shared")).resolve()
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PAGE = ROOT / "src" / "tavernai" / "web_dist" / "index.html"
_DEBIAN_POSTGRES = Path("/usr/lib/postgresql")

needs_chromium = pytest.mark.needs("chromium")
needs_postgres = pytest.mark.needs("postgres")
needs_shared = pytest.mark.needs("shared")


def chromium() -> Path | None:
    """Debian's Chromium, or what CHROMIUM names."""
    named = os.environ.get("CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return Path(found) if found and Path(found).exists() else None


def postgres_binaries() -> Path | None:
    """The folder of PostgreSQL's server programs: POSTGRES_BIN, Debian's newest, or where `postgres` lies on PATH."""
    named = [Path(os.environ["POSTGRES_BIN"])] if "POSTGRES_BIN" in os.environ else []
    debian = sorted(_DEBIAN_POSTGRES.glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    return next((folder for folder in [*named, *debian, *on_path] if (folder / "initdb").exists()), None)


def shared_folder() -> Path | None:
    """The fixtures that lie beside the repository (TAVERNAI_SHARED, default ../shared)."""
    return SHARED if (SHARED / "fixtures").is_dir() else None


def namespaces() -> Path | None:
    """`unshare`, where people may make mount namespaces of their own."""
    found = shutil.which("unshare")
    if found is None:
        return None
    tried = subprocess.run([found, "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    return Path(found) if tried.returncode == 0 else None


@dataclass(frozen=True)
class Want:
    """One thing a test may want, and how a person gets it."""

    find: Callable[[], Path | None]
    remedy: str


WANTS = {
    "chromium": Want(chromium, "Chromium (apt-get install chromium, or name it in CHROMIUM)"),
    "postgres": Want(
        postgres_binaries, "PostgreSQL's server programs (apt-get install postgresql-15, or POSTGRES_BIN)"
    ),
    "namespaces": Want(namespaces, "namespaces without rights (unshare -Urm; Linux)"),
    "shared": Want(shared_folder, "the shared fixtures (a folder named by TAVERNAI_SHARED, default ../shared)"),
}


def require(name: str) -> Path:
    """Where the wanted thing lies; without it the calling test is skipped, or fails where everything is required."""
    want = WANTS[name]
    return want.find() or _do_without(want.remedy)


def _do_without(remedy: str) -> NoReturn:
    if os.environ.get("TAVERNAI_REQUIRE") == "all":
        pytest.fail(f"TAVERNAI_REQUIRE=all, and this machine lacks {remedy}", pytrace=False)
    pytest.skip(f"wants {remedy}")
