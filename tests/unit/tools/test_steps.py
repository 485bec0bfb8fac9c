"""Steps tell what became of them, and what needs a failed one is not run."""

import pytest
from made import Failed
from steps import Run, Step


def breaks() -> None:
    raise Failed("no such thing")


def test_a_chain_ends_at_the_first_failure_and_counts_the_rest_as_failed() -> None:
    seen: list[str] = []
    run = Run(total=3)
    went = run.chain([Step("a", lambda: seen.append("a")), Step("b", breaks), Step("c", lambda: seen.append("c"))])
    assert (went, seen, run.failed) == (False, ["a"], ["b", "c (not run)"])


def test_steps_that_do_not_need_each_other_all_run() -> None:
    seen: list[str] = []
    run = Run(total=2)
    assert not run.each([Step("a", breaks), Step("b", lambda: seen.append("b"))])
    assert (seen, run.done) == (["b"], ["b"])


def test_what_is_up_to_date_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(total=1).do(Step("Page", breaks, ready=lambda: True))
    assert capsys.readouterr().out == "[1/1] Page: up to date\n"


def test_a_failure_is_shown_with_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    Run(total=1).do(Step("Page", breaks))
    shown = capsys.readouterr()
    assert "[1/1] Page: FAILED" in shown.out
    assert "no such thing" in shown.err


def test_lanes_run_beside_each_other_and_both_count() -> None:
    run = Run(total=2)
    assert not run.beside(lambda: run.do(Step("a", breaks)), lambda: run.do(Step("b", lambda: None)))
    assert (run.failed, run.done) == (["a"], ["b"])
