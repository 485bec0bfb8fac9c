"""What the reference describes is what the code has, both ways."""

import json
from collections.abc import Callable

import diagrams
import pytest
import reference
from sections import replaced

from tavernai.settings import SETTINGS
from tests.docs.pages import described, section
from tests.support.requirements import ROOT


def test_every_setting_is_described_and_nothing_else() -> None:
    assert described("reference/settings.md", "settings") == {row.env for row in SETTINGS}


def test_every_error_code_is_described_and_nothing_else() -> None:
    assert described("reference/errors.md", "errors") == set(reference.error_classes())


def test_no_two_refusals_share_a_code_unless_one_is_the_others_kind() -> None:
    seen: dict[str, type] = {}
    for _, found in reference.classes():
        if issubclass(found, reference.TavernError) and "code" in vars(found):
            other = seen.setdefault(found.code, found)
            assert issubclass(found, other) or issubclass(other, found), found.code


def test_every_refusal_has_a_sentence_for_people() -> None:
    silent = [code for code, found in reference.error_classes().items() if not reference.sentence(found).endswith(".")]
    assert silent == []


def test_every_kind_of_event_is_described_and_nothing_else() -> None:
    assert described("reference/events.md", "events") == set(reference.fact_classes())


def test_every_kind_of_event_says_in_words_what_happened() -> None:
    silent = [kind for kind, (_, found) in reference.fact_classes().items() if not reference.sentence(found)]
    assert silent == []


def test_every_command_is_described_and_nothing_else() -> None:
    described_commands = described("reference/cli.md", "commands")
    assert described_commands == {name for name, _ in reference.command_leaves()}


def test_every_route_of_the_contract_is_described_and_nothing_else() -> None:
    document = json.loads((ROOT / "api" / "openapi.json").read_text(encoding="utf-8"))
    wanted = {(method, path) for path, methods in document["paths"].items() for method in methods}
    rows = [
        line.split("|") for line in section("reference/http-api.md", "routes").splitlines() if line.startswith("| `")
    ]
    assert {(row[1].strip(" `").lower(), row[2].strip(" `")) for row in rows} == wanted


def test_every_table_is_described_and_nothing_else() -> None:
    assert described("explanation/data-model.md", "tables") == set(reference.server_tables())


PRINTED = [(page, sections) for tool in (reference, diagrams) for page, sections in tool.PAGES.items()]


@pytest.mark.parametrize(("page", "sections"), PRINTED, ids=[page for page, _ in PRINTED])
def test_printed_tables_and_diagrams_are_as_the_code_says(page: str, sections: dict[str, Callable[[], str]]) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for name, make in sections.items():
        assert replaced(text, name, make()) == text, "stale: `make api` prints it again"
