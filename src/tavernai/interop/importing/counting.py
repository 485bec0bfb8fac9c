"""An import in numbers."""

from collections.abc import Sequence
from typing import Any

from tavernai.interop.importing.domain.found import LEFT_OUT
from tavernai.storage.rows import Row

GROUPS = (("verdicts", "verdict"), ("statuses", "status"), ("outcomes", "outcome"))


def counts_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What a page shows of an import: `store.counts` put together. The rate: shared contract 8.5."""
    told: dict[str, Any] = {"total": 0, "waiting": 0, "kinds": {}, "verdicts": {}, "statuses": {}, "outcomes": {}}
    fine = refused = repaired = 0
    for row in rows:
        count = row["count"]
        told["total"] += count
        for group, name in GROUPS:
            if row[name] is not None:
                told[group][row[name]] = told[group].get(row[name], 0) + count
        told["waiting"] += count if row["outcome"] is None else 0
        kind = told["kinds"].setdefault(row["kind"], {})
        kind[row["verdict"]] = kind.get(row["verdict"], 0) + count
        if row["code"] not in LEFT_OUT:
            refused += count if row["status"] == "refused" else 0
            repaired += row["repaired"] if row["status"] != "refused" else 0
            fine += count if row["status"] != "refused" else 0
    told["repaired"], told["success"] = repaired, round(fine / (fine + refused), 4) if fine + refused else None
    return told
