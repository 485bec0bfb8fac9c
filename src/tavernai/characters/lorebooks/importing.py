"""Importing lorebook files, one by one: a bad one is refused by name and the others go on."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from typing import Any, Final, Literal

import orjson

from tavernai.characters.domain.jsontext import exact_json
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.errors import EmptyFile, UploadTooLarge
from tavernai.characters.importing import FILENAME_CHARS_MAX, FILES_MAX, REQUEST_BYTES_MAX, Upload
from tavernai.characters.lorebooks import store
from tavernai.characters.lorebooks.domain.formats import FILE_BYTES_MAX, Book, read_book_file
from tavernai.characters.lorebooks.domain.giving import description_of
from tavernai.characters.lorebooks.events import LorebookCreated
from tavernai.characters.lorebooks.service import NAME_CHARS_MAX, check_size, created_in
from tavernai.kernel.errors import TavernError
from tavernai.kernel.facts import By
from tavernai.kernel.ids import new_id
from tavernai.kernel.text import clean_text
from tavernai.ledger.ports import Storage
from tavernai.ledger.transaction import Transaction

BY_FILE_NAME: Final = frozenset({"sillytavern", "chub"})
"""Families whose books are known by their file's name: cards and settings name them so."""
UNNAMED: Final = "Lorebook"


@dataclass(frozen=True, slots=True)
class ImportedBook:
    """What became of one file."""

    filename: str
    status: Literal["imported", "duplicate", "refused"]
    lorebook_id: str | None = None
    name: str | None = None
    code: str | None = None
    message: str | None = None
    warnings: list[dict[str, Any]] = field(default_factory=list)


class LorebookImportService:
    """Lorebook files into a person's books."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def import_files(self, user_id: str, uploads: Sequence[Upload]) -> list[ImportedBook]:
        """Every file's outcome, in the order they were sent. Raises UploadTooLarge for the whole request."""
        if len(uploads) > FILES_MAX or sum(upload.size for upload in uploads) > REQUEST_BYTES_MAX:
            raise UploadTooLarge(files_max=FILES_MAX, request_bytes_max=REQUEST_BYTES_MAX)
        results = []
        for upload in uploads:
            if upload.size > FILE_BYTES_MAX:
                results.append(_refused(upload.filename, UploadTooLarge(file_bytes_max=FILE_BYTES_MAX)))
            else:
                results.append(await self.import_bytes(user_id, upload.filename, await upload.read()))
        return results

    async def import_bytes(self, user_id: str, filename: str, data: bytes) -> ImportedBook:
        """One file's outcome."""
        filename = clean_text(filename)[:FILENAME_CHARS_MAX]
        try:
            fact = await asyncio.to_thread(prepared, data, filename)
        except TavernError as error:
            if error.status >= 500:
                raise
            return _refused(filename, error)
        return await self._storage.commit(lambda tx: imported_in(tx, user_id, fact))


def prepared(data: bytes, filename: str) -> LorebookCreated:
    """The fact a file's bytes will be told by. Raises what the readers refuse, LorebookTooLarge."""
    if not data:
        raise EmptyFile
    repairs = Repairs()
    book = read_book_file(data, repairs)
    entries = [{"uid": uid, "entry": entry} for uid, entry in book.entries.items()]
    check_size(entries)
    fields = book.fields | ({"name": book.name} if book.name and book.family in BY_FILE_NAME else {})
    told = sha256(exact_json({"entries": entries, "fields": fields})).hexdigest()
    return LorebookCreated(
        new_id(), _name(book, filename), description_of(book.fields), entries, fields, book.family, filename, told,
        repairs.as_json(), orjson.dumps(book.written).decode() if book.written is not None else None,
    )  # fmt: skip


def imported_in(tx: Transaction, user_id: str, fact: LorebookCreated) -> ImportedBook:
    """Record it, unless the same file made a book already that nobody changed. For rooms above."""
    filename, warnings = fact.filename or "", fact.warnings or []
    twins = tx.rows(store.twins_select(user_id, fact.content_hash or ""))
    if twins:
        return ImportedBook(filename, "duplicate", twins[0]["id"], twins[0]["name"], warnings=warnings)
    made = created_in(tx, user_id, fact, by=By(f"user:{user_id}", "import"))
    return ImportedBook(filename, "imported", made, fact.name, warnings=warnings)


def _name(book: Book, filename: str) -> str:
    stem = PurePath(filename.replace("\\", "/")).stem
    first, second = (stem, book.name) if book.family in BY_FILE_NAME else (book.name, stem)
    return (" ".join(first.split()) or " ".join(second.split()) or UNNAMED)[:NAME_CHARS_MAX]


def _refused(filename: str, error: TavernError) -> ImportedBook:
    return ImportedBook(filename, "refused", code=error.code, message=error.detail)
