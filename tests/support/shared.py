"""Files of the shared fixtures, for tests that read what other programs wrote."""

from pathlib import Path

from tests.support.requirements import require, shared_folder


def fixture(path: str) -> Path:
    """One shared file, `malformed/png_bad_crc.png`; without the fixtures the test is skipped, or fails if required."""
    return require("shared") / "fixtures" / path


def fixture_names(pattern: str) -> list[str]:
    """Paths that match below fixtures/, for parametrize; the pattern itself when the fixtures are absent."""
    folder = shared_folder()
    if folder is None:
        return [pattern]
    root = folder / "fixtures"
    return sorted(str(path.relative_to(root)) for path in root.glob(pattern))
