"""Pages hold together: links lead somewhere, nothing of anybody's machine or of a registry stands in tracked files."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from tests.docs.pages import PAGES, anchors, links, name, paths
from tests.support.requirements import ROOT

AGENTS_LINES_MAX = 150


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_inside_the_repository_lead_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{name(page)} links to {target}"
        assert not anchor or anchor in anchors(found), f"{name(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_paths_a_page_names_are_there(page: Path) -> None:
    made_later = ("src/tavernai/web_dist/", "web/node_modules/")
    missing = [path for path in paths(page) if path not in made_later and not (ROOT / path).exists()]
    assert missing == []


def test_every_page_is_reached_from_the_index() -> None:
    reached = {(ROOT / "docs" / target.partition("#")[0]).resolve() for target in links(ROOT / "docs" / "index.md")}
    orphans = [name(page) for page in (ROOT / "docs").rglob("*.md") if page not in reached and page.name != "index.md"]
    assert orphans == []


def test_the_page_for_agents_stays_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text(encoding="utf-8").splitlines()) < AGENTS_LINES_MAX


def test_the_first_screen_of_the_readme_has_both_commands() -> None:
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:24]
    assert any(line.startswith("make run") for line in first_screen)
    assert any(line.startswith("make test") for line in first_screen)


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    assert "exec make test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_no_tracked_file_names_a_package_registry() -> None:
    hosts = [PyPI.netloc, PyPI.file_storage_domain]
    if npm := shutil.which("npm"):
        asked = subprocess.run(
            [npm, "config", "get", "registry"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        hosts += re.findall(r"https?://([^/\s]+)", asked.stdout)
    assert [line for host in hosts for line in git("grep", "-nIF", host).splitlines()[:5]] == []


@pytest.mark.parametrize("path", [str(ROOT), f"{Path.home()}/"])
def test_no_tracked_file_names_a_path_of_this_machine(path: str) -> None:
    assert git("grep", "-nIF", path).splitlines()[:5] == []


def test_one_word_for_one_thing_in_the_glossary() -> None:
    words = re.findall(
        r"^\| \*\*(.+?)\*\* \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(words) > 30
    assert words == sorted(set(words), key=str.lower)


def test_every_waiting_change_is_one_bullet_or_more() -> None:
    waiting = [page for page in PAGES if page.parent.name == "changelog.d" and page.name != "README.md"]
    loose = [name(page) for page in waiting if not page.read_text(encoding="utf-8").startswith("- ")]
    assert waiting
    assert loose == []
