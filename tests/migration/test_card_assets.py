"""What older databases kept of cards' pictures as blobs and facts alone is told in the table that came later."""

import base64
import importlib
import json
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, select, text

from tavernai.characters.importing import ImportService
from tavernai.characters.tables import character_assets
from tavernai.engines.blobs import FileBlobs
from tavernai.storage.database import Database
from tests.data.pictures import tiny_png

VERSION = "tavernai.storage.migrations.versions.2026_11_21_0013_card_assets"


def card(name: str, *moods: str) -> bytes:
    uri = f"data:image/png;base64,{base64.b64encode(tiny_png()).decode()}"
    assets = [{"type": "emotion", "name": mood, "ext": "png", "uri": uri} for mood in moods]
    return json.dumps(
        {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": name, "assets": assets}}
    ).encode()


async def test_the_facts_there_are_fill_the_table_as_the_fold_would(storage: Database, tmp_path: Path) -> None:
    imports = ImportService(storage, FileBlobs(tmp_path / "blobs"))
    for name, moods in (("Mira", ("sad", "glad")), ("Wren", ()), ("Ada", ("calm",))):
        made = await imports.import_bytes("kim", f"{name}.json", card(name, *moods))
        assert made.status == "imported"
    rows = select(character_assets).order_by(character_assets.c.character_id, character_assets.c.place)
    folded = await storage.read(lambda conn: conn.execute(rows).all())
    assert [row.name for row in folded] == ["sad", "glad", "calm"]
    beside = create_engine(storage.dialog.write_engine.url)
    with beside.begin() as connection:
        connection.execute(text("DROP TABLE character_assets"))
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module(VERSION).upgrade()
        assert connection.execute(rows).all() == folded
    beside.dispose()
