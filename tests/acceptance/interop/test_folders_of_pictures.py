"""Pictures in characters' folders: they come with the import, go with its undo, and out with an export."""

import io
import zipfile

from tests.support.moving import IMPORT, imported, items, looked_at
from tests.support.people import Person
from tests.support.tavernfolder import FILES, PICTURE, zipped

OTHER = b"GIF89a" + bytes(40)
PICTURES = {
    "characters/Mira/joy.png": PICTURE,
    "characters/Mira/beach/joy.gif": OTHER,
    "characters/Mira/backgrounds/sea.png": PICTURE,
    "characters/Mira/broken.png": b"no picture",
    "user/images/Mira/painted.png": PICTURE,
    "characters/Nobody/joy.png": PICTURE,
}
HERS = [("background", "sea"), ("emotion", "beach/joy"), ("emotion", "joy"), ("other", "painted")]


async def pictures(ari: Person) -> list[tuple[str, str]]:
    [mira] = (await ari.get("/api/characters")).ok()["items"]
    told = (await ari.get(f"/api/characters/{mira['id']}/assets")).ok()["items"]
    for one in told:
        assert (await ari.get(one["url"])).status == 200
    return [(one["kind"], one["name"]) for one in told]


async def test_pictures_of_a_folder_go_to_its_character_and_the_report_counts_them(ari: Person) -> None:
    done = await imported(ari, zipped(files=dict(FILES) | PICTURES))
    assert await pictures(ari) == HERS
    told = {item["path"]: item for item in await items(ari, done["id"], kind="sprite")}
    mine = told["characters/Mira/"]
    assert (mine["outcome"], mine["name"]) == ("imported", "Mira (4)")
    assert [(one["field"], one["why"]) for one in mine["fields"]] == [("background", "1"), ("emotion", "3")]
    assert [one["code"] for one in mine["warnings"]] == ["asset_not_picture"]
    assert (told["characters/Nobody/"]["code"], told["user/images/Mira/"]["outcome"]) == ("no_character", "imported")


async def test_pictures_come_once_and_go_with_the_import_that_brought_them(ari: Person) -> None:
    await imported(ari, zipped())
    done = await imported(ari, zipped(files=dict(FILES) | PICTURES))
    again = await looked_at(ari, zipped(files=dict(FILES) | PICTURES))
    assert {one["verdict"] for one in await items(ari, again["id"], kind="sprite")} == {"duplicate", "refused"}
    assert await pictures(ari) == HERS
    (await ari.post(f"{IMPORT}/{done['id']}:undo", {})).ok()
    assert await pictures(ari) == []
    await imported(ari, zipped(files=dict(FILES) | PICTURES))
    assert await pictures(ari) == HERS


async def test_an_export_lays_pictures_where_they_lay(ari: Person) -> None:
    await imported(ari, zipped(files=dict(FILES) | PICTURES))
    sent = await ari.get("/api/config/export", params={"format": "sillytavern"})
    assert sent.status == 200
    with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
        wanted = {path: data for path, data in PICTURES.items() if "broken" not in path and "Nobody" not in path}
        wanted["backgrounds/sea.png"] = PICTURE
        assert {path: archive.read(path) for path in wanted} == wanted
