"""Archives, made here."""

import io
import zipfile
from collections.abc import Mapping


def packed(members: Mapping[str, bytes], *, before: bytes = b"") -> bytes:
    """A zip with these members, behind these bytes."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return before + into.getvalue()
