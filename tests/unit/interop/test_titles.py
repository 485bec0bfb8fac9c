"""Titles of imported chats."""

import pytest

from tavernai.interop.importing.domain.titles import title_of

NAMES = {
    "Seraphina - 2023-5-12 @21h 32m 29s 224ms": "",
    "Seraphina - 2026-11-20@23h38m45s": "",
    "1795217930507": "",
    "2023-5-12 @21h 32m 29s 224ms": "",
    "Before the ridge - 2026-11-20@23h38m45s": "Before the ridge",
    "Branch #4 - 2026-11-20@23h38m47s": "Branch #4",
    "Seraphina - 2023-5-12 @21h 32m 29s 224ms - Branch #1": "Branch #1",
    "Before the ridge": "Before the ridge",
    "1984": "1984",
}


@pytest.mark.parametrize(("name", "title"), NAMES.items())
def test_a_chat_is_called_what_a_person_called_it_and_not_by_the_clock(name: str, title: str) -> None:
    assert title_of(name, called="Seraphina") == title


def test_another_name_before_the_time_was_somebodys_choice() -> None:
    assert title_of("Seraphina - 2026-11-20@23h38m45s", called="Otis") == "Seraphina"
