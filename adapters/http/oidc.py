"""People log in through the identity provider of their house: code flow, PKCE, state and nonce.

A person counts once the operator has let them in for a party (`party_person`). What is kept of
them is a hash of issuer and subject; its first characters stand in the log as `actor.user`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from adapters.http.house import BACK, OIDC_COOKIE
from adapters.http.provider import Client, Provider, refusal
from adapters.http.sessions import Sessions
from adapters.keys import person
from adapters.store.vault import Vault
from domain.errors import Forbidden, Refused
from projections import credentials
from projections.rows import Rows

LASTS: Final = timedelta(minutes=10)  # that a person has for logging in over there
USER: Final = 16  # characters of the hash by which a person is called
_KEPT: Final = "oidc/"


@dataclass(frozen=True)
class Entered:
    """Somebody was let in: the token of their session, and for whom they are here."""

    token: str
    party: str


class Oidc:
    """Sends people to their provider, and lets in whom it sends back."""

    def __init__(
        self,
        client: Client,
        vault: Vault,
        sessions: Sessions,
        rows: Callable[[], Rows],
        clock: Callable[[], datetime],
        *,
        tls: bool,
    ) -> None:
        self._issuer = client.issuer
        self._provider = Provider(client)
        self._vault = vault
        self._sessions = sessions
        self._rows = rows
        self._clock = clock
        self._tls = tls

    async def start(self, request: Request) -> Response:
        """Off to the provider; `?party=` where a person is here for several."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        browser = secrets.token_urlsafe(32)
        address = await self._provider.address(state=state, nonce=nonce, verifier=verifier)
        kept = {
            "nonce": nonce,
            "verifier": verifier,
            "browser": _hash(browser),
            "party": request.query_params.get("party"),
            "ends": (self._clock() + LASTS).isoformat(),
        }
        self._sweep()
        self._vault.put(_name(state), json.dumps(kept).encode())
        away = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        away.set_cookie(
            OIDC_COOKIE,
            browser,
            int(LASTS.total_seconds()),
            path=BACK,
            secure=self._tls,
            httponly=True,
            samesite="lax",
        )
        return away

    async def finish(self, request: Request) -> Entered:
        """Who came back; raises `Unauthorized`, or `Forbidden` for somebody nobody let in."""
        asked = request.query_params
        kept = self._taken(asked.get("state", ""))
        browser = request.cookies.get(OIDC_COOKIE, "")
        if kept is None or not hmac.compare_digest(kept["browser"], _hash(browser)):
            raise refusal("state")
        if kept["ends"] <= self._clock().isoformat() or "code" not in asked:
            raise refusal(asked.get("error", "time"))
        subject = await self._provider.subject(
            asked["code"], nonce=kept["nonce"], verifier=kept["verifier"]
        )
        name = person(self._issuer, subject).name
        party = self._party(name, kept["party"])
        return Entered(self._sessions.begin(party, name[:USER]), party)

    def _party(self, name: str, wanted: str | None) -> str:
        found = credentials.let_in(name, self._rows(), self._clock())
        if wanted is not None:
            found = [party for party in found if party == wanted]
        if not found:
            raise Forbidden(
                "you are known over there, but nobody has let you in here",
                got=name[:USER],
                next_step="ask the operator to let you in",
            )
        if len(found) > 1:
            raise Refused(
                "you may log in for several parties",
                field="party",
                got="none",
                expected=" or ".join(found),
                next_step=f"name one: /login/oidc?party={found[0]}",
            )
        return found[0]

    def _taken(self, state: str) -> dict[str, str] | None:
        """What was kept for a state: once, whoever is quicker."""
        kept = self._vault.get(_name(state))
        if kept is None or not self._vault.destroy(_name(state)):
            return None
        found: dict[str, str] = json.loads(kept)
        return found

    def _sweep(self) -> None:
        """Forget those who never came back."""
        now = self._clock().isoformat()
        for name in self._vault.names(_KEPT):
            kept = self._vault.get(name)
            if kept is not None and json.loads(kept)["ends"] <= now:
                self._vault.destroy(name)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _name(state: str) -> str:
    return f"{_KEPT}{_hash(state)}"
