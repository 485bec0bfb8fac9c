"""How a person wants every prompt made, and what is kept of a reply: config as the engine's options. Pure."""

from collections.abc import Callable, Sequence
from functools import partial

from tavernai.config.domain.fold import Effective
from tavernai.prompting.domain.clean_reply import clean_reply
from tavernai.prompting.domain.macro_env import Env
from tavernai.prompting.domain.macros import expand
from tavernai.prompting.domain.scene import Instruct, Options, Scene


def options_of(config: Effective, *, stop: Sequence[str]) -> Options:
    """What somebody decided for all prompts; templates are laid over it."""
    return Options(
        stop_strings=tuple(stop),
        prefer_card_prompt=config["/prompt/card_prompt"],
        prefer_card_post_history=config["/prompt/card_post_history"],
        collapse_newlines=config["/prompt/collapse_newlines"],
        pin_examples=config["/prompt/pin_examples"],
        strips_examples=config["/prompt/strip_examples"],
        padding_tokens=config["/prompt/padding_tokens"],
        reply_start=config["/prompt/reply_start"],
        trims_sentences=config["/prompt/trim_sentences"],
    )


def cleaner(
    scene: Scene,
    stop: list[str],
    rewritten: Callable[[str], str] | None,
    *,
    is_text: bool,
    env: Callable[[], Env],
) -> Callable[[str], str]:
    """From what a model wrote to what is kept. `env`: what macros of the reply's start see, asked for when needed."""
    options, impersonates = scene.options, scene.generation == "impersonate"
    names = (scene.character.name, scene.persona.name)
    own, other = names[::-1] if impersonates else names
    instruct = options.instruct if is_text and options.instruct.enabled else Instruct()
    # Made ready once: what is kept until the reply ends shall not hold its whole scene.
    ready = partial(
        clean_reply,
        own_name=own,
        other_name=other,
        group_names=[one.character.name for one in scene.group.members] if scene.group and not impersonates else (),
        stop=stop,
        reply_start=expand(options.reply_start, env()) if options.reply_start and not impersonates else "",
        is_continuation=scene.generation == "continue",
        collapse_newlines=options.collapse_newlines,
        trim_sentences=options.trims_sentences,
        cuts=(instruct.stop_sequence, instruct.input_sequence),
        leaks=instruct.input_sequence if impersonates else instruct.output_sequence,
    )
    return ready if rewritten is None else lambda text: ready(rewritten(text))
