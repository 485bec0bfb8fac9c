"""Stop strings of a text completion, in the order in which they are sent. Source: shared contract 4.12."""

from collections.abc import Iterator

from tavernai.prompting.domain.instruct import NAME, Instructed
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand


def stop_strings(env: Env) -> list[str]:
    """All of them, empty and repeated ones left out."""
    context = env.scene.options.context
    found: list[str] = ["\n"] if context.is_single_line else []
    if context.names_as_stop_strings:
        found += [f"\n{name}:" for name in _names(env)]
    if env.scene.options.instruct.enabled:
        found += _sequences(env)
    if context.frames_as_stop_strings:
        found += [f"\n{expand(text, env)}" for text in (context.chat_start, context.example_separator) if text]
    found += custom(env)
    return [text for text in dict.fromkeys(found) if text]


def custom(env: Env) -> list[str]:
    """The person's own."""
    options = env.scene.options
    return [expand(text, env) if options.stop_strings_macros else text for text in options.stop_strings]


def _names(env: Env) -> Iterator[str]:
    if env.scene.generation == "impersonate":
        yield env.char
    yield env.user
    last = env.last_message
    if env.scene.generation == "continue" and last is not None and last.role == "user":
        yield env.char
    for name in env.group_names:
        if name != env.char:
            yield name


def _sequences(env: Env) -> list[str]:
    instructed, template = Instructed(env), env.scene.options.instruct
    named = [(template.stop_sequence, "")]
    if template.sequences_as_stop_strings:
        named += [
            (template.input_sequence, env.user), (template.output_sequence, env.char),
            (template.first_output_sequence, env.char), (template.last_output_sequence, env.char),
            (template.system_sequence, "System"), (template.last_system_sequence, "System"),
        ]  # fmt: skip
    joined = "\n".join([NAME.sub(lambda _, name=name: name, text) for text, name in named])  # type: ignore[misc]
    lines = [line for line in dict.fromkeys(joined.split("\n")) if line.strip()]
    newline = instructed.newline
    return [newline + (expand(line, env) if template.macro else line) for line in lines]
