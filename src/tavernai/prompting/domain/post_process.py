"""Message lists for strict backends: merge neighbours, system only first, a user message where one is required.

| kind              | merges | system only first | starts with user | all are user |
|-------------------|--------|-------------------|------------------|--------------|
| merge             | yes    |                   |                  |              |
| semi              | yes    | yes               |                  |              |
| strict            | yes    | yes               | yes              |              |
| single            | yes    |                   |                  | yes          |

A kind ending in `_tools` keeps tool calls and answers apart; the others turn them into plain messages. The work is done
in two steps, so that a prompt's account can follow: `arrange` says of which messages each new one is made, with what in
between; `post_process` writes that down as messages. Source: shared contract 4.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

PLACEHOLDER: Final = "[Start a new chat]"

Message = Mapping[str, Any]


@dataclass(slots=True)
class Arranged:
    """A new message: of which old ones it is made (None: the placeholder), each with the text put before it."""

    role: str
    items: list[tuple[int | None, str]]
    stands_alone: bool = False
    is_empty: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """Who is who, for lines that must tell their speaker in their text."""

    char: str = ""
    user: str = ""
    group: Sequence[str] = ()


def needs_placeholder(kind: str) -> bool:
    """Whether a message list of this kind may get a placeholder."""
    return kind.startswith("strict")


def arrange(messages: Sequence[Message], *, kind: str, names: Names) -> list[Arranged]:
    """How the messages of a list become those of a strict one."""
    if not kind:
        return [_alone(index, message) for index, message in enumerate(messages)]
    plain, keeps_tools = kind.removesuffix("_tools"), kind.endswith("_tools")
    rows = [_row(index, message, plain, keeps_tools, names) for index, message in enumerate(messages)]
    rows = _merged(rows)
    if not rows:
        return [Arranged("user", [(None, "")])]
    if plain in ("semi", "strict"):
        for row in rows[1:]:
            row.role = "user" if row.role == "system" else row.role
        if plain == "strict":
            _begin_with_user(rows)
        rows = _merged(rows)
    return rows


def post_process(
    messages: Sequence[Message],
    *,
    kind: str,
    char: str = "",
    user: str = "",
    group: Sequence[str] = (),
    placeholder: str = PLACEHOLDER,
) -> list[dict[str, Any]]:
    """The messages as a backend of this kind takes them; texts and media parts keep their order."""
    if not kind:
        return [dict(message) for message in messages]
    rows = arrange(messages, kind=kind, names=Names(char, user, group))
    return [{"role": row.role} | row.extra | {"content": _content(row, messages, placeholder)} for row in rows]


def speaker_prefix(message: Message, *, kind: str, names: Names) -> str:
    """The `Name: ` a text gets because the list may no longer carry names."""
    if not kind:
        return ""
    text = _text(message.get("content"))
    role, name = message.get("role"), message.get("name")
    prefix = ""
    if name == "example_assistant":
        prefix = _char_prefix(text, names)
    elif name == "example_user":
        prefix = _user_prefix(text, names)
    elif name and role != "system":
        prefix = "" if text.startswith(f"{name}: ") else f"{name}: "
    if kind == "single" and role == "assistant":
        return _char_prefix(prefix + text, names) + prefix
    if kind == "single" and role == "user":
        return _user_prefix(prefix + text, names) + prefix
    return prefix


def _char_prefix(text: str, names: Names) -> str:
    told = any(text.startswith(f"{name}: ") for name in (names.char, *names.group) if name)
    return "" if told or not names.char else f"{names.char}: "


def _user_prefix(text: str, names: Names) -> str:
    return "" if not names.user or text.startswith(f"{names.user}: ") else f"{names.user}: "


def _alone(index: int, message: Message) -> Arranged:
    return Arranged(message["role"], [(index, "")], is_empty=not message.get("content"))


def _row(index: int, message: Message, kind: str, keeps_tools: bool, names: Names) -> Arranged:
    role = message["role"]
    prefix = speaker_prefix(message, kind=kind, names=names)
    row = Arranged(role, [(index, prefix)], is_empty=not prefix and not message.get("content"))
    if keeps_tools:
        row.extra = {key: value for key, value in message.items() if key not in ("role", "content", "name")}
        row.stands_alone = role == "tool"
    elif role == "tool":
        row.role = "user"
    if kind == "single":
        row.role = "user"
    return row


def _merged(rows: list[Arranged]) -> list[Arranged]:
    out: list[Arranged] = []
    for row in rows:
        last = out[-1] if out else None
        if last is None or last.role != row.role or row.stands_alone or row.is_empty:
            out.append(row)
            continue
        (index, before), *others = row.items
        last.items.extend([(index, "\n\n" + before), *others])
        last.extra = last.extra | row.extra
        last.is_empty = False
    return out


def _begin_with_user(rows: list[Arranged]) -> None:
    placeholder = Arranged("user", [(None, "")])
    if rows[0].role == "system":
        if len(rows) == 1 or rows[1].role != "user":
            rows.insert(1, placeholder)
    elif rows[0].role != "user":
        rows.insert(0, placeholder)


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n\n".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    return content or ""


def _content(row: Arranged, messages: Sequence[Message], placeholder: str) -> str | list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    text = ""
    for index, before in row.items:
        content = placeholder if index is None else messages[index].get("content")
        text += before.removeprefix("\n\n") if parts and not text else before
        if not isinstance(content, list):
            text += content or ""
            continue
        begun = False
        for part in content:
            if part.get("type") == "text":
                text += ("\n\n" if begun else "") + str(part.get("text", ""))
                begun = True
                continue
            parts += [{"type": "text", "text": text}] if text else []
            parts.append(dict(part))
            text, begun = "", False
    if not parts:
        return text
    return parts + ([{"type": "text", "text": text}] if text else [])
