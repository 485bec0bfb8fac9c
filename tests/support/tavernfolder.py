"""A SillyTavern folder made up for a test: every kind of thing once, keys that must go nowhere, a branch."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from tavernai.characters.domain import png

SECRET = "sk-never-to-be-kept-4711"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc000000154944415478da6364686860c006"
    "98187080c1290100cc880110146d6e380000000049454e44ae426082"
)


def card(name: str, **fields: Any) -> bytes:
    """A V2 card in a picture."""
    data = {"name": name, "description": f"{name} keeps the light.", "first_mes": "Hm?", "tags": ["sea"], **fields}
    told = {"spec": "chara_card_v2", "spec_version": "2.0", "data": data}
    return png.with_cards(PICTURE, {"chara": json.dumps(told).encode()})


def chat(*lines: tuple[str, str], **metadata: Any) -> bytes:
    """(who, text) … as a chat file; `you` is the person."""
    told: list[dict[str, Any]] = [{"chat_metadata": metadata, "user_name": "unused", "character_name": "unused"}]
    for number, (who, text) in enumerate(lines):
        told.append({
            "name": who, "is_user": who == "you", "is_system": False, "mes": text, "swipes": [text, text + "!"],
            "swipe_id": 0, "send_date": f"2026-11-20T10:{number:02d}:00.000Z", "extra": {"gen_id": number},
        })  # fmt: skip
    return "\n".join(json.dumps(one) for one in told).encode()


SETTINGS: dict[str, Any] = {
    "main_api": "openai",
    "oai_settings": {"temp_openai": 0.7, "proxy_password": SECRET, "openai_max_tokens": 321},
    "power_user": {
        "personas": {"me.png": "Ari"}, "default_persona": "me.png",
        "persona_descriptions": {"me.png": {"description": "A courier.", "position": 0, "lorebook": "Coast"}},
    },
    "world_info_settings": {"world_info": {"globalSelect": ["Coast"]}, "world_info_depth": 6},
    "tags": [{"id": "t1", "name": "keeper"}], "tag_map": {"Mira.png": ["t1"]},
    "extension_settings": {
        "regex": [{"scriptName": "Trim", "findRegex": "/x/g", "replaceString": "y", "placement": [2]}],
        "apiKey": SECRET,
    },
}  # fmt: skip
FIRST = (("Mira", "Hello."), ("you", "Hi."), ("Mira", "Tea?"))
BOOK = {"entries": {"0": {"uid": 0, "key": ["lamp"], "content": "It turns.", "comment": "Lamp", "mine": {"a": 1}}}}

FILES: dict[str, bytes] = {
    "characters/Mira.png": card("Mira"),
    "characters/Broken.png": b"no picture",
    "chats/Mira/Evening.jsonl": chat(*FIRST, ("you", "Please."), note_prompt="Be brief.", note_depth=3),
    "chats/Mira/Branch #1.jsonl": chat(*FIRST, ("you", "No."), main_chat="Evening"),
    "chats/Gone/Old.jsonl": chat(("Gone", "Still here?")),
    "worlds/Coast.json": json.dumps(BOOK).encode(),
    "User Avatars/me.png": PICTURE,
    "OpenAI Settings/Mine.json": json.dumps({"temperature": 1, "openai_max_context": 4095, "prompts": []}).encode(),
    "themes/Dusk.json": json.dumps({"name": "Dusk", "main_text_color": "#fff", "custom_css": ""}).encode(),
    "groups/1.json": json.dumps({"id": "1", "name": "Crew", "members": ["Mira.png"], "chats": ["1"]}).encode(),
    "group chats/1.jsonl": chat(("Mira", "All aboard.")),
    "backgrounds/sea.png": PICTURE,
    "settings.json": json.dumps(SETTINGS).encode(),
    "secrets.json": json.dumps({"api_key_openai": SECRET, "api_key_claude": ""}).encode(),
    "thumbnails/avatar/Mira.png": PICTURE,
}


def zipped(prefix: str = "", files: dict[str, bytes] = FILES) -> bytes:
    """The folder as a backup; `prefix` wraps it, as `public/` did."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(prefix + path, data)
    return out.getvalue()


def laid_out(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    """The folder on disk."""
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder
