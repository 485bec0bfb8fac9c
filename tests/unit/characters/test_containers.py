"""Cards in archives, YAML and pictures: what is taken out of them, and what is not."""

import base64
import json
import struct
from typing import Any

import pytest

from tavernai.characters.domain.archive import Archive
from tavernai.characters.domain.reading import CardFile, read_file
from tavernai.characters.errors import CardEncrypted, CardKindUnsupported, CardMissing, CardRefused
from tavernai.kernel.errors import TavernError
from tests.data.pictures import chunk, tiny_png
from tests.support.archives import packed

CARD = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Mira", "description": "Keeper."}}
JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\0"


def card(**fields: Any) -> bytes:
    return json.dumps({**CARD, "data": {**CARD["data"], **fields}}).encode()  # type: ignore[dict-item]


def codes(found: CardFile) -> set[str]:
    return {repair.code for repair in found.repairs}


def segment(kind: int, body: bytes) -> bytes:
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body


def exif(comment: bytes, *, order: str = "<") -> bytes:
    """A block whose only tag, in the directory behind the first, is this comment."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    pointer = struct.pack(f"{order}HHHIII", 1, 0x8769, 4, 1, 26, 0)
    inner = struct.pack(f"{order}HHHIII", 1, 0x9286, 7, len(comment), 44, 0)
    return head + struct.pack(f"{order}I", 8) + pointer + inner + comment


def webp(kind: bytes, body: bytes) -> bytes:
    body = struct.pack("<4sI", kind, len(body)) + body + b"\0" * (len(body) & 1)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


CARRIERS = {
    "charx": packed({"card.json": card()}),
    "charx behind a program": packed({"card.json": card()}, before=b"MZ" + b"\0" * 50),
    "charx behind a picture": packed({"card.json": card()}, before=JPEG),
    "jpeg exif": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif(b"ASCII\0\0\0" + card())) + b"\xff\xda",
    "jpeg base64": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + exif(b"\0" * 8 + base64.b64encode(card()))) + b"\xff\xda",
    "jpeg comment": b"\xff\xd8" + segment(0xFE, card()) + b"\xff\xda",
    "webp exif": webp(b"EXIF", exif(b"UNICODE\0" + card().decode().encode("utf-16-be"), order=">")),
    "webp little exif": webp(b"EXIF", b"Exif\0\0" + exif(b"UNICODE\0" + card().decode().encode("utf-16-le"))),
    "webp xmp": webp(b"XMP ", b"<rdf:li>" + base64.b64encode(card()) + b"</rdf:li>"),
    "webp quoted xmp": webp(b"XMP ", b'<x a="' + card().replace(b'"', b"&quot;") + b'"/>'),
    "yaml": b"name: Mira\ncontext: Keeper.\n",
    "yaml of other names": b"char_name: Mira\nchar_persona: Keeper.\n",
    "yaml with a byte order mark": b"\xef\xbb\xbfname: Mira\ncontext: Keeper.\n",
}


@pytest.mark.parametrize("data", CARRIERS.values(), ids=CARRIERS.keys())
def test_a_card_is_found_wherever_it_lies(data: bytes) -> None:
    found = read_file(data)
    assert (found.card.name, found.card.data["description"]) == ("Mira", "Keeper.")


def test_the_main_icon_is_the_picture_and_the_others_stay() -> None:
    icons = [{"type": "icon", "name": name, "uri": f"embeded://{name}.png", "ext": "png"} for name in ("alt", "main")]
    feeling = {"type": "expression", "name": "sad", "uri": "__asset:a/sad.png", "ext": "png"}
    main, others = tiny_png(width=7), tiny_png()
    found = read_file(packed({
        "card.json": card(assets=[*icons, feeling]), "main.png": main, "alt.png": others, "a/sad.png": others,
    }))  # fmt: skip
    assert found.picture == main
    assert [(one.kind, one.name, one.media_type) for one in found.assets] == [
        ("icon", "alt", "image/png"), ("emotion", "sad", "image/png"),
    ]  # fmt: skip
    assert found.assets[1].read() == others


def test_a_picture_with_an_archive_behind_it_is_the_picture_when_the_card_names_none() -> None:
    assert read_file(CARRIERS["charx behind a picture"]).picture == JPEG


def test_chunks_of_a_png_are_its_pictures() -> None:
    sad = tiny_png(width=9)
    told = card(assets=[{"type": "emotion", "name": "sad", "uri": "__asset:3", "ext": "png"}])
    found = read_file(tiny_png(
        chunk(b"tEXt", b"ccv3\0" + base64.b64encode(told)),
        chunk(b"tEXt", b"chara-ext-asset_:3\0" + base64.b64encode(sad)),
    ))  # fmt: skip
    assert [(one.kind, one.name, one.read()) for one in found.assets] == [("emotion", "sad", sad)]


def test_pictures_within_a_risu_card_are_taken_out_of_it() -> None:
    sad = base64.b64encode(tiny_png()).decode()
    found = read_file(card(extensions={"risuai": {"emotions": [["sad", sad], ["odd", 5]], "bias": [1]}}))
    assert [(one.kind, one.name) for one in found.assets] == [("emotion", "sad")]
    assert found.card.data["extensions"]["risuai"] == {"emotions": [["odd", 5]], "bias": [1]}


def test_an_inline_icon_of_a_json_card_is_its_picture() -> None:
    uri = "data:image/png;base64," + base64.b64encode(tiny_png()).decode()
    assert read_file(card(assets=[{"type": "icon", "name": "main", "uri": uri, "ext": "png"}])).picture == tiny_png()


BACKYARD = {
    "manifest.json": {"characters": ["c/character.json"], "scenarios": ["s/1.json", "s/2.json"],
                      "author": {"name": "lab", "backyardURL": "u"}},
    "c/character.json": {"name": "Mira", "displayName": "M", "persona": "{character} keeps {user} safe.",
                         "isNSFW": True, "images": [{"path": "images/a.png"}, {"path": "images/b.png"}],
                         "loreItems": [{"key": "lamp, oil", "value": "Old."}]},
    "s/1.json": {"title": "One", "narrative": "A storm.", "formattingInstructions": "Be brief.",
                 "firstMessages": [{"text": "Hello, {user}."}], "exampleMessages": [{"text": "#{user}: Hi"}],
                 "backgroundImage": "bg.png",
                 "messages": [{"type": "human", "text": "Hi {character}", "createdAt": 1700000000000},
                              {"type": "ai", "outputs": [{"text": "A", "activeTimestamp": 1}, {"text": "B",
                               "activeTimestamp": 2, "createdAt": "2023-11-14T22:13:21Z"}]}]},
    "s/2.json": {"firstMessages": [{"text": "Other."}]},
}  # fmt: skip


def backyard() -> CardFile:
    members = {name: json.dumps(value).encode() for name, value in BACKYARD.items()}
    return read_file(packed({**members, **dict.fromkeys(("c/images/a.png", "c/images/b.png", "s/bg.png"), tiny_png())}))


def test_a_backyard_character_is_mapped_field_by_field() -> None:
    data = backyard().card.data
    assert (data["name"], data["description"], data["scenario"]) == (
        "Mira",
        "{{char}} keeps {{user}} safe.",
        "A storm.",
    )
    assert (data["first_mes"], data["alternate_greetings"]) == ("Hello, {{user}}.", ["Other."])
    assert (data["system_prompt"], data["mes_example"]) == ("Be brief.", "<START>\n{{user}}: Hi")
    assert (data["creator"], data["creator_notes"], data["tags"]) == ("lab", "u", ["nsfw"])
    assert data["character_book"]["entries"][0]["keys"] == ["lamp", "oil"]
    assert data["extensions"]["display_name"] == "M"


def test_a_backyard_archive_brings_pictures_and_chats() -> None:
    found = backyard()
    assert found.picture == tiny_png()
    assert [one.kind for one in found.assets] == ["icon", "background"]
    [chat] = found.chats
    assert (chat.name, chat.header["chat_metadata"]["scenario"]) == ("One", "A storm.")
    assert [line["mes"] for line in chat.lines] == ["Hello, {{user}}.", "Hi {{char}}", "B"]
    assert (chat.lines[2]["swipes"], chat.lines[2]["swipe_id"]) == (["A", "B"], 1)
    assert chat.lines[1]["send_date"] == "2023-11-14T22:13:20.000Z"


REFUSED: dict[str, tuple[bytes, type[TavernError]]] = {
    "an archive of something else": (packed({"settings.json": b"{}"}), CardKindUnsupported),
    "a Risu module": (b"o\0\x10\0\0\0abc", CardKindUnsupported),
    "an encrypted card": (b"rcc||abc", CardEncrypted),
    "a photo": (JPEG, CardMissing),
    "a photo with an encrypted card": (b"\xff\xd8" + segment(0xFE, b"rcc||abcdef") + b"\xff\xda", CardEncrypted),
    "a cut archive": (CARRIERS["charx"][:-30], CardRefused),
    "yaml that names itself": (b"name: &a [*a]\n", CardRefused),
    "yaml with merged maps": (b"a: &a {x: 1}\nname: {<<: *a}\n", CardRefused),
    "yaml without end": (b"[" * 5_000, CardRefused),
    "yaml nested deeply": (b"name: " + b"{a: " * 400, CardRefused),
    "prose": (b"Es war einmal: ein Leuchtturm.", CardRefused),
}


@pytest.mark.parametrize(("data", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_card_is_refused_in_our_words(data: bytes, kind: type[TavernError]) -> None:
    with pytest.raises(kind) as refused:
        read_file(data)
    assert refused.value.detail


def test_a_yaml_alias_may_repeat_a_text() -> None:
    data = read_file(b"name: Mira\ncontext: &a Keeper.\ngreeting: *a\nuser: Ari\n").card.data
    assert (data["description"], data["first_mes"]) == ("Keeper.", "Keeper.")
    assert data["extensions"]["user"] == "Ari"


def test_yaml_aliases_that_repeat_a_long_text_make_no_card() -> None:
    fields = "".join(f"field{number}: *a\n" for number in range(60))
    with pytest.raises(CardRefused):
        read_file(f"name: Mira\ncontext: &a {'x' * 300_000}\n{fields}".encode())


def test_names_that_lead_outside_are_no_members() -> None:
    archive = Archive(packed({"../a": b"", "/b": b"", "c:\\d": b"", "e/../../f": b"", "good/g.png": b"x"}))
    assert (set(archive.members), archive.ignored) == ({"good/g.png"}, 4)


def test_an_archive_of_many_large_members_gives_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tavernai.characters.domain.archive.INFLATED_BYTES_MAX", 1_500_000)
    names = [f"{n}.png" for n in range(3)]
    listed = [{"type": "emotion", "name": name, "uri": f"embeded://{name}", "ext": "png"} for name in names]
    picture = tiny_png() + b"\0" * 900_000
    found = read_file(packed({"card.json": card(assets=listed), **dict.fromkeys(names, picture)}))
    assert len(found.assets[0].read()) == len(picture)
    with pytest.raises(ValueError, match="asset_too_large"):
        found.assets[1].read()
