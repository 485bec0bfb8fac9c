r"""JavaScript regular expressions, run on an engine that can be stopped.

Cards and scripts carry expressions written for a browser. A pattern is read by JavaScript's grammar and written anew
for PyPI's `regex`, whose searches take a time limit. Two things can go wrong, and they are told apart:

    NotJavaScript    the browser would have refused it too: a lore key is then plain text, a script does nothing
    Untranslatable   the browser takes it, our engine cannot say it: it never matches, and the page says so

What differs from a browser: without the flag `u` it sees characters outside the Basic Multilingual Plane as two, we
see one; captures inside a repeated group keep their last value, where a browser forgets them at each round.
Source: ECMAScript 2025, 22.2.1 and annex B.1.2.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import regex

from tavernai.prompting.domain.regex_size import COPIES_MAX, copies

CACHED_PATTERNS: Final = 4_096
PATTERN_CHARS_MAX: Final = 20_000
FLAGS: Final = frozenset("gimsuy")

LINE_ENDS: Final = "\\n\\r\\u2028\\u2029"
WORD: Final = "A-Za-z0-9_"
SPACE: Final = "\\t\\n\\x0b\\x0c\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
CLASSES: Final[dict[str, tuple[str, bool]]] = {
    # escape: what the set holds, whether it is turned round
    "d": ("0-9", False),
    "D": ("0-9", True),
    "w": (WORD, False),
    "W": (WORD, True),
    "s": (SPACE, False),
    "S": (SPACE, True),
}
CONTROLS: Final = {"t": "\\t", "n": "\\n", "v": "\\x0b", "f": "\\x0c", "r": "\\r", "0": "\\x00"}
AT_WORD: Final = f"(?:(?<=[{WORD}])(?![{WORD}])|(?<![{WORD}])(?=[{WORD}]))"
NOT_AT_WORD: Final = f"(?:(?<=[{WORD}])(?=[{WORD}])|(?<![{WORD}])(?![{WORD}]))"
GROUPS: Final = ("?:", "?=", "?!", "?<=", "?<!")
SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
HEX: Final = frozenset("0123456789abcdefABCDEF")
QUANTIFIER: Final = regex.compile(r"\{(\d+)(?:,(\d*))?\}")
NAME: Final = regex.compile(r"<([A-Za-z_$\p{L}][\w$]*)>")
MODIFIERS: Final = regex.compile(r"\?([ims]*)(?:-([ims]*))?:")


class NotJavaScript(ValueError):
    """No valid JavaScript expression."""


class Untranslatable(ValueError):
    """A JavaScript expression our engine cannot run."""


@dataclass(slots=True)
class Translator:
    """One pattern being read from left to right."""

    source: str
    flags: frozenset[str]
    at: int = 0
    out: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    groups: int = 0

    def translated(self) -> str:
        """The pattern for our engine. Raises NotJavaScript."""
        self.groups, self.names = _counted(self.source)
        self._alternatives(depth=0)
        if self.at < len(self.source):
            raise NotJavaScript("a bracket is closed that was not opened")
        return "".join(self.out)

    @property
    def unicode(self) -> bool:
        return "u" in self.flags

    def _peek(self, count: int = 1) -> str:
        return self.source[self.at : self.at + count]

    def _alternatives(self, *, depth: int) -> None:
        if depth > 200:
            raise NotJavaScript("nested too deep")
        while self.at < len(self.source) and self._peek() != ")":
            if self._peek() == "|":
                self.out.append("|")
                self.at += 1
            else:
                self._term(depth)

    def _term(self, depth: int) -> None:
        start, can_repeat = len(self.out), self._atom(depth)
        quantifier = self._quantifier()
        if not quantifier:
            return
        if not can_repeat:
            raise NotJavaScript("nothing to repeat")
        whole = "".join(self.out[start:])
        self.out[start:] = [f"(?:{whole})" if len(self.out) - start > 1 else whole, quantifier]

    def _quantifier(self) -> str:
        sign = self._peek()
        if sign and sign in "*+?":
            self.at += 1
        elif sign == "{" and (found := QUANTIFIER.match(self.source, self.at)):
            least, most = found.group(1), found.group(2)
            if most and _number(most) < _number(least):
                raise NotJavaScript("numbers out of order")
            sign = found.group(0)
            self.at = found.end()
        else:
            return ""
        if self._peek() == "?":
            self.at += 1
            return sign + "?"
        return sign

    def _atom(self, depth: int) -> bool:
        """Write the next atom; whether it may be repeated."""
        sign = self._peek()
        self.at += 1
        match sign:
            case "^":
                self.out.append(f"(?:(?<=[{LINE_ENDS}])|\\A)" if "m" in self.flags else "\\A")
                return False
            case "$":
                self.out.append(f"(?=[{LINE_ENDS}]|\\Z)" if "m" in self.flags else "\\Z")
                return False
            case ".":
                self.out.append("[\\s\\S]" if "s" in self.flags else f"[^{LINE_ENDS}]")
            case "(":
                return self._group(depth)
            case "[":
                self._class()
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise NotJavaScript("nothing to repeat")
            case "{" | "}" | "]":
                self._brace(sign)
            case _:
                self.out.append(regex.escape(sign, special_only=True, literal_spaces=True))
        return True

    def _brace(self, sign: str) -> None:
        if self.unicode or (sign == "{" and QUANTIFIER.match(self.source, self.at - 1)):
            raise NotJavaScript(f"a lone {sign}")
        self.out.append("\\" + sign)

    def _group(self, depth: int) -> bool:
        opening = next((known for known in GROUPS if self._peek(len(known)) == known), "")
        if opening:
            self.at += len(opening)
        elif self._peek() == "?":
            opening = self._named_or_modified()
        start = len(self.out)
        self.out.append(f"({opening}")
        self._alternatives(depth=depth + 1)
        if self._peek() != ")":
            raise NotJavaScript("a bracket is not closed")
        self.at += 1
        self.out[start:] = ["".join(self.out[start:]) + ")"]
        looks_behind = opening in ("?<=", "?<!")
        return not (looks_behind or (self.unicode and opening in ("?=", "?!")))

    def _named_or_modified(self) -> str:
        if named := NAME.match(self.source, self.at + 1):
            self.at = named.end()
            return f"?P<{_safe_name(named.group(1))}>"
        if modified := MODIFIERS.match(self.source, self.at):
            self.at = modified.end()
            on, off = modified.group(1), modified.group(2) or ""
            if "m" in on + off or "s" in on + off:
                raise Untranslatable("a part with its own line rules")
            return f"?{on}{'-' + off if off else ''}:"
        raise NotJavaScript("no such group")

    # Escapes

    def _escape(self) -> bool:
        sign = self._peek()
        if not sign:
            raise NotJavaScript("nothing after the last backslash")
        self.at += 1
        if sign in "bB":
            self.out.append(AT_WORD if sign == "b" else NOT_AT_WORD)
            return False
        if sign in CLASSES:
            held, turned = CLASSES[sign]
            self.out.append(f"[{'^' if turned else ''}{held}]")
        elif sign in "pP" and self.unicode:
            self.out.append(self._property(sign))
        elif sign in "123456789":
            self._back_reference(sign)
        elif sign == "k" and (self.names or self.unicode):
            self._named_reference()
        else:
            self.out.append(_literal(self._character(sign)))
        return True

    def _property(self, sign: str) -> str:
        end = self.source.find("}", self.at)
        if self._peek() != "{" or end < 0:
            raise NotJavaScript("a property without its name")
        name = self.source[self.at + 1 : end]
        self.at = end + 1
        return f"\\{sign}{{{name}}}"

    def _back_reference(self, first: str) -> None:
        digits = first
        while self._peek().isdecimal() and int(digits + self._peek()) <= self.groups:
            digits += self._peek()
            self.at += 1
        if int(digits) <= self.groups:
            # A group that took no part matches nothing in a browser; with us it would match nowhere.
            self.out.append(f"(?({digits})\\{digits})")
        elif self.unicode:
            raise NotJavaScript("no such group")
        else:
            self.out.append(_literal(self._octal(first) if first < "8" else first))

    def _named_reference(self) -> None:
        named = NAME.match(self.source, self.at)
        if named is None or named.group(1) not in self.names:
            raise NotJavaScript("no such named group")
        self.at = named.end()
        name = _safe_name(named.group(1))
        self.out.append(f"(?({name})(?P={name}))")

    def _octal(self, first: str) -> str:
        digits = first
        while len(digits) < 3 and self._peek() in tuple("01234567") and int(digits + self._peek(), 8) <= 0o377:
            digits += self._peek()
            self.at += 1
        return chr(int(digits, 8))

    def _character(self, sign: str) -> str:
        """The character an escape stands for."""
        if sign in CONTROLS and not (sign == "0" and self._peek().isdecimal()):
            return CONTROLS[sign].encode().decode("unicode_escape")
        if sign == "x":
            return self._hex(2) or self._identity(sign)
        if sign == "u":
            return self._code_point() or self._identity(sign)
        if sign == "c" and self._peek().isascii() and self._peek().isalpha():
            letter = self._peek()
            self.at += 1
            return chr(ord(letter) % 32)
        if sign == "0" and not self.unicode:
            return self._octal("0")
        if sign == "c" and not self.unicode:
            self.at -= 1
            return "\\"
        return self._identity(sign)

    def _identity(self, sign: str) -> str:
        if self.unicode and sign not in SYNTAX and sign != "-":
            raise NotJavaScript(f"no such escape: {sign}")
        return sign

    def _hex(self, count: int) -> str:
        digits = self._peek(count)
        if len(digits) == count and all(digit in HEX for digit in digits):
            self.at += count
            return chr(int(digits, 16))
        return ""

    def _code_point(self) -> str:
        if self.unicode and self._peek() == "{":
            end = self.source.find("}", self.at)
            digits = self.source[self.at + 1 : end] if end > 0 else ""
            if not digits or any(digit not in HEX for digit in digits) or int(digits, 16) > 0x10FFFF:
                raise NotJavaScript("no such code point")
            self.at = end + 1
            return chr(int(digits, 16))
        first = self._hex(4)
        if first and "\ud800" <= first <= "\udbff" and self._peek(2) == "\\u":
            self.at += 2
            second = self._hex(4)
            if "\udc00" <= second <= "\udfff":
                return (first + second).encode("utf-16", "surrogatepass").decode("utf-16")
            self.at -= 2
        return first

    # Classes

    def _class(self) -> None:
        turned = self._peek() == "^"
        self.at += turned
        plain: list[str] = []
        turned_sets: list[str] = []
        while self._peek() != "]":
            if self.at >= len(self.source):
                raise NotJavaScript("a set is not closed")
            self._member(plain, turned_sets)
        self.at += 1
        self.out.append(_class_of(plain, turned_sets, turned=turned))

    def _member(self, plain: list[str], turned_sets: list[str]) -> None:
        low = self._class_atom(plain, turned_sets)
        if self._peek() != "-" or self._peek(2) == "-]" or self.at + 1 >= len(self.source):
            if low is not None:
                plain.append(_in_set(low))
            return
        self.at += 1
        high = self._class_atom(plain, turned_sets)
        if low is None or high is None:
            if self.unicode:
                raise NotJavaScript("a range needs two characters")
            plain.extend([_in_set(one) for one in (low, "-", high) if one is not None])
        elif low > high:
            raise NotJavaScript("a range out of order")
        else:
            plain.append(f"{_in_set(low)}-{_in_set(high)}")

    def _class_atom(self, plain: list[str], turned_sets: list[str]) -> str | None:
        """The next character of a set; None when it was a whole set, which then stands in one of the lists."""
        sign = self._peek()
        self.at += 1
        if sign != "\\":
            return sign
        sign = self._peek()
        self.at += 1
        if not sign:
            raise NotJavaScript("nothing after the last backslash")
        if sign in CLASSES:
            held, is_turned = CLASSES[sign]
            (turned_sets if is_turned else plain).append(f"[^{held}]" if is_turned else held)
            return None
        if sign in "pP" and self.unicode:
            plain.append(self._property(sign))
            return None
        if sign == "b":
            return "\b"
        if sign in "1234567" and not self.unicode:
            return self._octal(sign)
        return self._character(sign)


def _class_of(plain: list[str], turned_sets: list[str], *, turned: bool) -> str:
    held = "".join(plain)
    if not held and not turned_sets:
        return "[\\s\\S]" if turned else "(?!)"
    if not turned_sets:
        return f"[{'^' if turned else ''}{held}]"
    choices = "|".join([*([f"[{held}]"] if held else []), *turned_sets])
    return f"(?:(?!{choices})[\\s\\S])" if turned else f"(?:{choices})"


def _literal(character: str) -> str:
    return regex.escape(character, special_only=True, literal_spaces=True)


def _in_set(character: str) -> str:
    return "\\" + character if character in "\\]^-[&|~" else character


def _safe_name(name: str) -> str:
    """JavaScript's names may hold `$`; ours may not."""
    return "js_" + name.replace("$", "_S_")


def _number(digits: str) -> tuple[int, str]:
    """Digits in the order of the numbers they write, however many there are."""
    plain = digits.lstrip("0")
    return len(plain), plain


def _counted(source: str) -> tuple[int, tuple[str, ...]]:
    """How many groups capture, and the names some have; needed before the first reference is read."""
    count, names, at, in_set = 0, [], 0, False
    while at < len(source):
        sign = source[at]
        if sign == "\\":
            at += 2
            continue
        if sign == "[":
            in_set = True
        elif sign == "]":
            in_set = False
        elif sign == "(" and not in_set:
            named = NAME.match(source, at + 2) if source[at + 1 : at + 2] == "?" else None
            if named:
                names.append(named.group(1))
            count += bool(named) or source[at + 1 : at + 2] != "?"
        at += 1
    return count, tuple(names)


def translated(source: str, flags: str) -> str:
    """The expression in our engine's grammar, not compiled. Raises NotJavaScript, Untranslatable."""
    known = frozenset(flags)
    if len(known) != len(flags) or not known <= FLAGS or len(source) > PATTERN_CHARS_MAX:
        raise NotJavaScript("no such flags, or far too long")
    return Translator(source, known).translated()


@lru_cache(CACHED_PATTERNS)
def compiled(source: str, flags: str) -> regex.Pattern[str]:
    """The expression ready to run.

    Raises:
        NotJavaScript: a browser would refuse it.
        Untranslatable: only we cannot run it.
    """
    known = frozenset(flags)
    pattern = translated(source, flags)
    if copies(source) > COPIES_MAX:
        raise Untranslatable("its repetitions come to far too much")
    if "y" in known:  # sticky: where the search begins, or where the last match ended
        pattern = rf"\G(?:{pattern})"
    try:
        return regex.compile(pattern, regex.IGNORECASE if "i" in known else 0)
    except (regex.error, RecursionError, ValueError, OverflowError) as error:
        raise Untranslatable(str(error)) from error


def group_name(name: str) -> str:
    """How a group named in JavaScript is called in the compiled expression."""
    return _safe_name(name)
