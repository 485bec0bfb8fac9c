"""Looking at a source, from one end to the other, without writing anything: every object, what would become of it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import orjson
import structlog

from tavernai.characters.domain.jsontext import JsonRefused, parse_json
from tavernai.characters.domain.pictures import picture_kind
from tavernai.characters.domain.reading import canonical_hash, read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import PictureRefused
from tavernai.characters.lorebooks.importing import prepared as prepared_book
from tavernai.config.presets.service import prepared as prepared_presets
from tavernai.interop.importing.chats import ChatLooker
from tavernai.interop.importing.checks import Checks
from tavernai.interop.importing.domain import keys
from tavernai.interop.importing.domain.found import PRESETS, Found
from tavernai.interop.importing.domain.layout import Placed, placed, roots_of, stem
from tavernai.interop.importing.domain.sniff import kind_of_json
from tavernai.interop.importing.domain.tuning import (
    UNNAMED_PERSONA,
    PersonaTold,
    books_of_cards,
    global_books,
    personas_of,
    player_of,
    scripts_of,
    tags_of,
)
from tavernai.interop.importing.noting import SECRETS_SENTENCE, tell_card, tell_settings, world_of
from tavernai.interop.importing.sources import Member, MemberUnreadable, Source, read_bytes
from tavernai.interop.importing.sprites import SpriteLooker
from tavernai.kernel.errors import TavernError
from tavernai.kernel.text import clean_text

log = structlog.get_logger()

CARD_BYTES_MAX: Final = 64 * 2**20
JSON_BYTES_MAX: Final = 64 * 2**20
PICTURE_BYTES_MAX: Final = 64 * 2**20
KIND_OF_PRESET: Final = {preset: kind for kind, preset in PRESETS.items()}
NAME_CHARS_MAX: Final = 300

GROUPED: Final = frozenset(
    {
        "name",
        "members",
        "disabled_members",
        "activation_strategy",
        "generation_mode",
        "auto_mode_delay",
        "allow_self_responses",
        "generation_mode_join_prefix",
        "generation_mode_join_suffix",
        "chats",
        "chat_id",
    }
)
"""Fields of a group that conversations here know."""
PLACED: Final = ("position", "depth", "role")
UNREADABLE: Final = ("unreadable", "This file cannot be read.")
NO_PICTURE: Final = (PictureRefused.code, PictureRefused().detail)
NOTHING_KNOWN: Final = ("not_understood", "Nothing here understands this file.")
ASSETS: Final = re.compile(r"(characters/[^/]+|user/images(/[^/]+)?|user/files|user)/", re.IGNORECASE)

Reader = Callable[[Member, Placed], Iterator[Found]]


class Analyst:
    """One look at one source. Plain code for a thread: `found()` gives object after object."""

    def __init__(self, source: Source, *, user_name: str = "") -> None:
        """`user_name`: who plays where the source does not tell."""
        self._source = source
        self._user_name = user_name
        self._checks = Checks()
        self._settings: dict[str, Mapping[str, Any]] = {}
        self._personas: dict[str, dict[str, PersonaTold]] = {}
        self._tags: dict[str, dict[str, list[str]]] = {}
        self._aside: dict[tuple[str, str], list[int]] = {}
        self._chats = ChatLooker(source, self._checks, self._player)
        self._sprites = SpriteLooker()
        self.roots: list[str] = []
        self.done = self.total = 0
        self._readers: dict[str, Reader] = {
            "character": self._card,
            "lorebook": self._book,
            "persona": self._persona,
            "background": self._background,
            "group": self._group,
            "secret": self._secret,
            "settings": self._settings_file,
            **dict.fromkeys(PRESETS, self._presets),
        }

    def found(self) -> Iterator[Found]:
        """Every object. Raises SourceTooLarge."""
        members = self.read_settings()
        self.total = len(members)
        for member in members:
            for one in self._look(member):
                yield self._linked(one)
            self.done += 1
        for chat in self._chats.found():
            yield self._linked(chat)
        yield from self._sprites.found()
        yield from self._pictureless()
        yield from self._left_aside()
        self._checks.links()

    def _linked(self, one: Found) -> Found:
        """What names others, or is named by them, noted for the checks."""
        root = next((root for root in self.roots if one.path.startswith(root)), "")
        if one.kind == "lorebook" and one.verdict != "refused":
            self._checks.brings("missing_lorebooks", root, [one.name])
        self._checks.needs("missing_lorebooks", root, one.about.get("books", ()))
        return one

    def read_settings(self) -> list[Member]:
        """The source's members, after the settings of every folder were read. Raises SourceTooLarge."""
        members = list(self._source.members())
        self.roots = roots_of(member.path for member in members)
        self._read_settings(members)
        return members

    def told(self) -> dict[str, Any]:
        """What the whole is like, after all was found."""
        return self._checks.told()

    def _look(self, member: Member) -> Iterator[Found]:
        if member.refused is not None:
            name = member.path.rpartition("/")[2]
            yield Found("unknown", member.path, name, size=member.size).refuse("member_refused", member.refused)
            return
        place = placed(member.path, self.roots) if self.roots else Placed("", member.path, self._loose_kind(member))
        if place.kind in ("chat", "group_chat"):
            self._chats.add(member, place)
            return
        if place.kind == "sprite":
            self._sprites.add(member, place)
            return
        reader = self._readers.get(place.kind)
        if reader is None:
            yield from self._unknown(member, place)
            return
        try:
            yield from reader(member, place)
        except MemberUnreadable:
            yield self._new(member, place.kind).refuse(*UNREADABLE)
        except TavernError as error:
            yield self._new(member, place.kind).refuse(error.code, error.detail)
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
            # Whatever somebody put where a list or a text belongs spoils this file, not the folder.
            log.warning("member_not_understood", kind=place.kind, reason=type(error).__name__)
            yield self._new(member, place.kind).refuse(*UNREADABLE)

    # Kinds of objects.

    def _card(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=CARD_BYTES_MAX)
        name = member.path.rpartition("/")[2]
        found = read_file(data, filename=name)
        one = self._new(member, "character", name=str(found.card.data["name"]), data=data)
        one.warnings = [repair.as_json() for repair in found.repairs]
        one.about = {"card_hash": canonical_hash(found.card), "tags": self._tags.get(place.root, {}).get(name, [])}
        tell_card(one, found)
        world = world_of(found.card.data)
        if world:
            one.about["books"] = [world]
        self._checks.card(found.card.data)
        self._chats.card(place.root, member.path, one.name)
        self._sprites.card(place.root, member.path, one.name)
        yield one
        yield from self._chats.brought(one, found)

    def _book(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=JSON_BYTES_MAX)
        fact = prepared_book(data, member.path.rpartition("/")[2])
        one = self._new(member, "lorebook", name=fact.name)
        one.digest, one.warnings = fact.content_hash or "", list(fact.warnings or [])
        one.note("entries", "kept", f"{len(fact.entries)}")
        for name in sorted(fact.fields):
            one.note(name, "preserved", "Kept with the book, and given back by exports.")
        self._checks.book(told["entry"] for told in fact.entries)
        if not fact.entries:
            one.warn("book_empty", "This lorebook has no entries.")
        yield one

    def _presets(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=JSON_BYTES_MAX)
        name = member.path.rpartition("/")[2]
        yield from self._presets_in(data, member.path, name, kind=place.kind, size=member.size)

    def _presets_in(self, data: bytes, path: str, filename: str, *, kind: str, size: int) -> Iterator[Found]:
        facts = prepared_presets(data, filename, kind=PRESETS[kind])  # type: ignore[arg-type]
        for index, fact in enumerate(facts):
            where = path if len(facts) == 1 else f"{path}#{index}"
            told = KIND_OF_PRESET.get(fact.kind, kind)
            one = Found(told, where, fact.name, digest=fact.content_hash or "", size=size)
            one.about["place"] = index
            for name in list(fact.data)[:200]:
                one.note(clean_text(str(name))[:200], "kept")
            for name in fact.dropped or []:
                one.note(name, "refused", SECRETS_SENTENCE)
            self._checks.preset(one.kind, fact.data)
            yield one

    def _persona(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=PICTURE_BYTES_MAX)
        avatar = member.path.rpartition("/")[2]
        told = self._personas.get(place.root, {}).get(avatar)
        if told is None and picture_kind(data) is None:
            yield self._new(member, "persona").refuse(*NO_PICTURE)
            return
        one = self._persona_of(member.path, told, hashlib.sha256(data).hexdigest(), size=member.size)
        if told is None:
            one.warn("persona_unnamed", "The settings name no persona for this picture.")
        if picture_kind(data) is not None:
            one.note("avatar", "kept")
        else:
            one.warn("picture_unusable", "Its picture cannot be used; a drawn portrait is shown instead.")
        yield one

    def _persona_of(self, path: str, told: PersonaTold | None, picture: str, *, size: int = 0) -> Found:
        name, description = (told.name, told.description) if told is not None else (UNNAMED_PERSONA, "")
        digest = hashlib.sha256(orjson.dumps([picture, name, description])).hexdigest()
        one = Found("persona", path, clean_text(name)[:NAME_CHARS_MAX], digest=digest, size=size)
        one.note("name", "kept")
        if told is None:
            return one
        one.note("description", "kept")
        for field in told.rest:
            if field in PLACED:
                one.note(field, "mapped", "Where the persona's description stands in a prompt.")
            else:
                one.note(field, "preserved")
        if told.lorebook:
            one.about["books"] = [told.lorebook]
            one.note("lorebook", "mapped", "The persona's lorebook.")
        if told.connections:
            one.note("connections", "mapped", "Played with these characters.")
        return one

    def _background(self, member: Member, place: Placed) -> Iterator[Found]:
        data = read_bytes(self._source, member.path, bytes_max=PICTURE_BYTES_MAX)
        one = self._new(member, "background", data=data)
        if picture_kind(data) is None:
            yield one.refuse(*NO_PICTURE)
            return
        one.note("picture", "preserved", "Kept; choose it as a background where you want it.")
        yield one

    def _group(self, member: Member, place: Placed) -> Iterator[Found]:
        value = self._json(member)
        one = self._new(member, "group", name=str(value.get("name") or stem(member.path)))
        one.digest = hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
        for name in value:
            if name in GROUPED:
                one.note(str(name), "mapped", "Its chats go on by it.")
            else:
                one.note(str(name), "preserved", "Kept as it came.")
        self._chats.group(place.root, value)
        self._checks.group(value)
        yield one

    def _secret(self, member: Member, place: Placed) -> Iterator[Found]:
        one = self._new(member, "secret")
        with suppress(TavernError, MemberUnreadable):  # refused below in any case
            for name in keys.names_in(self._json(member)):
                one.note(name, "refused", SECRETS_SENTENCE)
                self._checks.name("keys", name)
        yield one.refuse("secret", SECRETS_SENTENCE)

    def _settings_file(self, member: Member, place: Placed) -> Iterator[Found]:
        settings = self._settings.get(place.root)
        one = self._new(member, "settings", name="settings.json")
        if settings is None:
            yield one.refuse("settings_unreadable", "These settings cannot be read, and no backup of them can either.")
            return
        dropped: list[str] = []
        kept = keys.without_secrets(settings, dropped)
        one.digest = hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).hexdigest()
        tell_settings(one, settings, dropped)
        for name in dropped:
            self._checks.name("keys", name)
        self._checks.settings(settings)
        named = [*global_books(settings), *(book for books in books_of_cards(settings).values() for book in books)]
        self._checks.needs("missing_lorebooks", place.root, named)
        yield one
        for index, script in enumerate(scripts_of(settings)):
            path = f"{member.path}#extension_settings.regex[{index}]"
            name = str(script.get("scriptName") or f"Script {index + 1}")
            try:
                yield from self._presets_in(orjson.dumps(script), path, name, kind="script", size=0)
            except TavernError as error:
                shown = clean_text(name)[:NAME_CHARS_MAX]
                yield Found("script", path, shown).refuse(error.code, error.detail)

    def _pictureless(self) -> Iterator[Found]:
        """Personas whose picture is missing."""
        for root, personas in self._personas.items():
            for avatar, told in personas.items():
                if not self._has_picture(root, avatar):
                    one = self._persona_of(f"{root}settings.json#personas/{avatar}", told, "")
                    one.warn("picture_missing", "Its picture is missing; a drawn portrait is used instead.")
                    yield one

    # What is no object.

    def _unknown(self, member: Member, place: Placed) -> Iterator[Found]:
        if place.why or ASSETS.match(place.inside):
            # One line for a whole folder: ten thousand thumbnails are no news.
            folder = place.inside.rpartition("/")[0]
            top = "/".join(folder.split("/")[:3]) + "/" if folder else place.inside
            self._aside.setdefault((place.root + top, place.why), []).append(member.size)
            return
        yield self._new(member, "unknown").refuse(*NOTHING_KNOWN)

    def _left_aside(self) -> Iterator[Found]:
        for (path, why), sizes in self._aside.items():
            one = Found("unknown", path, f"{path.rstrip('/').rpartition('/')[2]} ({len(sizes)})", size=sum(sizes))
            if why:
                yield one.refuse("not_needed", why)
            else:
                yield one.refuse("no_home", "Further pictures and files have no home here yet.")

    # Reading.

    def _loose_kind(self, member: Member) -> str:
        """Of a file that lies in no telling folder, by its content."""
        name = member.path.lower()
        if name.endswith((".jsonl", ".txt")):
            return "chat"
        if name.endswith((".png", ".charx", ".byaf", ".yaml", ".yml", ".jpg", ".jpeg", ".webp")):
            return "character"
        if not name.endswith((".json", ".settings", ".preset")):
            return ""
        with suppress(MemberUnreadable, TavernError):
            value = self._value(member)
            kind = kind_of_json(value)
            if kind == "settings":
                self._take_settings(member.path.rpartition("/")[0], value)
            return kind
        return "character"

    def _read_settings(self, members: list[Member]) -> None:
        """Settings first, since they tell of others; a broken file gives way to its newest good backup."""
        for root in self.roots:
            names = [f"{root}settings.json"]
            backup = re.compile(re.escape(root) + r"backups/settings_.*\.json$")
            backups = [one.path for one in members if backup.match(one.path)]
            for path in names + sorted(backups, reverse=True):
                member = next((one for one in members if one.path == path and one.refused is None), None)
                value = self._value_or_none(member)
                if isinstance(value, dict) and value:
                    self._take_settings(root, value)
                    break
        self._paths = {member.path for member in members}

    def _take_settings(self, root: str, value: Mapping[str, Any]) -> None:
        self._settings[root] = value
        self._personas[root], self._tags[root] = personas_of(value), tags_of(value)

    def settings_of(self, root: str) -> Mapping[str, Any]:
        """The settings of a user's folder, as they were read."""
        return self._settings.get(root, {})

    def _player(self, root: str) -> str:
        return player_of(self.settings_of(root)) or self._user_name

    def _has_picture(self, root: str, avatar: str) -> bool:
        return any(f"{root}{folder}/{avatar}" in self._paths for folder in ("User Avatars", "user avatars"))

    def _value_or_none(self, member: Member | None) -> Any:
        if member is not None:
            with suppress(MemberUnreadable, TavernError):
                return self._value(member)
        return None

    def _value(self, member: Member) -> Any:
        data = read_bytes(self._source, member.path, bytes_max=JSON_BYTES_MAX)
        try:
            return parse_json(data, Repairs())
        except JsonRefused:
            raise MemberUnreadable(member.path) from None

    def _json(self, member: Member) -> dict[str, Any]:
        value = self._value(member)
        if not isinstance(value, dict):
            raise MemberUnreadable(member.path)
        return value

    def _new(self, member: Member, kind: str, *, name: str = "", data: bytes | None = None) -> Found:
        shown = clean_text(name or stem(member.path))[:NAME_CHARS_MAX]
        digest = hashlib.sha256(data).hexdigest() if data is not None else ""
        return Found(kind, member.path, shown, digest=digest, size=member.size)
