"""The story string: a small template language around the card's texts. Source: shared contract 4.9.

    {{name}}   {{#if name}}…{{else}}…{{/if}}   {{#unless name}}…{{/unless}}   {{!a comment}}

White space stays as written. A name that is not among the values is left for the macros, which run on the result.
"""

import re
from collections.abc import Mapping
from typing import Final

TAG: Final = re.compile(r"\{\{\{?\s*(?:!--.*?--|!(?P<comment>.*?)|(?P<open>#(?:if|unless))\s+(?P<of>[\w.]+)"
                        r"|(?P<else>else)|/(?P<close>if|unless)"
                        r"|(?P<name>[A-Za-z]\w*))\s*\}?\}\}", re.DOTALL)  # fmt: skip


def told(template: str, values: Mapping[str, str]) -> str:
    """The template with its values; unbalanced blocks end where the text ends."""
    out: list[str] = []
    # One entry a block: whether the text around it is shown, and whether its own is.
    blocks: list[tuple[bool, bool]] = []
    shown, at = True, 0
    for tag in TAG.finditer(template):
        if shown:
            out.append(template[at : tag.start()])
        at = tag.end()
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
    return "".join([*out, template[at:] if shown else ""])
