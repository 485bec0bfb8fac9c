"""A whole server as a person runs it: `tavernai serve` on a data folder, with an owner who has a password and a key."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Program, run_tavernai, tavernai_program

OWNER = "owner"
PASSWORD = "correct horse battery staple"


@dataclass
class Server:
    """A running server and its owner; `stop`, `kill`, `restart` as Program has them."""

    program: Program
    data: Path
    key: str
    owner: str = OWNER
    password: str = PASSWORD

    @property
    def url(self) -> str:
        return self.program.url

    @property
    def pid(self) -> int:
        return self.program.pid

    def start(self) -> None:
        self.program.start()

    def stop(self) -> int:
        return self.program.stop()

    def kill(self) -> None:
        self.program.kill()

    def restart(self) -> None:
        self.program.restart()

    def log_text(self) -> str:
        return self.program.log_text()

    def command(self, *words: str | Path, stdin: str = "") -> str:
        """A `tavernai` command beside this server; its standard output. A refusal fails the test."""
        return must("command", *words, data=self.data, stdin=stdin)


def must(what: str, *words: str | Path, data: Path, stdin: str = "", **env: str) -> str:
    """Run a `tavernai` command that has to succeed; what it printed."""
    done = run_tavernai(*words, data=data, stdin=stdin, **env)
    assert done.returncode == 0, (
        f"{what}: tavernai {' '.join(map(str, words))} ended with {done.returncode}:\n{done.stderr}"
    )
    return done.stdout


def prepare(data: Path, **env: str) -> str:
    """Make the owner and a key in a data folder (or the database env names); the key."""
    add = ("user", "add", OWNER, "--role", "owner", "--password-stdin")
    must("owner", *add, data=data, stdin=PASSWORD + "\n", **env)
    scopes = [word for scope in SCOPES for word in ("--scope", scope)]
    return must("key", "key", "add", "--user", OWNER, "--label", "tests", *scopes, data=data, **env).strip()


SCOPES = ("chat", "characters", "gateway", "memory", "tools", "config", "import", "admin")


def started_server(data: Path, key: str, *options: str, template: Path | None = None, **env: str) -> Server:
    """A server on `data`; with a template, `data` begins as a copy of it."""
    if template:
        shutil.copytree(template, data, symlinks=True)
    return Server(tavernai_program(data, *options, **env).start(), data, key)
