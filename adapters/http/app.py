"""The HTTP application: its routes, and what holds for all of them."""

from __future__ import annotations

from importlib.metadata import version
from urllib.parse import urlsplit

from fastapi import FastAPI

from adapters.http import (
    commands,
    evidence,
    exports,
    feed,
    operations,
    people,
    problems,
    public,
    questions,
    schema,
)
from adapters.http.house import House
from adapters.http.security import OwnNames, SafeAnswers

ABOUT = """\
One vendor's leak reaches every client it concerns; each client's timeline and legal duties build
themselves. Commands are accepted when they are committed and on disk. Every refusal is a problem
document (RFC 9457). Feeds are CloudEvents, the same bytes as on NATS.

The schemas are necessary, not sufficient: some rules go across fields, and a refusal (422) names
the one that was broken.
"""


def create(house: House) -> FastAPI:
    """The application for a platform."""
    app = FastAPI(
        title="Varsel",
        version=version("varsel"),
        summary="Coordination of vendor incidents",
        description=ABOUT,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # a page with scripts from elsewhere
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        redirect_slashes=False,
    )
    app.state.house = house
    for routes in (
        commands.router(),
        questions.routes,
        feed.routes,
        exports.routes,
        exports.public,
        people.routes,
        operations.routes,
        evidence.routes,
        public.routes,
    ):
        app.include_router(routes)
    problems.install(app, house.log)
    _install_console(app, house)
    schema.install(app)
    app.add_middleware(OwnNames, names=_names(house.url))
    app.add_middleware(evidence.Witnessed, headers=house.witness)
    app.add_middleware(SafeAnswers, tls=house.url.startswith("https:"))
    return app


def _install_console(app: FastAPI, house: House) -> None:
    from adapters.console import pages  # noqa: PLC0415 - it builds on this package

    pages.install(app, house)


def _names(url: str) -> set[str]:
    return {urlsplit(url).hostname or "127.0.0.1", "127.0.0.1", "localhost", "::1"}
