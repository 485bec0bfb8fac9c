"""The documentation as the tests read it: pages, their code blocks, their links, the first column of their tables."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.requirements import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("changelog.d/*.md"), *ROOT.glob("docs/**/*.md")])
_FENCE = re.compile(r"^```(?P<info>[^\n]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_PATH = re.compile(r"`((?:src|web|tests|tools|docs|api|sdk|requirements|benchmarks|changelog\.d)/[\w./-]*)`")
_FIRST_CELL = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: ```bash run server``` has the language bash and the words run and server."""

    page: str
    line: int
    language: str
    words: frozenset[str]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks() -> list[Block]:
    return [_block(page, found) for page in PAGES for found in _FENCE.finditer(page.read_text(encoding="utf-8"))]


def _block(page: Path, found: re.Match[str]) -> Block:
    language, *words = found["info"].split()
    line = page.read_text(encoding="utf-8").count("\n", 0, found.start()) + 1
    return Block(name(page), line, language, frozenset(words), found["text"])


def links(page: Path) -> list[str]:
    """Targets of links inside the repository."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return [target for target in _LINK.findall(text) if "://" not in target]


def paths(page: Path) -> list[str]:
    """Files and folders of the repository that a page names."""
    return _PATH.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))


def anchors(page: Path) -> set[str]:
    """Headings as a renderer turns them into anchors."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def section(page: str, title: str) -> str:
    """The printed section of this name in a page below docs/."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.split(f"<!-- {title}: ", 1)[1].split("<!-- end -->", 1)[0]


def described(page: str, title: str) -> set[str]:
    """What the first column of a printed section names."""
    return set(_FIRST_CELL.findall(section(page, title)))
