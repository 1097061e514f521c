"""Answers with what a good HTTP citizen expects: entity tags, pages, nothing cached by others."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fastapi import Request
from starlette.responses import Response

JSON = "application/json"


def answered(
    request: Request,
    said: Any,
    *,
    media_type: str = JSON,
    headers: dict[str, str] | None = None,
    tag_of: bytes | None = None,
) -> Response:
    """An answer with its entity tag; 304 where the caller holds it already (RFC 9110, 13.1.2).

    `tag_of` is what tells two answers apart, where the bytes differ without saying anything else.
    """
    body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    digest = hashlib.sha256(body if tag_of is None else tag_of).hexdigest()[:32]
    tag = f'"{digest}"' if tag_of is None else f'W/"{digest}"'
    more = {"ETag": tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if _holds(request.headers.get("if-none-match", ""), f'"{digest}"'):
        return Response(status_code=304, headers=more)
    return Response(body, media_type=media_type, headers=more)


def _holds(header: str, tag: str) -> bool:
    tags = {part.strip().removeprefix("W/") for part in header.split(",")}
    return tag in tags or "*" in tags
