"""Imports and what they found.

Both tables are working memory of a job, not folds: an analysis is made before anything is a fact, and a report can be
looked at again only as long as it is kept. What an import made is told by the facts of the objects themselves (origin
`import`, caused by import.started), what it kept for objects that have no home here by `import.kept`.
"""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table

from tavernai.storage.schema import TRANSIENT, Flag, Id, Int, Json, Ms, Text, metadata

imports = Table(
    "imports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("status", Text, nullable=False),  # analysing | ready | importing | done | cancelled | failed | undone
    Column("label", Text, nullable=False),  # what was pointed at: a file's name, a folder's
    Column("source", Json, nullable=False),  # {folder} or {files: [[name, place]]}
    Column("roots", Json, nullable=False),
    Column("about", Json, nullable=False),  # what the analysis told of the whole: the compatibility check
    Column("done", Int, nullable=False),
    Column("total", Int, nullable=False),
    Column("cause_id", Id),  # the event import.started, which causes all that is made
    Column("code", Text),
    Column("detail", Text),
    Column("created_at", Ms, nullable=False),
    Column("updated_at", Ms, nullable=False),
    info=TRANSIENT,
)
Index("imports_by_owner", imports.c.owner_id, imports.c.id)

import_items = Table(
    "import_items",
    metadata,
    Column("import_id", Id, nullable=False),
    Column("n", Int, nullable=False),
    Column("owner_id", Id, nullable=False),
    Column("stage", Int, nullable=False),  # kinds that others point at come first
    Column("kind", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("verdict", Text, nullable=False),  # new | duplicate | changed | refused
    Column("status", Text, nullable=False),  # kept | mapped | preserved | refused: what becomes of it, or what became
    Column("outcome", Text),  # imported | duplicate | skipped | refused; null until its turn came
    Column("code", Text),
    Column("message", Text),
    Column("warnings", Json, nullable=False),
    Column("fields", Json, nullable=False),
    Column("about", Json, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", Int, nullable=False),
    Column("object_id", Id),  # what it became
    Column("object_version", Int),  # right after the import; greater: somebody changed it
    Column("undone", Text),  # trashed | kept; null until undo
    PrimaryKeyConstraint("import_id", "n"),
    info=TRANSIENT,
)
Index("import_items_stage", import_items.c.import_id, import_items.c.stage, import_items.c.n)
Index("import_items_digest", import_items.c.owner_id, import_items.c.kind, import_items.c.digest)
Index("import_items_path", import_items.c.owner_id, import_items.c.kind, import_items.c.path)

import_kept = Table(
    "import_kept",  # what came along and has no home here: told by facts, given back by exports
    metadata,
    Column("id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("import_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("object_id", Id),  # what it belongs to, if that has a home
    Column("data", Json, nullable=False),
    Column("deleted", Flag, nullable=False),
    Column("created_at", Ms, nullable=False),
)
Index("import_kept_by_owner", import_kept.c.owner_id, import_kept.c.kind, import_kept.c.id)
Index("import_kept_of", import_kept.c.object_id)
