"""The group a group chat belongs to: its file is looked for beside the chats, in the same user's folder."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from tavernai.characters.groups.domain.files import chats_of, group_from
from tavernai.interop.importing.sources import MemberUnreadable, Source, read_bytes

GROUP_BYTES_MAX: Final = 4 << 20
GROUPS_MAX: Final = 2_000
CHATS: Final = "group chats/"


def group_for(
    source: Source, path: str, *, by_file: Mapping[str, str], by_name: Mapping[str, str], made: Mapping[str, str]
) -> dict[str, Any] | None:
    """What a conversation made of this chat file shall tell of its group; None: no group says the chat is its own.

    Args:
        made: the groups that files became.
    """
    root, inside, file = path.rpartition(CHATS)
    if not inside:
        return None
    chat, folder = file.removesuffix(".jsonl"), f"{root}groups/"
    groups = [member.path for member in source.members() if member.path.startswith(folder)][:GROUPS_MAX]
    for one in groups:
        told = _read(source, one)
        if told is not None and (chat in chats_of(told) or one == f"{folder}{chat}.json"):
            return {"group_id": made.get(one), **group_from(told, by_file=by_file, by_name=by_name).data()}
    return None


def _read(source: Source, path: str) -> Mapping[str, Any] | None:
    try:
        found = orjson.loads(read_bytes(source, path, bytes_max=GROUP_BYTES_MAX))
    except (MemberUnreadable, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, Mapping) else None
