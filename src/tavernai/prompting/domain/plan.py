"""Writing a prompt down small, and reading it back to the byte. See account.py for the theory."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zlib import crc32

import orjson

from tavernai.prompting.domain.account import (
    CHUNK_LENGTH_MAX,
    CHUNK_LENGTH_MEAN,
    HISTORY,
    Line,
    Part,
    Piece,
    PlanRecord,
    Prompt,
    messages_from,
    parts_from,
    text_hash,
)
from tavernai.prompting.errors import PromptTextGone


def recorded(prompt: Prompt) -> tuple[PlanRecord, dict[str, str]]:
    """The record of a prompt and the texts it names, by hash: store both in the unit that records the plan."""
    texts: dict[str, str] = {}
    parts: list[dict[str, Any]] = []
    run: list[tuple[Line, Piece, bool]] = []
    for line in prompt.lines:
        for index, piece in enumerate(line.pieces):
            if piece.message_id is None or piece.source not in HISTORY:
                _close(run, parts, texts)
                parts.append(_entry(line, piece, joined=index > 0, texts=texts))
                continue
            run.append((line, piece, index > 0))
            if len(run) >= CHUNK_LENGTH_MAX or crc32(piece.message_id.encode()) % CHUNK_LENGTH_MEAN == 0:
                _close(run, parts, texts)
    _close(run, parts, texts)
    return _record(prompt, parts), texts


def chunks_of(plan: Mapping[str, Any]) -> list[str]:
    """The hashes of a plan whose texts list further hashes."""
    return [part["chunk"] for part in plan["parts"] if "chunk" in part]


def hashes_of(plan: Mapping[str, Any], chunks: Mapping[str, str]) -> list[str]:
    """Every text a plan needs, its chunks already read."""
    wanted = [part["hash"] for part in plan["parts"] if "hash" in part]
    for chunk in chunks_of(plan):
        wanted.extend(row[3] for row in orjson.loads(_text(chunks, chunk)))
    return wanted


def messages_of(plan: Mapping[str, Any], texts: Mapping[str, str]) -> list[dict[str, str]]:
    """The message list as it was sent. Raises PromptTextGone when a text is not among `texts`."""
    return messages_from(_lines(plan, texts))


def parts_of(plan: Mapping[str, Any], texts: Mapping[str, str]) -> list[Part]:
    """The parts of a recorded prompt as they were shown when it was made."""
    return parts_from(_lines(plan, texts))


def _record(prompt: Prompt, parts: list[dict[str, Any]]) -> PlanRecord:
    return {
        "v": 1,
        "prompt_hash": prompt.prompt_hash,
        "tokenizer": prompt.tokenizer,
        "context_tokens": prompt.context_tokens,
        "reply_tokens": prompt.reply_tokens,
        "budget_tokens": prompt.budget_tokens,
        "prompt_tokens": prompt.prompt_tokens,
        "parts": parts,
        "cut": [
            {
                "source": cut.source,
                "title": cut.title,
                "tokens": cut.tokens,
                "why": cut.why,
                "count": cut.count,
                "message_ids": [cut.message_ids[0], cut.message_ids[-1]] if cut.message_ids else [],
            }
            for cut in prompt.cut
        ],
        "stop": list(prompt.stop),
    }


def _entry(line: Line, piece: Piece, *, joined: bool, texts: dict[str, str]) -> dict[str, Any]:
    key = text_hash(piece.text)
    texts[key] = piece.text
    entry: dict[str, Any] = {
        "hash": key,
        "id": piece.id,
        "source": piece.source,
        "title": piece.title,
        "role": line.role,
        "tokens": piece.tokens,
    }
    if line.name is not None:
        entry["name"] = line.name
    if joined:
        entry["joined"] = True
    if piece.before:
        entry["before"] = piece.before
    if piece.message_id:
        entry["message_id"] = piece.message_id
    return entry


def _close(run: list[tuple[Line, Piece, bool]], parts: list[dict[str, Any]], texts: dict[str, str]) -> None:
    if not run:
        return
    rows = []
    for line, piece, joined in run:
        key = text_hash(piece.text)
        texts[key] = piece.text
        rows.append(
            [piece.message_id, line.role, line.name, key, joined, piece.before, piece.source, piece.id, piece.tokens]
        )
    text = orjson.dumps(rows).decode()
    key = text_hash(text)
    texts[key] = text
    first = run[0][1]
    tokens = sum([piece.tokens for _, piece, _ in run])
    parts.append({"chunk": key, "source": first.source, "title": first.title, "count": len(run), "tokens": tokens})
    run.clear()


def _text(texts: Mapping[str, str], key: str) -> str:
    try:
        return texts[key]
    except KeyError:
        raise PromptTextGone(hash=key) from None


def _lines(plan: Mapping[str, Any], texts: Mapping[str, str]) -> list[Line]:
    lines: list[Line] = []
    for role, name, piece, joined in _pieces(plan["parts"], texts):
        if joined:
            lines[-1].pieces += (piece,)
        else:
            lines.append(Line(role, (piece,), name))
    return lines


def _pieces(
    parts: Iterable[Mapping[str, Any]], texts: Mapping[str, str]
) -> Iterator[tuple[str, str | None, Piece, bool]]:
    for part in parts:
        if "chunk" not in part:
            piece = Piece(
                source=part["source"],
                id=part["id"],
                title=part["title"],
                text=_text(texts, part["hash"]),
                before=part.get("before", ""),
                message_id=part.get("message_id"),
                tokens=part["tokens"],
            )
            yield part["role"], part.get("name"), piece, part.get("joined", False)
            continue
        for row in orjson.loads(_text(texts, part["chunk"])):
            message_id, role, name, key, joined, before, source, identifier, tokens = row
            title = TITLES.get(source, part["title"])
            yield role, name, Piece(source, identifier, title, _text(texts, key), before, message_id, tokens), joined


TITLES = {"history": "Chat history", "greeting": "Greeting"}
