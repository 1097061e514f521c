"""The operator's door: /healthz, /readyz, /metrics. No key opens it: it is for the inside."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.ops.readiness import Life, Missing, Readiness

_FRESH: Final = {"Cache-Control": "no-store"}


def door(life: Life, readiness: Readiness, registry: CollectorRegistry) -> Starlette:
    """The three routes; that one is answered at all shows that the loop turns."""

    async def healthz(_: Request) -> Response:
        gone = life.missing()
        return _told("dead" if gone else "ok", bool(gone), missing=gone)

    async def readyz(_: Request) -> Response:
        missing, degraded = await readiness.look()
        status = "unready" if missing else "degraded" if degraded else "ok"
        return _told(status, bool(missing), missing=missing, degraded=degraded)

    async def metrics(request: Request) -> Response:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        page = await asyncio.to_thread(encode, registry)
        return Response(page, headers={**_FRESH, "Content-Type": kind})

    routes = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])


def _told(status: str, ill: bool, /, **parts: list[Missing]) -> Response:  # noqa: FBT001 - of here
    """503 where something is needed that is not there, else 200; the parts, either way."""
    said = {name: [asdict(one) for one in found] for name, found in parts.items()}
    return JSONResponse({"status": status, **said}, 503 if ill else 200, _FRESH)
