"""Where chance begins."""

NOWHERE = "-"
"""Stands for a conversation that is not there yet."""


def pick_seed(conversation_id: str, brought: int = 0) -> int:
    """Of what `{{pick}}` picks: the same in one conversation for ever. `brought` came along from another program."""
    if brought:
        return brought
    return 0 if conversation_id == NOWHERE else int(conversation_id.replace("-", "")[-8:], 16)
