"""A group's file in SillyTavern's form: read, and given back to the letter where nothing was changed."""

import json
from dataclasses import replace

import pytest

from tavernai.characters.groups.domain.files import chats_of, group_file, group_from, spans_of
from tavernai.characters.groups.domain.told import CARDS, STRATEGIES, Member, Told
from tests.support.requirements import needs_shared
from tests.support.shared import fixture, fixture_names

WRITTEN = (
    '{\n  "id" : "17", "name": "Cr\\u00e9w",\n\t"members": ["Mira.png","Bo.png" , "Gone.png"],\n'
    '  "disabled_members":["Bo.png", "Left long ago.png"], "x_odd": {"b": 1.50, "a": [1e3,  "\\u0000"]},\n'
    '  "fav": true, "auto_mode_delay": 7.0, "chats": ["a", "b"], "chat_id": "b"}\n'
)
CAST = {"by_file": {"Mira.png": "m", "Bo.png": "b"}, "by_name": {"Mira Vale": "m", "Bo": "b"}}


def read() -> Told:
    return group_from(json.loads(WRITTEN), **CAST)


def test_a_group_is_read_by_its_members_files() -> None:
    told = read()
    assert told.name == "Créw"
    assert told.members == (
        Member("m", "Mira Vale", file="Mira.png"),
        Member("b", "Bo", True, "Bo.png"),
        Member(None, "Gone", file="Gone.png"),
    )
    assert (told.strategy, told.cards, told.auto_seconds) == ("natural", "speaker", 7)
    assert chats_of(json.loads(WRITTEN)) == ["a", "b"]


def test_what_nobody_changed_comes_back_byte_for_byte() -> None:
    assert group_file(read(), WRITTEN, made_at=1) == WRITTEN


@needs_shared
@pytest.mark.parametrize("path", fixture_names("sillytavern/chats/*_group.json"))
def test_groups_of_every_version_come_back_byte_for_byte(path: str) -> None:
    written = fixture(path).read_text(encoding="utf-8")
    told = group_from(json.loads(written), by_file={}, by_name={})
    assert told.members
    assert group_file(told, written, made_at=1) == written
    changed = json.loads(group_file(replace(told, answers_itself=not told.answers_itself), written, made_at=1))
    assert {**changed, "allow_self_responses": told.answers_itself} == json.loads(written)


def test_a_change_stands_in_its_place_and_the_rest_to_the_letter() -> None:
    told = group_file(replace(read(), name="Watch", strategy="list"), WRITTEN, made_at=1)
    assert told.replace('"Watch"', '"Cr\\u00e9w"').replace(', "activation_strategy": 1}', "}") == WRITTEN
    assert json.loads(told)["activation_strategy"] == 1


def test_another_order_and_another_muted_one_are_told_by_their_files() -> None:
    was = read()
    told = json.loads(group_file(replace(was, members=(Member("n", "Ne/w"), *was.members[1::-1])), WRITTEN, made_at=1))
    assert told["members"] == ["New.png", "Bo.png", "Mira.png"]
    assert told["disabled_members"] == ["Bo.png", "Left long ago.png"], "who is muted is the same"
    assert told["x_odd"] == {"b": 1.5, "a": [1000.0, "\0"]}


def test_a_group_made_here_is_one_that_sillytavern_reads() -> None:
    told = Told("Two", (Member("1", "Bo"), Member("2", "Bo", is_muted=True)), "pooled", "all", answers_itself=True)
    file = json.loads(group_file(told, None, made_at=99))
    assert file["members"] == ["Bo.png", "Bo1.png"]
    assert (file["id"], file["chat_id"], file["chats"]) == ("99", "99", ["99"])
    assert (STRATEGIES[file["activation_strategy"]], CARDS[file["generation_mode"]]) == ("pooled", "all")
    again = group_from(file, by_file={"Bo.png": "1", "Bo1.png": "2"}, by_name={"Bo": "1"})
    assert replace(again, members=()) == replace(told, members=())
    assert [(one.character_id, one.is_muted) for one in again.members] == [("1", False), ("2", True)]


def test_cards_and_chats_go_by_the_names_they_have_where_the_file_goes() -> None:
    told = json.loads(group_file(read(), WRITTEN, made_at=1, files={"b": "Bo7.png"}, chats=["b", "new"]))
    assert told["members"] == ["Mira.png", "Bo7.png", "Gone.png"]
    assert (told["chats"], told["chat_id"]) == (["b", "new"], "new")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a" 1', '{"a": ' + "[" * 5_000])
def test_a_text_without_a_readable_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no readable object"):
        spans_of(text)
