"""Card files become characters: one bad file never stops the others, nothing twice, nothing half."""

import asyncio
import hashlib
import json
from typing import Any

import pytest

from tavernai.characters.domain.export import export_png
from tavernai.characters.domain.reading import read_file
from tavernai.characters.errors import UploadTooLarge
from tavernai.characters.importing import FILES_MAX, Upload
from tavernai.characters.store import Wanted
from tavernai.engines.blobs import FileBlobs
from tests.data.pictures import SIGNATURE, tiny_png
from tests.integration.characters.conftest import Room
from tests.support.archives import packed
from tests.support.shared import fixture


def card(name: str, **fields: Any) -> bytes:
    return json.dumps({"spec": "chara_card_v2", "data": {"name": name, **fields}}).encode()


def upload(filename: str, data: bytes, size: int | None = None) -> Upload:
    async def read() -> bytes:
        return data

    return Upload(filename, len(data) if size is None else size, read)


async def names(room: Room) -> list[str]:
    page, _ = await room.characters.page(room.user_id, Wanted(), cursor=None, limit=50)
    return [row["name"] for row in page.items]


async def test_a_bad_file_is_refused_by_name_and_the_others_go_on(room: Room) -> None:
    sent = [upload("a.json", card("Aria")), upload("b.png", b"nonsense"), upload("c.json", card("Cleo"))]
    results = await room.imports.import_files(room.user_id, sent)
    assert [(one.filename, one.status) for one in results] == [
        ("a.json", "imported"), ("b.png", "refused"), ("c.json", "imported"),
    ]  # fmt: skip
    assert results[1].code == "card_unreadable"
    assert results[1].message
    assert await names(room) == ["Aria", "Cleo"]


async def test_every_hostile_file_in_one_batch_leaves_the_good_one_imported(room: Room) -> None:
    folder = fixture("malformed")
    sent = [upload(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.suffix != ".md"]
    results = await room.imports.import_files(room.user_id, [*sent, upload("good.json", card("Good"))])
    assert results[-1].status == "imported"
    assert {one.status for one in results} == {"imported", "duplicate", "refused"}  # some hold the same card
    assert all(one.code and one.message for one in results if one.status == "refused")


async def test_the_same_bytes_or_the_same_card_are_a_duplicate(room: Room) -> None:
    first = await room.imported(card("Aria", description="d"))
    same_card = export_png(read_file(card("Aria", description="d")).card, tiny_png())
    for again in (await room.imported(card("Aria", description="d")), await room.imported(same_card)):
        assert (again.status, again.character_id) == ("duplicate", first.character_id)
    assert await names(room) == ["Aria"]


async def test_the_same_file_twice_in_one_batch_is_one_character(room: Room) -> None:
    results = await room.imports.import_files(room.user_id, [upload("a.json", card("Aria"))] * 5)
    assert [one.status for one in results] == ["imported"] + ["duplicate"] * 4


async def test_what_lies_in_the_trash_or_belongs_to_others_is_no_duplicate(room: Room) -> None:
    first = await room.imported(card("Aria"))
    assert first.character_id
    await room.characters.delete(room.user_id, first.character_id)
    assert (await room.imported(card("Aria"))).status == "imported"
    assert (await room.imports.import_bytes("somebody-else", "a.json", card("Aria"))).status == "imported"


async def test_the_original_bytes_are_kept_and_a_png_is_its_own_avatar(room: Room) -> None:
    data = fixture("sillytavern/cards/seraphina_st118.png").read_bytes()
    done = await room.imported(data)
    assert done.character_id
    found = await room.characters.get(room.user_id, done.character_id)
    digest = hashlib.sha256(data).hexdigest()
    assert found.row["original"] == found.row["avatar"] == digest
    assert (room.blobs / digest[:2] / digest).read_bytes() == data


async def test_a_picture_too_large_to_decode_gives_a_character_without_one_and_a_warning(room: Room) -> None:
    done = await room.imported(fixture("malformed/png_huge_dimensions.png").read_bytes())
    assert done.character_id
    assert [one["code"] for one in done.warnings] == ["picture_unusable"]
    assert (await room.characters.get(room.user_id, done.character_id)).row["avatar"] is None


async def test_too_many_or_too_large_files_are_refused_before_any_is_read(room: Room) -> None:
    small = upload("a.json", card("Aria"))
    with pytest.raises(UploadTooLarge):
        await room.imports.import_files(room.user_id, [small] * (FILES_MAX + 1))
    with pytest.raises(UploadTooLarge):
        await room.imports.import_files(room.user_id, [upload("a", b"", size=60 * 2**20)] * 5)
    [result] = await room.imports.import_files(room.user_id, [upload("a", b"", size=65 * 2**20)])
    assert (result.status, result.code) == ("refused", "upload_too_large")


async def test_two_imports_at_once_of_one_file_make_one_character(room: Room) -> None:
    results = await asyncio.gather(*(room.imported(card("Aria")) for _ in range(8)))
    assert sorted(one.status for one in results) == ["duplicate"] * 7 + ["imported"]


async def test_an_archive_brings_its_picture_and_keeps_the_others_as_blobs(room: Room) -> None:
    data = fixture("golden/card_import/inputs/charx_full.charx").read_bytes()
    result = await room.imports.import_bytes(room.user_id, "mira.charx", data)
    assert result.status == "imported"
    fact = room.imports.prepared(data, "mira.charx").fact
    assert fact.avatar is not None
    kept, blobs = {one["kind"] for one in fact.assets or ()}, FileBlobs(room.blobs)
    assert kept == {"icon", "emotion", "background", "x_custom", "user_icon"}
    assert all(len(blobs.get(one["blob"])) == one["bytes"] for one in fact.assets or ())


async def test_an_asset_that_cannot_be_read_is_told_and_the_character_comes_all_the_same(room: Room) -> None:
    told = {"name": "Mira", "assets": [{"type": "emotion", "uri": "embeded://a.png", "name": "sad", "ext": "png"}]}
    archive = packed({
        "card.json": json.dumps({"spec": "chara_card_v3", "data": told}).encode(),
        "a.png": SIGNATURE + b"\0" * 3_000_000,
    })  # fmt: skip
    fact = room.imports.prepared(archive, "mira.charx").fact
    assert fact.assets is None
    assert [one["code"] for one in fact.warnings] == ["asset_too_large"]
