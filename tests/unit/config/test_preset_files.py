"""Presets of every kind that go out as files: what nobody changed is as it came, to the order of its keys."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tavernai.config.presets.domain.kinds import KINDS
from tavernai.config.presets.domain.reading import SECRET, kept
from tavernai.config.presets.events import PresetCreated
from tavernai.config.presets.service import data_of, prepared
from tavernai.kernel.canonical import canonical_json

TEXTS = st.text('ab_Z 0é中\U0001f600\n"/', max_size=6)
NAMES = TEXTS.filter(lambda name: not SECRET.search(name))
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | TEXTS
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)
MARKS: dict[str, dict[str, Any]] = {
    "chat": {"temperature": 1.0, "prompts": [{"name": "Main", "identifier": "main", "content": "x"}]},
    "text": {"temp": 1, "top_p": 0.9, "rep_pen": 1.1}, "context": {"story_string": "{{system}}"},
    "instruct": {"output_sequence": "b", "input_sequence": "a"}, "system_prompt": {"name": "S", "content": "Be."},
    "reasoning": {"suffix": "", "prefix": "", "separator": ""}, "quick_reply": {"version": 2, "qrList": []},
    "script": {"scriptName": "S", "findRegex": "/a/g", "placement": [2, 1]}, "theme": {"main_text_color": "#fff"},
}  # fmt: skip


def row_of(fact: PresetCreated, data: dict[str, Any]) -> dict[str, Any]:
    """The row as the fold writes it: canonical, which has no order of its own."""
    return {"data": canonical_json(data).decode(), "written": fact.written}


@pytest.mark.parametrize("kind", MARKS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_nobody_changed_goes_out_as_it_came(kind: str, data: st.DataObject) -> None:
    unknown = data.draw(st.dictionaries(NAMES, JSON, max_size=4))
    value = dict(data.draw(st.permutations([*(unknown | MARKS[kind]).items()])))
    [fact] = prepared(orjson.dumps(value), "file.json", kind=kind)  # type: ignore[arg-type]
    assert orjson.dumps(data_of(row_of(fact, fact.data))) == orjson.dumps(value)
    changed = {**fact.data, "odd one": 1}
    assert orjson.dumps(data_of(row_of(fact, changed))) == orjson.dumps({**value, "odd one": 1})


def test_models_are_kept_and_where_they_stand_is_not() -> None:
    told, dropped = kept(
        {"vertexai_model": "g", "azure_openai_model": "m", "vertexai_region": "eu", "azure_base_url": "u"}
    )
    assert (told, dropped) == (
        {"vertexai_model": "g", "azure_openai_model": "m"}, ["azure_base_url", "vertexai_region"]
    )  # fmt: skip


def test_every_kind_with_a_form_of_its_own_is_tried() -> None:
    assert set(KINDS) - set(MARKS) == {"kobold", "novel", "background"}
