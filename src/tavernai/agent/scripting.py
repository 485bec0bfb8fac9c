"""Scripts on texts that are stored: what a person wrote, what a model answered, and what it thought."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tavernai.kernel.clock import Clock
from tavernai.prompting.domain.account import Prompt
from tavernai.prompting.domain.assemble import environment
from tavernai.prompting.domain.macro_env import Env, RandomSource
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Scene, Variables
from tavernai.prompting.domain.scripts import Kind, Script, ScriptRewriter
from tavernai.prompting.domain.words import Placement


def have_say(scripts: Sequence[Script], placement: Placement, kind: Kind) -> bool:
    """Whether any of them looks at a text of this place and kind."""
    return any(placement in one.places and kind in one.kinds and not one.is_disabled for one in scripts)


def looking(scene: Scene, *, clock: Clock, random: RandomSource) -> Env:
    """What macros of one text see of a scene. Card fields were run to be looked at; what they set is not set here."""
    env = environment(scene, clock=clock, random=random)
    env.local, env.everywhere = dict(scene.variables.local), dict(scene.variables.everywhere)
    return env


def rewriter(scripts: Sequence[Script], env: Env, *, kind: Kind) -> ScriptRewriter:
    """The scripts of one kind, their macros seen from this scene."""
    return ScriptRewriter(scripts, lambda text: expand(text, env), kind)


@dataclass(slots=True)
class Stored:
    """Rewrites what a reply brought before it is stored. Made only where scripts have their say."""

    scene: Scene
    prompt: Prompt
    clock: Clock
    random: RandomSource
    scripts: Sequence[Script]

    def of(self, placement: Placement) -> Callable[[str], str] | None:
        """What to do to a text of this place; None: nothing."""
        if not have_say(self.scripts, placement, "stored"):
            return None

        def rewritten(text: str) -> str:
            seen = replace(self.scene, variables=Variables(self.prompt.local, self.prompt.everywhere), scripts=())
            env = environment(seen, clock=self.clock, random=self.random)
            return rewriter(self.scripts, env, kind="stored")(text, placement=placement, depth=None)

        return rewritten


def account(scripts: Sequence[Script], *, ran: Mapping[str, int], failed: Mapping[str, str]) -> dict[str, Any] | None:
    """What plan.made tells of the scripts; None: none had anything to do."""
    if not (ran or failed):
        return None
    names = {script.id: script.name for script in scripts}
    return {
        "ran": [{"id": key, "name": names.get(key, key), "texts": count} for key, count in ran.items()],
        "failed": [{"id": key, "name": names.get(key, key), "why": why} for key, why in failed.items()],
    }
