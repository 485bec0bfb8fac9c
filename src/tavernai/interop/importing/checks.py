"""What a person should know of a whole source before it is imported. Source: shared contract 8.5."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tavernai.prompting.domain.macro_table import ALIASES, MACROS

MACRO: Final = re.compile(r"\{\{\s*[#/!]?\s*([A-Za-z][\w]*)")
KNOWN: Final = frozenset(name.lower() for name in (*MACROS, *ALIASES)) | {"original", "if", "else", "trim", "noop"}
NAMES_MAX: Final = 50
LINKS_MAX: Final = 20_000
TEXT_CHARS_MAX: Final = 200_000
MARKERS: Final = frozenset({
    "main", "nsfw", "jailbreak", "enhanceDefinitions", "charDescription", "charPersonality", "scenario",
    "personaDescription", "dialogueExamples", "chatHistory", "worldInfoBefore", "worldInfoAfter",
})  # fmt: skip
QUIET: Final = frozenset({"quickReplyV2", "quickReply", "regex", "note", "variables", "connectionManager"})
"""Parts of extension_settings that the import takes itself."""


class Checks:
    """Collected while the source is looked at."""

    def __init__(self) -> None:
        self._names: dict[str, Counter[str]] = {}
        self._counts: Counter[str] = Counter()
        self._needed: dict[str, set[tuple[str, str]]] = {}
        self._brought: dict[str, set[tuple[str, str]]] = {}

    def name(self, about: str, name: str) -> None:
        """Something named: a macro, a key, an extension."""
        found = self._names.setdefault(about, Counter())
        if name in found or len(found) < NAMES_MAX:
            found[name[:120]] += 1

    def count(self, about: str, times: int = 1) -> None:
        if times:
            self._counts[about] += times

    def macros(self, texts: Iterable[Any]) -> None:
        for text in texts:
            if isinstance(text, str) and "{{" in text:
                for name in MACRO.findall(text[:TEXT_CHARS_MAX]):
                    if name.lower() not in KNOWN:
                        self.name("unknown_macros", name)

    def card(self, data: Mapping[str, Any]) -> None:
        self.macros(
            value for name, value in data.items() if name not in ("extensions", "character_book", "creator_notes")
        )
        extensions = data.get("extensions")
        if isinstance(extensions, Mapping) and extensions.get("regex_scripts"):
            self.count("scripts_needing_consent", len(extensions["regex_scripts"]))

    def book(self, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            if entry.get("vectorized") and not entry.get("key") and not entry.get("constant"):
                self.count("vector_only_entries")
            self.macros([entry.get("content")])

    def preset(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "chat_preset":
            self._chat_preset(data)
        elif kind == "script":
            self.count("scripts")
        elif kind == "quick_reply":
            listed = data.get("qrList") or data.get("quickReplySlots") or []
            texts = [str(one.get("message") or one.get("mes") or "") for one in listed if isinstance(one, Mapping)]
            self.count("script_quick_replies", sum(text.lstrip().startswith("/") for text in texts))

    def settings(self, settings: Mapping[str, Any]) -> None:
        if settings.get("main_api"):
            self.name("apis", str(settings["main_api"]))
        chat = settings.get("oai_settings")
        if isinstance(chat, Mapping) and settings.get("main_api") == "openai":
            source = str(chat.get("chat_completion_source") or "openai")
            self.name("models", f"{source}: {chat.get(f'{source}_model') or chat.get('openai_model') or '?'}")
        extensions = settings.get("extension_settings")
        if isinstance(extensions, Mapping):
            for name, value in extensions.items():
                if isinstance(value, Mapping) and value and name not in QUIET:
                    self.name("extensions", str(name))

    def group(self, group: Mapping[str, Any]) -> None:
        if group.get("activation_strategy"):
            self.name("group_modes", f"strategy {group['activation_strategy']}")
        if group.get("generation_mode"):
            self.name("group_modes", f"joined cards {group['generation_mode']}")

    def needs(self, about: str, root: str, names: Iterable[str]) -> None:
        """Something names these; `missing_…` says what they are."""
        found = self._needed.setdefault(about, set())
        found |= {(root, name) for name in names if name and len(found) < LINKS_MAX}

    def brings(self, about: str, root: str, names: Iterable[str]) -> None:
        """These are there."""
        self._brought.setdefault(about, set()).update((root, name.casefold()) for name in names)

    def links(self) -> None:
        """Lorebooks and cards that something names and nothing brings."""
        for about, needed in self._needed.items():
            brought = self._brought.get(about, set())
            for root, name in sorted(needed):
                if (root, name.casefold()) not in brought:
                    self.name(about, name)

    def told(self) -> dict[str, Any]:
        """Plain JSON: lists of names, and counts."""
        names = {about: sorted(found) for about, found in self._names.items()}
        return {"names": names, "counts": dict(self._counts)}

    def _chat_preset(self, data: Mapping[str, Any]) -> None:
        prompts = [one for one in data.get("prompts") or [] if isinstance(one, Mapping)]
        self.macros(one.get("content") for one in prompts)
        for one in prompts:
            if one.get("marker") and one.get("identifier") not in MARKERS:
                self.name("unknown_markers", str(one.get("identifier")))
