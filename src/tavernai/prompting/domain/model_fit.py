"""Which instruct template a model's name calls for: the first whose own pattern (`activation_regex`) fits it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tavernai.prompting.domain.js_regex import NotJavaScript, Untranslatable, compiled
from tavernai.prompting.domain.scripts import expression_of

FIT_SECONDS_MAX: Final = 0.05


def called_for(model: str, templates: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The first row of these (`data`: the template) that fits the model's name; None: no name, or none fits."""
    return next((one for one in templates if fits(one["data"].get("activation_regex"), model)), None)


def fits(written: Any, model: str) -> bool:
    """Whether a pattern, `/source/flags` or a bare one, is found in the name; one that cannot be run never is."""
    if not isinstance(written, str) or not written.strip() or not model:
        return False
    try:
        found = compiled(*expression_of(written)).search(model, timeout=FIT_SECONDS_MAX)
    except (NotJavaScript, Untranslatable, TimeoutError):
        return False
    return found is not None
