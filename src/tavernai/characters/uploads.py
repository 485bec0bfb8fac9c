"""Files out of a multipart request, counted while they come in: no request is larger than it may be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from tavernai.characters.errors import UploadTooLarge
from tavernai.characters.importing import FILES_MAX, REQUEST_BYTES_MAX, Upload
from tavernai.kernel.errors import MalformedInput

FIELDS_MAX = 20
FRAME_BYTES = 1024 * 1024
"""What boundaries and headers of the parts may add to the files."""

MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
"""What the reference says of such a request; the body is read by hand, so that it is bounded."""


@asynccontextmanager
async def uploaded(request: Request, *, bytes_max: int = REQUEST_BYTES_MAX) -> AsyncIterator[list[Upload]]:
    """The parts named `file`, open until the block ends. Raises UploadTooLarge, MalformedInput."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise MalformedInput("Send the files as multipart/form-data, each as a part named “file”.")
    bounded = _bounded(request, bytes_max=bytes_max + FRAME_BYTES)
    async with bounded.form(max_files=FILES_MAX + 1, max_fields=FIELDS_MAX) as form:
        found = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        if len(found) > FILES_MAX:
            raise UploadTooLarge(files_max=FILES_MAX)
        if not found:
            raise MalformedInput("There is no part named “file”.")
        yield [Upload(part.filename or "", part.size or 0, part.read) for part in found]


def _bounded(request: Request, *, bytes_max: int) -> Request:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        raise UploadTooLarge(request_bytes_max=bytes_max)
    came = 0

    async def receive() -> Message:
        nonlocal came
        message = await request.receive()
        came += len(message.get("body", b""))
        if came > bytes_max:
            raise UploadTooLarge(request_bytes_max=bytes_max)
        return message

    return Request(request.scope, receive)
