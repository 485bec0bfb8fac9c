"""The last line of a text completion: whose turn it is, and what their reply begins with.

Source: shared contract 4.8 to 4.12.
"""

from dataclasses import dataclass

from tavernai.prompting.domain.instruct import Instructed, Kind
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand


@dataclass(frozen=True, slots=True)
class LastLine:
    """What stands behind the newest message, in the plain form or the instruct template's."""

    env: Env
    instructed: Instructed | None

    def line(self, newest: Kind | None, *, goes_on: bool) -> str:
        """`newest`: who said the newest message; `goes_on`: it ends the prompt, open."""
        generation = self.env.scene.generation
        quiet = expand(self.env.scene.quiet_prompt, self.env) if generation == "quiet" else ""
        if self.instructed is not None:
            return self._instructed_line(quiet)
        if quiet and not self.env.scene.quiet_is_loud:
            return "\n" + quiet
        if generation == "impersonate":
            return f"\n{self.env.user}:"
        is_named = self.env.scene.options.context.always_names_reply
        if generation == "continue" and (newest == "user" or not goes_on):
            is_named = False
        line = f"\n{self.env.char}:" if is_named else ""
        line = f"\n{quiet}{line}" if quiet else line
        bias = expand(self.env.scene.options.reply_start, self.env)
        if not bias or generation == "continue":
            return line
        return line + bias if (line or "\n")[-1].isspace() or bias[:1].isspace() else f"{line} {bias}"

    def _instructed_line(self, quiet: str) -> str:
        assert self.instructed is not None
        generation = self.env.scene.generation
        if generation == "continue":
            return ""
        before = self.instructed.message("system", "", quiet) if quiet else ""
        name = self.env.user if generation == "impersonate" else self.env.char
        bias = expand(self.env.scene.options.reply_start, self.env)
        impersonates = generation == "impersonate"
        return before + self.instructed.last_line(
            name,
            bias=bias,
            is_impersonating=impersonates,
            is_quiet=generation == "quiet",
            is_loud=self.env.scene.quiet_is_loud,
        )
