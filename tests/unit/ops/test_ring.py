"""The log that can be handed out: bounded, and nothing in it that people wrote."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tavernai.ops.ring import HIDDEN, LogRing, kept_lines

SECRET = "she opened the blue door"


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for part in kept_lines(folder) for line in part.splitlines()]


def test_a_line_keeps_ids_numbers_and_codes(tmp_path: Path) -> None:
    event = {"event": "reply_ended", "task_id": "0198", "ms": 12, "code": "upstream_cut", "ok": True}
    assert LogRing(tmp_path)(None, "info", event) is event
    assert lines(tmp_path) == [event]


@pytest.mark.parametrize("name", ["text", "content", "prompt", "detail", "title", "whatever", "key", "password"])
def test_a_field_nobody_vouched_for_loses_its_words(tmp_path: Path, name: str) -> None:
    LogRing(tmp_path)(None, "info", {"event": "x", name: SECRET, "size": 3})
    LogRing(tmp_path)(None, "info", {"event": "x", name: {"deep": [SECRET]}})
    assert [line[name] for line in lines(tmp_path)] == [HIDDEN, HIDDEN]


def test_of_an_exception_stay_its_class_and_where_it_was_never_its_words(tmp_path: Path) -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        LogRing(tmp_path)(None, "error", {"event": "reply_broke", "exc_info": True})
    [line] = lines(tmp_path)
    assert line["exception"] == ["ValueError", "KeyError"]
    assert line["frames"][0].startswith("ops/test_ring.py:")
    assert SECRET not in json.dumps(line)


def test_of_other_libraries_lines_stays_the_template(tmp_path: Path) -> None:
    record = logging.LogRecord("uvicorn", 30, "f", 1, "refused %s", (SECRET,), None)
    whole = logging.LogRecord("asyncio", 40, "f", 1, f"Task exception: {SECRET}", (), None)
    for one in (record, whole):
        LogRing(tmp_path)(None, "error", {"event": one.getMessage(), "_record": one})
    assert [(line["logger"], line["event"]) for line in lines(tmp_path)] == [
        ("uvicorn", "refused %s"),
        ("asyncio", HIDDEN),
    ]


def test_the_ring_never_grows_beyond_its_bound_and_the_oldest_lines_go(tmp_path: Path) -> None:
    ring = LogRing(tmp_path, bytes_max=1_000)
    for number in range(500):
        ring(None, "info", {"event": "tick", "n": number})
    kept = [line["n"] for line in lines(tmp_path)]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 4_000
    assert kept == list(range(kept[0], 500))


def test_a_disk_that_takes_nothing_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    assert LogRing(tmp_path / "logs")(None, "info", {"event": "x"}) == {"event": "x"}
