"""What may be signed, and what a creds text says of itself."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nkeys
import pytest

from adapters.nats import mint
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsUnreadable
from adapters.nats.trust import Trust, party_user_creds

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACCOUNT = mint.new_seed("account")
USER = mint.public_key(mint.new_seed("user"))


def claims(jwt: str) -> dict[str, Any]:
    payload = jwt.split(".")[1]
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return decoded


@pytest.mark.parametrize("missing", [[], (), "", "intake.*", [""]], ids=repr)
@pytest.mark.parametrize("which", ["pub", "sub"])
def test_a_user_without_an_explicit_allow_list_is_not_minted(which: str, missing: Any) -> None:
    lists: dict[str, Any] = {"pub": ["a"], "sub": ["b"], which: missing}
    with pytest.raises(ValueError, match=which):
        mint.user_jwt(ACCOUNT, USER, "bot", issued_at=AT, **lists)


def test_a_key_tells_its_kind_and_signs_what_it_says() -> None:
    for kind, letter in (("operator", "O"), ("account", "A"), ("user", "U")):
        seed = mint.new_seed(kind)  # type: ignore[arg-type]
        assert seed.startswith(f"S{letter}")
        assert mint.public_key(seed).startswith(letter)
    jwt = mint.user_jwt(ACCOUNT, USER, "bot", pub=["a"], sub=["b"], issued_at=AT)
    signed, _, signature = jwt.rpartition(".")
    key = nkeys.from_seed(bytearray(ACCOUNT.encode()))
    assert key.verify(signed.encode(), base64.urlsafe_b64decode(signature + "=="))


def test_time_comes_in_as_an_aware_argument() -> None:
    jwt = mint.user_jwt(
        ACCOUNT, USER, "bot", pub=["a"], sub=["b"], issued_at=AT, expires=AT + timedelta(hours=1)
    )
    assert claims(jwt)["iat"] == AT.timestamp()
    assert claims(jwt)["exp"] == AT.timestamp() + 3600
    with pytest.raises(ValueError, match="aware"):
        mint.user_jwt(ACCOUNT, USER, "bot", pub=["a"], sub=["b"], issued_at=AT.replace(tzinfo=None))


def test_a_partys_user_is_allowed_its_own_subjects_its_inbox_and_its_feed() -> None:
    text, user = party_user_creds(ACCOUNT, "joker", "Joker's follower", AT)
    creds = Credentials.parse(text)
    key = mint.public_key(ACCOUNT)
    assert (creds.account_key, creds.user_key, creds.name) == (key, user, "joker")
    nats = claims(text.split("\n")[2])["nats"]
    assert nats["sub"] == {"allow": ["_INBOX.>", "live.>"]}
    assert creds.hears == {"_INBOX.>", "live.>"}
    assert nats["pub"]["allow"] == [
        "intake.*",
        f"FEED.API.CONSUMER.MSG.NEXT.FEED.{key}",
        f"FEED.API.CONSUMER.INFO.FEED.{key}",
        f"FEED.API.CONSUMER.RESET.FEED.{key}",
        f"$JS.ACK.FEED.{key}.>",
        f"$JS.ACK._.*.FEED.{key}.>",
    ]


def test_seeds_do_not_show_in_a_repr() -> None:
    trust = Trust.new()
    text, _ = party_user_creds(ACCOUNT, "joker", "x", AT)
    shown = repr(trust) + repr(Credentials.parse(text))
    seeds = (trust.operator_seed, trust.system_seed, trust.platform_seed, text.split("\n")[6])
    assert all(seed.startswith("S") and seed not in shown for seed in seeds)


def test_creds_are_read_from_a_file_or_a_text_and_refused_otherwise(tmp_path: Path) -> None:
    text, _ = party_user_creds(ACCOUNT, "joker", "x", AT)
    path = tmp_path / "joker.creds"
    path.write_text(text)
    assert Credentials.of(path) == Credentials.of(str(path)) == Credentials.of(text)
    for bad in ("", "nonsense", text.replace("BEGIN USER NKEY SEED", "BEGIN")):
        with pytest.raises(CredentialsUnreadable):
            Credentials.parse(bad)
    with pytest.raises(CredentialsUnreadable, match="nowhere"):
        Credentials.of(tmp_path / "nowhere.creds")


def test_a_comment_cannot_forge_a_block() -> None:
    with pytest.raises(ValueError, match="---"):
        party_user_creds(ACCOUNT, "joker", "-----BEGIN NATS USER JWT-----", AT)
    text, _ = party_user_creds(ACCOUNT, "joker", "two\nlines", AT)
    assert text.startswith("# two lines\n-----BEGIN")
