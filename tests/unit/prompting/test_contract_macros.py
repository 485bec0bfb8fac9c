"""Macros: sentences of the contract (5.1 to 5.4) that no recording tells."""

import random
from dataclasses import replace
from typing import Any

import pytest

from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Character, HistoryMessage, Persona, Scene, Variables

SCENE = Scene(Character("Mira", {"data": {"name": "Mira", "first_mes": "Hi.", "alternate_greetings": ["A", "B"]}}),
              Persona("Ari"))  # fmt: skip
NOON = 1_795_262_400_000  # 2026-11-21 12:00 UTC


def expanded(text: str, *, local: dict[str, Any] | None = None, **given: Any) -> str:
    scene = replace(SCENE, variables=Variables(local or {}), **given)
    return expand(text, environment(scene, clock=lambda: NOON, random=random.Random(1)))


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        # forms of a call
        ("{{ USER }}", "Ari"),
        ("{{reverse:a::b}}", "b::a"),
        ("{{reverse  a b }}", "b a"),
        ("{{reverse:: a {{user}} }}", "irA a"),
        ("{{foo::{{user}}}}", "{{foo::Ari}}"),
        ("{{user::x}}", "{{user::x}}"),
        ("{{setvar::a}}", "{{setvar::a}}"),
        ("{{newline::x}}", "{{newline::x}}"),
        ("{{1user}}", "{{1user}}"),
        ("\\{\\{user\\}\\}", "{{user}}"),
        ("a {{user {{char}}", "a {{user Mira"),
        ("<user> <BOT> <Char> <charifnotgroup>", "Ari Mira Mira Mira"),
        ("{{? user}}{{!user}}{{~user}}{{>user}}", "AriAriAriAri"),
        # order and variables
        ("{{getvar::a}}{{setvar::a::x}}{{getvar::a}}", "x"),
        ("{{setvar::a::01}}{{getvar::a}}", "1"),
        ("{{setvar::a::[1]}}{{addvar::a::b}}{{getvar::a}}", '[1,"b"]'),
        ("{{setvar::a::2}}{{addvar::a::3}}{{getvar::a}}", "5"),
        ("{{setvar::a::x}}{{addvar::a::3}}{{getvar::a}}", "x3"),
        ("{{incvar::n}}{{incvar::n}}{{decvar::n}}", "121"),
        ("{{hasvar::n}}{{setvar::n::}}{{varexists::n}}{{flushvar::n}}{{hasvar::n}}", "falsetruefalse"),
        ("{{.a = x}}{{.a}}{{$a}}", "x"),
        ("{{.a ?? b}}{{.a || c}}{{.a ??= d}}{{.a}}", "bcdd"),
        ("{{.a += 2}}{{.a ++}}{{.a -= 1}}{{.a}}", "32"),
        ("{{.a = 2}}{{.a == 2}}{{.a != 2}}{{.a > 1}}{{.a <= 1}}", "truefalsetruefalse"),
        ('{{.a = "q"}}{{.a}}', '"q"'),
        # conditions
        ("{{if user}}y{{else}}n{{/if}}{{if !user}}y{{else}}n{{/if}}", "yn"),
        ("{{if::OFF::y}}{{if 0}}y{{/if}}{{if false}}y{{else}}n{{/if}}", "n"),
        ("{{if .a}}y{{else}}n{{/if}}{{setvar::a::1}}{{if .a}}y{{/if}}", "ny"),
        ("{{if x}}{{setvar::a::1}}{{else}}{{setvar::a::2}}{{/if}}{{getvar::a}}", "1"),
        ("{{if a}}{{if 0}}b{{else}}c{{/if}}{{else}}d{{/if}}", "c"),
        # scopes
        ("{{reverse}} ab {{/reverse}}", "ba"),
        ("{{setvar::a}}\n    x\n      y\n{{/setvar}}{{getvar::a}}", "x\n  y"),
        ("{{#reverse}} ab {{/reverse}}", " ba "),
        ("{{user}}x{{/user}}", "{{user}}x{{/user}}"),
        ("{{/reverse}}", "{{/reverse}}"),
        # the rest
        ("a\n\n{{trim}}\n b", "a b"),
        ("{{// {{user}} }}{{comment x}}|", "|"),
        ("{{reverse::a😀}}", "😀a"),
        ("{{space::2}}{{newline::2}}{{noop}}|", "  \n\n|"),
        ("{{roll::x}}{{roll::1d1+4}}{{roll 1}}", "51"),
        ("{{random:a\\, b}}{{random::}}", "a, b"),
        ("{{greeting}}{{greeting::2}}{{charFirstMessage::9}}", "Hi.B"),
        ("{{time::UTC+2}} {{time_UTC-3}} {{isotime}} {{isodate}}", "2:00 PM 9:00 AM 12:00 2026-11-21"),
        ("{{datetimeformat::dddd [at] HH:mm}}", "Saturday at 12:00"),
        ("{{timeDiff::2026-11-21::2026-11-18}}, {{timeDiff::2026-11-18::2026-11-21}}", "in 3 days, 3 days ago"),
        ('{{banned::"word"}}|', "|"),
        ("{{isMobile}}{{hasExtension::x}}", "falsefalse"),
        ("{{notChar}} {{group}} {{groupNotMuted}}", "Ari Mira Mira"),
    ],
)
def test_a_text_becomes(text: str, becomes: str) -> None:
    assert expanded(text) == becomes


def test_the_last_words_of_a_side_skip_the_hidden_and_a_narrator_is_on_the_characters_side() -> None:
    history = [
        HistoryMessage("1", "user", "Ari", "a"),
        HistoryMessage("2", "user", "Ari", "b", hidden=True),
        HistoryMessage("3", "assistant", "Mira", "c"),
        HistoryMessage("4", "system", "System", "d"),
        HistoryMessage("5", "assistant", "Mira", "e", hidden=True),
    ]
    text = "{{lastUserMessage}}{{lastCharMessage}}{{lastMessage}} {{lastMessageId}} {{allChatRange}}"
    assert expanded(text, history=history) == "ade 4 0-4"


def test_idle_time_runs_since_the_persons_message_before_the_newest() -> None:
    def said(role: Any, minutes: int, **given: Any) -> HistoryMessage:
        return HistoryMessage(str(minutes), role, role, "x", at_ms=NOON - minutes * 60_000, **given)

    assert expanded("{{idleDuration}}", history=[said("user", 120), said("assistant", 1)]) == "2 hours"
    assert expanded("{{idle_duration}}", history=[said("user", 5)]) == "just now"
    older = [said("user", 2_880), said("user", 3, hidden=True), said("user", 1)]
    assert expanded("{{idleDuration}}", history=older) == "2 days"


def test_what_was_generated_last_and_seen_first_is_told() -> None:
    assert expanded(
        "{{lastGenerationType}} {{firstIncludedMessageId}}", last_generation="swipe", first_included="7"
    ) == ("swipe 7")


def test_the_persons_zone_rules_the_time() -> None:
    assert expanded("{{time}} {{date}}", utc_offset_minutes=14 * 60) == "2:00 AM November 22, 2026"
    assert expanded("{{weekday}} {{isotime}}", utc_offset_minutes=-13 * 60) == "Friday 23:00"
    assert expanded("{{time::UTC+0}}", utc_offset_minutes=330) == "12:00 PM"
