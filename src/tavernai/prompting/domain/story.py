"""The story string: a small template language around the card's texts. Source: shared contract 4.9.

    {{name}}   {{#if name}}…{{else}}…{{/if}}   {{#unless name}}…{{/unless}}   {{!a comment}}

White space stays as written, except beside a `~` (`{{~name~}}`), which takes it away. A name that is not among the
values is left for the macros, which run on the result. A template whose blocks or braces do not close cannot be told at
all; SillyTavern makes no prompt of one (8.4, 67).
"""

import re
from collections.abc import Mapping
from typing import Final

TAG: Final = re.compile(r"\{\{\{?(?P<eats_before>~)?\s*(?:!--.*?--|!(?P<comment>.*?)"
                        r"|(?P<open>#(?:if|unless))\s+(?P<of>[\w.]+)|(?P<else>else)|/(?P<close>if|unless)"
                        r"|(?P<name>[A-Za-z]\w*))\s*(?P<eats_after>~)?\}?\}\}", re.DOTALL)  # fmt: skip
WHOLE: Final = re.compile(r"\{\{[^{}]*\}\}")
NAMELESS: Final = re.compile(r"\{\{\s*#(?:if|unless)\s*\}\}")
NESTED_MAX: Final = 40


def is_broken(template: str) -> bool:
    """Whether it cannot be told: a block or a brace left open, an end without its beginning, an `else` out of place."""
    blocks: list[tuple[str, bool]] = []  # one entry a block: its word, and whether its `else` was there
    for tag in TAG.finditer(template):
        if tag["open"]:
            blocks.append((tag["open"].removeprefix("#"), False))
        elif tag["else"]:
            if not blocks or blocks[-1][1]:
                return True
            blocks.append((blocks.pop()[0], True))
        elif tag["close"] and (not blocks or blocks.pop()[0] != tag["close"]):
            return True
    rest = TAG.sub("", template)
    return bool(blocks) or NAMELESS.search(rest) is not None or _leaves_open(rest)


def _leaves_open(rest: str) -> bool:
    """Whether a `{{` has no partner; macros may stand in macros."""
    for _ in range(NESTED_MAX):
        fewer = WHOLE.sub("", rest)
        if fewer == rest:
            break
        rest = fewer
    return "{{" in rest


def told(template: str, values: Mapping[str, str]) -> str:
    """The template with its values; of a broken one, blocks end where the text ends."""
    out: list[str] = []
    # One entry a block: whether the text around it is shown, and whether its own is.
    blocks: list[tuple[bool, bool]] = []
    shown, at, eats = True, 0, False
    for tag in TAG.finditer(template):
        if shown:
            out.append(_between(template[at : tag.start()], eats_start=eats, eats_end=bool(tag["eats_before"])))
        at, eats = tag.end(), bool(tag["eats_after"])
        if tag["open"]:
            is_true = bool(values.get(tag["of"], "")) == (tag["open"] == "#if")
            blocks.append((shown, is_true))
            shown = shown and is_true
        elif tag["else"] and blocks:
            around, is_true = blocks[-1]
            shown = around and not is_true
        elif tag["close"] and blocks:
            shown = blocks.pop()[0]
        elif tag["name"] and shown:
            out.append(values.get(tag["name"], tag.group(0)))
    return "".join([*out, _between(template[at:], eats_start=eats) if shown else ""])


def _between(text: str, *, eats_start: bool, eats_end: bool = False) -> str:
    """What stands between two tags, without the white space they eat."""
    text = text.lstrip() if eats_start else text
    return text.rstrip() if eats_end else text
