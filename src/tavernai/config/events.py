"""Facts about config."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("config.revision_committed")
class ConfigRevisionCommitted:
    """Somebody tuned something; it holds at once, for what is asked of a model from now on."""

    revision_id: str
    scope_type: str
    """global | user | character | conversation"""
    scope_id: str
    n: int
    """counts this scope's revisions from 1"""
    ops: list[dict[str, Any]]
    """{op: set, path, value, lock?} or {op: unset, path}, in order"""
