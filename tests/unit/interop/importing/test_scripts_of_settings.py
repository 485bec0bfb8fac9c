"""Scripts that lie in settings: each is told of, also one that cannot be taken."""

import json
from pathlib import Path

import pytest

from tavernai.config.presets import service as presets
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.sources import FolderSource


def test_a_script_that_is_too_large_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "DATA_BYTES_MAX", 500)
    scripts = [
        {"scriptName": name, "findRegex": find, "replaceString": "", "placement": [1]}
        for name, find in (("Small", "a"), ("Huge", "a" * 1_000), ("Last", "b"))
    ]
    folder = tmp_path / "default-user"
    (folder / "characters").mkdir(parents=True)
    told = {"username": "Kim", "extension_settings": {"regex": scripts}}
    (folder / "settings.json").write_text(json.dumps(told), encoding="utf-8")
    found = [one for one in Analyst(FolderSource(tmp_path)).found() if one.kind == "script"]
    assert [(one.name, one.verdict == "refused", one.code) for one in found] == [
        ("Small", False, None), ("Huge", True, "preset_too_large"), ("Last", False, None),
    ]  # fmt: skip
