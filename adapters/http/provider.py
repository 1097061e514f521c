"""An OpenID provider as we need it (OpenID Connect Core 1.0): where it is, whose token this is.

Authlib does the protocol; what it leaves to its caller is decided here: which algorithms count,
and that the token was made out to us (it checks `aud` only where it is told to).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from adapters.http.problems import Unauthorized
from domain.errors import Unavailable

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Asymmetric ones alone: `none` proves nothing, and a shared secret signs as well as it checks."""
LEEWAY: Final = 60  # seconds that two clocks may differ
FRESH: Final = 3600.0  # seconds that what the provider says of itself is taken as said
ANSWER: Final = 10.0  # seconds that it has to answer


@dataclass(frozen=True)
class Client:
    """Who we are to the provider, and where it sends people back to."""

    issuer: str
    id: str
    secret: str = field(repr=False)
    redirect: str = ""


class Provider:
    """Speaks to the provider; raises `Unavailable` where it does not answer as one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._told: dict[str, Any] = {}
        self._told_at = 0.0

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where to send a person, so that they come back with a code (PKCE: RFC 7636)."""
        told = await self._metadata()
        async with self._session() as session:
            found, _ = session.create_authorization_url(
                told["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
            )
        return str(found)

    async def subject(self, code: str, *, nonce: str, verifier: str) -> str:
        """Who came back with a code, as the provider names them; raises `Unauthorized`."""
        told = await self._metadata()
        try:
            async with self._session() as session:
                token = await session.fetch_token(
                    told["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                )
            return await self._judged(token, nonce, told)
        except (OAuthError, JoseError, ValueError, KeyError, TypeError) as wrong:
            raise refusal(type(wrong).__name__) from None
        except httpx2.HTTPError:
            raise _silent() from None

    async def _judged(self, token: Mapping[str, Any], nonce: str, told: dict[str, Any]) -> str:
        found = await self._decoded(str(token["id_token"]), told)
        known = {
            "iss": {"essential": True, "value": self._client.issuer},
            "aud": {"essential": True, "value": self._client.id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"client_id": self._client.id, "nonce": nonce, **_access(token)}
        claims = CodeIDToken(found.claims, found.header, known, params)
        claims.validate(leeway=LEEWAY)
        return str(claims["sub"])

    async def _decoded(self, text: str, told: dict[str, Any]) -> jwt.Token:
        registry = JWSRegistry(algorithms=[*ALGORITHMS], strict_check_header=False)
        try:
            return jwt.decode(
                text, KeySet.import_key_set(await self._keys(told)), registry=registry
            )
        except InvalidKeyIdError:  # it has begun to sign with a new key
            keys = await self._keys(told, anew=True)
            return jwt.decode(text, KeySet.import_key_set(keys), registry=registry)

    async def _keys(self, told: dict[str, Any], *, anew: bool = False) -> Any:
        if anew or "keys" not in told:
            told["keys"] = await self._fetched(told["jwks_uri"])
        return told["keys"]

    async def _metadata(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0, section 4)."""
        if not self._told or time.monotonic() - self._told_at > FRESH:
            issuer = self._client.issuer
            told = await self._fetched(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != issuer:
                raise Unavailable(
                    "the identity provider says that it is another",
                    field="VARSEL_OIDC_ISSUER",
                    got=told.get("issuer"),
                    expected=issuer,
                )
            self._told, self._told_at = told, time.monotonic()
        return self._told

    async def _fetched(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=ANSWER) as client:
                answer = (await client.get(url)).raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise _silent() from None
        if not isinstance(answer, dict):
            raise _silent()
        return answer  # pyright: ignore[reportUnknownVariableType]  # JSON from elsewhere

    def _session(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._client.id,
            self._client.secret,
            scope="openid",
            redirect_uri=self._client.redirect,
            code_challenge_method="S256",
            timeout=ANSWER,
        )


def refusal(why: str) -> Unauthorized:
    """Nobody whom we know came back; what exactly was wrong helps a forger alone."""
    return Unauthorized(
        "the identity provider's answer lets nobody in",
        got=why,
        next_step="log in again from the start",
    )


def _access(token: Mapping[str, Any]) -> dict[str, Any]:
    return {"access_token": token["access_token"]} if "access_token" in token else {}


def _silent() -> Unavailable:
    return Unavailable(
        "the identity provider does not answer as one",
        next_step="log in with an API key or a link, or try again in a moment",
    )
