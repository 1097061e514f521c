"""People log in through an identity provider; whatever it says wrongly lets nobody in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from domain.errors import VarselError
from tests.adapters.http.identity_provider import CLIENT, SECRET, Claims, IdentityProvider, provider
from tests.adapters.http.lab import OPS, Door, open_door, problem
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED
Story = Callable[[Door, IdentityProvider], Awaitable[None]]


def play(folder: Path, story: Story) -> None:
    secret = folder / "secret"
    secret.write_text(f"{SECRET}\n")

    async def whole() -> None:
        async with provider() as idp:
            settings = {
                "oidc_issuer": idp.url,
                "oidc_client_id": CLIENT,
                "oidc_client_secret_file": secret,
            }
            async with open_door(folder / "data", **settings) as door:
                await story(door, idp)

    asyncio.run(whole())


@asynccontextmanager
async def browser(door: Door) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=door.house.url) as client:
        yield client


async def admit(door: Door, idp: IdentityProvider, party: str = "joker") -> dict[str, Any]:
    said = {"id": party, "issuer": idp.url, "subject": idp.subject}
    ops = await door.by(OPS)
    headers = {"Idempotency-Key": f"admit-{party}"}
    answer = await ops.post("/v1/operations/party_person", json={"with": said}, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def to_the_provider_and_back(client: httpx2.AsyncClient, start: str = "/login/oidc") -> str:
    """The address that the provider sends the browser back to."""
    away = await client.get(start)
    assert away.status_code == 303, away.text
    return str((await client.get(away.headers["location"])).headers["location"])


async def log_in(client: httpx2.AsyncClient, start: str = "/login/oidc") -> httpx2.Response:
    return await client.get(await to_the_provider_and_back(client, start))


def token_of(answer: httpx2.Response) -> str:
    return str(answer.cookies["varsel_session"])


def test_a_person_who_was_let_in_gets_a_session_of_the_party_under_an_opaque_name(
    tmp_path: Path,
) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        admitted = await admit(door, idp)
        async with browser(door) as client:
            answer = await log_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "HttpOnly" in answer.headers["set-cookie"]
        session = door.house.sessions.find(token_of(answer))
        assert session is not None
        assert session.party == "joker"
        assert session.user is not None
        assert session.user.startswith(admitted["short"])
        assert idp.subject not in session.user

    play(tmp_path, story)


def test_who_was_not_let_in_stays_outside(tmp_path: Path) -> None:
    async def story(door: Door, _: IdentityProvider) -> None:
        async with browser(door) as client:
            answer = await log_in(client)
        assert problem(answer)["status"] == 403
        assert "varsel_session" not in answer.cookies

    play(tmp_path, story)


def test_who_is_cut_off_is_out_at_once_and_does_not_come_in_again(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        short = (await admit(door, idp))["short"]
        async with browser(door) as client:
            token = token_of(await log_in(client))
            revoked = {"with": {"id": "joker", "credential": short}}
            await door.platform.operator.call("party_revoke", revoked)
            assert door.house.sessions.find(token) is None
            assert problem(await log_in(client))["status"] == 403

    play(tmp_path, story)


def test_a_person_of_two_parties_says_for_which(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp, "joker")
        await admit(door, idp, "kiwi")
        async with browser(door) as client:
            assert problem(await log_in(client))["expected"] == "joker or kiwi"
            answer = await log_in(client, "/login/oidc?party=kiwi")
            session = door.house.sessions.find(token_of(answer))
            assert session is not None
            assert session.party == "kiwi"
            assert problem(await log_in(client, "/login/oidc?party=zoopit"))["status"] == 403

    play(tmp_path, story)


def test_nobody_is_let_in_twice_for_the_same_party(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp)
        said = {"with": {"id": "joker", "issuer": idp.url, "subject": idp.subject}}
        with pytest.raises(VarselError, match="already"):
            await door.platform.operator.call("party_person", said)

    play(tmp_path, story)


WRONG: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: {**claims, "nonce": "another"},
    "no nonce": lambda claims: {k: v for k, v in claims.items() if k != "nonce"},
    "another audience": lambda claims: {**claims, "aud": "another"},
    "another audience, but for us": lambda claims: {**claims, "aud": ["another"], "azp": CLIENT},
    "another party": lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": "another"},
    "another issuer": lambda claims: {**claims, "iss": "https://another.example"},
    "expired": lambda claims: {**claims, "exp": int(time.time()) - 3600},
    "no end": lambda claims: {k: v for k, v in claims.items() if k != "exp"},
    "no subject": lambda claims: {k: v for k, v in claims.items() if k != "sub"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_token_that_is_not_ours_or_not_now_lets_nobody_in(wrong: str, tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp)
        idp.change = WRONG[wrong]
        async with browser(door) as client:
            answer = await log_in(client)
        assert problem(answer)["status"] == 401
        assert "varsel_session" not in answer.cookies

    play(tmp_path, story)


def test_a_token_that_nobody_signed_lets_nobody_in(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp)
        idp.algorithm = "none"
        async with browser(door) as client:
            assert problem(await log_in(client))["status"] == 401

    play(tmp_path, story)


def test_the_way_back_is_good_once_and_for_the_browser_that_set_out(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp)
        async with browser(door) as client, browser(door) as other:
            back = await to_the_provider_and_back(client)
            assert (await client.get(back)).status_code == 303
            await client.get("/login/oidc")
            assert problem(await client.get(back))["status"] == 401
            stolen = await to_the_provider_and_back(client)
            assert problem(await other.get(stolen))["status"] == 401
            forged = "/login/oidc/callback?code=x&state=y"
            assert problem(await client.get(forged))["status"] == 401

    play(tmp_path, story)


def test_without_a_provider_there_is_no_such_way_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_door(tmp_path) as door, browser(door) as client:
            assert door.house.oidc is None
            assert problem(await client.get("/login/oidc"))["status"] == 404

    asyncio.run(story())


def test_a_provider_that_is_set_by_halves_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with open_door(tmp_path, oidc_issuer="https://login.example"):
            pass

    with pytest.raises(VarselError, match="by halves"):
        asyncio.run(story())


def test_the_console_offers_the_provider_s_way_in_where_there_is_one(tmp_path: Path) -> None:
    async def story(door: Door, _: IdentityProvider) -> None:
        async with browser(door) as client:
            assert 'href="/login/oidc"' in (await client.get("/login")).text

    play(tmp_path, story)
