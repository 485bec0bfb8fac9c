"""Building the prompt of a text completion: one string. Pure, like its sister for chats (assemble.py).

    story ─ example blocks ─ chat start ─ messages, oldest first ─ last line ─ text to go on from
    fixed ──────────────────────────────► in-chat injections ─► newest messages, until one does not fit ─► examples

The second row is the order in which the budget is spent. Source: shared contract 4.8 to 4.12; parity held by
tests/acceptance/interop/test_parity.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

from tavernai.kernel.clock import Clock
from tavernai.prompting.domain.account import (
    Cut,
    Line,
    Piece,
    Prompt,
    Source,
    hash_of_messages,
    messages_from,
    parts_from,
)
from tavernai.prompting.domain.assemble import environment, scripts_used
from tavernai.prompting.domain.builtin_templates import STORY
from tavernai.prompting.domain.collection import ORIGINAL
from tavernai.prompting.domain.history import HistoryWriter
from tavernai.prompting.domain.injections import ROLE_ORDER, Placed, injections_of, relative
from tavernai.prompting.domain.instruct import Instructed, Kind, Place, plain_message
from tavernai.prompting.domain.lore import LorePlan, lore_plan
from tavernai.prompting.domain.macro_env import Env, RandomSource
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import HistoryMessage, Scene
from tavernai.prompting.domain.stop_strings import stop_strings
from tavernai.prompting.domain.story import is_broken, told
from tavernai.prompting.domain.text_examples import TextExamples
from tavernai.prompting.domain.text_last_line import LastLine
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.prompting.domain.words import Role
from tavernai.prompting.domain.world_info.hits import hits_of
from tavernai.prompting.domain.world_info.in_scene import woken_in
from tavernai.prompting.domain.world_info.scan import Scan
from tavernai.prompting.errors import PromptTooLarge

PROMPT_ROLE: Final = "prompt"
"""The role of the one message that a text completion's prompt is recorded as."""
STORY_ID: Final = "__STORY_STRING__"
NEWLINES: Final = re.compile(r"\n+")


@dataclass(slots=True)
class Entry:
    """One message-like text of the chat: a stored message, or something placed at a depth."""

    kind: Kind
    name: str
    text: str
    source: Source
    id: str
    title: str
    message_id: str | None = None
    is_foreign: bool = False
    is_placed: bool = False
    formatted: str = ""


def assemble_text(scene: Scene, *, clock: Clock, random: RandomSource, tokenizer: Tokenizer) -> Prompt:
    """The prompt of a scene as one string: its only message has the role `prompt`.

    Raises:
        PromptTooLarge: the fixed part alone does not fit `context_tokens - reply_tokens`.
    """
    return TextAssembler(environment(scene, clock=clock, random=random), tokenizer).prompt()


class TextAssembler:
    """One prompt in the making."""

    def __init__(self, env: Env, tokenizer: Tokenizer) -> None:
        self.env = env
        self.scene = env.scene
        self.options = env.scene.options
        self.context = env.scene.options.context
        self.tokenizer = tokenizer
        self.instructed = Instructed(env) if self.options.instruct.enabled else None
        self.examples = TextExamples(env, self.instructed)
        self.last_line = LastLine(env, self.instructed)
        self.limit = env.scene.context_tokens - env.scene.reply_tokens
        self.scan: Scan | None = None
        self.cut: list[Cut] = []

    def prompt(self) -> Prompt:
        lore = self._lore()
        placed = injections_of(self.env, lore)
        story = self._story(lore, placed)
        if self.context.story_position == "in_chat" and story:
            text = "".join([piece.text for piece in story])
            piece = Piece("preset", STORY_ID, "Story", text)
            placed.append(Placed(STORY_ID, "in_chat", self.context.story_depth, self.context.story_role, (piece,)))
            story = []
        entries = self._entries(placed)
        goes_on = self._going_on(entries)
        newest = goes_on or (entries[0] if entries else None)
        last_line = self.last_line.line(newest.kind if newest else None, goes_on=goes_on is not None)
        blocks = self._example_blocks(lore)
        pinned = blocks if self.options.pin_examples else []
        start = f"{expand(self.context.chat_start, self.env)}\n" if self.context.chat_start else ""
        alignment = self._alignment()
        frame = [*(piece.text for piece in story), *pinned, start, last_line, goes_on.formatted if goes_on else ""]
        fixed = self._cost("".join([*frame, alignment]))
        if fixed > self.limit:
            raise PromptTooLarge(title="story", needed_tokens=fixed, budget_tokens=self.limit)
        used = fixed + self.options.padding_tokens
        kept = self._fitting(entries, used)
        aligned = alignment if alignment and kept and kept[-1].kind != "user" else ""
        if not self.options.pin_examples:
            used = self._cost("".join([*frame, aligned, *(one.formatted for one in kept)]))
            blocks = self._fitting_blocks(blocks, used + self.options.padding_tokens)
        pieces = [*story, *self._example_pieces(blocks), *self._frame("chatStart", "Chat start", start)]
        pieces += self._frame("alignment", "User alignment message", aligned)
        pieces += self._chat_pieces(kept, last_line=last_line, has_more=goes_on is not None)
        pieces += self._frame("lastLine", "Who speaks next", last_line)
        if goes_on is not None:
            pieces.append(_piece_of(goes_on))
        return self._finished(pieces)

    # Story

    def _lore(self) -> LorePlan:
        hits = list(self.scene.lore)
        if self.scene.world is not None:
            self.scan = woken_in(self.env, self.scene.world, tokens=self.tokenizer.text, monotonic=monotonic)
            hits += hits_of(self.scan.woken, rewriter=self.env.rewriter)
        plan = lore_plan(hits)
        self.env.outlets = plan.outlets
        return plan

    def _story(self, lore: LorePlan, placed: Sequence[Placed]) -> list[Piece]:
        """The story, cut at the texts it is made of so that each can be accounted for."""
        fields, env = self.env.fields, self.env
        before, after = (self._anchor(placed, position) for position in ("before_main", "after_main"))
        persona = fields.persona if self.scene.persona.position == "in_prompt" else ""
        lore_before, lore_after = ("\n".join([hit.content for hit in hits]) for hits in (lore.before, lore.after))
        parts: list[tuple[str, Source, str, str]] = [
            # name in the template, source, title, text
            ("anchorBefore", "note", "Before the story", before),
            ("system", "main", "System prompt", self._system()),
            ("wiBefore", "lore", "World info before", lore_before),
            ("description", "character", "Description", fields.description),
            ("personality", "character", "Personality", fields.personality),
            ("scenario", "character", "Scenario", fields.scenario),
            ("wiAfter", "lore", "World info after", lore_after),
            ("persona", "persona", "Persona", persona),
            ("anchorAfter", "note", "After the story", after),
        ]
        values = {name: text for name, _, _, text in parts}
        values |= {"loreBefore": lore_before, "loreAfter": lore_after, "char": env.char, "user": env.user}
        values |= {"mesExamples": "".join(self.examples.all(lore)), "mesExamplesRaw": "".join(self.examples.raw(lore))}
        story = expand(told(self._template(), values), env).lstrip("\n")
        return _cut_at(self._framed(story), parts)

    def _template(self) -> str:
        """The story string; one that cannot be told gives way to everybody's, and the account says so."""
        if not is_broken(self.context.story_string):
            return self.context.story_string
        self.cut.append(Cut("preset", "Story template", 0, "broken"))
        return STORY

    def _framed(self, story: str) -> str:
        template, stands_first = self.options.instruct, self.context.story_position == "in_prompt"
        if not story or not stands_first:
            return story
        ends_itself = self.instructed is not None and (bool(template.story_string_suffix) or not template.wrap)
        if not story.endswith("\n") and not ends_itself:
            story += "\n"
        return self.instructed.story(story) if self.instructed else story

    def _system(self) -> str:
        if not self.options.system_prompt_enabled:
            return ""
        own = expand(self.options.system_prompt, self.env)
        return _overridden(own, self.env.fields.system_prompt)

    def _anchor(self, placed: Sequence[Placed], position: str) -> str:
        found = sorted((one for one in relative(placed) if one.position == position), key=lambda one: one.id)
        return "\n".join(["".join([piece.before + piece.text for piece in one.pieces]) for one in found]).strip()

    # Chat

    def _entries(self, placed: Sequence[Placed]) -> list[Entry]:
        """Everything in the chat, newest first: messages, what stands at a depth, what stands after the history."""
        continues = self.scene.generation == "continue"
        writer = HistoryWriter(self.env)
        shown = [message for message in self.scene.history if not message.hidden]
        if shown and not self.scene.history_before and shown[0] is self.scene.history[0]:
            # Only the first message may still hold macros: a greeting that came in before anything was said.
            shown[0] = replace(shown[0], text=expand(shown[0].text, self.env))
        entries = [_entry(message, writer.said(message)) for message in reversed(shown)]
        added = 0
        inside = [one for one in placed if one.position == "in_chat"]
        for depth in sorted({one.depth for one in inside}):
            found = [entry for role in ROLE_ORDER if (entry := self._placed(inside, depth, role)) is not None]
            at = (max(depth, 1) if continues else depth) + added
            entries[at:at] = found
            added += len(found)
        text = self._post_history()
        if text:
            entry = Entry("user", "", text, "post_history", "jailbreak", "Post-history instructions")
            entries.insert(1 if continues and entries else 0, entry)
        return self._formatted(entries)

    def _placed(self, inside: Sequence[Placed], depth: int, role: Role) -> Entry | None:
        own = [one for one in inside if (one.depth, one.role) == (depth, role)]
        texts = [
            "".join([piece.before + piece.text for piece in one.pieces]) for one in sorted(own, key=lambda one: one.id)
        ]
        text = "\n".join([text for text in texts if text]).lstrip()
        if not text:
            return None
        name = {"system": "", "user": self.env.user, "assistant": self.env.char}[role]
        first = own[0].pieces[0]
        return Entry(role, name, text, first.source, first.id, first.title, is_placed=True)

    def _post_history(self) -> str:
        if not self.options.system_prompt_enabled:
            return ""
        return _overridden(expand(self.options.post_history, self.env), self.env.fields.post_history)

    def _formatted(self, entries: list[Entry]) -> list[Entry]:
        newest_user = next((index for index, entry in enumerate(entries) if entry.kind == "user"), -1)
        for index, entry in enumerate(entries):
            place: Place = "middle"
            if index == len(entries) - 1:
                place = "first"
            elif index == newest_user and self.scene.generation != "impersonate" and entry.kind == "user":
                place = "last"
            entry.formatted = self._said(entry, place)
        return entries

    def _said(self, entry: Entry, place: Place) -> str:
        if self.instructed is None:
            return plain_message("" if entry.kind == "system" else entry.name, entry.text)
        return self.instructed.message(entry.kind, entry.name, entry.text, is_foreign=entry.is_foreign, place=place)

    def _going_on(self, entries: list[Entry]) -> Entry | None:
        """For a continuation: the newest message leaves the chat and ends the prompt, open."""
        if self.scene.generation != "continue" or len(entries) < 2:
            return None
        entry = entries.pop(0)
        if self.instructed is not None:
            text = self.instructed.opened(entry.kind, entry.name, entry.text, is_foreign=entry.is_foreign)
        else:
            text = entry.formatted.removesuffix("\n")
        entry.formatted = text
        return entry

    def _alignment(self) -> str:
        message = self.options.instruct.user_alignment_message
        if self.instructed is None or not message:
            return ""
        return self.instructed.message("user", self.env.user, expand(message, self.env), place="first")

    # Examples

    def _example_blocks(self, lore: LorePlan) -> list[str]:
        return [] if self.options.strips_examples else self.examples.all(lore)

    # Budget

    def _cost(self, text: str) -> int:
        return self.tokenizer.text(text.replace("\r", ""))

    def _fitting(self, entries: Sequence[Entry], used: int) -> list[Entry]:
        """What of the chat fits, newest first: texts at a depth before everything else."""
        kept: set[int] = set()
        for is_placed in (True, False):
            for index, entry in enumerate(entries):
                if entry.is_placed != is_placed:
                    continue
                cost = self._cost(entry.formatted)
                if used + cost >= self.limit:
                    self._leave_out([one for one in entries[index:] if one.is_placed == is_placed])
                    break
                used += cost
                kept.add(index)
        return [entry for index, entry in enumerate(entries) if index in kept]

    def _leave_out(self, entries: Sequence[Entry]) -> None:
        messages = [entry for entry in entries if entry.message_id is not None]
        for entry in entries:
            if entry.message_id is None:
                self.cut.append(Cut(entry.source, entry.title, self._cost(entry.formatted), "budget"))
        if messages:
            ids = tuple([entry.message_id for entry in reversed(messages) if entry.message_id])
            tokens = sum([self._cost(entry.formatted) for entry in messages])
            self.cut.append(Cut("history", "Older messages", tokens, "budget", ids, len(messages)))

    def _fitting_blocks(self, blocks: Sequence[str], used: int) -> list[str]:
        for index, block in enumerate(blocks):
            used += self._cost(block)
            if used >= self.limit:
                for number, left in enumerate(blocks[index:], start=index + 1):
                    self.cut.append(Cut("examples", f"Example {number}", self._cost(left), "budget"))
                return list(blocks[:index])
        return list(blocks)

    # The end

    def _frame(self, identifier: str, title: str, text: str) -> list[Piece]:
        return [Piece("control", identifier, title, text)] if text else []

    def _example_pieces(self, blocks: Sequence[str]) -> list[Piece]:
        return [Piece("examples", f"example-{n}", f"Example {n}", text) for n, text in enumerate(blocks, start=1)]

    def _chat_pieces(self, kept: Sequence[Entry], *, last_line: str, has_more: bool) -> list[Piece]:
        pieces = [_piece_of(entry) for entry in reversed(kept)]
        if not pieces or not last_line:
            return pieces
        template = self.options.instruct
        trims = self.instructed is None or (template.wrap and self.scene.generation != "quiet")
        if trims:
            pieces[-1] = replace(pieces[-1], text=pieces[-1].text.removesuffix("\n"))
        return pieces

    def _finished(self, pieces: list[Piece]) -> Prompt:
        for piece in pieces:
            piece.text = piece.text.replace("\r", "")
        if self.options.collapse_newlines:
            _collapse(pieces)
        pieces = [piece for piece in pieces if piece.text] or [Piece("control", "empty", "Nothing", "")]
        for piece in pieces:
            piece.tokens = self.tokenizer.text(piece.text)
        line = Line(PROMPT_ROLE, tuple(pieces))
        line.tokens = self.tokenizer.text(line.content)
        if self.scene.history_before:
            self.cut.append(Cut("history", "Messages not read", 0, "older", (), self.scene.history_before))
        messages = messages_from([line])
        return Prompt(
            messages=messages,
            lines=(line,),
            parts=parts_from([line]),
            cut=self.cut,
            context_tokens=self.scene.context_tokens,
            reply_tokens=self.scene.reply_tokens,
            budget_tokens=self.limit,
            prompt_tokens=line.tokens,
            prompt_hash=hash_of_messages(messages),
            tokenizer=self.tokenizer.name,
            stop=stop_strings(self.env),
            local=self.env.local,
            everywhere=self.env.everywhere,
            scan=self.scan,
            scripts=scripts_used(self.env),
        )


def _entry(message: HistoryMessage, text: str) -> Entry:
    source: Source = "greeting" if message.is_greeting else "history"
    identifier, title = ("greeting", "Greeting") if message.is_greeting else ("chatHistory", "Chat history")
    return Entry(message.role, message.name, text, source, identifier, title, message.id, message.is_foreign)


def _piece_of(entry: Entry) -> Piece:
    return Piece(entry.source, entry.id, entry.title, entry.formatted, "", entry.message_id)


def _overridden(own: str, card: str) -> str:
    """The card's text instead of ours; the first `{{original}}` in it becomes ours."""
    if not card:
        return own
    waiting = [own]
    return ORIGINAL.sub(lambda _: waiting.pop() if waiting else "", card)


def _cut_at(story: str, parts: Sequence[tuple[str, Source, str, str]]) -> list[Piece]:
    """The story as pieces: each text it was made of where it stands, the template's own words between them."""
    places = sorted(
        (at, at + len(text), name, source, title)
        for name, source, title, text in parts
        if text and (at := story.find(text)) >= 0
    )
    pieces, done = [], 0
    for start, end, name, source, title in places:
        if start < done:
            continue
        if start > done:
            pieces.append(Piece("preset", "storyString", "Story template", story[done:start]))
        pieces.append(Piece(source, name, title, story[start:end]))
        done = end
    if done < len(story):
        pieces.append(Piece("preset", "storyString", "Story template", story[done:]))
    return pieces


def _collapse(pieces: Sequence[Piece]) -> None:
    """Runs of line breaks become one, also across pieces."""
    after_break = False
    for piece in pieces:
        text = NEWLINES.sub("\n", piece.text)
        if after_break:
            text = text.removeprefix("\n")
        after_break = text.endswith("\n") if text else after_break
        piece.text = text
