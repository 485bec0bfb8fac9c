r"""The grammar of macros: text in, a tree out. No macro is looked up or run here.

    {{name}}  {{name::a::b}}  {{name:rest}}  {{name rest}}     a call; inner macros may stand in arguments
    {{.name op value}}  {{$name op value}}                     a local or global variable
    {{name a}}content{{/name}}                                 a scope: content is the last argument
    {{#if x}}                                                  flags; `#` keeps the content's white space
    \{ \}                                                      literal braces

One pass finds the braces and pairs them with a stack, so that any text takes linear time. A `{{` without partner is
plain text; complete macros around it still work. A call with a name nobody could have given is kept as `name=None`: its
source stays, with inner macros replaced. Texts that nest deeper than DEPTH_MAX are plain text altogether.
Source: shared contract 5.1; parity held by tests/acceptance/interop/test_parity.py.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, Union

DEPTH_MAX: Final = 40

TOKEN: Final = re.compile(r"\\[{}]|\{\{|\}\}")
COMMENT: Final = re.compile(r"[#!?~>]*(?:(///)\s*\Z|//)")
HEAD: Final = re.compile(r"([#/!?~>]*)\s*([A-Za-z][A-Za-z0-9_-]*)")
VARIABLE: Final = re.compile(
    r"[#!?~>]*\s*([.$])\s*([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)\s*"
    r"(\?\?=|\|\|=|\+\+|--|\+=|-=|==|!=|>=|<=|\?\?|\|\||=|>|<|\Z)"
)

Node: TypeAlias = Union[str, "Macro"]
Words: TypeAlias = tuple[Node, ...]
CanTake: TypeAlias = Callable[[str, int], bool]
"""Whether a macro of this name may have that many arguments, the last being its content."""


@dataclass(slots=True, eq=False)
class Macro:
    """One `{{…}}`. `start` is where it begins in the text, in code points; `items` its whole inside."""

    start: int
    items: Words
    name: str | None = None
    args: tuple[Words, ...] = ()
    is_closing: bool = False
    keeps_space: bool = False
    variable: tuple[str, str, str] | None = None
    content: Words | None = None
    closing: "Macro | None" = None
    depth: int = 1


def parse(text: str, *, can_take: CanTake) -> Words:
    """The text as plain strings and macros, scopes folded."""
    frames: list[tuple[int, list[Node]]] = [(0, [])]
    last = 0
    for token in TOKEN.finditer(text):
        braces = token.group()
        if braces[0] == "\\" or (braces == "}}" and len(frames) == 1):
            continue
        if token.start() > last:
            frames[-1][1].append(text[last : token.start()])
        last = token.end()
        if braces == "{{":
            frames.append((token.start(), []))
            if len(frames) > DEPTH_MAX:
                return (text,)
            continue
        start, items = frames.pop()
        frames[-1][1].append(_macro(start, fold(items, can_take=can_take)))
    if last < len(text):
        frames[-1][1].append(text[last:])
    while len(frames) > 1:
        _, items = frames.pop()
        frames[-1][1].extend(["{{", *items])
    return fold(frames[0][1], can_take=can_take)


def fold(nodes: Sequence[Node], *, can_take: CanTake) -> Words:
    """Turn `open … close` into one macro with content, wherever the opener may take content."""
    if not any(not isinstance(node, str) and node.is_closing for node in nodes):
        return tuple(nodes)
    out: list[Node] = []
    openers: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    for index, node in enumerate(nodes):
        if isinstance(node, str) or node.name is None or not (node.is_closing and waiting[node.name]):
            if not isinstance(node, str) and node.name is not None and not node.is_closing:
                openers.append((node.name, len(out)))
                waiting[node.name] += 1
            out.append(node)
            continue
        position = _opener(openers, waiting, node.name)
        if not _close(out, position, node, can_take=can_take):
            return (*out, *nodes[index + 1 :])
    return tuple(out)


def _opener(openers: list[tuple[str, int]], waiting: Counter[str], name: str) -> int:
    """Where the nearest opener of this name stands; the ones after it have lost their chance."""
    while True:
        other, position = openers.pop()
        waiting[other] -= 1
        if other == name:
            return position


def _close(out: list[Node], position: int, closing: Macro, *, can_take: CanTake) -> bool:
    """Fold what follows the opener into it. False when that would nest too deeply."""
    opener = out[position]
    assert isinstance(opener, Macro)
    if opener.name is None or not can_take(opener.name, len(opener.args) + 1):
        opener.name = None
        out.append(closing)
        return True
    content = tuple(out[position + 1 :])
    depth = 1 + max([node.depth for node in content if isinstance(node, Macro)], default=0)
    if depth > DEPTH_MAX:
        out.append(closing)
        return False
    opener.content, opener.closing, opener.depth = content, closing, max(depth, opener.depth)
    del out[position + 1 :]
    return True


def _macro(start: int, items: Words) -> Macro:
    depth = 1 + max([node.depth for node in items if isinstance(node, Macro)], default=0)
    macro = Macro(start, items, depth=depth)
    head = items[0].lstrip() if items and isinstance(items[0], str) else ""
    if not (_comment(macro, head) or _variable(macro, head)):
        _call(macro, head)
    return macro


def _comment(macro: Macro, head: str) -> bool:
    found = COMMENT.match(head)
    if found is None:
        return False
    macro.name = "//"
    macro.is_closing = found.group(1) is not None
    rest = trimmed((head[found.end() :], *macro.items[1:]))
    macro.args = (rest,) if rest and not macro.is_closing else ()
    return True


def _variable(macro: Macro, head: str) -> bool:
    found = VARIABLE.match(head)
    if found is None:
        return False
    scope, name, operator = found.groups()
    value = trimmed((head[found.end() :], *macro.items[1:]))
    if operator in ("", "++", "--") and value:
        return False
    macro.name = "."
    macro.variable = (scope, name, operator)
    macro.args = (value,)
    return True


def _call(macro: Macro, head: str) -> None:
    found = HEAD.match(head)
    if found is None:
        return
    flags, name = found.groups()
    rest = head[found.end() :]
    args = _arguments(rest, macro.items[1:])
    if args is None:
        return
    macro.name = name.lower()
    macro.is_closing = "/" in flags
    macro.keeps_space = "#" in flags
    macro.args = args


def _arguments(rest: str, others: Words) -> tuple[Words, ...] | None:
    """The arguments after a name; None when what follows cannot follow a name."""
    bare = rest.lstrip()
    if bare.startswith("::"):
        return tuple(trimmed(words) for words in _split((bare[2:], *others)))
    if bare.startswith(":"):
        return (trimmed((bare[1:], *others)),)
    if not bare and not others:
        return ()
    if rest[:1].isspace():
        return (trimmed((bare, *others)),)
    return None


def _split(words: Words) -> Iterator[Words]:
    current: list[Node] = []
    for node in words:
        if not isinstance(node, str):
            current.append(node)
            continue
        first, *more = node.split("::")
        current.append(first)
        for text in more:
            yield tuple(current)
            current = [text]
    yield tuple(current)


def trimmed(words: Words) -> Words:
    """The words without white space at both ends and without empty strings."""
    if not words:
        return ()
    out = list(words)
    if isinstance(out[0], str):
        out[0] = out[0].lstrip()
    if isinstance(out[-1], str):
        out[-1] = out[-1].rstrip()
    return tuple(node for node in out if node != "")
