"""Who may speak on NATS: the three seeds the platform keeps, and all that is signed with them.

One account per party, bound by `account_token_position`: the server itself refuses an import
whose token is not the importer's own key (tests/adapters/nats/test_tenancy.py). `issued_at` is the
wall clock's, never a scenario's: the server compares it with revocations and newer accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from adapters.nats import mint, subjects

MAX_PAYLOAD: Final = 4 * 1024 * 1024
# A party exports nothing and stores nothing; ten connections are its people and systems.
PARTY_LIMITS: Final = {"conn": 10, "subs": 100, "payload": MAX_PAYLOAD, "exports": 0}


@dataclass(frozen=True)
class Trust:
    """The seeds of operator, system account and platform account."""

    operator_seed: str = field(repr=False)
    system_seed: str = field(repr=False)
    platform_seed: str = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        return cls(mint.new_seed("operator"), mint.new_seed("account"), mint.new_seed("account"))

    @property
    def system_key(self) -> str:
        return mint.public_key(self.system_seed)

    @property
    def platform_key(self) -> str:
        return mint.public_key(self.platform_seed)

    def operator_jwt(self, issued_at: datetime) -> str:
        return mint.operator_jwt(self.operator_seed, self.system_key, issued_at=issued_at)

    def system_account_jwt(self, issued_at: datetime) -> str:
        return mint.account_jwt(self.operator_seed, self.system_key, "SYSTEM", issued_at=issued_at)

    def platform_account_jwt(self, issued_at: datetime) -> str:
        return mint.account_jwt(
            self.operator_seed,
            self.platform_key,
            "PLATFORM",
            issued_at=issued_at,
            exports=subjects.exports(),
            jetstream=True,
        )

    def party_account_jwt(
        self,
        account_key: str,
        name: str,
        issued_at: datetime,
        revocations: Mapping[str, datetime] | None = None,
        *,
        live: bool = True,
    ) -> str:
        """A party's account: its own consumer and its own intake, nothing else to reach.

        With `live` it also hears its own feed as it is stored: not who follows other feeds.
        """
        permit = self._permit(account_key, name, issued_at) if live else None
        return mint.account_jwt(
            self.operator_seed,
            account_key,
            name,
            issued_at=issued_at,
            imports=subjects.imports(self.platform_key, account_key, permit),
            limits=PARTY_LIMITS,
            revocations=revocations,
        )

    def _permit(self, account_key: str, party: str, issued_at: datetime) -> tuple[str, str]:
        feed = subjects.live_feed(party)
        signed = mint.activation_jwt(self.platform_seed, account_key, feed, issued_at=issued_at)
        return party, signed

    def system_creds(self, issued_at: datetime) -> str:
        """For our own process: pushes accounts."""
        allowed = (["$SYS.REQ.>"], [subjects.INBOX])
        return _creds(self.system_seed, "varsel-system", *allowed, issued_at)[0]

    def platform_creds(self, issued_at: datetime) -> str:
        """For our own process: runs stream, consumers and intake."""
        return _creds(self.platform_seed, "varsel-platform", [">"], [">"], issued_at)[0]


def party_user_creds(  # noqa: PLR0913 - a user has these parts
    account_seed: str,
    party: str,
    comment: str,
    issued_at: datetime,
    *,
    expires: datetime | None = None,
    user_seed: str | None = None,
) -> tuple[str, str]:
    """Creds for one user of a party, and that user's public key (what `revocations` name).

    The server ends a connection at `expires`, and lets nobody in with these creds afterwards.
    """
    key = mint.public_key(account_seed)
    pub = ["intake.*", *subjects.consumer_api(key), *subjects.acks(key)]
    sub = [subjects.INBOX, subjects.LIVE]
    return _creds(account_seed, party, pub, sub, issued_at, expires, comment, user_seed)


def _creds(  # noqa: PLR0913, PLR0917 - a user has these parts
    account_seed: str,
    name: str,
    pub: list[str],
    sub: list[str],
    issued_at: datetime,
    expires: datetime | None = None,
    comment: str | None = None,
    user_seed: str | None = None,
) -> tuple[str, str]:
    seed = user_seed or mint.new_seed("user")
    user = mint.public_key(seed)
    jwt = mint.user_jwt(
        account_seed, user, name, pub=pub, sub=sub, issued_at=issued_at, expires=expires
    )
    return mint.creds_file(jwt, seed, comment or name), user
