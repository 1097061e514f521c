"""A small OpenID provider with keys of its own: it vouches for whomever it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.http.house import Changes
from adapters.http.serving import listen, serving

Claims = dict[str, Any]
CLIENT, SECRET = "varsel-console", "the-client-secret"


@dataclass
class IdentityProvider:
    """Who logs in, and what is changed in the token that says so."""

    url: str = ""
    subject: str = "person-1"
    change: Callable[[Claims], Claims] = lambda claims: claims
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])

    async def configuration(self, _: Request) -> Response:
        parts = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        paths = {part: f"{self.url}/{part}" for part in parts}
        return JSONResponse({"issuer": self.url, **paths})

    async def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    async def token(self, request: Request) -> Response:
        told = {name: one[0] for name, one in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(told["code"], None)
        digest = hashlib.sha256(told["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or request.headers["authorization"] != f"Basic {basic}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        said = {"access_token": "at", "token_type": "Bearer", "id_token": self._id_token(asked)}
        return JSONResponse(said)

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        usual = {"iss": self.url, "sub": self.subject, "aud": CLIENT, "nonce": asked["nonce"]}
        claims = self.change({**usual, "iat": now, "exp": now + 300})
        header = {"alg": self.algorithm, "kid": "k1"}
        if self.algorithm == "none":
            head, body = (_plain(part) for part in (header, claims))
            return f"{head}.{body}."
        registry = JWSRegistry(algorithms=[self.algorithm])
        return jwt.encode(header, claims, self.key, registry=registry)


def _plain(part: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@asynccontextmanager
async def provider() -> AsyncGenerator[IdentityProvider]:
    """One that is up."""
    one = IdentityProvider()
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", one.configuration),
            Route("/jwks_uri", one.keys),
            Route("/authorization_endpoint", one.authorize),
            Route("/token_endpoint", one.token, methods=["POST"]),
        ]
    )
    with listen("127.0.0.1", 0) as at:
        one.url = f"http://127.0.0.1:{at.getsockname()[1]}"
        async with serving(app, at, Changes()):
            yield one
