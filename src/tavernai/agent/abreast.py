"""Two prompts of one person in the making at the same moment, and the variables that hold in all of their chats.

A prompt is made on a snapshot, beside the writer: both see a counter at 4, both leave 5, and one step is lost. So the
unit that records a prompt looks again, and has it made anew when the variables it changes have moved meanwhile.
"""

from collections.abc import Mapping
from typing import Any, Final

from tavernai.agent.branch import everywhere_in
from tavernai.ledger.transaction import Transaction
from tavernai.prompting.domain.account import PlanRecord

STAGINGS_MAX: Final = 8
"""How often a prompt is made anew, each time after those of this person that wait for the same; then it is taken."""


class StagedTooEarly(Exception):  # a signal between staging and recording, never seen outside
    """Variables have changed since the prompt was made."""


def check_abreast(tx: Transaction, owner_id: str, plan: PlanRecord, *, seen: Mapping[str, Any]) -> None:
    """Raises StagedTooEarly; a prompt that changes none of these variables is never too early."""
    changes = (plan.get("variables") or {}).get("everywhere")
    if changes and everywhere_in(tx, owner_id) != seen:
        raise StagedTooEarly
