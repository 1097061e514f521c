"""Who speaks is what the server says of the connection, never what a message or a JWT claims."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import nats.errors
import nkeys
import pytest

from adapters.nats import mint
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsRefused
from adapters.nats.trust import Trust, party_user_creds
from tests.adapters.nats.attacks import ATTACKERS, VICTIM, Attack, Siege, json_of, siege, spoken
from tests.adapters.nats.lab import TOLERATED, now
from tests.adapters.running import raised, seed_in

pytestmark = TOLERATED


def test_no_subject_lets_a_party_speak_for_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            before, its = await held.state(), held.key(VICTIM)
            body = json_of(**{"with": {"incident": "leak"}, "party": VICTIM, "actor": VICTIM})

            def tried(party: str) -> list[Attack]:
                me = held.key(party)
                tails = ("whoami", "acknowledge")
                subjects = [
                    f"{head}.{tail}"
                    for head in (
                        f"intake.{its}",
                        f"intake.{me}",
                        f"intake.{me}.{its}",
                        f"intake.{its}.{me}",
                        "intake.*",
                        f"intake.{VICTIM}",
                        "intake.whoami",
                    )
                    for tail in tails
                ]
                subjects += ["intake.*.*", "intake.>", f"intake.{its}", "intake", "intake.*"]
                return [Attack(subject, subject, body) for subject in subjects]

            reached = await held.storm(tried)
            # What one token ends is one's own intake, with an odd verb.
            own = {"intake.*", "intake.>", f"intake.{its}"}
            assert {name.partition(": ")[2] for name in reached} <= own
            for name, [one, *_] in reached.items():
                assert "there is no such verb" in json.loads(one.body)["error"]["title"], name
            assert await held.state() == before

    asyncio.run(scenario())


def test_a_subject_with_an_empty_token_is_no_subject(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            before = await held.state()
            for subject in (
                "intake..whoami",
                "intake.",
                ".intake.whoami",
                f"intake.{held.key(VICTIM)}.",
            ):
                nc = await held.thief("joker")
                with pytest.raises(nats.errors.Error):
                    await nc.request(subject, b"{}", timeout=0.5)
                await nc.close()
            assert await held.state() == before

    asyncio.run(scenario())


# --- credentials of one's own making ------------------------------------------------------------

Forge = Callable[[Siege], str]


def by_another_operator(_: Siege) -> str:
    return Trust.new().system_creds(now())


def a_stranger(_: Siege) -> str:
    return party_user_creds(mint.new_seed("account"), VICTIM, "stranger", now())[0]


def signed_by_its_own_user_key(held: Siege) -> str:
    """A party's user, taken for an account, mints a user of the victim's."""
    return claiming(seed_in(held.creds("joker").text), held.key(VICTIM))


def signed_by_its_own_account(held: Siege) -> str:
    return claiming(held.seed("joker"), held.key(VICTIM))


def for_another_account(held: Siege) -> str:
    """As an account's signing key would, which the victim's account does not name."""
    return claiming(held.seed("joker"), held.key("joker"), issuer_account=held.key(VICTIM))


def an_anothers_jwt_with_a_key_of_its_own(held: Siege) -> str:
    text = held.creds(VICTIM).text
    return text.replace(seed_in(text), mint.new_seed("user"))


def expired(held: Siege) -> str:
    past = now() - timedelta(seconds=5)
    return party_user_creds(held.seed(VICTIM), VICTIM, "late", past, expires=past)[0]


def claiming(signer: str, issuer: str, **nats_claims: str) -> str:
    """Creds whose JWT says `issuer`, whoever signed it."""
    seed = mint.new_seed("user")
    jwt = mint.user_jwt(
        signer, mint.public_key(seed), VICTIM, pub=[">"], sub=[">"], issued_at=now()
    )
    head, payload, _ = jwt.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["iss"] = issuer
    claims["nats"] |= nats_claims
    signed = f"{head}.{_b64(json.dumps(claims).encode())}"
    signature = nkeys.from_seed(bytearray(signer.encode())).sign(signed.encode())
    return mint.creds_file(f"{signed}.{_b64(signature)}", seed, "forged")


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


FORGERIES: tuple[Forge, ...] = (
    by_another_operator,
    a_stranger,
    signed_by_its_own_user_key,
    signed_by_its_own_account,
    for_another_account,
    an_anothers_jwt_with_a_key_of_its_own,
    expired,
)


def test_creds_of_ones_own_making_are_refused(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            for forge in FORGERIES:
                creds = Credentials.parse(forge(held))
                refused = await raised(connect(held.url, creds, name="forger"))
                assert isinstance(refused, CredentialsRefused), forge.__name__

    asyncio.run(scenario())


def test_without_creds_nobody_is_let_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            for how in (
                {},
                {"user": "joker", "pass": "joker"},
                {"auth_token": "joker"},
                {"user": held.creds("joker").user_key, "pass": ""},
                {"nkey": held.creds("joker").user_key, "sig": ""},
                {"jwt": jwt_in(held.creds("joker").text)},
            ):
                said = await spoken(held.url, f"CONNECT {json.dumps(how)}\r\nPING\r\n".encode())
                assert b"-ERR 'Authorization Violation'" in said, how
                assert b"PONG" not in said, how

    asyncio.run(scenario())


def jwt_in(creds: str) -> str:
    lines = creds.splitlines()
    return lines[lines.index("-----BEGIN NATS USER JWT-----") + 1]
