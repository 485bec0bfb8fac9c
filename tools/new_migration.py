"""Write the next migration: what the tables in the code have and the migrations so far do not make.

    .venv/bin/python tools/new_migration.py THOUGHT        e.g. `bookmarks`; the file is printed

The draft is made on an empty SQLite database. Read it before committing: a new column of an existing table must be
nullable or carry a default, and what only one engine has (a full-text table, an extension) is written by hand.
"""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import tavernai.bootstrap  # noqa: F401  (every room's tables)
from tavernai.storage.migrate import HERE, revisions, upgrade

THOUGHT = re.compile(r"[a-z][a-z0-9_]{1,15}")  # alembic_version holds 32 characters


def main() -> None:
    if len(sys.argv) != 2 or not THOUGHT.fullmatch(sys.argv[1]):
        raise SystemExit(__doc__)
    number = max((int(name.split("_")[3]) for name in revisions()), default=0) + 1
    name = f"{datetime.now(UTC):%Y_%m_%d}_{number:04}_{sys.argv[1]}"
    engine = create_engine("sqlite://")
    upgrade(engine)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(HERE))
        config.set_main_option("file_template", "%%(rev)s")
        config.attributes["connection"] = connection
        command.revision(config, message=sys.argv[1].replace("_", " "), autogenerate=True, rev_id=name)


if __name__ == "__main__":
    main()
