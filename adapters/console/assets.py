"""The console's own files: served under the hash of their content, so that they never grow old."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

TYPES = {
    "varsel.css": "text/css; charset=utf-8",
    "varsel.js": "text/javascript; charset=utf-8",
    "htmx.min.js": "text/javascript; charset=utf-8",
    "varsel.svg": "image/svg+xml",
}
FOR_EVER = "public, max-age=31536000, immutable"

routes = APIRouter(include_in_schema=False)


@cache
def content(name: str) -> bytes:
    """A file's bytes."""
    return (files("adapters.console") / "static" / name).read_bytes()


@cache
def digest(name: str) -> str:
    """What a file's address turns on."""
    return hashlib.sha256(content(name)).hexdigest()[:16]


def address(name: str) -> str:
    """Where a browser finds a file."""
    return f"/static/{digest(name)}/{name}"


@routes.get("/static/{version}/{name}")
async def asset(version: str, name: str) -> Response:
    """One file; kept for ever under its own hash, asked for anew under any other."""
    if name not in TYPES:
        raise HTTPException(404)
    kept = FOR_EVER if version == digest(name) else "no-cache"
    return Response(content(name), media_type=TYPES[name], headers={"Cache-Control": kept})
