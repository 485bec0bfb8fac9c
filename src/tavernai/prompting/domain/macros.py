r"""The macro engine: expand a text once, left to right, inner macros first. Results are never read as macros again.

What stays as it was written: unknown names, wrong numbers or kinds of arguments, and everything after the prompt's
allowance of produced characters is used up (macro_env.py). `{{if}}` is the one macro whose arguments wait: only the
chosen branch is run.

Three small passes surround the one: old markers such as `<USER>` become macros; `\{` and `\}` become braces; a
remaining `{{trim}}` takes the line breaks around it along. Source: shared contract 5.1.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from tavernai.prompting.domain.macro_env import Call, Env, Unfit
from tavernai.prompting.domain.macro_parser import Macro, Words, parse
from tavernai.prompting.domain.macro_table import MACROS, can_take
from tavernai.prompting.domain.macro_values import add, as_text, is_true, number_of, read, stored

CACHED_CHARS_MAX: Final = 16_384
MACRO_CHARS: Final = 16
"""What running a macro costs the allowance besides its result."""
MARKER: Final = re.compile(r"<(USER|BOT|CHAR|GROUP|CHARIFNOTGROUP)>", re.IGNORECASE)
MARKERS: Final = {"user": "user", "bot": "char", "char": "char", "group": "group", "charifnotgroup": "charIfNotGroup"}
TIME_UTC: Final = re.compile(r"\{\{\s*time_(UTC[+-]?\d+)\s*\}\}", re.IGNORECASE)
TRIM: Final = re.compile(r"\{\{trim\}\}", re.IGNORECASE)
ESCAPED: Final = re.compile(r"\\([{}])")
LINE_START: Final = re.compile(r"^[ \t]*", re.MULTILINE)


class Expansion:
    """One text being expanded."""

    def __init__(self, env: Env, whole: str, extra: Mapping[str, str], original: str | None) -> None:
        self.env = env
        self.whole = whole
        self.extra = extra
        self.original = original

    def words(self, words: Words) -> str:
        if len(words) == 1 and isinstance(words[0], str):
            return words[0]
        return "".join([node if isinstance(node, str) else self.macro(node) for node in words])

    def macro(self, macro: Macro) -> str:
        """The text this macro becomes."""
        if macro.name == "if" and not macro.is_closing:
            return self._if(macro)
        inner = {id(node): self.macro(node) for node in macro.items if not isinstance(node, str)}
        try:
            self.env.allowance.spend(MACRO_CHARS)
            value = self._value(macro, inner)
            text = value if isinstance(value, str) else as_text(value)
            self.env.allowance.spend(len(text))
            return text
        except Unfit:
            return self._source(macro, inner)

    def _value(self, macro: Macro, inner: Mapping[int, str]) -> Any:
        if macro.name is None or macro.is_closing:
            raise Unfit
        args = [_joined(words, inner) for words in macro.args]
        if macro.variable is not None:
            return self._variable(macro.variable, args[0])
        if not args and macro.content is None:
            special = self._special(macro.name)
            if special is not None:
                return special
        spec = MACROS.get(macro.name)
        if spec is None:
            raise Unfit
        if macro.content is not None:
            args.append(self._content(macro))
        if not spec.least <= len(args) <= spec.most:
            raise Unfit
        return spec.answer(Call(self.env, self.whole, macro.start), args)

    def _special(self, name: str) -> str | None:
        """Macros of this call only: they win over registered ones and take no arguments."""
        if name in self.extra:
            return self.extra[name]
        if name == "original" and self.original is not None:
            text, self.original = self.original, ""
            return text
        return None

    def _content(self, macro: Macro) -> str:
        text = self.words(macro.content or ())
        return text if macro.keeps_space else dedented(text)

    def _source(self, macro: Macro, inner: Mapping[int, str]) -> str:
        text = "{{" + _joined(macro.items, inner) + "}}"
        if macro.content is None or macro.closing is None:
            return text
        return text + self.words(macro.content) + "{{" + _joined(macro.closing.items, {}) + "}}"

    def _if(self, macro: Macro) -> str:
        branches = macro.content if macro.content is not None else (macro.args[1] if len(macro.args) == 2 else None)
        if branches is None or len(macro.args) != (1 if macro.content is not None else 2):
            return self._source(macro, {id(node): self.macro(node) for node in macro.items if isinstance(node, Macro)})
        if not self.env.allowance.characters:  # the condition alone may cost as much as what it guards
            return ""
        yes, no = _branches(branches)
        chosen = yes if self._condition(macro.args[0]) else no
        text = self.words(chosen)
        if macro.content is None:
            return text.strip()
        return text if macro.keeps_space else dedented(text)

    def _condition(self, words: Words) -> bool:
        text = self.words(words).strip()
        negated = text.startswith("!")
        if negated:
            text = text[1:].strip()
        if text[:1] == "." or (text[:1] == "$" and _is_written(words)):
            text = read(self._scope(text[0]), text[1:])
        elif text.lower() in self.extra or (text.lower() in MACROS and MACROS[text.lower()].least == 0):
            text = self.macro(Macro(0, (text,), name=text.lower()))
        self.env.allowance.drain(MACRO_CHARS + len(text))
        return is_true(text) != negated

    def _scope(self, mark: str) -> dict[str, Any]:
        return self.env.local if mark == "." else self.env.everywhere

    def _variable(self, variable: tuple[str, str, str], given: str) -> Any:
        mark, name, operator = variable
        variables = self._scope(mark)
        if operator in ASSIGNING:
            result = ASSIGNING[operator](variables, name, given)
            kept = variables.get(name)
            self.env.allowance.spend(len(kept) if isinstance(kept, str) else 0)
            return result
        return COMPARING[operator](read(variables, name), given, name in variables)


def expand(
    text: str,
    env: Env,
    *,
    extra: Mapping[str, str] | None = None,
    original: str | None = None,
) -> str:
    """The text with its macros replaced.

    Args:
        extra: macros of this call only, names in lower case.
        original: what the first `{{original}}` becomes; None leaves it as text.
    """
    if "{" not in text and "\\" not in text and "<" not in text:
        return text
    prepared = _prepared(text) if "<" in text or "_" in text else text
    if "{{" not in prepared:
        return ESCAPED.sub(r"\1", prepared) if "\\" in prepared else prepared
    nodes = _parsed(prepared) if len(prepared) <= CACHED_CHARS_MAX else parse(prepared, can_take=can_take)
    result = Expansion(env, text, extra if extra is not None else env.extra, original).words(nodes)
    if "\\" in result:
        result = ESCAPED.sub(r"\1", result)
    return _trimmed(result) if "{{" in result else result


def _trimmed(text: str) -> str:
    """Every `{{trim}}` gone, with all line breaks directly around it."""
    first, *others = TRIM.split(text)
    if not others:
        return text
    *middle, last = [other.lstrip("\r\n") for other in others]
    return "".join([part.rstrip("\r\n") for part in (first, *middle)]) + last


@lru_cache(2048)
def _parsed(text: str) -> Words:
    return parse(text, can_take=can_take)


def _prepared(text: str) -> str:
    text = MARKER.sub(lambda found: "{{" + MARKERS[found.group(1).lower()] + "}}", text)
    return TIME_UTC.sub(r"{{time::\1}}", text)


def _joined(words: Words, inner: Mapping[int, str]) -> str:
    if len(words) == 1 and isinstance(words[0], str):
        return words[0]
    return "".join([node if isinstance(node, str) else inner[id(node)] for node in words])


def _branches(words: Words) -> tuple[Words, Words]:
    for index, node in enumerate(words):
        if isinstance(node, Macro) and node.name == "else" and not node.args and not node.is_closing:
            return words[:index], words[index + 1 :]
    return words, ()


def dedented(text: str) -> str:
    """The content of a scope: the indent of its first non-blank line taken off every line, trimmed."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    width = len(first) - len(first.lstrip(" \t"))
    if width:
        text = LINE_START.sub(lambda found: found.group()[width:], text)
    return text.strip()


def _is_written(words: Words) -> bool:
    """Whether a condition names its variable itself.

    A `$` that macros gave is a text: their results are not read again, and whoever keeps a stranger's words from what
    holds everywhere sees only what is written.
    """
    first = words[0] if words else ""
    return isinstance(first, str) and first.lstrip().removeprefix("!").lstrip().startswith("$")


def _set(variables: dict[str, Any], name: str, value: str) -> str:
    variables[name] = value
    return ""


def _add(variables: dict[str, Any], name: str, value: str) -> str:
    add(variables, name, value=value)
    return ""


def _subtract(variables: dict[str, Any], name: str, value: str) -> str:
    left, right = number_of(variables.get(name, 0)), number_of(value)
    if left is not None and right is not None:
        variables[name] = stored(left - right)
    return ""


def _or_set(variables: dict[str, Any], name: str, value: str) -> str:
    current = read(variables, name)
    if is_true(current):
        return current
    variables[name] = value
    return value


def _set_missing(variables: dict[str, Any], name: str, value: str) -> str:
    if name in variables:
        return read(variables, name)
    variables[name] = value
    return value


def _equal(current: str, given: str) -> bool:
    left, right = number_of(current), number_of(given)
    return current == given if left is None or right is None else left == right


def _ordered(current: str, given: str) -> float | None:
    """Below, at or above zero as the left number is; None when one is no number, and no order holds."""
    left, right = number_of(current), number_of(given)
    return None if left is None or right is None else left - right


ASSIGNING: Final[dict[str, Any]] = {
    "=": _set,
    "+=": _add,
    "-=": _subtract,
    "++": lambda variables, name, given: add(variables, name, value=1),
    "--": lambda variables, name, given: add(variables, name, value=-1),
    "||=": _or_set,
    "??=": _set_missing,
}
COMPARING: Final[dict[str, Any]] = {
    "": lambda current, given, known: current,
    "==": lambda current, given, known: _equal(current, given),
    "!=": lambda current, given, known: not _equal(current, given),
    ">": lambda current, given, known: (order := _ordered(current, given)) is not None and order > 0,
    ">=": lambda current, given, known: (order := _ordered(current, given)) is not None and order >= 0,
    "<": lambda current, given, known: (order := _ordered(current, given)) is not None and order < 0,
    "<=": lambda current, given, known: (order := _ordered(current, given)) is not None and order <= 0,
    "||": lambda current, given, known: current if is_true(current) else given,
    "??": lambda current, given, known: current if known else given,
}
