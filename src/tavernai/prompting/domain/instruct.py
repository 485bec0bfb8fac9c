"""Messages of a text completion: a line with a name, or a text between the sequences of an instruct template.

Source: shared contract 4.10.
"""

import re
from typing import Final, Literal

from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand

Place = Literal["first", "last", "middle"]
Kind = Literal["system", "user", "assistant"]
NAME: Final = re.compile(r"\{\{name\}\}", re.IGNORECASE)


def plain_message(name: str, text: str) -> str:
    """`Name: text`, or the text alone for a narrator, and a newline."""
    return f"{name}: {text}\n" if name else f"{text}\n"


class Instructed:
    """The sequences of one prompt's instruct template."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self.template = env.scene.options.instruct
        self.newline = "\n" if self.template.wrap else ""

    def message(self, kind: Kind, name: str, text: str, *, is_foreign: bool = False, place: Place = "middle") -> str:
        """One message between its sequences."""
        prefix, suffix = self.filled(self._prefix(kind, place), name), self.filled(self._suffix(kind), name)
        said = f"{name}: {text}" if name and self._is_named(kind, name, is_foreign=is_foreign) else text
        said += suffix or self.newline
        return self.newline.join([prefix, said]) if prefix else said

    def opened(self, kind: Kind, name: str, text: str, *, is_foreign: bool = False) -> str:
        """A message that is to go on: nothing stands behind its text."""
        prefix = self.filled(self._prefix(kind, "last"), name)
        said = f"{name}: {text}" if name and self._is_named(kind, name, is_foreign=is_foreign) else text
        return self.newline.join([prefix, said]) if prefix else said

    def story(self, story: str) -> str:
        """The story between its own sequences."""
        prefix = self.filled(self.template.story_string_prefix, "")
        suffix = self.filled(self.template.story_string_suffix, "")
        return (self.newline.join([prefix, story]) if prefix else story) + suffix

    def last_line(self, name: str, *, bias: str, is_impersonating: bool, is_quiet: bool, is_loud: bool = False) -> str:
        """The line that makes the next speaker begin. `is_loud`: the character speaks, though it was asked quietly."""
        template, newline = self.template, self.newline
        is_aside = is_quiet and not is_loud
        is_named = bool(name) and not is_aside and self._next_is_named()
        sequence = self._next_sequence(is_impersonating=is_impersonating, is_quiet=is_aside)
        filler = self._filler(sequence) if is_named else ""
        sequence = self.filled(sequence, name)
        text = newline + sequence + (f"{newline}{filler}{name}:" if is_named else "")
        if is_quiet:
            text = text.removeprefix(newline)
        if bias and not is_impersonating:
            text += bias if is_named else newline + bias.lstrip()
        return (text.rstrip() if template.wrap else text) + ("" if is_named else newline)

    def filled(self, sequence: str, name: str) -> str:
        """A sequence with its macros, when the template asks for them."""
        if not sequence or not self.template.macro:
            return sequence
        return NAME.sub(lambda _: name or "System", expand(NAME.sub("{{name}}", sequence), self.env, extra=KEPT))

    def _prefix(self, kind: Kind, place: Place) -> str:
        template = self.template
        if kind == "system":
            return template.input_sequence if template.system_same_as_user else template.system_sequence
        first, last, usual = {
            "user": (template.first_input_sequence, template.last_input_sequence, template.input_sequence),
            "assistant": (template.first_output_sequence, template.last_output_sequence, template.output_sequence),
        }[kind]
        return {"first": first, "last": last, "middle": ""}[place] or usual

    def _suffix(self, kind: Kind) -> str:
        template = self.template
        if kind == "system":
            return template.input_suffix if template.system_same_as_user else template.system_suffix
        return template.input_suffix if kind == "user" else template.output_suffix

    def _is_named(self, kind: Kind, name: str, *, is_foreign: bool) -> bool:
        if kind == "system":
            return False
        if self.template.names_behavior == "always":
            return True
        speaks_as_other = bool(self.env.group_names) or is_foreign
        return self.template.names_behavior == "force" and speaks_as_other and name != self.env.user

    def _next_is_named(self) -> bool:
        behaviour = self.template.names_behavior
        return behaviour == "always" or (behaviour == "force" and bool(self.env.group_names))

    def _next_sequence(self, *, is_impersonating: bool, is_quiet: bool) -> str:
        template = self.template
        if is_impersonating:
            return template.last_input_sequence or template.input_sequence
        if is_quiet:
            return template.last_system_sequence or template.output_sequence
        return template.last_output_sequence or template.output_sequence

    def _filler(self, sequence: str) -> str:
        """Templates whose usual sequence ends in white space, but not their last one, want it before the name."""
        usual, last = self.template.output_sequence, self.template.last_output_sequence
        wanted = sequence == last != "" and usual[-1:].isspace() and not last[-1:].isspace()
        return usual[-1] if wanted else ""


KEPT: Final = {"name": "{{name}}"}
"""`{{name}}` is the speaker of a sequence and no macro: it goes through the macros as it is."""
