"""Facts about imports, on the stream `import:<id>`."""

from typing import Any

from tavernai.kernel.facts import fact


@fact("import.started")
class ImportStarted:
    """Somebody looked at what was found and said yes; what follows from it names this event as its cause."""

    import_id: str
    label: str
    items: int


@fact("import.progressed")
class ImportProgressed:
    """So many of its items are dealt with."""

    import_id: str
    done: int
    total: int


@fact("import.kept")
class ImportKept:
    """Something came along that has no home here; it is kept as it came, without anything secret."""

    kept_id: str
    import_id: str
    kind: str
    name: str
    path: str
    object_id: str | None
    data: str
    """JSON as text: an object's order of keys stays as it was"""


@fact("import.finished")
class ImportFinished:
    """Every item is dealt with."""

    import_id: str
    counts: dict[str, Any]


@fact("import.cancelled")
class ImportCancelled:
    """Somebody stopped it; what was imported by then stays until it is undone."""

    import_id: str
    done: int


@fact("import.undone")
class ImportUndone:
    """What it made is in the trash, except what somebody changed since."""

    import_id: str
    trashed: int
    kept: int
