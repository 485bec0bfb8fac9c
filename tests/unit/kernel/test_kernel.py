"""Ids, canonical JSON, text at the door, facts and cursors."""

import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from tavernai.kernel.canonical import canonical_json
from tavernai.kernel.clock import rfc3339
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import fact, fact_from, payload_of, upcasts
from tavernai.kernel.ids import is_id, new_id
from tavernai.kernel.paging import BadCursor, decode_cursor, encode_cursor
from tavernai.kernel.text import clean_json, clean_text, loose_json

TEXTS = st.text(st.characters(codec="utf-8"))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5))


def test_ids_are_uuid7_and_grow_with_time() -> None:
    ids = [new_id() for _ in range(5_000)]
    assert all(map(is_id, ids))
    assert ids == sorted(set(ids))


@given(JSON)
def test_canonical_json_is_rfc_8785_for_every_value(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**60, {"a": [-(2**60)]}])
def test_numbers_json_cannot_carry_are_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_json(value)


@given(st.text())
def test_cleaned_text_can_be_stored_anywhere(text: str) -> None:
    clean = clean_text(text)
    assert clean.encode().decode() == clean
    assert "\0" not in clean
    assert clean_text(clean) == clean


def test_text_without_trouble_stays_as_it_is() -> None:
    assert clean_text("Zoë 林墨 \U0001f600") == "Zoë 林墨 \U0001f600"
    assert clean_json({"a\0": ["b\ud800", 1, None]}) == {"a\ufffd": ["b\ufffd", 1, None]}


def test_bytes_that_are_no_text_cost_a_json_file_only_themselves() -> None:
    assert loose_json(b'{"a": "caf\xe9", "b": [1]}') == {"a": "caf\ufffd", "b": [1]}
    with pytest.raises(ValueError, match="unexpected"):
        loose_json(b"{nope")


def test_times_are_shown_in_utc_with_milliseconds() -> None:
    assert rfc3339(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"


@fact("test_kernel.told", v=2)
class Told:
    text: str
    loud: bool = False


@upcasts("test_kernel.told", v=1)
def _first_version(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": payload["words"]}


def test_an_old_payload_becomes_a_fact_of_today() -> None:
    assert fact_from("test_kernel.told", 1, {"words": "hi"}) == Told("hi")
    assert fact_from("test_kernel.told", 2, {"text": "hi", "loud": True, "later_field": 1}) == Told("hi", loud=True)
    assert payload_of(Told("hi")) == {"text": "hi", "loud": False}


def test_a_kind_nobody_knows_is_no_fact() -> None:
    assert fact_from("test_kernel.unheard", 1, {}) is None


def test_cursors_come_back_and_forged_ones_are_refused() -> None:
    assert decode_cursor(encode_cursor("名", 7), str, int) == ("名", 7)
    strange = [("a",), (1, "a"), ("a", 2**63), ("\0", 1), ("a", True)]
    for forged in ["", "%%%", *(encode_cursor(*keys) for keys in strange)]:
        with pytest.raises(BadCursor):
            decode_cursor(forged, str, int)


def test_a_refusal_speaks_by_its_docstring() -> None:
    refusal = BadCursor(cursor="x")
    assert isinstance(refusal, TavernError)
    assert refusal.detail == "This cursor was not made by this server; start again without one."
    assert refusal.facts == {"cursor": "x"}
