"""Scripts of strangers that take their time: what one pass over many texts may cost."""

import time

from tavernai.prompting.domain import scripts as room
from tavernai.prompting.domain.scripts import ScriptRewriter, script_from

EVIL = {"findRegex": "/(x+x+)+y/", "replaceString": "z", "placement": [1], "promptOnly": True}
WELL = {"findRegex": "/x$/", "replaceString": "!", "placement": [1], "promptOnly": True}
TEXT = "x" * 3_000


def rewriter(*raw: dict[str, object]) -> ScriptRewriter:
    found = [script_from({**one, "id": str(number)}) for number, one in enumerate(raw)]
    return ScriptRewriter(found, lambda text: text)


def test_a_script_that_was_too_slow_once_has_no_say_about_the_other_texts() -> None:
    rewrite, began = rewriter(EVIL, WELL), time.monotonic()
    told = {rewrite(TEXT, placement="user", depth=depth) for depth in range(40)}
    assert time.monotonic() - began < 2, "it was tried for every text"
    assert told == {TEXT[:-1] + "!"}
    assert list(rewrite.failed.values()) == ["too_slow"]


def test_all_scripts_together_have_a_limit() -> None:
    rewrite = rewriter(*[EVIL] * 100, WELL)
    began = time.monotonic()
    assert rewrite(TEXT, placement="user", depth=0) == TEXT
    assert time.monotonic() - began < 2 * room.SCRIPTS_SECONDS_MAX
    assert set(rewrite.failed.values()) == {"too_slow"}
    assert len(rewrite.failed) == 101
