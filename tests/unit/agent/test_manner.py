"""What is kept of a reply by what a person decided, and by the template it was asked with."""

from dataclasses import replace

import pytest

from tavernai.agent.manner import cleaner
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.scene import Character, Group, Instruct, Member, Options, Persona, Scene

CHATML = Instruct(enabled=True, input_sequence="<|user|>", output_sequence="<|char|>\n{{x}}", stop_sequence="<|end|>")
SCENE = Scene(Character("Mira"), Persona("Ari"), options=Options(instruct=CHATML))


def kept(text: str, *, is_text: bool = True, scene: Scene = SCENE) -> str:
    def env() -> object:
        return environment(scene, clock=lambda: 0, random=None)  # type: ignore[arg-type]

    return cleaner(scene, [], None, is_text=is_text, env=env)(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Aye.<|end|> more", "Aye."),
        ("Aye.<|user|>And I?", "Aye."),
        ("<|char|>\nAye.\n<|char|>Nay.", "Aye.\nNay."),
        ("Mira: Aye.\nAri: Hm.", "Aye."),
        ("Ari: Hm.", ""),
    ],
)
def test_what_leaked_of_a_template_is_no_part_of_the_reply(written: str, said: str) -> None:
    assert kept(written) == said


def test_a_chat_has_no_sequences_to_leak() -> None:
    assert kept("<|char|> is a tag.", is_text=False) == "<|char|> is a tag."


def test_a_reply_begins_with_what_was_put_into_its_mouth_and_a_continuation_does_not() -> None:
    begun = replace(SCENE, options=Options(reply_start="*{{char}} "))
    assert kept("nods.*", scene=begun) == "*Mira nods.*"
    assert kept(" and nods.", scene=replace(begun, generation="continue")) == " and nods."
    assert kept("I nod.", scene=replace(begun, generation="impersonate")) == "I nod."


def test_a_person_may_want_whole_sentences_and_single_breaks() -> None:
    wanted = replace(SCENE, options=Options(trims_sentences=True, collapse_newlines=True))
    assert kept("One.\n\n\nTwo. And thr", scene=wanted) == "One.\nTwo."


def test_a_reply_ends_where_another_of_the_group_begins() -> None:
    group = Group([Member(Character("Mira")), Member(Character("Bo"))])
    assert kept("Aye.\nBo: Nay.", scene=replace(SCENE, group=group)) == "Aye."
