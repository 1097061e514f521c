"""Pages: the templates, and all that every one of them may use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from adapters.console import assets, i18n, reasons
from adapters.console.i18n import mark
from adapters.console.telling import Teller
from adapters.console.visit import Reader, Visitor

PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie, HX-Request"}


@dataclass(frozen=True)
class Place:
    """A page that the navigation offers, to parties with one of these roles."""

    address: str
    label: str
    roles: frozenset[str]
    key: str = ""


ALL = frozenset({"vendor", "client", "auditor", "operator"})
NAV: list[Place] = [Place("/", mark("Overview"), ALL, "o")]


# Who is here in several roles reaches each side's overview by these.
SIDES: Mapping[str, Place] = {
    "vendor": Place("/?as=vendor", mark("As a vendor"), ALL),
    "client": Place("/?as=client", mark("As a client"), ALL),
    "auditor": Place("/?as=auditor", mark("As an auditor"), ALL),
    "operator": Place("/?as=operator", mark("As the operator"), ALL),
}


def offer(address: str, label: str, *roles: str, key: str = "") -> None:
    """Put a page into the navigation; `label` is a message, `key` its shortcut after `g`."""
    NAV.append(Place(address, label, frozenset(roles), key))


def page(
    reader: Reader,
    template: str,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **shown: Any,
) -> Response:
    """A page for a reader."""
    body = rendered(reader, template, **shown)
    return HTMLResponse(body, status, {**PRIVATE, **(headers or {})})


def rendered(reader: Reader, template: str, **shown: Any) -> str:
    """A template's text for a reader."""
    tell = Teller(i18n.tongue(reader.language), reader.zone, reader.now)
    visitor = reader if isinstance(reader, Visitor) else None
    return (
        environment(reader.language)
        .get_template(template)
        .render(
            tell=tell,
            reader=reader,
            visitor=visitor,
            places=_places(visitor),
            here=reader.request.url.path,
            partial=is_partial(reader.request),
            **shown,
        )
    )


def is_partial(request: Request) -> bool:
    """Whether a page's own script asks for a part of it."""
    return request.headers.get("hx-request") == "true"


def _places(visitor: Visitor | None) -> Sequence[Place]:
    mine = frozenset(visitor.me.roles) if visitor else frozenset[str]()
    sides = [side for role, side in SIDES.items() if role in mine]
    return [place for place in NAV if mine & place.roles] + (sides if len(sides) > 1 else [])


@cache
def environment(language: str) -> Environment:
    """The templates in a language: everything escaped, nothing undefined passed over."""
    made = Environment(
        loader=PackageLoader("adapters.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    tongue = i18n.tongue(language)
    cast("Any", made).install_gettext_callables(
        tongue.gettext,
        tongue.ngettext,
        newstyle=True,
        pgettext=tongue.pgettext,
        npgettext=tongue.npgettext,
    )
    cast("Any", made).globals.update(
        asset=assets.address,
        event_link=event_link,
        incident_link=incident_link,
        reason=reasons.shown,
        place=reasons.place,
        languages=i18n.NAMES,
        language=language,
    )
    return made


def incident_link(incident: str, *parts: str) -> str:
    """The address of an incident's page, or of one below it."""
    return "/" + "/".join(quote(part, safe="") for part in ("incidents", incident, *parts))


def event_link(event: str | None, text: str | Markup, party: str | None = None) -> Markup:
    """A value, linked to the event that gave it."""
    if not event:
        return Markup("{}").format(text)
    whose = f"?party={quote(party, safe='')}" if party else ""
    address = f"/events/{quote(event, safe='')}{whose}"
    return Markup('<a class="event" href="{}">{}</a>').format(address, text)
