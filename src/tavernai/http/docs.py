"""/api/docs: the operations with a form to try each, from the document itself; no file comes from elsewhere."""

from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tavernai.http.headers import plain_policy
from tavernai.http.static import TYPES

FILES = {"": "index.html", "console.js": "console.js", "console.css": "console.css"}


async def _send_file(request: Request) -> Response:
    name = FILES.get(request.path_params.get("name", ""))
    if name is None:
        raise HTTPException(404)
    data = (files("tavernai.http") / "console" / name).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": plain_policy()}
    return Response(data, headers=headers, media_type=TYPES[name[name.rindex(".") :]])


ROUTES = [Route("/api/docs", _send_file), Route("/api/docs/{name}", _send_file)]
