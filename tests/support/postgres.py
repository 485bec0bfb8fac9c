"""A real PostgreSQL for the tests: its own data folder, its own port, gone afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.support.processes import free_port

START_SECONDS_MAX = 30
# The tests prove order and atomicity; that a commit reaches the platter is PostgreSQL's own promise.
_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "logging_collector": "off",
}


class PostgresServer:
    """A running server; databases are made and dropped on it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh, empty database, dropped afterwards with everyone still connected to it."""
        name = f"test_{uuid4().hex}"
        self._say("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        try:
            yield self.url(name)
        finally:
            self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, statement: str, database: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(database)))


@contextmanager
def running_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Initialise, start, hand out, stop. PostgreSQL refuses to be root, so root runs it as an ordinary user."""
    folder = Path(tempfile.mkdtemp(prefix="tavernai-postgres-"))
    who = _ordinary_user()
    try:
        if who:
            os.chown(folder, who, -1)
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        subprocess.run(initdb, check=True, capture_output=True, user=who, cwd=folder)
        with _started(binaries, data, who) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _started(binaries: Path, data: Path, who: int | None) -> Iterator[PostgresServer]:
    port = free_port()
    settings = [word for name, value in (_SETTINGS | {"port": str(port)}).items() for word in ("-c", f"{name}={value}")]
    log = (data.parent / "log").open("wb")
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, *settings], stdout=log, stderr=log, user=who, cwd=data
    )
    try:
        server = PostgresServer(port)
        _wait_until_it_answers(server, process, data.parent / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # "fast": does not wait for clients that are still connected
        process.wait(timeout=START_SECONDS_MAX)
        log.close()


def _wait_until_it_answers(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end and process.poll() is None:
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _ordinary_user() -> int | None:
    """Whom root becomes to run PostgreSQL; None when we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known["nobody"])
