"""Where things lie in a SillyTavern folder: the roots inside a source, and the kind of a file by its path.

A source may be a user's folder, an installation with several users or with the old `public/`, a backup of either, or
any of these inside wrapping folders. Source: shared contract 6.1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

TELLING: Final = frozenset({
    "characters", "chats", "worlds", "groups", "group chats", "user avatars", "openai settings", "textgen settings",
    "koboldai settings", "novelai settings", "quickreplies",
})  # fmt: skip
"""Folders that tell a user's folder; so does settings.json."""

SKIPPED: Final = re.compile(
    r"(^|/)(node_modules|\.git|__MACOSX|@eaDir|\.DS_Store|Thumbs\.db|desktop\.ini|\.directory|\.(git)?keep|\.gitignore"
    r"|\._[^/]*)(/|$)",
    re.IGNORECASE,
)

CARDS: Final = r"(png|json|jpe?g|webp|ya?ml|charx|byaf)"
PICTURES: Final = r"(a?png|jpe?g|webp|gif|bmp|avif|jfif)"

PLACES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"secrets\.json$", "secret"),
        (r"backups/secrets_migration_[^/]*\.json$", "secret"),
        (r"settings\.json$", "settings"),
        (rf"characters/[^/]+\.{CARDS}$", "character"),
        (rf"characters/[^/]+/([^/]+/)?[^/]+\.{PICTURES}$", "sprite"),
        (rf"user/images/[^/]+/[^/]+\.{PICTURES}$", "sprite"),
        (r"chats/([^/]+/)?[^/]+\.(jsonl|json|txt)$", "chat"),
        (r"group chats/[^/]+\.jsonl$", "group_chat"),
        (r"groups/[^/]+\.json$", "group"),
        (r"worlds/[^/]+\.(json|png)$", "lorebook"),
        (rf"user avatars/[^/]+\.{PICTURES}$", "persona"),
        (r"openai settings/[^/]+\.(json|settings)$", "chat_preset"),
        (r"textgen settings/[^/]+\.(json|settings)$", "text_preset"),
        (r"koboldai settings/[^/]+\.(json|settings)$", "kobold_preset"),
        (r"novelai settings/[^/]+\.(json|settings|preset)$", "novel_preset"),
        (r"context/[^/]+\.json$", "context"),
        (r"instruct/[^/]+\.json$", "instruct"),
        (r"sysprompt/[^/]+\.json$", "system_prompt"),
        (r"reasoning/[^/]+\.json$", "reasoning"),
        (r"quickreplies/[^/]+\.json$", "quick_reply"),
        (r"themes/[^/]+\.json$", "theme"),
        (rf"backgrounds/[^/]+\.{PICTURES}$", "background"),
    )
)

CODE: Final = "Program code of others is not imported."
NOT_NEEDED: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"thumbnails/", "Thumbnails are made again."),
        (r"vectors/", "Vectors are made again."),
        (r"extensions/|scripts/", CODE),
        (r"(css|img|lib|locales|i18n|sounds?|webfonts|fonts)/", CODE),
        (r"[^/]+\.(m?js|ts|css|html?|map|ico|svg|md|webmanifest|woff2?|ttf|bat|sh|conf|ya?ml|lock)$", CODE),
        (r"robots\.txt$", CODE),
        (r"(manifest|package(-lock)?|jsconfig|tsconfig)\.json$", CODE),
        (r"assets/", "Assets of extensions are not imported."),
        (r"movingui/", "Positions of SillyTavern's own panels mean nothing here."),
        (r"user/workflows/", "Workflows of an image generator are not used here."),
        (r"backups/", "Backups repeat what the folder holds."),
        (r"(stats\.json|content\.log|image-metadata\.json|access\.log|(sysprompt/)?\.migrated)$", "Derived data."),
    )
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A member of a source: in which user's folder it lies and what it is there; kind "" when no rule speaks."""

    root: str
    inside: str
    kind: str
    why: str = ""

    @property
    def folder(self) -> str:
        """Of a chat, the folder named like its character's file; "" when it lies in none."""
        parts = self.inside.split("/")
        return parts[-2] if self.kind == "chat" and len(parts) > 2 else ""


def roots_of(paths: Iterable[str]) -> list[str]:
    """Prefixes (`data/default-user/`, ``) under which a user's things lie, the shortest first."""
    found: set[str] = set()
    for path in paths:
        parts = path.split("/")
        for depth, part in enumerate(parts[:-1]):
            if part.lower() in TELLING:
                found.add("/".join([*parts[:depth], ""]))
                break
        else:
            if parts[-1].lower() == "settings.json":
                found.add("/".join([*parts[:-1], ""]))
    alone = [root for root in found if not any(root != other and root.startswith(other) for other in found)]
    return sorted(_of_users(alone))


def _of_users(roots: list[str]) -> list[str]:
    """Of an installation only the users' own folders: not what it ships as content for new ones."""
    users = [root for root in roots if re.search(r"(^|/)data/[^/]+/$", root)]
    old = [root for root in roots if re.search(r"(^|/)public/$", root)]
    return users or old or roots


def placed(path: str, roots: Iterable[str]) -> Placed:
    """What a member is, by its path alone."""
    root = next((one for one in roots if path.startswith(one)), None)
    if root is None:
        # Of an old installation the keys lie beside `public/`.
        kind = "secret" if re.search(r"(^|/)(secrets\.json|secrets_migration_[^/]*\.json)$", path) else ""
        return Placed("", path, kind, "" if kind else "Outside of the users' folders.")
    inside = path[len(root) :]
    for pattern, kind in PLACES:
        if pattern.match(inside):
            return Placed(root, inside, kind)
    for pattern, why in NOT_NEEDED:
        if pattern.match(inside):
            return Placed(root, inside, "unknown", why)
    return Placed(root, inside, "unknown")


def is_noise(path: str) -> bool:
    """Whether an operating system or a tool put it there."""
    return SKIPPED.search(path) is not None


def stem(path: str) -> str:
    """The file's name without its ending."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name
