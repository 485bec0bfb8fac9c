"""Parts of docs/ that are printed from the code: what stands between `<!-- NAME: printed … -->` and `<!-- end -->`."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def replaced(text: str, name: str, content: str) -> str:
    """The page with this section's content; SystemExit when the page has no such section."""
    mark = re.compile(rf"(<!-- {name}: printed by [^>]*-->\n).*?(<!-- end -->)", re.DOTALL)
    fresh, count = mark.subn(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", text)
    if count != 1:
        sys.exit(f"one section {name} was expected, found {count}")
    return fresh


def bring_up_to_date(pages: Mapping[str, Mapping[str, str]], *, check: bool) -> None:
    """Write each page's sections (page below docs/ → section → content); with `check` only say what is stale."""
    stale = []
    for page, sections in pages.items():
        path = DOCS / page
        before = after = path.read_text(encoding="utf-8")
        for name, content in sections.items():
            after = replaced(after, name, content)
        if after != before:
            stale.append(page)
            if not check:
                path.write_text(after, encoding="utf-8")
    if stale and check:
        sys.exit(f"stale: docs/{', docs/'.join(stale)}. `make api` prints them again.")
