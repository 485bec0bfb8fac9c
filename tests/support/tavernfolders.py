"""SillyTavern folders as they lie about on people's disks: of every age, from every system, with what goes wrong there.

Each maker gives the files of one folder, tiny and made by us; `LAYOUTS` names them. Links and zips are laid out by
`linked` and `windows_zip`, since a mapping of bytes cannot say them.
"""

import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.tavernfolder import BOOK, PICTURE, SECRET, SETTINGS, card, chat

Files = Mapping[str, bytes]

BOM: Final = b"\xef\xbb\xbf"
LONG: Final = "灯台守の長い長い夜話" * 20
"""200 characters, 600 bytes: more than one name on disk may hold, so only archives carry it whole."""
LONG_ON_DISK: Final = "灯" * 80
HUGE_NUMBERS: Final = 90_000


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def old_public() -> Files:
    """An installation of 2023: things in `public/`, keys beside it, one chat a line without header."""
    lines = chat(("Mira", "Hello."), ("you", "Hi.")).split(b"\n")
    return {
        "SillyTavern/public/characters/Mira.png": card("Mira"),
        "SillyTavern/public/characters/default_Seraphina.png": card("Seraphina"),
        "SillyTavern/public/chats/Mira/2023-5-1 @10h 00m 00s 000ms.jsonl": b"\n".join(lines[1:]),
        "SillyTavern/public/worlds/Coast.json": _json(BOOK),
        "SillyTavern/public/User Avatars/user-default.png": PICTURE,
        "SillyTavern/public/OpenAI Settings/Default.settings": _json({"temperature": 1, "openai_max_context": 4095}),
        "SillyTavern/public/settings.json": _json({"username": "You", "main_api": "kobold", "kai_settings": {}}),
        "SillyTavern/public/script.js": b"alert(1)",
        "SillyTavern/public/css/style.css": b"",
        "SillyTavern/public/index.html": b"<html></html>",
        "SillyTavern/secrets.json": _json({"api_key_openai": SECRET}),
        "SillyTavern/config.conf": b"const port = 8000;",
        "SillyTavern/node_modules/x/index.js": b"x",
        "SillyTavern/default/settings.json": _json({"main_api": "koboldhorde"}),
    }


def several_users() -> Files:
    """A server of 1.12 and later with two users, its content for new ones, and storage of its own."""
    files = {}
    for user, name in (("default-user", "Mira"), ("bob", "Mira"), ("_storage", "")):
        root = f"data/{user}/"
        if not name:
            files[f"{root}0a1b2c"] = _json({"key": "user:bob", "value": {"password": SECRET}})
            continue
        files[f"{root}characters/{name}.png"] = card(name, description=f"{user}'s own.")
        files[f"{root}chats/{name}/Evening.jsonl"] = chat((name, f"Hello, {user}."))
        files[f"{root}settings.json"] = _json(SETTINGS | {"tag_map": {}})
        files[f"{root}secrets.json"] = _json({"api_key_claude": [{"value": SECRET, "label": "x", "active": True}]})
        files[f"{root}User Avatars/me.png"] = PICTURE
    files["default/content/settings.json"] = _json({"main_api": "openai"})
    files["default/content/index.json"] = b"[]"
    return files


def damaged() -> Files:
    """What is left after a crash, a full disk, an editor that adds marks, a tool that adds ends of lines."""
    good = chat(("Mira", "Hello."), ("you", "Hi."), ("Mira", "Tea?"))
    return {
        "characters/Mira.png": card("Mira"),
        "characters/Empty.png": b"",
        "characters/Cut.png": card("Cut")[:60],
        "characters/Plain.png": PICTURE,
        "characters/Marked.json": BOM + _json({"name": "Marked", "description": "d", "first_mes": "Hm."}),
        "chats/Mira/windows.jsonl": crlf(good),
        "chats/Mira/marked.jsonl": BOM + good,
        "chats/Mira/cut.jsonl": good[:-40],
        "chats/Mira/nulls.jsonl": good + b"\n" + b"\0" * 4096,
        "chats/Mira/empty.jsonl": b"",
        "chats/Mira/header only.jsonl": good.split(b"\n")[0],
        "chats/Mira/blank lines.jsonl": good.replace(b"\n", b"\n\n\n") + b"\n\n",
        "worlds/Empty.json": b"",
        "worlds/Marked.json": BOM + _json(BOOK),
        "worlds/None.json": b'{"entries": {}}',
        "groups/empty.json": b"",
        "themes/Broken.json": b'{"name": "Dusk", ',
        "OpenAI Settings/Marked.json": BOM + _json({"temperature": 1, "openai_max_context": 4095, "prompts": []}),
        "User Avatars/zero.png": b"",
        "backgrounds/zero.jpg": b"",
        "settings.json": BOM + _json(SETTINGS),
        "secrets.json": b"",
    }


def duplicates() -> Files:
    """One card many times: copies, another picture's name, a card in JSON that says the same."""
    mira = card("Mira")
    told = {"name": "Mira", "description": "Mira keeps the light.", "first_mes": "Hm?", "tags": ["sea"]}
    return {
        "characters/Mira.png": mira,
        "characters/Mira1.png": mira,
        "characters/Mira (copy).png": mira,
        "characters/Mira.json": _json({"spec": "chara_card_v2", "spec_version": "2.0", "data": told}),
        "characters/Other.png": card("Mira", description="Another one."),
        "chats/Mira/A.jsonl": chat(("Mira", "Hello.")),
        "chats/Mira1/A.jsonl": chat(("Mira", "Hello.")),
        "worlds/Coast.json": _json(BOOK),
        "worlds/Coast (1).json": _json(BOOK),
    }


def long_names(name: str = LONG) -> Files:
    """Names of two hundred characters, and some of every script, sign and direction."""
    strange = (
        "ﷺ عربى",
        "🦊🏳️\u200d🌈 fox",
        "e\u0301 decomposed",
        "dots...",
        "100% #1 [a] {b} 'c'",
        "-rf",
        "con",
        "\u202eevil",
    )
    files = {f"characters/{one}.png": card(one) for one in (name, *strange)}
    return files | {
        f"chats/{name}/{name}.jsonl": chat((name, "Hello.")),
        f"worlds/{name}.json": _json(BOOK),
        f"groups/{name}.json": _json({"id": "1", "name": name, "members": [f"{name}.png"], "chats": ["1"]}),
    }


def orphans() -> Files:
    """Chats of characters that are gone, groups of members that are gone, chats of groups that are gone."""
    group = {"id": "7", "name": "Crew", "members": ["Mira.png", "Gone.png"], "chats": ["g1", "lost"], "chat_id": "g1",
             "past_metadata": {"g1": {"note_prompt": "Short."}}}  # fmt: skip
    return {
        "characters/Mira.png": card("Mira"),
        "chats/Gone/Old.jsonl": chat(("Gone", "Still here?")),
        "chats/Gone/Branch.jsonl": chat(("Gone", "Still here?"), ("you", "Yes."), main_chat="never was"),
        "chats/Empty folder/.keep": b"",
        "chats/loose.jsonl": chat(("Mira", "Not in a folder.")),
        "groups/7.json": _json(group),
        "groups/8.json": _json({"id": "8", "name": "Nobody", "members": [], "chats": []}),
        "group chats/g1.jsonl": chat(("Mira", "All aboard."), ("Gone", "Aye."), ("you", "Go.")),
        "group chats/of no group.jsonl": chat(("Mira", "Alone.")),
        "settings.json": _json({"main_api": "openai", "world_info_settings": {"world_info": {"globalSelect": ["No"]}}}),
    }


def huge_settings() -> Files:
    """Years of settings: thousands of tags, a variable as long as a book, keys in every corner."""
    tags = [{"id": f"t{number}", "name": f"tag {number}"} for number in range(3_000)]
    settings = SETTINGS | {
        "tags": tags, "tag_map": {"Mira.png": ["t1", "t2999", "gone"], "Gone.png": ["t1"]},
        "extension_settings": SETTINGS["extension_settings"] | {
            "variables": {"global": {"book": " ".join(str(number * number) for number in range(HUGE_NUMBERS))}},
            "connectionManager": {"profiles": [{"name": "p", "secret-id": SECRET, "proxy": SECRET}]},
            "sd": {"openai_key": SECRET, "comfy_url": f"http://user:{SECRET}@127.0.0.1"},
        },
        "proxies": [{"name": "p", "url": "http://x", "password": SECRET}],
        "power_user": SETTINGS["power_user"] | {"persona_descriptions": {
            "me.png": {"description": "A courier.", "position": 0},
            "nameless.png": {"description": "Nobody."},
        }},
    }  # fmt: skip
    return {
        "characters/Mira.png": card("Mira"),
        "User Avatars/me.png": PICTURE,
        "User Avatars/unknown.png": PICTURE,
        "settings.json": _json(settings),
        "backups/settings_default-user_20260101-000000.json": _json(settings),
        "backups/chat_mira_20260101-000000.jsonl": chat(("Mira", "Backed up.")),
        "backups/secrets_migration_1.json": _json({"api_key_openai": SECRET}),
        "secrets.json": _json({"api_key_openai": SECRET, "api_key_mistralai": [{"value": SECRET, "active": True}]}),
        "content.log": b"", "stats.json": b"{}", "image-metadata.json": b"{}",
        "thumbnails/avatar/Mira.png": PICTURE, "vectors/x/index.json": b"{}", "extensions/x/index.js": b"",
        "user/workflows/x.json": b"{}", "user/images/Mira/a.png": PICTURE, "assets/bgm/a.mp3": b"x",
        "characters/Mira/joy.png": PICTURE, "movingUI/Default.json": b"{}",
    }  # fmt: skip


LAYOUTS: Final[Mapping[str, Callable[[], Files]]] = {
    "old public": old_public,
    "several users": several_users,
    "damaged": damaged,
    "duplicates": duplicates,
    "long names": long_names,
    "orphans": orphans,
    "huge settings": huge_settings,
}


def packed_folder(files: Files, *, top: str = "") -> bytes:
    """A zip with entries for folders, as most tools write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        folders = {f"{top}{path}".rpartition("/")[0] + "/" for path in files}
        for folder in sorted(folders - {"/"}):
            archive.writestr(folder, b"")
        for path, data in files.items():
            archive.writestr(top + path, data)
    return out.getvalue()


def windows_zip(files: Files, *, encoding: str = "cp437") -> bytes:
    """A zip as old tools of Windows write it: backslashes, names in the system's encoding, no mark for UTF-8."""
    out, central, count = bytearray(), bytearray(), 0
    for path, data in files.items():
        name = path.replace("/", "\\").encode(encoding)
        about = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x5C21, zlib.crc32(data), len(data), len(data), len(name), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + about + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name
        out += b"PK\x03\x04" + about + name + data
        count += 1
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(out), 0)
    return bytes(out + central + b"PK\x05\x06" + end)


def linked(folder: Path, outside: Path) -> Path:
    """A folder with links: to a file and a folder inside, out of it, to itself, to nothing."""
    characters = folder / "characters"
    characters.mkdir(parents=True)
    (folder / "chats" / "Mira").mkdir(parents=True)
    (characters / "Mira.png").write_bytes(card("Mira"))
    (folder / "chats" / "Mira" / "A.jsonl").write_bytes(chat(("Mira", "Hello.")))
    outside.mkdir(parents=True)
    (outside / "Out.png").write_bytes(card("Out"))
    for name, target in (
        ("characters/Alias.png", "Mira.png"), ("characters/Out.png", str(outside / "Out.png")),
        ("characters/Dangling.png", "nowhere.png"), ("chats/Twin", "Mira"), ("chats/Away", str(outside)),
        ("worlds", "."), ("chats/Mira/up", "../.."),
    ):  # fmt: skip
        os.symlink(target, folder / name)
    os.mkfifo(characters / "Pipe.png")
    return folder
