"""Every name that a prompt's part is given here has words in the page's languages."""

import json
import re

from tavernai.prompting.domain.presets import BUILTINS
from tests.support.requirements import ROOT

GIVEN = re.compile(r'(?:Piece|Cut|_line|_frame)\((?:"\w+", )?"?\w+"?, f?"([A-Z][^"{]*?) ?(?:\{\w+\})?"')


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def test_every_part_of_a_prompt_has_a_name_in_both_languages() -> None:
    sources = (ROOT / "src" / "tavernai" / "prompting" / "domain").glob("*.py")
    given = {title for source in sources for title in GIVEN.findall(source.read_text())}
    assert {"Example", "Start of the chat", "Who speaks next", "Older messages"} <= given
    for language in ("en", "zh-CN"):
        words = json.loads((ROOT / "web" / "src" / "locales" / language / "chat.json").read_text())["part"]
        missing = {title for title in given | {entry.name for entry in BUILTINS} if _slug(title) not in words}
        assert not missing, f"{language}: {missing}"
