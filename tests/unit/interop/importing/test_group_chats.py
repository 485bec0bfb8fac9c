"""What the look at a folder says of its group chats."""

from pathlib import Path

from tavernai.characters.groups.domain.files import group_from
from tavernai.characters.groups.domain.told import MEMBERS_MAX, Member
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.sources import FolderSource
from tests.support.tavernfolder import laid_out
from tests.support.tavernfolders import orphans


def test_only_a_group_chat_that_no_group_names_is_warned_of(tmp_path: Path) -> None:
    laid_out(tmp_path / "tavern", orphans())
    found = {one.path: one for one in Analyst(FolderSource(tmp_path / "tavern")).found() if one.kind == "group_chat"}
    named, alone = found["group chats/g1.jsonl"], found["group chats/of no group.jsonl"]
    assert named.about["group"]["name"] == "Crew"
    assert [one["code"] for one in named.warnings] == []
    assert [one["code"] for one in alone.warnings] == ["group_missing"]


def test_a_file_that_names_thousands_makes_a_group_of_some() -> None:
    told = {"name": "Crowd", "members": [f"{number}.png" for number in range(50_000)]}
    made = group_from(told, by_file={"3.png": "id-3"}, by_name={"Bo": "id-3"})
    assert len(made.members) == MEMBERS_MAX
    assert made.members[3] == Member("id-3", "Bo", file="3.png")
