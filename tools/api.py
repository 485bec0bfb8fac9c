"""Print what api/ holds from the code: the OpenAPI document, its slices, the schemas of events; --check compares."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from reference import ROOT, fact_classes, sentence

from tavernai.http.app import openapi_document
from tavernai.http.openapi import reached
from tavernai.kernel.facts import version_of
from tavernai.rooms import ROUTERS

API = ROOT / "api"
SLICES = {"streaming-api.yml": ("Streaming", ("/api/stream", "/v1/agent/messages"))}
"""Parts of the document under names of their own: title, and how their paths begin."""

SOCKETS: dict[str, Any] = {
    "/api/stream/{session_id}/ws": {
        "get": {
            "tags": ["streaming"],
            "summary": "WebSocket",
            "description": (
                "The frames of the stream, each one text: `{id?, event, data}`. "
                'Takes `{"interrupt": task_id}`, at most 4096 bytes. A browser\'s Origin must be ours or configured.'
            ),
            "operationId": "stream_frames_by_socket",
            "parameters": [
                {"name": "session_id", "in": "path", "required": True, "schema": {"type": "string"}},
                {"name": "after", "in": "query", "required": False, "schema": {"type": "string", "maxLength": 64}},
            ],
            "responses": {
                "101": {"description": "Frames; see docs/reference/streaming.md"},
                "default": {
                    "description": "Refused; `code` says why.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                },
            },
            "security": [{"key": []}, {"session": []}],
        }
    }
}
"""What OpenAPI has no words for: a request that becomes a WebSocket. Only the slice tells of it."""


def contents() -> dict[str, str]:
    """Every file of api/ by its name."""
    document = openapi_document(ROUTERS)
    whole = document | {"paths": document["paths"] | SOCKETS}
    slices = {name: yaml(sliced(whole, *what)) for name, what in SLICES.items()}
    return {"openapi.json": text(document), "events.json": text(event_schemas()), **slices}


def text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def event_schemas() -> dict[str, Any]:
    """JSON Schema of every event's payload, by kind."""
    schemas = {}
    for kind, (room, found) in sorted(fact_classes().items()):
        schema = TypeAdapter(found).json_schema()
        schema.pop("title", None)
        schemas[kind] = {"room": room, "v": version_of(found), "description": sentence(found), "payload": schema}
    return schemas


def sliced(document: Mapping[str, Any], title: str, beginnings: tuple[str, ...]) -> dict[str, Any]:
    """The paths that begin so, with the schemas they reach and nothing else."""
    paths = {path: item for path, item in document["paths"].items() if path.startswith(beginnings)}
    components = dict(document["components"])
    components["schemas"] = {
        name: components["schemas"][name] for name in sorted(reached(paths, components["schemas"]))
    }
    info = document["info"] | {"title": f"{document['info']['title']}: {title}"}
    return {"openapi": document["openapi"], "info": info, "paths": paths, "components": components}


def yaml(value: Any) -> str:
    """Block YAML of a JSON value; scalars as JSON writes them, which YAML reads the same."""
    return "\n".join(_yaml(value, "")) + "\n"


def _yaml(value: Any, indent: str) -> Iterator[str]:
    pairs = [(f"{_scalar(key)}:", item) for key, item in value.items()] if isinstance(value, Mapping) else None
    for head, item in pairs if pairs is not None else [("-", item) for item in value]:
        if isinstance(item, Mapping | list) and item:
            yield f"{indent}{head}"
            yield from _yaml(item, f"{indent}  ")
        else:
            yield f"{indent}{head} {_scalar(item)}"


def _scalar(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def main(*, check: bool) -> None:
    made = contents()
    stale = [
        name for name, content in made.items() if not (API / name).is_file() or (API / name).read_text() != content
    ]
    if check and stale:
        sys.exit(f"stale: {', '.join(f'api/{name}' for name in stale)}. `make api` prints them again.")
    API.mkdir(exist_ok=True)
    for name in stale:
        (API / name).write_text(made[name], encoding="utf-8")
        print(f"api/{name}")


if __name__ == "__main__":
    main(check="--check" in sys.argv)
