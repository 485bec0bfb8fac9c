"""Example dialogue of a text completion: blocks under their heading, spoken as the instruct template wants.

Source: shared contract 4.8 to 4.12.
"""

from dataclasses import dataclass

from tavernai.prompting.domain.examples import example_blocks, example_turns
from tavernai.prompting.domain.instruct import Instructed
from tavernai.prompting.domain.lore import LorePlan
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand


@dataclass(frozen=True, slots=True)
class TextExamples:
    """The blocks of a scene: the card's, between those of lorebooks."""

    env: Env
    instructed: Instructed | None

    def _bare_blocks(self, lore: LorePlan) -> list[str]:
        top = [example_blocks(hit.content) for hit in reversed(lore.examples_top)]
        bottom = [example_blocks(hit.content) for hit in lore.examples_bottom]
        return [block for group in (*top, example_blocks(self.env.fields.examples), *bottom) for block in group]

    def _heading(self) -> str:
        heading = expand(self.env.scene.options.context.example_separator, self.env)
        return heading + "\n" if heading else ""

    def raw(self, lore: LorePlan) -> list[str]:
        """The blocks as they stand in the card, under the heading that tells them apart."""
        heading = "<START>\n" if self.instructed is not None else self._heading()
        return [f"{heading}{block}\n" for block in self._bare_blocks(lore)]

    def all(self, lore: LorePlan) -> list[str]:
        blocks, heading = self._bare_blocks(lore), self._heading()
        if self.instructed is not None and not self.env.scene.options.instruct.skip_examples:
            spoken = [self._spoken(block) for block in blocks]
            if any(spoken):
                return [heading + text for text in spoken if text]
        return [f"{heading}{block}\n" for block in blocks]

    def _spoken(self, block: str) -> str:
        """One block between the sequences: names stand where the template wants them, in groups always."""
        assert self.instructed is not None
        template, out = self.env.scene.options.instruct, []
        members = self.env.group_names
        carries_names = bool(members) and template.names_behavior in ("force", "always")
        for turn in example_turns(block, user=self.env.user, char=self.env.char, members=members):
            text = turn.text if carries_names or not members else turn.text.removeprefix(f"{turn.name}: ")
            named = not carries_names and (
                template.names_behavior == "always" or (template.names_behavior == "force" and turn.is_user)
            )
            prefix = self.instructed.filled(
                template.input_sequence if turn.is_user else template.output_sequence, turn.name
            )
            suffix = self.instructed.filled(
                template.input_suffix if turn.is_user else template.output_suffix, turn.name
            )
            suffix = suffix or ("\n" if template.macro and template.wrap else "")
            said = f"{turn.name}: {text}" if named else text
            out.append((prefix + self.instructed.newline if prefix else "") + said + suffix)
        return "".join(out)
