"""Every route and its verdict. A new route without a row here fails the suite."""

from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["everybody", "themselves", "owner of it", "owners"]
Who = Literal["anonymous", "member", "other member", "owner"]
WHO: tuple[Who, ...] = ("anonymous", "other member", "owner", "member")
"""The member comes last: theirs is what the row's objects are, and they may do away with them."""

FITS = 0
"""Stands for the statuses of the row itself."""

# What each gets: the row's own answer, or this refusal.
VERDICTS: dict[Verdict, dict[Who, int]] = {
    "everybody": {"anonymous": FITS, "member": FITS, "other member": FITS, "owner": FITS},
    "themselves": {"anonymous": 401, "member": FITS, "other member": FITS, "owner": FITS},
    "owner of it": {"anonymous": 401, "member": FITS, "other member": 404, "owner": 404},
    "owners": {"anonymous": 401, "member": 403, "other member": 403, "owner": FITS},
}


@dataclass(frozen=True)
class Row:
    """One route: who gets in, by a key of which scope (None: any; `session`: no key at all), and what fits.

    `ids` names, for each parameter of the path, the object of the member's that stands there.
    """

    verdict: Verdict
    scope: str | None = None
    body: Any = None
    file: bytes | None = None
    fits: tuple[int, ...] = (200,)
    ids: tuple[tuple[str, str], ...] = ()
    query: str = ""


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000080000000808020000004b6d29dc000000154944415478da6364686860c006"
    "98187080c1290100cc880110146d6e380000000049454e44ae426082"
)
CARD = b'{"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Wren", "first_mes": "Hm?"}}'
NOBODY = {"username": "nobody", "password": "wrong horse"}
CHANGE = {"version": 1}
NEW_USER = {"username": "{fresh}", "password": "correct horse"}
DEMO = {"kind": "demo"}
TOLD = (("conversation_id", "told_conversation"), ("message_id", "told_message"))
BACKUP = (("name", "user_id"),)
"""No backup has such a name."""

SESSION = (("session_id", "stream_session"),)
TUNED = {
    "scope": {"type": "conversation", "id": "{conversation_id}"},
    "ops": [{"op": "set", "path": "/reply/length", "value": "short"}],
}
IN_PLACE = {"conversation_id": "{conversation_id}"}

OPEN = Row("everybody")
CHAT = Row("owner of it", "chat")
CHARACTER = Row("owner of it", "characters")
IMPORT = Row("owner of it", "import")
CONFIG = Row("owner of it", "config")

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/health"): OPEN,
    ("GET", "/api/health"): OPEN,
    ("GET", "/api/docs"): OPEN,
    ("GET", "/api/docs/{name}"): Row("everybody", ids=(("name", "console_file"),)),
    ("GET", "/api/openapi.json"): OPEN,
    ("GET", "/metrics"): Row("owners", "admin"),
    # accounts
    ("GET", "/api/setup"): OPEN,
    ("POST", "/api/setup"): Row("everybody", body=NOBODY, fits=(409,)),
    ("POST", "/api/auth/sign-in"): Row("everybody", body=NOBODY, fits=(401,)),
    ("POST", "/api/auth/sign-out"): Row("themselves", "session", fits=(204,)),
    ("GET", "/api/auth/me"): Row("themselves"),
    ("POST", "/api/auth/password"): Row("themselves", "session", body={"current": "wrong horse", "new": "x" * 9},
                                        fits=(403,)),
    ("GET", "/api/auth/sessions"): Row("themselves", "session"),
    ("DELETE", "/api/auth/sessions/{session_id}"): Row("owner of it", "session", fits=(204,)),
    ("GET", "/api/keys"): Row("themselves", "session"),
    ("POST", "/api/keys"): Row("themselves", "session", body={"label": "x"}, fits=(201,)),
    ("DELETE", "/api/keys/{key_id}"): Row("owner of it", "session", fits=(204,)),
    ("GET", "/api/users"): Row("owners", "admin"),
    ("POST", "/api/users"): Row("owners", "admin", body=NEW_USER, fits=(201,)),
    ("PATCH", "/api/users/{user_id}"): Row("owners", "admin", body=CHANGE),
    ("DELETE", "/api/users/{user_id}"): Row("owners", "admin", fits=(204,)),
    ("POST", "/api/users/{user_id}:set-password"): Row("owners", "admin", body={"password": "correct horse"},
                                                       fits=(204,)),
    # characters
    ("GET", "/api/characters"): Row("themselves", "characters"),
    ("POST", "/api/characters"): Row("themselves", "characters", body={"card": {"name": "Wren"}}, fits=(201,)),
    ("POST", "/api/characters/import"): Row("themselves", "characters", file=CARD),
    ("GET", "/api/characters/tags"): Row("themselves", "characters"),
    ("GET", "/api/characters/samples"): Row("themselves", "characters"),
    ("GET", "/api/characters/samples/{name}/avatar"): Row("themselves", "characters"),
    ("POST", "/api/characters/samples/{name}:add"): Row("themselves", "characters", fits=(200, 201)),
    ("GET", "/api/characters/{character_id}"): CHARACTER,
    ("PATCH", "/api/characters/{character_id}"): Row("owner of it", "characters", body={"version": 1, "tags": ["x"]}),
    ("DELETE", "/api/characters/{character_id}"): Row("owner of it", "characters", fits=(200, 204)),
    ("POST", "/api/characters/{character_id}:restore"): Row("owner of it", "characters", fits=(200, 204)),
    ("GET", "/api/characters/{character_id}/history"): CHARACTER,
    ("GET", "/api/characters/{character_id}/export"): CHARACTER,
    ("GET", "/api/characters/{character_id}/avatar"): Row("owner of it", "characters",
                                                        ids=(("character_id", "character_with_avatar"),)),
    ("PUT", "/api/characters/{character_id}/avatar"): Row("owner of it", "characters", file=PNG),
    ("PUT", "/api/characters/{character_id}/background"): Row("owner of it", "characters", file=PNG),
    ("GET", "/api/characters/{character_id}/background"): Row("owner of it", "characters",
                                                            ids=(("character_id", "character_with_background"),)),
    ("DELETE", "/api/characters/{character_id}/background"): CHARACTER,
    ("GET", "/api/characters/{character_id}/assets"): CHARACTER,
    ("GET", "/api/characters/{character_id}/assets/{asset_hash}"): Row(
        "owner of it", "characters", ids=(("character_id", "character_with_asset"),)),
    ("GET", "/api/pictures"): Row("owner of it", "chat", fits=(403,),
                                  query="?url=https%3A%2F%2Fexample.org%2Fa.png&conversation_id={conversation_id}"),
    ("POST", "/api/pictures:show"): Row("owner of it", "chat", body={"url": "https://10.0.0.1/a.png", **IN_PLACE},
                                        fits=(422,)),
    ("GET", "/api/speech"): Row("themselves", "gateway"),
    ("PUT", "/api/speech"): Row("owners", "admin", body={"base_url": "http://127.0.0.1:9"}),
    ("POST", "/api/speech"): Row("themselves", "gateway", body={"text": "Hm?"}, fits=(503,)),
    ("DELETE", "/api/speech"): Row("owners", "admin", fits=(204, 404)),
    ("GET", "/api/personas"): Row("themselves", "characters"),
    ("POST", "/api/personas"): Row("themselves", "characters", body={"name": "Traveller"}, fits=(201,)),
    ("PATCH", "/api/personas/{persona_id}"): Row("owner of it", "characters", body={"version": 1, "name": "Guest"}),
    ("DELETE", "/api/personas/{persona_id}"): Row("owner of it", "characters", fits=(204,)),
    ("POST", "/api/personas/{persona_id}:restore"): CHARACTER,
    ("GET", "/api/personas/{persona_id}/avatar"): CHARACTER,
    ("PUT", "/api/personas/{persona_id}/avatar"): Row("owner of it", "characters", file=PNG),
    ("DELETE", "/api/personas/{persona_id}/avatar"): CHARACTER,
    ("GET", "/api/groups"): Row("themselves", "characters"),
    ("POST", "/api/groups"): Row("themselves", "characters", body={"members": []}, fits=(422,)),
    ("GET", "/api/groups/{group_id}"): CHARACTER,
    ("PATCH", "/api/groups/{group_id}"): Row("owner of it", "characters", body={"version": 1, "name": "Tide"}),
    ("DELETE", "/api/groups/{group_id}"): Row("owner of it", "characters", fits=(204,)),
    ("POST", "/api/groups/{group_id}:restore"): CHARACTER,
    ("GET", "/api/groups/{group_id}/history"): CHARACTER,
    ("GET", "/api/groups/{group_id}/history/{version}"): CHARACTER,
    ("POST", "/api/groups/{group_id}:bring-back"): Row("owner of it", "characters", body={"version": 1, "to": 1}),
    ("GET", "/api/groups/{group_id}/export"): CHARACTER,
    ("GET", "/api/lorebooks"): Row("themselves", "characters"),
    ("POST", "/api/lorebooks"): Row("themselves", "characters", body={"name": "Harbour"}, fits=(201,)),
    ("POST", "/api/lorebooks/import"): Row("themselves", "characters", file=b'{"entries": {}}'),
    ("POST", "/api/lorebooks:test"): Row("themselves", "characters", body={"text": "x"}),
    ("GET", "/api/lorebooks/{lorebook_id}"): CHARACTER,
    ("PATCH", "/api/lorebooks/{lorebook_id}"): Row("owner of it", "characters", body={"version": 1, "name": "Tides"}),
    ("DELETE", "/api/lorebooks/{lorebook_id}"): Row("owner of it", "characters", fits=(204,)),
    ("POST", "/api/lorebooks/{lorebook_id}:restore"): CHARACTER,
    ("GET", "/api/lorebooks/{lorebook_id}/history"): CHARACTER,
    ("GET", "/api/lorebooks/{lorebook_id}/history/{version}"): CHARACTER,
    ("POST", "/api/lorebooks/{lorebook_id}:bring-back"): Row(
        "owner of it", "characters", body={"version": 1, "to": 1}
    ),
    ("GET", "/api/lorebooks/{lorebook_id}/uses"): CHARACTER,
    ("GET", "/api/lorebooks/{lorebook_id}/export"): CHARACTER,
    ("GET", "/api/presets"): Row("themselves", "config"),
    ("POST", "/api/presets"): Row("themselves", "config", fits=(201,),
                                  body={"kind": "theme", "name": "Dusk", "data": {}}),
    ("POST", "/api/presets/import"): Row("themselves", "config", file=b'{"name": "S", "content": "x"}'),
    ("POST", "/api/presets:preview"): Row("themselves", "config", body={"kind": "chat", "data": {}}),
    ("POST", "/api/scripts:test"): Row("themselves", "config", body={"script": {"findRegex": "/x/g"}, "text": "x"}),
    ("GET", "/api/templates"): Row("themselves", "config"),
    ("GET", "/api/presets/{preset_id}"): CONFIG,
    ("PATCH", "/api/presets/{preset_id}"): Row("owner of it", "config", body={"version": 1, "data": {"a": 1}}),
    ("DELETE", "/api/presets/{preset_id}"): Row("owner of it", "config", fits=(204,)),
    ("POST", "/api/presets/{preset_id}:restore"): CONFIG,
    ("GET", "/api/presets/{preset_id}/history"): CONFIG,
    ("GET", "/api/presets/{preset_id}/history/{version}"): CONFIG,
    ("POST", "/api/presets/{preset_id}:bring-back"): Row("owner of it", "config", body={"version": 1, "to": 1}),
    ("GET", "/api/presets/{preset_id}/uses"): CONFIG,
    ("GET", "/api/presets/{preset_id}/export"): CONFIG,
    ("POST", "/api/conversations/{conversation_id}:display"): Row("owner of it", "chat", body={"message_ids": []}),
    # config
    ("GET", "/api/config/paths"): Row("themselves", "config"),
    ("GET", "/api/config/effective"): Row("themselves", "config"),
    ("GET", "/api/config/revisions"): Row("themselves", "config"),
    ("POST", "/api/config/revisions"): Row("owner of it", "config", body=TUNED, fits=(201,)),
    # the gallery
    ("GET", "/api/collections"): Row("themselves", "characters"),
    ("POST", "/api/collections"): Row("themselves", "characters", body={"name": "{fresh}"}, fits=(201,)),
    ("PATCH", "/api/collections/{collection_id}"): Row("owner of it", "characters", body=CHANGE | {"name": "{fresh}"}),
    ("DELETE", "/api/collections/{collection_id}"): Row("owner of it", "characters", fits=(204,)),
    ("POST", "/api/collections/{collection_id}:restore"): CHARACTER,
    ("GET", "/api/saved-filters"): Row("themselves", "characters"),
    ("POST", "/api/saved-filters"): Row("themselves", "characters", body={"name": "x", "filter": {}}, fits=(201,)),
    ("PATCH", "/api/saved-filters/{filter_id}"): Row("owner of it", "characters", body=CHANGE | {"name": "y"}),
    ("DELETE", "/api/saved-filters/{filter_id}"): Row("owner of it", "characters", fits=(204,)),
    ("POST", "/api/saved-filters/{filter_id}:restore"): CHARACTER,
    ("GET", "/api/characters/hidden-tags"): Row("themselves", "characters"),
    ("PUT", "/api/characters/hidden-tags"): Row("themselves", "characters", body={"version": 0, "tags": []}),
    ("POST", "/api/characters/tags:rename"): Row("themselves", "characters", body={"tags": ["x"], "to": "y"}),
    ("GET", "/api/characters/duplicates"): Row("themselves", "characters"),
    ("GET", "/api/characters/random"): Row("themselves", "characters", fits=(200, 404)),
    ("GET", "/api/characters/{character_id}/collections"): CHARACTER,
    ("POST", "/api/characters:bulk"): Row("themselves", "characters",
                                          body={"all_matching": {"q": "nobody"}, "action": "favourite"}),
    ("POST", "/api/characters:export"): Row("themselves", "characters", body={"all_matching": {"q": "nobody"}}),
    ("GET", "/api/bulk-changes"): Row("themselves", "characters"),
    ("GET", "/api/bulk-changes/{bulk_id}"): CHARACTER,
    ("POST", "/api/bulk-changes/{bulk_id}:undo"): CHARACTER,
    # connections
    ("GET", "/api/connections"): Row("themselves"),
    ("POST", "/api/connections"): Row("owners", "admin", body=DEMO | {"name": "{fresh}"}, fits=(201,)),
    ("PATCH", "/api/connections/{connection_id}"): Row("owners", "admin", body=CHANGE | {"model": "demo"}),
    ("DELETE", "/api/connections/{connection_id}"): Row("owners", "admin", fits=(204,)),
    ("POST", "/api/connections:test"): Row("owners", "admin", body=DEMO),
    ("POST", "/api/connections/{connection_id}:test"): Row("owners", "admin"),
    ("POST", "/api/connections:discover"): Row("owners", "admin"),
    ("POST", "/api/connections/{connection_id}:duplicate"): Row("owners", "admin", fits=(201,)),
    ("GET", "/api/connections/{connection_id}/models"): Row("owners", "admin"),
    ("GET", "/api/connections/{connection_id}/status"): Row("themselves"),
    ("GET", "/api/conversations/{conversation_id}/usage"): CHAT,
    ("GET", "/api/search"): Row("themselves", "chat"),
    # conversations and messages
    ("POST", "/api/conversations"): Row("owner of it", "chat", body={"character_id": "{character_id}"}, fits=(201,)),
    ("POST", "/api/conversations:bulk"): Row(
        "owner of it", "chat", body={"ids": ["{conversation_id}"], "action": "restore"}
    ),
    ("GET", "/api/conversations"): Row("themselves", "chat"),
    ("GET", "/api/conversations/{conversation_id}"): CHAT,
    ("PATCH", "/api/conversations/{conversation_id}"): Row("owner of it", "chat", body={"title": "x", "version": 1}),
    ("DELETE", "/api/conversations/{conversation_id}"): Row("owner of it", "chat", fits=(200, 204)),
    ("POST", "/api/conversations/{conversation_id}:restore"): CHAT,
    ("POST", "/api/conversations/{conversation_id}:undo"): Row("owner of it", "chat", fits=(200, 409)),
    ("POST", "/api/conversations/{conversation_id}:redo"): Row("owner of it", "chat", fits=(200, 409)),
    ("POST", "/api/conversations/{conversation_id}:select-leaf"): Row("owner of it", "chat",
                                                                      body={"message_id": "{message_id}"}, ids=TOLD),
    ("GET", "/api/conversations/{conversation_id}/messages"): CHAT,
    ("GET", "/api/conversations/{conversation_id}/branches"): CHAT,
    ("GET", "/api/conversations/{conversation_id}/days"): CHAT,
    ("GET", "/api/conversations/{conversation_id}/bookmarks"): CHAT,
    ("GET", "/api/conversations/{conversation_id}/tree"): CHAT,
    ("GET", "/api/conversations/{conversation_id}/changes"): CHAT,
    ("POST", "/api/conversations/{conversation_id}/changes/{event_id}:undo"): Row("owner of it", "chat", ids=TOLD),
    ("GET", "/api/conversations/{conversation_id}/export"): CHAT,
    ("POST", "/api/conversations/{conversation_id}/group"): Row("owner of it", "chat", fits=(422,)),
    ("PUT", "/api/conversations/{conversation_id}/draft"): Row("owner of it", "chat", body={"text": "Well,"},
                                                              fits=(204,)),
    ("POST", "/api/conversations/{conversation_id}/messages:bulk"): Row(
        "owner of it", "chat", body={"message_ids": ["{message_id}"], "action": "hide"}, ids=TOLD),
    ("POST", "/api/conversations/{conversation_id}:branch-selection"): Row(
        "owner of it", "chat", body={"message_ids": ["{message_id}"]}, fits=(201,), ids=TOLD),
    ("PUT", "/api/messages/{message_id}/bookmark"): Row("owner of it", "chat", body={"label": "here"}),
    ("DELETE", "/api/messages/{message_id}/bookmark"): CHAT,
    ("POST", "/api/messages/{message_id}:add-variant"): Row("owner of it", "chat", body={"text": "Or so."}),
    ("GET", "/api/messages/{message_id}/variants"): CHAT,
    ("GET", "/api/messages/{message_id}/revisions"): CHAT,
    ("GET", "/api/messages/{message_id}/why"): CHAT,
    # No model answers here: a message without a prompt is as unknown to its owner (tests/acceptance/agent has one).
    ("GET", "/api/messages/{message_id}/prompt"): Row("owner of it", "chat", fits=(404,)),
    ("POST", "/api/messages/{message_id}:edit"): Row("owner of it", "chat", body={"text": "x", "version": 1}),
    ("POST", "/api/messages/{message_id}:delete"): Row("owner of it", "chat", body={}),
    ("POST", "/api/messages/{message_id}:restore"): Row("owner of it", "chat", body={}, fits=(200, 409)),
    ("POST", "/api/messages/{message_id}:hide"): Row("owner of it", "chat", body={}),
    ("POST", "/api/messages/{message_id}:show"): Row("owner of it", "chat", body={}),
    ("POST", "/api/messages/{message_id}:select-variant"): Row("owner of it", "chat",
                                                               body={"variant_id": "{variant_id}"}),
    ("POST", "/api/messages/{message_id}:branch"): Row("owner of it", "chat", body={"copy": True}),
    # imports and exports
    ("POST", "/api/config/import/sillytavern"): Row("themselves", "import", file=CARD, fits=(202,)),
    ("GET", "/api/config/import"): Row("themselves", "import"),
    ("GET", "/api/config/import/{import_id}"): IMPORT,
    ("GET", "/api/config/import/{import_id}/items"): IMPORT,
    ("POST", "/api/config/import/{import_id}:start"): Row("owner of it", "import", body={}, fits=(200, 409)),
    ("POST", "/api/config/import/{import_id}:cancel"): Row("owner of it", "import", fits=(200, 409)),
    ("POST", "/api/config/import/{import_id}:resume"): Row("owner of it", "import", fits=(200, 409)),
    ("POST", "/api/config/import/{import_id}:undo"): Row("owner of it", "import", fits=(200, 409)),
    ("GET", "/api/config/export"): Row("themselves", "config", query="?format=json&kind=personas"),
    # this server
    ("GET", "/api/server"): Row("owners", "admin"),
    ("GET", "/api/server/backups"): Row("owners", "admin"),
    ("POST", "/api/server/backups"): Row("owners", "admin", body={}, fits=(202, 409)),
    ("GET", "/api/server/backups/{name}"): Row("owners", "session", fits=(404,), ids=BACKUP),
    ("DELETE", "/api/server/backups/{name}"): Row("owners", "admin", fits=(404,), ids=BACKUP),
    ("PATCH", "/api/server/backup-plan"): Row("owners", "admin", body={"version": 0, "hour": 5}),
    ("GET", "/api/server/logs"): Row("owners", "admin"),
    # agent and streams
    ("POST", "/v1/agent/messages"): Row("owner of it", "chat", body={"content": "hi"} | IN_PLACE, fits=(202,)),
    ("GET", "/v1/agent/tasks/{task_id}"): CHAT,
    ("POST", "/v1/agent/tasks/{task_id}:cancel"): Row("owner of it", "chat", fits=(202, 409)),
    ("POST", "/v1/agent/tasks/{task_id}:retry"): Row("owner of it", "chat", fits=(202, 409)),
    ("GET", "/v1/audit/conversations/{conversation_id}/timeline"): CHAT,
    ("POST", "/api/stream/sessions"): Row("owner of it", "chat", body=IN_PLACE, fits=(201,)),
    ("GET", "/api/stream/sessions"): Row("themselves", "chat"),
    ("DELETE", "/api/stream/sessions/{session_id}"): Row("owner of it", "chat", fits=(204,), ids=SESSION),
    ("GET", "/api/stream/{session_id}"): Row("owner of it", "chat", ids=SESSION),
    ("GET", "/api/stream/{session_id}/poll"): Row("owner of it", "chat", ids=SESSION, query="?wait=0"),
    ("WEBSOCKET", "/api/stream/{session_id}/ws"): Row("owner of it", "chat", fits=(101,), ids=SESSION),
    ("POST", "/api/stream/{session_id}/interrupt"): Row("owner of it", "chat", body={}, fits=(202,), ids=SESSION),
}  # fmt: skip
