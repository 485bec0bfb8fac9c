"""What changed, told field by field; and objects of others given back as they were written."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tavernai.kernel.differences import FIELDS_MAX, compared, same
from tavernai.kernel.layout import given_back

TEXTS = st.text(st.characters(codec="utf-8"), max_size=6)
SCALARS = st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=4))
OBJECTS = st.dictionaries(TEXTS, JSON, max_size=5)


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [(one.place, one.state, [field.name for field in one.fields]) for one in compared(before, after)[0]]


def test_things_with_an_identity_are_compared_one_by_one_wherever_they_stand() -> None:
    one, two = {"identifier": "main", "content": "a", "n": {"deep": 1}}, {"identifier": "jb", "content": "b"}
    new = {"identifier": "new", "content": "c"}
    before, after = {"prompts": [one, two]}, {"prompts": [two, one | {"n": {"deep": 2}}, new]}
    assert told(before, after) == [
        ("", "changed", ["prompts"]), ("prompts/main", "changed", ["n/deep"]), ("prompts/new", "added", ["content"]),
    ]  # fmt: skip
    assert told(before, {"prompts": [one]}) == [("prompts/jb", "removed", ["content"])]


def test_true_is_not_one_and_a_missing_field_is_nothing() -> None:
    [group] = compared({"a": 1, "b": 1}, {"a": True, "c": [1, 2]})[0]
    assert [(one.name, one.before, one.after) for one in group.fields] == [
        ("a", 1, True), ("c", None, [1, 2]), ("b", 1, None),
    ]  # fmt: skip
    assert same(1, 1.0)
    assert not same({"a": 0}, {"a": False})


def test_what_is_beyond_the_bound_is_counted() -> None:
    groups, more = compared({}, {str(name): name for name in range(FIELDS_MAX + 3)})
    assert (len(groups[0].fields), more) == (FIELDS_MAX, 3)


@given(OBJECTS, OBJECTS)
def test_nothing_is_told_exactly_where_nothing_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert (compared(before, after)[0] == []) is same(before, after)


@given(OBJECTS)
def test_what_nobody_changed_comes_back_in_its_order(written: dict[str, Any]) -> None:
    stored = orjson.loads(orjson.dumps(written, option=orjson.OPT_SORT_KEYS))
    back = given_back(stored, read=stored, written=written)
    assert orjson.dumps(back) == orjson.dumps(written)


@given(OBJECTS, OBJECTS)
def test_what_was_changed_is_what_it_is_now_whatever_was_written(now: dict[str, Any], written: dict[str, Any]) -> None:
    assert same(given_back(now, read=written, written=written), now)


def test_a_change_leaves_everything_around_it_as_it_was_written() -> None:
    written = {"z": "1, 2", "list": [{"q": 1, "a": 2}, {"q": 3, "a": 4}], "odd": None}
    read = {"a": 1, "list": [{"a": 2, "q": 1}, {"a": 4, "q": 3}], "z": ["1", "2"], "filled": 0}
    now = read | {"a": 5, "list": [{"a": 4, "q": 3}, {"a": 9, "q": 1}]}
    back = given_back(now, read=read, written=written)
    assert orjson.dumps(back) == b'{"z":"1, 2","list":[{"q":3,"a":4},{"q":1,"a":9}],"odd":null,"a":5}'
