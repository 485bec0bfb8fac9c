"""The demo: no model, no network, always the same answer to the same words. It says what it is in its first reply, then
plays on with the card's own sentences, so that a newcomer sees a living page before any model is connected.

It counts its own tokens (a word with the blanks before it, or one Chinese character), and its usage says so truly.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson

from tavernai.engines.demo_lines import CHINESE, ENGLISH, Lines
from tavernai.gateway.domain import (
    CONTEXT_TOKENS_DEFAULT,
    HASH_MODEL,
    ChatRequest,
    Completion,
    Connection,
    Delta,
    Embeddings,
    EmbeddingsRequest,
    ModelAbout,
)
from tavernai.gateway.hashed import hashed_vector
from tavernai.gateway.ports import Hear
from tavernai.gateway.wire import text_of

MODEL = "demo"
TOKENS_PER_SECOND = 18.0
ECHO_CHARACTERS_MAX = 60
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"\s*(?:[{_CJK}]|[^\s{_CJK}]+)|\s+")
_HAN = re.compile(rf"[{_CJK}]")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]+[\"”』」]?")
_NAME = (
    re.compile(r"Write (.{1,60}?)'s next reply"),
    re.compile(r"\[?Character\(?[\"“]?([^\"”\n\])]{1,40})[\"”]?\)"),
    re.compile(r"(?:^|\n)Name: *([^\n]{1,40})"),
    re.compile(r"(?:^|\n)([A-Z][\w' -]{1,30}) (?:is|was) "),
    re.compile(r"扮演[“「]?([^，。,\n”」]{1,20})"),
    re.compile(r"(?:^|\n)([\u4e00-\u9fff]{1,8})是"),
)
_ORDERS = re.compile(
    r"(?i)\b(write|reply|respond|roleplay|role-play|fictional chat|avoid|always|never|do not|don't|must|"
    r"your task|instruction|the assistant|prompt|markdown)\b|\{\{|<|\[|回复|扮演|请勿|不要|必须|指令"
)
_QUOTED = re.compile(r"[\"“「]([^\"”」\n]{8,200})[\"”」]")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Material:
    """What the messages tell about who speaks: `told` sentences about them, `spoken` lines of theirs."""

    name: str
    told: list[str]
    spoken: list[str]


class DemoBackend:
    """Fulfils gateway.ports.Backend without a model. `tokens_per_second` 0 does not wait at all."""

    def __init__(self, *, tokens_per_second: float = TOKENS_PER_SECOND) -> None:
        self._pause = 1 / tokens_per_second if tokens_per_second > 0 else 0.0

    async def tell(self, request: ChatRequest, connection: Connection, hear: Hear) -> None:
        tokens, finish = _answer(request)
        for number, token in enumerate(tokens):
            if self._pause:
                await asyncio.sleep(self._pause * _rhythm(tokens, number))
            hear(Delta(token))
        hear(Delta(finish=finish, usage=_usage(request, tokens)))

    async def complete(self, request: ChatRequest, connection: Connection) -> Completion:
        tokens, finish = _answer(request)
        return Completion("".join(tokens), finish=finish, usage=_usage(request, tokens), model=MODEL)

    async def models(self, connection: Connection) -> list[str]:
        return [MODEL]

    async def describe(self, connection: Connection) -> list[ModelAbout]:
        return [ModelAbout(MODEL, CONTEXT_TOKENS_DEFAULT, capabilities=("chat", "embeddings"))]

    async def embeddings(self, request: EmbeddingsRequest, connection: Connection) -> Embeddings:
        vectors = [hashed_vector(text) for text in request.inputs]
        count = sum(len(_TOKEN.findall(text)) for text in request.inputs)
        return Embeddings(HASH_MODEL, vectors, {"prompt_tokens": count, "total_tokens": count}, semantic=False)

    async def close(self) -> None:
        return


class Dice:
    """Chances that fall the same way for the same messages; each further variant falls differently in every choice."""

    def __init__(self, request: ChatRequest) -> None:
        seed = request.samplers.get("seed", request.extra.get("seed"))
        self._step = request.variant + (seed if isinstance(seed, int) else 0)
        said = [[message.get("role"), text_of(message.get("content"))] for message in request.messages]
        self._ground = hashlib.sha256(orjson.dumps(said, default=str)).digest()

    def pick(self, choices: Sequence[_T], what: str) -> _T:
        number = int.from_bytes(hashlib.sha256(self._ground + what.encode()).digest()[:8])
        return choices[(number + self._step) % len(choices)]


def _answer(request: ChatRequest) -> tuple[list[str], str]:
    """The reply's tokens and how it ends, within the token bound and before any stop string."""
    text, finish = _composed(request), "stop"
    ends = [at for stop in request.stop if stop and (at := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    tokens = _TOKEN.findall(text)
    if request.max_tokens is not None and len(tokens) > request.max_tokens:
        tokens, finish = tokens[: request.max_tokens], "length"
    return tokens, finish


def _composed(request: ChatRequest) -> str:
    messages = request.messages
    lines, material, dice = _language(messages), _material(messages), Dice(request)
    name = material.name or lines.nobody
    heard = _last_user_text(messages)
    parts = [_from_card(material, lines, dice)]
    if messages and messages[-1].get("role") == "assistant":  # asked to go on with its own words
        return "\n\n".join([*parts, dice.pick(lines.hooks, "hook")]).replace("{name}", name)
    parts = [dice.pick(lines.beats, "beat"), dice.pick(lines.replies[_kind(heard, lines)], "reply"), *parts]
    if _is_first(messages):
        parts = [parts[0], dice.pick(lines.notes, "note"), *parts[2:]]
    else:
        parts += [*_echo(heard, lines, dice), dice.pick(lines.hooks, "hook")]
    return "\n\n".join(parts).replace("{name}", name)


def _from_card(material: Material, lines: Lines, dice: Dice) -> str:
    """A sentence of the card, spoken or told; a line about the house where there is no card."""
    choices = [("spoken", line) for line in material.spoken] + [("told", line) for line in material.told]
    if not choices:
        return dice.pick(lines.bare, "bare")
    kind, line = dice.pick(choices, "card")
    return dice.pick(lines.spoken if kind == "spoken" else lines.told, "frame").replace("{line}", line)


def _echo(heard: str, lines: Lines, dice: Dice) -> list[str]:
    """Some of the person's own words, now and then, when they are short enough to be quoted whole."""
    words = heard.strip().strip('*"“”').strip()
    if "\n" in words or not 4 <= len(words) <= ECHO_CHARACTERS_MAX or dice.pick((0, 1, 2), "echo"):
        return []
    return [lines.echo.replace("{echo}", words)]


def _kind(heard: str, lines: Lines) -> str:
    return next((kind for kind, pattern in lines.kinds if re.search(pattern, heard)), "other")


def _language(messages: list[dict[str, Any]]) -> Lines:
    """Chinese when the person's last words are, or, where they hold no letters, when the whole conversation is."""
    heard = _last_user_text(messages)
    whole = heard if _LETTER.search(heard) else " ".join(text_of(one.get("content")) for one in messages)
    letters = len(_LETTER.findall(whole))
    return CHINESE if letters and len(_HAN.findall(whole)) / letters > 0.3 else ENGLISH


def _last_user_text(messages: list[dict[str, Any]]) -> str:
    return next((text_of(one.get("content")) for one in reversed(messages) if one.get("role") == "user"), "")


def _is_first(messages: list[dict[str, Any]]) -> bool:
    """Whether no reply followed the person's first words yet; a greeting stands before them."""
    roles = [one.get("role") for one in messages]
    return "assistant" not in roles[roles.index("user") :] if "user" in roles else True


def _material(messages: list[dict[str, Any]]) -> Material:
    """Only what stands before the person's first words: later replies are our own, and would feed on themselves."""
    told: list[str] = []
    spoken: list[str] = []
    name, ours = "", ""
    for message in messages:
        role, text = message.get("role"), text_of(message.get("content"))
        if role == "user":
            break
        if role == "assistant" or message.get("name") == "example_assistant":
            spoken += [f'"{line.strip()}"' for line in _QUOTED.findall(text)]
            ours = ours or str(message.get("name") or "")
        elif message.get("name") != "example_user":
            name = name or _name_in(text)
            told += _sentences(text)
            spoken += _said_by(name, text)
    name = name or ("" if ours.startswith("example_") else ours)
    return Material(name, list(dict.fromkeys(told)), list(dict.fromkeys(spoken)))


def _name_in(text: str) -> str:
    found = (pattern.search(text) for pattern in _NAME)
    return next((match.group(1).strip() for match in found if match), "")


def _said_by(name: str, text: str) -> list[str]:
    """The character's lines in example dialogue that stands in a text: `Name: "…"`."""
    if not name:
        return []
    lines = [line.partition(":")[2] for line in text.splitlines() if line.startswith(f"{name}:")]
    return [f'"{said.strip()}"' for line in lines for said in _QUOTED.findall(line)]


def _sentences(text: str) -> list[str]:
    """Sentences that tell something: no orders to a model, no lists of properties, neither stumps nor sermons."""
    found = (" ".join(sentence.split()) for sentence in _SENTENCE.findall(text.replace("*", "")))
    return [one for one in found if _tells(one)]


def _tells(sentence: str) -> bool:
    shortest = 8 if _HAN.search(sentence) else 24
    return shortest <= len(sentence) <= 220 and ":" not in sentence and not _ORDERS.search(sentence)


def _rhythm(tokens: list[str], number: int) -> float:
    """How long this token takes, about 1 on average: a breath after a sentence, a little unevenness everywhere."""
    if number and tokens[number - 1][-1:] in ".!?。！？":
        return 2.0
    return 0.7 + 0.1 * (len(tokens[number]) * 7 % 6)


def _usage(request: ChatRequest, tokens: list[str]) -> dict[str, Any]:
    prompt = sum(len(_TOKEN.findall(text_of(message.get("content")))) for message in request.messages)
    return {"prompt_tokens": prompt, "completion_tokens": len(tokens), "total_tokens": prompt + len(tokens)}
