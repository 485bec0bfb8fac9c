"""Building the prompt of a chat completion. Pure: clock, random source and tokenizer are handed in.

    scene ─ card fields ─ lore ─► collection of slots ─► fixed prompts (must fit) ─► in-chat injections
          ─► history, newest first (stops at the first message that does not fit) ─► examples ─► messages + account

The order of these steps is the order in which the budget is spent, so it is the rule of what is dropped first. With
pinned examples the last two change places. Source: shared contract 4.6; parity held by
tests/acceptance/interop/test_parity.py.
"""

from dataclasses import replace
from time import monotonic
from typing import Final

from tavernai.kernel.clock import Clock
from tavernai.prompting.domain.account import (
    Cut,
    Line,
    Piece,
    Prompt,
    ScriptsUsed,
    Source,
    hash_of_messages,
    messages_from,
    parts_from,
)
from tavernai.prompting.domain.budget import PRIMING_TOKENS, Budget, history_wanted
from tavernai.prompting.domain.card_fields import card_fields
from tavernai.prompting.domain.collection import Slot, collect
from tavernai.prompting.domain.examples import example_blocks, example_turns
from tavernai.prompting.domain.history import HistoryWriter
from tavernai.prompting.domain.injections import InChat, Placed, chat_lines, injections_of, relative
from tavernai.prompting.domain.lore import LorePlan, lore_plan
from tavernai.prompting.domain.macro_env import Env, RandomSource
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.post_process import (
    PLACEHOLDER,
    Names,
    arrange,
    needs_placeholder,
    speaker_prefix,
)
from tavernai.prompting.domain.scene import HistoryMessage, Scene
from tavernai.prompting.domain.scripts import ScriptRewriter
from tavernai.prompting.domain.tokenizers import Tokenizer
from tavernai.prompting.domain.world_info.hits import hits_of
from tavernai.prompting.domain.world_info.in_scene import woken_in
from tavernai.prompting.domain.world_info.scan import Scan

__all__ = ["assemble", "environment", "history_wanted", "scripts_used"]

FIXED: Final = (
    "worldInfoBefore", "main", "worldInfoAfter", "charDescription", "charPersonality", "scenario", "personaDescription",
)  # fmt: skip
STOP_STRINGS_MAX: Final = 4
"""What OpenAI takes; others take at least as many."""


def environment(scene: Scene, *, clock: Clock, random: RandomSource) -> Env:
    """What macros see of a scene, card fields expanded, lore outlets open."""
    env = Env.of(scene, clock=clock, random=random)
    env.rewriter = scene.rewriter
    if scene.scripts and env.rewriter is None:
        env.rewriter = ScriptRewriter(scene.scripts, lambda text: expand(text, env))
    env.fields = card_fields(env)
    env.outlets = lore_plan([hit for hit in scene.lore if hit.position == "outlet"]).outlets if scene.lore else {}
    return env


def scripts_used(env: Env) -> ScriptsUsed:
    """What became of the scene's scripts."""
    rewriter = env.rewriter
    return ScriptsUsed(rewriter.ran, rewriter.failed) if isinstance(rewriter, ScriptRewriter) else ScriptsUsed()


def assemble(scene: Scene, *, clock: Clock, random: RandomSource, tokenizer: Tokenizer) -> Prompt:
    """The prompt of a scene: its messages, what they are made of, what was cut.

    Raises:
        PromptTooLarge: what must not be dropped does not fit `context_tokens - reply_tokens`.
    """
    return Assembler(environment(scene, clock=clock, random=random), tokenizer).prompt()


class Assembler:
    """One prompt in the making."""

    def __init__(self, env: Env, tokenizer: Tokenizer) -> None:
        self.env = env
        self.scene = env.scene
        self.tokenizer = tokenizer
        self.kind = env.scene.preset.post_processing
        self.names = Names(env.char, env.user, env.group_names)
        self.budget = Budget(env.scene.context_tokens - env.scene.reply_tokens)
        self.cut: list[Cut] = []
        self.ending: list[Line] = []
        self.writer = HistoryWriter(env)
        self.scan: Scan | None = None

    def prompt(self) -> Prompt:
        scene, preset = self.scene, self.scene.preset
        texts = self._control_texts()
        lore = self._lore()
        slots = collect(self.env, lore)
        placed = injections_of(self.env, lore)
        self._spend_framing()
        self._fixed(slots)
        control = self._control()
        self._rest_of_preset(slots)
        prompts = self._around_main(slots, relative(placed))
        chat = [message for message in reversed(scene.history) if not message.hidden]
        if scene.generation == "continue" and preset.continue_prefill and chat:
            control.append(self._required(self.writer.line(chat.pop(0)), "message to continue"))
        if scene.options.pin_examples:
            self._examples(slots, lore, texts)
        self._history(slots, chat, prompts, placed, texts)
        if not scene.options.pin_examples:
            self._examples(slots, lore, texts)
        lines = [line for slot in slots.values() for line in slot.lines]
        return self._finished([*lines, *self.ending, *control])

    def _lore(self) -> LorePlan:
        """What was woken elsewhere, and what the scene's own books have for it; outlets open for what follows."""
        hits = list(self.scene.lore)
        if self.scene.world is not None:
            self.scan = woken_in(self.env, self.scene.world, tokens=self.tokenizer.text, monotonic=monotonic)
            hits += hits_of(self.scan.woken, rewriter=self.env.rewriter)
        plan = lore_plan(hits)
        self.env.outlets = plan.outlets
        return plan

    # Money

    def price(self, line: Line) -> int:
        """What this line costs, the name included that post-processing may write into its text."""
        content = line.content
        if not self.kind:
            return self.tokenizer.message(content, name=line.name)
        message = {"role": line.role, "content": content, "name": line.name}
        return self.tokenizer.message(speaker_prefix(message, kind=self.kind, names=self.names) + content)

    def _priced(self, line: Line) -> Line:
        line.tokens = self.price(line)
        return line

    def _required(self, line: Line, title: str) -> Line:
        self.budget.require(self._priced(line).tokens, title=title)
        return line

    def _spend_framing(self) -> None:
        self.budget.require(PRIMING_TOKENS, title="framing")
        if needs_placeholder(self.kind):
            self.budget.require(self.tokenizer.message(PLACEHOLDER), title="placeholder")

    # Fixed prompts

    def _control_texts(self) -> dict[str, str]:
        """Texts around the prompts; in groups they know all members, muted ones too."""
        preset, in_group = self.scene.preset, bool(self.env.group_names)
        wanted = {
            "new_chat": preset.new_group_chat_prompt if in_group else preset.new_chat_prompt,
            "example": preset.new_example_chat_prompt,
            "group_nudge": preset.group_nudge_prompt if in_group else "",
        }
        return {name: expand(text, self.env) for name, text in wanted.items()}

    def _fixed(self, slots: dict[str, Slot]) -> None:
        for identifier in FIXED:
            self._add(slots.get(identifier))

    def _rest_of_preset(self, slots: dict[str, Slot]) -> None:
        own = [identifier for identifier, slot in slots.items() if not slot.entry.is_builtin]
        for identifier in ("nsfw", "jailbreak", *own, "enhanceDefinitions"):
            slot = slots.get(identifier)
            if slot is not None and not slot.lines:
                self._add(slot)

    def _add(self, slot: Slot | None) -> None:
        if slot is None or slot.entry.in_chat or not slot.pieces:
            return
        slot.lines.append(self._required(Line(slot.entry.role, slot.pieces), slot.entry.identifier))

    def _control(self) -> list[Line]:
        """What is asked of the model at the very end."""
        scene, lines = self.scene, []
        if scene.generation == "impersonate":
            text = expand(scene.preset.impersonation_prompt, self.env)
            lines.append(_line("control", "impersonate", "Impersonation prompt", text))
        if scene.quiet_prompt:
            lines.append(_line("control", "quietPrompt", "Quiet prompt", expand(scene.quiet_prompt, self.env)))
        return [self._required(line, line.pieces[0].title) for line in lines]

    def _around_main(self, slots: dict[str, Slot], placed: list[Placed]) -> list[InChat]:
        """Put relative injections before and after the main prompt; the in-chat prompts of the preset."""
        main = slots.get("main")
        before: list[InChat] = []
        after: list[InChat] = []
        for one in placed:
            if main is not None and main.entry.in_chat:
                entry = main.entry
                prompt = InChat(entry.depth, entry.order, entry.role, one.pieces)
                (after if one.position == "after_main" else before).append(prompt)
                continue
            line = self._required(Line(one.role, one.pieces), one.id)
            lines = main.lines if main is not None else self.ending
            lines.insert(len(lines) if one.position == "after_main" else 0, line)
        prompts: list[InChat] = []
        for slot in slots.values():
            if slot.entry.in_chat and (slot.pieces or slot is main):
                prompt = InChat(slot.entry.depth, slot.entry.order, slot.entry.role, slot.pieces)
                prompts += [*reversed(before), prompt, *after] if slot is main else [prompt]
        return prompts

    # History

    def _history(
        self,
        slots: dict[str, Slot],
        chat: list[HistoryMessage],
        prompts: list[InChat],
        placed: list[Placed],
        texts: dict[str, str],
    ) -> None:
        slot = slots.get("chatHistory")
        if slot is None:
            return
        begin = _line("control", "newChat", "Start of the chat", texts["new_chat"], may_squash=False)
        self._required(begin, "start of the chat")
        nudges = []
        if texts["group_nudge"] and self.scene.generation != "impersonate":
            nudge = _line("nudge", "groupNudge", "Who speaks next", texts["group_nudge"], may_squash=False)
            nudges.append(self._required(nudge, "group nudge"))
        told: list[HistoryMessage | Line] = [*chat]
        for depth, lines in chat_lines(prompts, placed).items():
            at = depth + (len(told) - len(chat))
            told[at:at] = lines
        if self.scene.generation == "continue" and not self.scene.preset.continue_prefill:
            self._continued(told)
        slot.lines = [begin, *self._told(told), *nudges]

    def _continued(self, told: list[HistoryMessage | Line]) -> None:
        """Move the message to continue to the end of the prompt, the nudge after it."""
        place = next((index for index, one in enumerate(told) if isinstance(one, HistoryMessage)), None)
        if place is None:
            return
        message = told.pop(place)
        assert isinstance(message, HistoryMessage)
        line = self._required(self.writer.line(message), "message to continue")
        # The words alone: whose they are stands before the message itself.
        extra = {"lastchatmessage": line.content.removeprefix(self.writer.prefix(message)).strip()}
        text = expand(self.scene.preset.continue_nudge_prompt, self.env, extra=extra)
        nudge = _line("nudge", "continueNudge", "Continue nudge", text)
        self.ending += [line, self._required(nudge, "continue nudge")]

    def _told(self, told: list[HistoryMessage | Line]) -> list[Line]:
        """The newest messages that fit, oldest first."""
        lines: list[Line] = []
        filler = self.scene.preset.send_if_empty
        if filler and told and told[0].role == "assistant":
            line = self._priced(
                _line("control", "sendIfEmpty", "Sent for an empty message", expand(filler, self.env), role="user")
            )
            if self.budget.take(line.tokens):
                lines.append(line)
        for index, one in enumerate(told):
            line = self._priced(one if isinstance(one, Line) else self.writer.line(one))
            if not self.budget.take(line.tokens):
                self._cut_history(told[index:])
                break
            lines.append(line)
        else:
            self._cut_history([])
        lines.reverse()
        return lines

    def _cut_history(self, rest: list[HistoryMessage | Line]) -> None:
        older = [one for one in rest if isinstance(one, HistoryMessage)]
        for one in rest:
            if isinstance(one, Line):
                first = one.pieces[0]
                self.cut.append(Cut(first.source, first.title, self.price(one), "budget"))
        if older:
            tokens = sum([self.tokenizer.message(message.text) for message in older])
            ids = tuple([message.id for message in reversed(older)])
            self.cut.append(Cut("history", "Older messages", tokens, "budget", ids, len(older)))
        if self.scene.history_before:
            self.cut.append(Cut("history", "Messages not read", 0, "older", (), self.scene.history_before))

    # Examples

    def _examples(self, slots: dict[str, Slot], lore: LorePlan, texts: dict[str, str]) -> None:
        slot = slots.get("dialogueExamples")
        if slot is None:
            return
        for number, block in enumerate(self._blocks(lore), start=1):
            lines = self._example(number, block, heading=texts["example"])
            tokens = sum([line.tokens for line in lines])
            if (self.cut and self.cut[-1].source == "examples") or not self.budget.take(tokens):
                self.cut.append(Cut("examples", f"Example {number}", tokens, "budget"))
                continue
            slot.lines += lines

    def _blocks(self, lore: LorePlan) -> list[str]:
        top = [example_blocks(hit.content) for hit in reversed(lore.examples_top)]
        bottom = [example_blocks(hit.content) for hit in lore.examples_bottom]
        card = [example_blocks(self.env.fields.examples)]
        return [block for blocks in (*top, *card, *bottom) for block in blocks]

    def _example(self, number: int, block: str, *, heading: str) -> list[Line]:
        identifier, title = f"example-{number}", f"Example {number}"
        lines = [_line("examples", identifier, title, heading, may_squash=False)] if heading else []
        for turn in example_turns(block, user=self.env.user, char=self.env.char, members=self.env.group_names):
            line = _line("examples", identifier, title, turn.text)
            line.name = "example_user" if turn.is_user else "example_assistant"
            lines.append(line)
        return [self._priced(line) for line in lines]

    # The end

    def _finished(self, lines: list[Line]) -> Prompt:
        lines = [line for line in lines if line.tokens or line.content]
        if self.scene.preset.squash_system_messages:
            lines = _squashed(lines)
        if self.kind:
            lines = _post_processed(lines, kind=self.kind, names=self.names)
        for line in lines:
            self._share_tokens(line)
        messages = messages_from(lines)
        return Prompt(
            messages=messages,
            lines=tuple(lines),
            parts=parts_from(lines),
            cut=self.cut,
            context_tokens=self.scene.context_tokens,
            reply_tokens=self.scene.reply_tokens,
            budget_tokens=self.budget.tokens,
            prompt_tokens=PRIMING_TOKENS + sum([line.tokens for line in lines]),
            prompt_hash=hash_of_messages(messages),
            tokenizer=self.tokenizer.name,
            stop=self._stop(),
            local=self.env.local,
            everywhere=self.env.everywhere,
            scan=self.scan,
            scripts=scripts_used(self.env),
        )

    def _share_tokens(self, line: Line) -> None:
        """What each piece of a line adds to its price, so that the parts sum up to the whole."""
        if len(line.pieces) == 1 and not self.kind and line.tokens:
            line.pieces[0].tokens = line.tokens
            return
        so_far, counted = "", 0
        for piece in line.pieces:
            so_far += piece.before + piece.text
            total = self.tokenizer.message(so_far, name=line.name)
            piece.tokens, counted = total - counted, total
        line.tokens = counted

    def _stop(self) -> list[str]:
        options = self.scene.options
        texts = [expand(text, self.env) if options.stop_strings_macros else text for text in options.stop_strings]
        return list(dict.fromkeys(text for text in texts if text))[:STOP_STRINGS_MAX]


def _line(
    source: Source, identifier: str, title: str, text: str, *, role: str = "system", may_squash: bool = True
) -> Line:
    return Line(role, (Piece(source, identifier, title, text),), may_squash=may_squash)


def _squashed(lines: list[Line]) -> list[Line]:
    """Neighbouring system messages without a name as one."""
    out: list[Line] = []
    for line in lines:
        last = out[-1] if out else None
        if last is not None and _squashes(last) and _squashes(line):
            out[-1] = Line("system", last.pieces + _after("\n", line.pieces))
        else:
            out.append(line)
    return out


def _squashes(line: Line) -> bool:
    return line.role == "system" and line.name is None and line.may_squash


def _after(before: str, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return (replace(pieces[0], before=before + pieces[0].before), *pieces[1:])


def _post_processed(lines: list[Line], *, kind: str, names: Names) -> list[Line]:
    placeholder = Piece("control", "placeholder", "Placeholder", PLACEHOLDER)
    out = []
    for row in arrange(messages_from(lines), kind=kind, names=names):
        pieces: list[Piece] = []
        for index, before in row.items:
            pieces += _after(before, (placeholder,) if index is None else lines[index].pieces)
        out.append(Line(row.role, tuple(pieces)))
    return out
