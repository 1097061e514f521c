"""The endpoints there are: the ledger says which, the vault holds what of them is secret."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, Field

from adapters.store.vault import Vault
from domain.use_cases.webhooks import no_webhook
from domain.values import Value

PREFIX: Final = "webhook/"
SECRET_BYTES: Final = 32  # Standard Webhooks, "Signature scheme": 24 to 64
UNDER_WAY: Final = timedelta(hours=1)  # far more than any request takes
OVERLAP: Final = timedelta(hours=24)  # during which a replaced secret signs as well


class Endpoint(Value):
    """Where one feed of a party is sent: an endpoint of that party's own.

    `after` is the last sequence that it need not be sent. A secret that was replaced (`old_secret`)
    signs too until `old_until`, so that a receiver can take the new one in without a gap;
    `rotated_by` is the command that replaced it.
    """

    id: str
    party: str
    feed: str
    url: str = Field(repr=False)
    full: bool = False
    types: tuple[str, ...] = ()
    after: int = 0
    description: str | None = None
    created_at: AwareDatetime
    secret: str = Field(repr=False)
    old_secret: str | None = Field(default=None, repr=False)
    old_until: AwareDatetime | None = None
    rotated_by: str | None = None

    @property
    def name(self) -> str:
        """Under which the vault keeps it."""
        return _name(self.party, self.id)

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets to sign with, the newest first."""
        old = self.old_secret if self.old_until is not None and now < self.old_until else None
        return [self.secret, *([old] if old else [])]

    def renewed(self, now: datetime, command: str) -> Endpoint:
        """The same with a new secret, the present one signing for a while yet."""
        changed = {
            "secret": new_secret(),
            "old_secret": self.secret,
            "old_until": now + OVERLAP,
            "rotated_by": command,
        }
        return self.model_copy(update=changed)


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class Endpoints:
    """All endpoints, looked up anew each time: any process may have changed them.

    `of_party` gives what a party's stream says of its own, and whether each is enabled.
    """

    def __init__(self, vault: Vault, of_party: Callable[[str], Mapping[str, bool]]) -> None:
        self._vault = vault
        self.of_party = of_party

    def find(self, party: str, endpoint: str) -> Endpoint | None:
        """What is kept of an endpoint, whether or not the ledger has accepted it."""
        kept = self._vault.get(_name(party, endpoint))
        return Endpoint.model_validate_json(kept) if kept else None

    def of(self, party: str) -> list[Endpoint]:
        """A party's endpoints, oldest first."""
        found = (self.find(party, one) for one in self.of_party(party))
        return sorted(filter(None, found), key=lambda one: (one.created_at, one.id))

    def require(self, party: str, endpoint: str) -> Endpoint:
        """A party's own endpoint; another's is refused like one that is not there."""
        known = self.of_party(party)
        found = self.find(party, endpoint) if endpoint in known else None
        if found is None:
            raise no_webhook(endpoint, dict(known))
        return found

    def every(self, now: datetime) -> Iterator[Endpoint]:
        """All that were accepted, for whoever begins to send.

        One that is kept but not in the ledger was never accepted, or was removed: a crash came
        between the two. It is destroyed, once it is too old to be on its way in another process.
        """
        known: dict[str, Mapping[str, bool]] = {}
        for name in self._vault.names(PREFIX):
            party, _, endpoint = name.removeprefix(PREFIX).partition("/")
            if party not in known:
                known[party] = self.of_party(party)
            found = self.find(party, endpoint)
            if found is None:
                continue
            if endpoint in known[party]:
                yield found
            elif found.created_at < now - UNDER_WAY:
                self._vault.destroy(name)

    def store(self, endpoint: Endpoint) -> None:
        """Keep what changes of an endpoint: on disk when it returns."""
        self._vault.put(endpoint.name, endpoint.model_dump_json().encode())

    def store_new(self, endpoint: Endpoint) -> Endpoint:
        """Keep a new endpoint; the one that is kept: another process may have been quicker."""
        kept = self._vault.once(endpoint.name, endpoint.model_dump_json().encode())
        return Endpoint.model_validate_json(kept)

    def drop(self, party: str, endpoint: str) -> None:
        """Destroy what the vault holds of an endpoint."""
        self._vault.destroy(_name(party, endpoint))


def _name(party: str, endpoint: str) -> str:
    return f"{PREFIX}{party}/{endpoint}"
