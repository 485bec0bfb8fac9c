"""Code in the documentation works: what is marked `run` runs, everything else is at least well-formed."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import Block, blocks
from tests.support.processes import environment
from tests.support.servers import Server

SHELL = ("bash", "sh")
BLOCKS = blocks()


def of(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def run(block: Block, folder: Path, **env: str) -> None:
    """Run a shell block with `tavernai` on its PATH, in a folder of its own; the first command that fails ends it."""
    command = folder / "bin" / "tavernai"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tavernai "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    words = ["bash", "-euo", "pipefail", "-c", block.text]
    done = subprocess.run(
        words, cwd=folder, env=environment(PATH=path, **env), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{block} ended with {done.returncode}:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("block", [block for block in of(*SHELL) if block.words == {"run"}], ids=str)
def test_commands_that_are_marked_run(block: Block, data_template: tuple[Path, str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_template[0], data)
    run(block, tmp_path / "here", TAVERNAI_DATA_DIR=str(data))


@pytest.mark.parametrize("block", [block for block in of(*SHELL) if block.words == {"run", "server"}], ids=str)
def test_requests_that_are_marked_run(block: Block, shared_server: Server, tmp_path: Path) -> None:
    run(block, tmp_path / "here", TAVERNAI_URL=shared_server.url, TAVERNAI_KEY=shared_server.key)


@pytest.mark.parametrize("block", of(*SHELL), ids=str)
def test_shell_blocks_are_well_formed(block: Block) -> None:
    done = subprocess.run(["bash", "-n", "-c", block.text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_blocks_compile(block: Block) -> None:
    assert ast.parse(block.text).body


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_blocks_are_json(block: Block) -> None:
    assert json.loads(block.text)


def test_the_four_lines_that_join_tokens_skip_and_notice() -> None:
    joined = _function("docs/reference/streaming.md", "joined")
    assert joined("The do", {"offset": 4, "text": "door"}) == "The door"
    assert joined("The door", {"offset": 4, "text": "do"}) == "The door"
    assert joined("The", {"offset": 4, "text": "door"}) is None


def _function(page: str, name: str):  # type: ignore[no-untyped-def]
    space: dict[str, object] = {}
    [block] = [block for block in of("python") if block.page == page]
    exec(compile(block.text, str(block), "exec"), space)
    return space[name]


def test_every_block_names_a_language_we_check_or_show() -> None:
    assert {block.language for block in BLOCKS} <= {*SHELL, "python", "json", "nginx", "mermaid"}
