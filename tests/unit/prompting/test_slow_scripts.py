"""Scripts of strangers that take their time: what one pass over many texts may cost."""

import random
import time
import tracemalloc

import pytest

from tavernai.prompting.domain import scripts as room
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Character, Scene
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


def grown(find: str, replacement: str, **more: object) -> dict[str, object]:
    return {"findRegex": find, "replaceString": replacement, "placement": [1], "promptOnly": True} | more


@pytest.mark.parametrize(
    "scripts",
    [
        [grown(r"/[\s\S]+/", "$0$0")] * 40,
        [grown(r"/(?=([\s\S]*))/g", "$1")],
        [grown(r"/[\s\S]+/", "$0" * 25_000)],
        [grown("/x/g", "y" * 100_000)],
        [grown("/x/g", "{{space::100000}}")],
        [grown("/x/g", "$0", trimStrings=["{{space::100000}}"] * 10_000)],
    ],
    ids=["doubling", "looking ahead", "many times itself", "a long replacement", "a macro", "trims"],
)
def test_scripts_that_make_more_and_more_of_a_text_are_stopped(scripts: list[dict[str, object]]) -> None:
    env = environment(Scene(Character("Mira")), clock=lambda: 0, random=random.Random(0))
    found = [script_from({**one, "id": str(number)}) for number, one in enumerate(scripts)]
    rewrite = ScriptRewriter(found, lambda text: expand(text, env))
    tracemalloc.start()
    made = rewrite(TEXT, placement="user", depth=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(made) <= room.MADE_CHARS_MAX
    assert peak < 50 * room.MADE_CHARS_MAX
    assert set(rewrite.failed.values()) == {"too_slow"}


def test_a_long_text_may_be_rewritten_as_long_as_it_is() -> None:
    long = "x" * (2 * room.MADE_CHARS_MAX)
    rewrite = rewriter({**WELL, "findRegex": "/^x/", "replaceString": "y"})
    assert rewrite(long, placement="user", depth=0) == "y" + long[1:]


def test_trims_that_are_no_list_are_none() -> None:
    assert script_from({**WELL, "trimStrings": {"a": 1}}).trims == ()
