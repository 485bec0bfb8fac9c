"""Reading strangers' files in processes with little memory, as a program: prints what became of each, as JSON.

    python tests/support/limited.py FILE…

The readers are loaded once; each file is then read in a child of its own, whose address space may grow by no more than
MEMORY_BYTES_MAX over what the loaded readers take, so that one file's appetite is not another's.
"""

import json
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tavernai.characters.domain.reading import read_file
from tavernai.characters.domain.repairs import Repairs
from tavernai.characters.lorebooks.domain.formats import read_book_file
from tavernai.chat.formats.reading import read_chats
from tavernai.chat.formats.shapes import new_warnings
from tavernai.chat.formats.tavern import line_of, lines_of, read_lines
from tavernai.config.presets.domain.reading import kept, parsed
from tavernai.interop.importing.analysing import Analyst
from tavernai.interop.importing.sources import FilesSource
from tavernai.kernel.errors import TavernError
from tavernai.prompting.domain.world_info.entries import Worlds, book_from
from tavernai.prompting.domain.world_info.scan import ScanInput, Tools, scan

MEMORY_BYTES_MAX = 200 * 1024 * 1024


def read_card(path: Path) -> dict[str, Any]:
    found = read_file(path.read_bytes(), filename=path.name)
    for asset in found.assets:
        asset.read()
    return {"name": found.card.name, "told": [one.code for one in found.repairs], "picture": found.picture is not None}


def read_world(path: Path) -> dict[str, Any]:
    """The book, and what wakes up in a text made to hurt its expressions."""
    repairs = Repairs()
    book = read_book_file(path.read_bytes(), repairs)
    tools = Tools(lambda text: text, len, random.Random(1), time.monotonic)
    worlds = Worlds(everywhere=[book_from(path.name, {"entries": book.entries})])
    found = scan(ScanInput(worlds, lines=["the lamp " + "x" * 200], message_count=1), tools)
    woken = [one.entry.content for one in found.woken]
    return {"entries": len(book.entries), "told": [one.code for one in repairs.items], "woken": woken}


def read_chat(path: Path) -> dict[str, Any]:
    [chat] = read_chats(path.read_bytes(), filename=path.name)
    lines = [line_of(message) for message in chat.messages]
    return {"messages": len(lines), "told": [one.code for one in chat.warnings.items], "text": json.dumps(lines)[:500]}


def read_stream(path: Path) -> dict[str, Any]:
    """A chat that nobody holds whole: its messages one by one."""
    warnings = new_warnings()
    with path.open("rb") as stream:
        _, messages = read_lines(lines_of(stream, warnings), warnings)
        return {"messages": sum(1 for _ in messages), "told": [one.code for one in warnings.items]}


def read_preset(path: Path) -> dict[str, Any]:
    value, dropped = kept(parsed(path.read_bytes()))
    return {"dropped": dropped, "text": json.dumps(value)[:2_000]}


def read_backup(path: Path) -> dict[str, Any]:
    """A whole backup, looked through as an import does before anything is written."""
    source = FilesSource([(path.name, path)])
    verdicts = Counter(one.verdict for one in Analyst(source).found())
    source.close()
    return {"verdicts": verdicts}


def read_greedily(path: Path) -> dict[str, Any]:
    """Takes what nobody may take: the proof that the bound holds."""
    return {"greed": len(bytearray(2 * MEMORY_BYTES_MAX)), "name": path.name}


READERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "world": read_world,
    "chat": read_chat,
    "stream": read_stream,
    "preset": read_preset,
    "settings": read_preset,
    "backup": read_backup,
    "greedy": read_greedily,
}
"""By the first word of a file's name; every other file is a card."""


def outcome(path: Path) -> dict[str, Any]:
    read = READERS.get(path.name.partition("_")[0], read_card)
    try:
        return {"is_read": True, **read(path)}
    except TavernError as refused:
        return {"is_read": False, "code": refused.code, "detail": refused.detail}


def address_space() -> int:
    """Bytes of address space this process has mapped."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def in_a_child(path: Path) -> dict[str, Any]:
    """What became of the file; seconds and the growth of memory beside it, or the signal that ended the child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(path, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(told) if told else {"is_read": False, "code": f"ended with status {status}", "detail": ""}


def _be_the_child(path: Path, writing: int) -> None:
    limit = address_space() + MEMORY_BYTES_MAX
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        told = outcome(path)
    except MemoryError:
        told = {"is_read": False, "code": "out of memory", "detail": ""}
    told["seconds"] = time.process_time() - started
    told["grown_bytes"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    told["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    os.write(writing, json.dumps(told).encode())
    os._exit(0)


if __name__ == "__main__":
    print(json.dumps({Path(name).name: in_a_child(Path(name)) for name in sys.argv[1:]}))
