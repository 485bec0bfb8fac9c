"""CharX: a V3 card in a zip archive, its pictures beside it. Source: shared contract 1.8."""

from collections.abc import Callable
from typing import Any, Final

from tavernai.characters.domain.archive import Archive, ArchiveBroken, Member, MemberEncrypted, MemberTooLarge
from tavernai.characters.domain.assets import ASSET_BYTES_MAX, AssetRefused, Source
from tavernai.characters.domain.jsontext import JsonRefused, parse_json
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import CardEncrypted, CardTooLarge, CardTruncated, CardUnreadable

TEXT_BYTES_MAX: Final = 16 * 1024 * 1024
PREFIXES: Final = ("embeded://", "embedded://", "__asset:")


def opened(data: bytes, repairs: Repairs) -> Archive:
    """The archive in these bytes. Raises CardTruncated: its list of members is missing or cut off."""
    try:
        archive = Archive(data)
    except ArchiveBroken as error:
        raise CardTruncated(f"This archive cannot be opened: {error}. Download or copy it again.") from None
    if archive.is_capped:
        repairs.add("archive_capped", detail=len(archive.members))
    if archive.ignored:
        repairs.add("members_ignored", detail=archive.ignored)
    return archive


def card_member(archive: Archive) -> Member | None:
    """card.json at the root, else the shortest path that ends in one; what macOS adds is not looked at."""
    found = [one for one in archive.members.values() if one.last == "card.json" and "__MACOSX" not in one.path]
    return min(found, key=lambda one: (one.path.count("/"), len(one.path)), default=None)


def card_value(archive: Archive, member: Member, repairs: Repairs) -> Any:
    """The card's JSON value. Raises a CardRefused."""
    if any(one.last == "module.risum" for one in archive.members.values()):
        repairs.add("module_skipped")
    return json_member(archive, member, repairs)


def json_member(archive: Archive, member: Member, repairs: Repairs) -> Any:
    """The JSON value of a member. Raises CardTooLarge, CardEncrypted, CardUnreadable."""
    try:
        return parse_json(archive.read(member, bytes_max=TEXT_BYTES_MAX), repairs)
    except MemberTooLarge:
        raise CardTooLarge(f"{member.path} in this archive is larger than 16 MiB, or packed beyond belief.") from None
    except MemberEncrypted:
        raise CardEncrypted("This archive is locked by a password; unpack it and pack it again without one.") from None
    except (ArchiveBroken, JsonRefused) as error:
        raise CardUnreadable(f"{member.path} in this archive cannot be read: {error}.") from None


def resolver(archive: Archive) -> Callable[[str], Source | None]:
    """From an address in a card to a member; None for addresses that lead elsewhere."""

    def resolve(uri: str) -> Source | None:
        prefix = next((one for one in PREFIXES if uri.startswith(one)), None)
        if prefix is None:
            return None
        member = archive.members.get(uri.removeprefix(prefix).replace("\\", "/").removeprefix("/"))
        return member_source(archive, member) if member else None

    return resolve


def member_source(archive: Archive, member: Member) -> Source:
    """A member as an asset's bytes."""
    return Source(
        lambda: _asset_bytes(lambda: _head(archive, member)),
        lambda: _asset_bytes(lambda: archive.read(member, bytes_max=ASSET_BYTES_MAX)),
    )


def _head(archive: Archive, member: Member) -> bytes:
    if member.size > ASSET_BYTES_MAX:
        raise MemberTooLarge
    return archive.head(member)


def _asset_bytes(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except MemberTooLarge:
        raise AssetRefused("asset_too_large") from None
    except (ArchiveBroken, MemberEncrypted):
        raise AssetRefused("asset_unreadable") from None
