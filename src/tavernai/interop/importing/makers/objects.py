"""Lorebooks, presets, personas, and what has no home of its own."""

from dataclasses import replace

import orjson

from tavernai.characters.domain.pictures import Size
from tavernai.characters.errors import PictureRefused
from tavernai.characters.groups import service as groups
from tavernai.characters.groups.domain.files import NAME_CHARS_MAX, group_from, spans_of
from tavernai.characters.groups.events import GroupCreated
from tavernai.characters.lorebooks import importing as books
from tavernai.characters.personas import importing as personas
from tavernai.characters.personas.placing import USUAL, place_from
from tavernai.config.presets import service as presets
from tavernai.interop.importing.analysing import JSON_BYTES_MAX, PICTURE_BYTES_MAX
from tavernai.interop.importing.domain import keys
from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.domain.layout import roots_of
from tavernai.interop.importing.domain.tuning import PersonaTold, scripts_of, tag_names, with_tag_names
from tavernai.interop.importing.making import OneByOne, Outcome, Read
from tavernai.interop.importing.sources import read_bytes
from tavernai.kernel.ids import new_id
from tavernai.ledger.transaction import Transaction
from tavernai.storage.rows import Row


class Books(OneByOne):
    """Makes lorebooks."""

    def read_one(self, item: Row) -> Read:
        data = read_bytes(self.run.source, item["path"], bytes_max=JSON_BYTES_MAX)
        fact = books.prepared(data, item["path"].rpartition("/")[2])
        names = tag_names(self.run.folders.settings(next(iter(roots_of([item["path"]])), "")))
        entries = [{**one, "entry": with_tag_names(one["entry"], names)} for one in fact.entries]
        return Read(item, replace(fact, entries=entries))

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        made = books.imported_in(tx, self.run.owner, one.value)
        return self.run.made(tx, "lorebook", made.status, made.lorebook_id)


class Presets(OneByOne):
    """Makes presets of every kind; regex scripts may stand in the settings."""

    def read_one(self, item: Row) -> Read:
        path, _, inside = item["path"].partition("#")
        root = next(iter(roots_of([path])), "")
        kind = PRESETS[item["kind"]]
        if inside.startswith("extension_settings"):
            script = scripts_of(self.run.folders.settings(root))[int(inside.rpartition("[")[2].rstrip("]"))]
            fact = presets.prepared(orjson.dumps(script), str(script.get("scriptName") or ""), kind="script")[0]
            return Read(item, fact)
        data = read_bytes(self.run.source, path, bytes_max=JSON_BYTES_MAX)
        facts = presets.prepared(data, path.rpartition("/")[2], kind=kind)  # type: ignore[arg-type]
        return Read(item, facts[item["about"].get("place", 0)])

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        made = presets.imported_in(tx, self.run.owner, one.value)
        return self.run.made(tx, one.item["kind"], made.status, made.preset_id)


class Personas(OneByOne):
    """Makes personas: the picture is a file, the rest stands in the settings."""

    def read_one(self, item: Row) -> Read:
        path, _, inside = item["path"].partition("#")
        root = next(iter(roots_of([path])), "")
        avatar = inside.removeprefix("personas/") if inside else path.rpartition("/")[2]
        told = self.run.folders.personas(root).get(avatar)
        return Read(item, told, extra={"picture": None if inside else self._picture(path)})

    def _picture(self, path: str) -> str | None:
        data = read_bytes(self.run.source, path, bytes_max=PICTURE_BYTES_MAX)
        try:
            self.run.tools.pictures.resized(data, Size.SMALL)
        except PictureRefused:
            return None
        return self.run.tools.blobs.put(data)

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        if (twin := self.run.earlier(one.item)) is not None:
            return Outcome("duplicate", twin)
        told: PersonaTold | None = one.value
        persona_id = new_id()
        book = self.run.folders.book_in(tx, self.run.owner, told.lorebook) if told is not None else None
        version = personas.import_in(
            tx,
            persona_id,
            owner_id=self.run.owner,
            by=self.run.by,
            name=one.item["name"],
            description=told.description if told is not None else "",
            avatar=one.extra["picture"],
            lorebook_id=book,
            place=place_from(told.rest) if told is not None else USUAL,
            cause_id=self.run.cause,
        )
        if told is not None and told.rest:
            self.run.keep(tx, "persona_fields", one.item, dict(told.rest), object_id=persona_id)
        return Outcome("imported", persona_id, version)


class Kept(OneByOne):
    """Keeps, as it came, what has no home of its own."""

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        if (twin := self.run.earlier(one.item)) is not None:
            return Outcome("duplicate", twin)
        kept_id = self.run.keep(tx, one.item["kind"], one.item, one.value)
        return Outcome("imported", kept_id, status="preserved")


class Backgrounds(Kept):
    """Keeps backgrounds: their bytes are a blob."""

    def read_one(self, item: Row) -> Read:
        data = read_bytes(self.run.source, item["path"], bytes_max=PICTURE_BYTES_MAX)
        self.run.tools.pictures.resized(data, Size.SMALL)
        name = item["path"].rpartition("/")[2]
        return Read(item, {"file": name, "blob": self.run.tools.blobs.put(data)})


class Groups(OneByOne):
    """Makes groups; what is not theirs here stays in their file, to the letter."""

    def read_one(self, item: Row) -> Read:
        data = read_bytes(self.run.source, item["path"], bytes_max=JSON_BYTES_MAX)
        value = orjson.loads(data)
        kept = keys.without_secrets(value, [])
        text = data.decode("utf-8-sig") if kept == value else orjson.dumps(kept).decode()
        spans_of(text)  # raises where the text could not be given back
        told = group_from(kept, **self.run.folders.cast)
        told = told if told.name else replace(told, name=item["name"][:NAME_CHARS_MAX])
        return Read(item, GroupCreated(new_id(), told.data(), item["path"].rpartition("/")[2], text))

    def make_one(self, tx: Transaction, one: Read) -> Outcome:
        if (twin := self.run.earlier(one.item)) is not None:
            return Outcome("duplicate", twin)
        made = groups.created_in(tx, self.run.owner, one.value, by=self.run.by, cause_id=self.run.cause)
        return Outcome("imported", made, 1)
