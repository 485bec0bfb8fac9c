"""Nothing is made twice, and nothing stale is taken for made."""

from pathlib import Path

import made
import pytest


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of three lock files and an environment, in place of this one."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("app", "dev", "build"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    project = '[build-system]\nrequires = []\n[project]\nname = "x"\n[tool.hatch]\n[tool.ruff]\nline-length = 1\n'
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / ".venv" / "python").touch()
    for name, path in (("ROOT", "."), ("REQUIREMENTS", "requirements"), ("VENV", ".venv"), ("PYTHON", ".venv/python")):
        monkeypatch.setattr(made, name, tmp_path / path)
    return tmp_path


def test_an_environment_without_its_mark_is_made() -> None:
    assert not made.is_made(Path(__file__).parent, "anything")


def test_the_environment_for_tests_serves_running_as_well(root: Path) -> None:
    made.mark_made(root / ".venv", made._python_sources("dev"))
    assert made.python_is_ready("dev")
    assert made.python_is_ready("app")


def test_the_environment_for_running_does_not_serve_tests(root: Path) -> None:
    made.mark_made(root / ".venv", made._python_sources("app"))
    assert made.python_is_ready("app")
    assert not made.python_is_ready("dev")


@pytest.mark.parametrize("changed", ["requirements/app.txt", "requirements/build.txt"])
def test_another_lock_makes_the_environment_again(root: Path, changed: str) -> None:
    made.mark_made(root / ".venv", made._python_sources("app"))
    (root / changed).write_text("other==2\n")
    assert not made.python_is_ready("app")


def test_a_linters_setting_does_not_make_the_environment_again(root: Path) -> None:
    made.mark_made(root / ".venv", made._python_sources("app"))
    project = root / "pyproject.toml"
    project.write_text(project.read_text().replace("line-length = 1", "line-length = 2"))
    assert made.python_is_ready("app")


def test_a_digest_changes_with_a_name_as_with_a_content(root: Path) -> None:
    file = root / "requirements" / "app.txt"
    before = made.digest([file])
    moved = file.rename(file.with_name("moved.txt"))
    assert made.digest([moved]) != before


def test_a_failed_command_tells_what_it_printed() -> None:
    with pytest.raises(made.Failed, match="two ideas"):
        made.command("sh", "-c", "echo two ideas; exit 3", cwd=Path(__file__).parent)
