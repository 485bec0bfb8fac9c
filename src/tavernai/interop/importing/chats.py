"""Chat files of a source: looked at one line at a time, and put together into families of branches."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final

import orjson

from tavernai.characters.domain.reading import CardFile, read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.chat.formats import tavern
from tavernai.chat.formats.reading import JSON_BYTES_MAX, read_chats
from tavernai.chat.formats.shapes import ChatMessage, Names, new_warnings
from tavernai.interop.importing.checks import Checks
from tavernai.interop.importing.domain.family import families
from tavernai.interop.importing.domain.found import Found
from tavernai.interop.importing.domain.here import REROLL, SAID_HERE, SEED
from tavernai.interop.importing.domain.layout import Placed, stem
from tavernai.interop.importing.domain.tuning import NOTE
from tavernai.interop.importing.sources import BROKEN, Member, MemberUnreadable, Source, read_bytes
from tavernai.kernel.errors import TavernError
from tavernai.kernel.text import clean_text

CARD_BYTES_MAX: Final = 64 * 2**20
FIELDS_MAX: Final = 60
UNKNOWN: Final = Names()
TAVERN, OTHER, BROUGHT = "tavern", "other", "brought"
MAPPED: Final = {
    **{row.name: row.path for row in NOTE},
    **SAID_HERE, "chat_id_hash": SEED, "pick_reroll_seed": REROLL, "variables": "the variables of the chat",
    "timedWorldInfo": "lore that stays awake or rests",
    "world_info": "/lore/books", "persona": "/persona/id", "main_chat": "a branch of the same conversation",
}  # fmt: skip
MESSAGE_MAPPED: Final = frozenset({
    "name", "is_user", "is_system", "mes", "swipes", "swipe_id", "swipe_info", "send_date", "original_avatar",
})  # fmt: skip


@dataclass(slots=True)
class Opened:
    """A chat being read."""

    header: Mapping[str, Any]
    messages: Iterator[ChatMessage]
    warnings: Repairs

    @property
    def metadata(self) -> dict[str, Any]:
        found = self.header.get("chat_metadata")
        return found if isinstance(found, dict) else {}


@contextmanager
def open_chat(
    source: Source, path: str, form: str, *, index: int = 0, names: Names | None = None, watch: Any = None
) -> Iterator[Opened]:
    """A chat of a source; of SillyTavern's own files one line at a time lies in memory.

    Args:
        names: who speaks in a chat of another program that only says "the user" or "the character".
        watch: told of every byte of SillyTavern's own files, as hashlib's objects are.
    Raises:
        MemberUnreadable, NotAChat, CardRefused.
    """
    if form == TAVERN:
        try:
            with source.open(path) as stream:
                warnings = new_warnings()
                told = _Watched(stream, watch) if watch is not None else stream
                header, messages = tavern.read_lines(tavern.lines_of(told, warnings), warnings)  # type: ignore[arg-type]
                yield Opened(header or {}, messages, warnings)
        except BROKEN as error:
            if isinstance(error, TavernError):
                raise
            raise MemberUnreadable(path) from None
        return
    if form == BROUGHT:
        chat = read_file(read_bytes(source, path, bytes_max=CARD_BYTES_MAX)).chats[index]
        warnings = new_warnings()
        header, messages = tavern.read_lines(enumerate([chat.header, *chat.lines], start=1), warnings)
        yield Opened(header or {}, messages, warnings)
        return
    data = read_bytes(source, path, bytes_max=JSON_BYTES_MAX)
    found = read_chats(data, filename=path.rpartition("/")[2], names=names)[index]
    yield Opened(found.header or {}, iter(found.messages), found.warnings)


class _Watched:
    """A stream whose bytes are told to a hash as they are read."""

    def __init__(self, stream: IO[bytes], watch: Any) -> None:
        self._stream = stream
        self._watch = watch

    def readline(self, limit: int) -> bytes:
        line = self._stream.readline(limit)
        self._watch.update(line)
        return line


@dataclass(slots=True)
class _Group:
    """A group's file, as far as its chats need it."""

    name: str
    members: list[str]
    metadata: dict[str, Any]
    """chat id → what old versions kept of it in the group's file"""


@dataclass(slots=True)
class _Folder:
    members: list[tuple[Member, Placed]] = field(default_factory=list)


class ChatLooker:
    """Chats are looked at last: groups, which tell of them, stand behind them in the order of paths."""

    def __init__(self, source: Source, checks: Checks, players: Callable[[str], str]) -> None:
        self._source = source
        self._checks = checks
        self._players = players
        self._cards: dict[tuple[str, str], str] = {}
        self._folders: dict[tuple[str, str], _Folder] = {}
        self._groups: dict[str, list[tuple[set[str], _Group]]] = {}

    def add(self, member: Member, place: Placed) -> None:
        folder = place.inside.rpartition("/")[0]
        self._folders.setdefault((place.root, folder), _Folder()).members.append((member, place))

    def card(self, root: str, path: str, name: str) -> None:
        """A card that was found: the chats in the folder named like its file are with it."""
        self._cards[root, stem(path)] = name
        self._checks.brings("missing_characters", root, [path.rpartition("/")[2], stem(path), name])

    def group(self, root: str, value: Mapping[str, Any]) -> None:
        """A group that was found: its chats are named by it."""
        chats = {str(one) for one in value.get("chats") or []} | {str(value.get("chat_id") or "")}
        past = value.get("past_metadata")
        metadata = dict(past) if isinstance(past, Mapping) else {}
        if isinstance(value.get("chat_metadata"), Mapping):
            metadata.setdefault(str(value.get("chat_id")), value["chat_metadata"])
        members = [str(one) for one in value.get("members") or []]
        self._checks.needs("missing_characters", root, [stem(member) for member in members])
        self._groups.setdefault(root, []).append((chats, _Group(str(value.get("name") or "Group"), members, metadata)))

    def brought(self, card: Found, file: CardFile) -> Iterator[Found]:
        """Chats that came inside a card's file."""
        for index, chat in enumerate(file.chats):
            one = Found("chat", f"{card.path}#chat-{index}", clean_text(chat.name or card.name), size=0)
            one.digest = hashlib.sha256(orjson.dumps([chat.header, chat.lines])).hexdigest()
            one.about = {"form": BROUGHT, "file": card.path, "index": index, "card": card.path}
            one.note("messages", "kept", f"{len(chat.lines)}")
            yield one

    def found(self) -> Iterator[Found]:
        for (root, _), pending in self._folders.items():
            self._checks.needs("missing_characters", root, {place.folder for _, place in pending.members} - {""})
            told = [one for member, place in pending.members for one in self._chats_of(member, place)]
            yield from _in_families(told)
        self._folders.clear()

    def _chats_of(self, member: Member, place: Placed) -> Iterator[Found]:
        kind = place.kind
        one = Found(kind, member.path, clean_text(stem(member.path))[:300], size=member.size)
        try:
            if member.path.lower().endswith(".jsonl"):
                self._look(one, place)
                if one.about["messages"] or one.about["header"]:
                    yield one
                    return
            yield from self._foreign(member, place)
        except MemberUnreadable:
            yield one.refuse("unreadable", "This file cannot be read.")
        except TavernError as error:
            yield one.refuse(error.code, error.detail)

    def _look(self, one: Found, place: Placed) -> None:
        watch, fields = hashlib.sha256(), set[str]()
        count = hidden = marks = 0
        with open_chat(self._source, one.path, TAVERN, watch=watch) as chat:
            for message in chat.messages:
                count, hidden = count + 1, hidden + message.is_system
                marks += message.checkpoint is not None
                if len(fields) < FIELDS_MAX:
                    fields |= message.kept.keys()
                    fields |= {f"extra.{name}" for name in message.extra}
            one.warnings = chat.warnings.as_json()
            metadata = chat.metadata or self._old_metadata(one, place)
            header = dict(chat.header)
        one.digest = watch.hexdigest()
        one.about = {"form": TAVERN, "file": one.path, "messages": count, "hidden": hidden, "header": bool(header)}
        self._tell(one, metadata, header, place)
        self._checks.count("hidden_messages", hidden)
        one.note("messages", "kept", f"{count}")
        if marks:
            one.note("extra.bookmark_link", "mapped", "Bookmarks.")
        for name in sorted(fields - MESSAGE_MAPPED - {"extra", "extra.bookmark_link"}):
            one.note(name[:200], "preserved", "Kept with the message, and given back by exports.")

    def _foreign(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=JSON_BYTES_MAX)
        names = self._names(place.root, place.folder)
        chats = read_chats(data, filename=member.path.rpartition("/")[2], names=names)
        digest = hashlib.sha256(data).hexdigest()
        for index, chat in enumerate(chats):
            path = member.path if len(chats) == 1 else f"{member.path}#{index}"
            one = Found(place.kind, path, clean_text(chat.title or stem(member.path))[:300], size=member.size)
            one.digest = f"{digest}-{index}" if len(chats) > 1 else digest
            one.warnings = chat.warnings.as_json()
            one.about = {"form": OTHER, "file": member.path, "index": index, "messages": len(chat.messages)}
            one.about |= {"root": place.root, "folder": place.folder, "names": [names.user, names.character]}
            told = chat.character_name or ""
            one.about["character_name"] = "" if told == UNKNOWN.character else told
            one.note("messages", "kept", f"{len(chat.messages)} ({chat.format})")
            yield one

    def _names(self, root: str, folder: str) -> Names:
        """Who speaks, as far as the place tells: whoever plays there, and the character the folder is named after.

        Of a file that lies in no character's folder it is the only card that came along.
        """
        listed = [name for (place, _), name in self._cards.items() if place == root]
        character = self._cards.get((root, folder), folder) or (listed[0] if len(listed) == 1 else "")
        return Names(self._players(root) or UNKNOWN.user, character or UNKNOWN.character)

    def _tell(self, one: Found, metadata: Mapping[str, Any], header: Mapping[str, Any], place: Placed) -> None:
        about = one.about
        about["metadata"] = {name: metadata[name] for name in MAPPED if metadata.get(name) not in (None, "")}
        about["character_name"] = _named(header, "character_name")
        about["folder"] = place.folder
        about["root"] = place.root
        if isinstance(about["metadata"].get("world_info"), str):
            about["books"] = [about["metadata"]["world_info"]]
        for name in metadata:
            if name in MAPPED:
                one.note(f"chat_metadata.{name}", "mapped", MAPPED[name])
            elif name != "integrity":
                one.note(f"chat_metadata.{str(name)[:100]}", "preserved", "Kept with the chat.")
        if one.kind == "group_chat":
            group = self._group_of(one, place)
            about["group"] = {"name": group.name, "members": group.members} if group else None
            if group is None:
                one.warn("group_missing", "No group that came along names this chat: who else was in it is not known.")

    def _group_of(self, one: Found, place: Placed) -> _Group | None:
        name = stem(one.path)
        return next((group for chats, group in self._groups.get(place.root, ()) if name in chats), None)

    def _old_metadata(self, one: Found, place: Placed) -> dict[str, Any]:
        group = self._group_of(one, place) if one.kind == "group_chat" else None
        found = group.metadata.get(stem(one.path)) if group is not None else None
        return dict(found) if isinstance(found, Mapping) else {}


def _in_families(found: list[Found]) -> Iterator[Found]:
    """Branches and checkpoints stand behind the chat they come from, and become one conversation with it."""
    fine = {stem(one.path): one for one in found if one.verdict != "refused" and one.about.get("form") == TAVERN}
    parents = {name: _parent(one) for name, one in fine.items()}
    for members in families(parents):
        first, *rest = (fine[name] for name in members)
        first.about["files"] = [one.path for one in (first, *rest)]
        if rest:
            first.digest = hashlib.sha256("".join(sorted(one.digest for one in (first, *rest))).encode()).hexdigest()
        if (parent := _parent(first)) is not None and parent not in fine:
            first.warn("branch_rootless", f"It branched from “{parent}”, which is not there.")
        yield first
        for one in rest:
            one.about["part_of"] = first.path
            one.note("chat", "mapped", f"A branch of “{first.name}”.")
            yield one
    yield from (one for one in found if stem(one.path) not in fine or one is not fine[stem(one.path)])


def _parent(one: Found) -> str | None:
    found = one.about.get("metadata", {}).get("main_chat")
    return found if isinstance(found, str) else None


def _named(header: Mapping[str, Any], name: str) -> str:
    found = header.get(name)
    return clean_text(found)[:200] if isinstance(found, str) and found != "unused" else ""
