"""Rules of the import: where things lie, what branches share, what must go nowhere."""

import pytest

from tavernai.chat.formats.shapes import ChatMessage, ChatVariant
from tavernai.interop.importing.domain.family import ROOT, Family, after, families
from tavernai.interop.importing.domain.found import KINDS, rate
from tavernai.interop.importing.domain.keys import names_in, without_secrets
from tavernai.interop.importing.domain.layout import placed, roots_of
from tavernai.interop.importing.domain.sniff import kind_of_json
from tavernai.interop.importing.domain.tuning import Tuned, personas_of, tuned
from tavernai.interop.importing.ids import derived_id
from tavernai.kernel.ids import is_id


def line(name: str, *texts: str, shown: int = 0) -> ChatMessage:
    return ChatMessage(name, name == "you", False, texts[shown], tuple(ChatVariant(text) for text in texts), shown)


@pytest.mark.parametrize(
    ("paths", "roots"),
    [
        (["characters/A.png", "settings.json"], [""]),
        (["x/y/characters/A.png", "x/y/worlds/B.json"], ["x/y/"]),
        (["st/data/ann/characters/A.png", "st/data/bo/chats/B/c.jsonl", "st/default/content/settings.json"],
         ["st/data/ann/", "st/data/bo/"]),
        (["st/public/characters/A.png", "st/secrets.json"], ["st/public/"]),
        (["A.png", "B.json"], []),
    ],
)  # fmt: skip
def test_the_users_folders_are_found_under_any_wrapping(paths: list[str], roots: list[str]) -> None:
    assert roots_of(paths) == roots


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("characters/A.png", "character"), ("characters/A/joy.png", "sprite"), ("chats/A/x.jsonl", "chat"),
        ("group chats/1.jsonl", "group_chat"), ("worlds/W.json", "lorebook"), ("User Avatars/me.png", "persona"),
        ("TextGen Settings/T.settings", "text_preset"), ("sysprompt/S.json", "system_prompt"),
        ("backups/secrets_migration_1.json", "secret"), ("thumbnails/avatar/A.png", "unknown"),
    ],
)  # fmt: skip
def test_a_path_tells_the_kind(path: str, kind: str) -> None:
    assert placed(path, [""]).kind == kind


def test_a_branch_shares_what_stands_above_it() -> None:
    family, parent = Family(), ROOT
    for one in (line("Mira", "Hello.", "Hey."), line("you", "Hi."), line("Mira", "Tea?")):
        parent = after(family.step(parent, one))
    parent = ROOT
    steps = []
    for one in (line("Mira", "Hello.", "Hey."), line("you", "Hi."), line("Mira", "Rum?")):
        steps.append(family.step(parent, one))
        parent = after(steps[-1])
    assert [step.is_new for step in steps] == [False, False, True]
    assert len(family.nodes) == 4


def test_another_swipe_shown_is_the_same_message_and_begins_another_branch() -> None:
    family = Family()
    first = family.step(ROOT, line("Mira", "Hello.", "Hey."))
    again = family.step(ROOT, line("Mira", "Hello.", "Hey.", "Ahoy.", shown=2))
    assert (again.node, again.fresh, again.shown) == (first.node, (2,), 2)
    assert family.step(after(first), line("you", "Hi.")).node != family.step(after(again), line("you", "Hi.")).node


def test_chats_are_grouped_by_their_parents_and_circles_end() -> None:
    parents = {"A": None, "B": "A", "C": "B", "D": "gone", "E": "F", "F": "E"}
    assert sorted(families(parents)) == [["A", "B", "C"], ["D"], ["E", "F"]]


def test_what_may_be_a_secret_is_dropped_and_only_its_name_is_told() -> None:
    dropped: list[str] = []
    value = {
        "proxy_password": "x", "oai": {"api_key": "y", "max_tokens": 3, "custom_url": "https://a:b@host/v1"},
        "entries": {"0": {"key": ["lamp"]}}, "list": ["https://host/?token=z", "fine"],
    }  # fmt: skip
    kept = without_secrets(value, dropped)
    assert kept == {"oai": {"max_tokens": 3}, "entries": {"0": {"key": ["lamp"]}}, "list": ["fine"]}
    assert dropped == ["proxy_password", "oai.api_key", "oai.custom_url"]


def test_empty_places_for_keys_are_dropped_and_not_spoken_of() -> None:
    dropped: list[str] = []
    value = {"proxies": [{"name": "None", "url": "", "password": ""}], "horde_settings": {"models": []}}
    assert (without_secrets(value, dropped), dropped) == ({}, [])


def test_keys_are_named_without_their_values_and_empty_ones_are_not_named() -> None:
    secrets = {
        "api_key_openai": "sk",
        "api_key_claude": [{"id": "1", "value": "sk"}],
        "api_key_novel": "",
        "_migrated": 1,
    }
    assert list(names_in(secrets)) == ["openai", "claude"]


def test_only_the_api_in_use_becomes_config() -> None:
    sampling = {"temp": 0.5, "seed": -1}
    settings = {"main_api": "textgenerationwebui", "amount_gen": "250", "oai_settings": {"temp_openai": 1.9}}
    settings["textgenerationwebui_settings"] = sampling
    told = {one.path: one.value for one in tuned(settings) if isinstance(one, Tuned)}
    assert told == {"/generation/temperature": 0.5, "/generation/reply_tokens": 250}


def test_a_persona_without_a_name_is_kept() -> None:
    told = personas_of({"power_user": {"personas": {}, "persona_descriptions": {"x.png": {"description": "Tall."}}}})
    assert (told["x.png"].name, told["x.png"].description) == ("[Unnamed Persona]", "Tall.")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"spec": "chara_card_v3", "data": {"name": "A"}}, "character"), ({"entries": {}}, "lorebook"),
        ({"findRegex": "x"}, "script"), ([{"findRegex": "x"}], "script"), ({"qrList": []}, "quick_reply"),
        ({"members": [], "activation_strategy": 0}, "group"), ({"data_visible": []}, "chat"),
        ({"temp": 1, "top_k": 1, "top_p": 1, "rep_pen": 1}, "text_preset"), ({"x": 1}, "unknown"),
    ],
)  # fmt: skip
def test_a_loose_file_is_told_by_its_content(value: object, kind: str) -> None:
    assert kind_of_json(value) == kind


def test_keys_code_and_thumbnails_are_no_part_of_the_rate() -> None:
    told = rate(
        [("new", None, False), ("new", None, True), ("refused", "secret", False), ("refused", "unreadable", False)]
    )
    assert told.success == pytest.approx(2 / 3)


def test_a_derived_id_is_an_id_and_the_same_again() -> None:
    assert is_id(derived_id(1_795_217_930_507, "a/1"))
    assert derived_id(5, "a") == derived_id(5, "a") != derived_id(5, "b")


def test_every_kind_is_imported_after_what_it_names() -> None:
    assert KINDS.index("lorebook") < KINDS.index("persona") < KINDS.index("chat") < KINDS.index("settings")
