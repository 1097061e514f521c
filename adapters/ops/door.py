"""The operator's door: /healthz, /readyz, /metrics. No key opens it: it is for the inside."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.ops.readiness import Life, Readiness

_FRESH: Final = {"Cache-Control": "no-store"}


def door(life: Life, readiness: Readiness, registry: CollectorRegistry) -> Starlette:
    """The three routes; that one is answered at all shows that the loop turns."""

    async def healthz(_: Request) -> Response:
        return _told("ok", "dead", life.missing())

    async def readyz(_: Request) -> Response:
        return _told("ok", "starting", await readiness.missing())

    async def metrics(request: Request) -> Response:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        page = await asyncio.to_thread(encode, registry)
        return Response(page, headers={**_FRESH, "Content-Type": kind})

    routes = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, answer) for path, answer in routes.items()])


def _told(well: str, ill: str, missing: list[dict[str, Any]]) -> Response:
    """200 where nothing that is needed is missing, else 503; what is missing, either way."""
    lacking = any(one["needed"] for one in missing)
    status, code = (ill, 503) if lacking else (well, 200)
    return JSONResponse({"status": status, "missing": missing}, code, _FRESH)
