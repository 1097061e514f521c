"""Composes the HTTP front of a platform: one part of the composition root, loaded where asked for.

`varsel play` and most tests have no HTTP door, and do without the import of a web framework.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from adapters.http.app import create
from adapters.http.calendars import Calendars
from adapters.http.house import BACK, Changes, House
from adapters.http.serving import listen, serving
from adapters.http.sessions import Sessions
from adapters.ops.pulse import Pulse
from adapters.platform import Parts, Platform
from adapters.settings import Settings
from adapters.store.vault import Vault
from domain.errors import Invalid
from projections import credentials

if TYPE_CHECKING:
    from adapters.http.oidc import Oidc


async def open_front(  # noqa: PLR0913, PLR0917 - a part of the root: it names each
    settings: Settings,
    port: int,
    url: str,
    vault: Vault,
    parts: Parts,
    platform: Platform,
    stack: AsyncExitStack,
) -> House:
    """Serve HTTP until the stack is left; `url` is where people reach it."""
    at = listen(settings.http_host, port)
    stack.callback(at.close)
    changes = Changes()
    parts.projector.watch(changes.announce)
    sessions = Sessions(
        vault, parts.clock, lambda party: credentials.last_cut(party, parts.views.rows)
    )
    sessions.sweep()
    pulse = Pulse(parts.ledger.require_open)
    stack.callback(pulse.close)
    house = House(
        handle=platform.handle,
        feed=platform,
        refuses=pulse.trouble,
        rows=lambda: parts.views.rows,
        clock=parts.clock,
        changes=changes,
        sessions=sessions,
        calendars=Calendars(vault, lambda: parts.views.rows, url),
        url=url,
        log=parts.log,
        witness=parts.evidence.headers,
        oidc=_oidc(settings, url, vault, sessions, parts),
    )
    await stack.enter_async_context(serving(create(house), at, changes))
    platform.link, platform.calendars = house.link, house.calendars
    platform.opening = False
    return house


def _oidc(
    settings: Settings, address: str, vault: Vault, sessions: Sessions, parts: Parts
) -> Oidc | None:
    """The way in for people, where a provider is set; its secret comes in a file."""
    issuer, client, secret = (
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret_file,
    )
    if issuer is None and client is None and secret is None:
        return None
    if issuer is None or client is None or secret is None:
        raise Invalid(
            "an identity provider is set by halves",
            field="VARSEL_OIDC_…",
            expected="_ISSUER, _CLIENT_ID and _CLIENT_SECRET_FILE, or none of them",
        )
    from adapters.http.oidc import Oidc  # noqa: PLC0415 - nothing of it without a provider
    from adapters.http.provider import Client  # noqa: PLC0415

    us = Client(issuer, client, secret.read_text().strip(), f"{address}{BACK}")
    tls = address.startswith("https:")
    return Oidc(us, vault, sessions, lambda: parts.views.rows, parts.clock, tls=tls)
