"""The endpoints there are: the ledger says which, the vault holds what of them is secret."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from pydantic import AwareDatetime, Field

from adapters.store.vault import Vault
from domain.use_cases.webhooks import no_webhook
from domain.values import Value

PREFIX: Final = "webhook/"
SECRET_BYTES: Final = 32  # Standard Webhooks, "Signature scheme": 24 to 64
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
        return f"{PREFIX}{self.party}/{self.id}"

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
    """All endpoints, in memory; `of_party` gives what a party's stream says of its own.

    One that is kept but not in the ledger was never accepted, or was removed: a crash came
    between the two. It is destroyed.
    """

    def __init__(self, vault: Vault, of_party: Callable[[str], dict[str, bool]]) -> None:
        self._vault = vault
        self._known: dict[str, Endpoint] = {}
        self._disabled: set[str] = set()
        for name in vault.names(PREFIX):
            kept = vault.get(name)
            found = Endpoint.model_validate_json(kept) if kept else None
            accepted = of_party(found.party) if found else {}
            if found is None or found.id not in accepted:
                vault.destroy(name)
                continue
            self._known[found.id] = found
            if not accepted[found.id]:
                self._disabled.add(found.id)

    def __iter__(self) -> Iterator[Endpoint]:
        """Every endpoint, enabled or not."""
        return iter(list(self._known.values()))

    def get(self, endpoint: str) -> Endpoint | None:
        """An endpoint by its id."""
        return self._known.get(endpoint)

    def enabled(self, endpoint: str) -> bool:
        """Whether it is there and sent to."""
        return endpoint in self._known and endpoint not in self._disabled

    def of(self, party: str) -> list[Endpoint]:
        """A party's endpoints, oldest first."""
        found = (one for one in self if one.party == party)
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def require(self, party: str, endpoint: str) -> Endpoint:
        """A party's own endpoint; another's is refused like one that is not there."""
        found = self._known.get(endpoint)
        if found is None or found.party != party:
            raise no_webhook(endpoint, dict.fromkeys((one.id for one in self.of(party)), True))
        return found

    def store(self, endpoint: Endpoint) -> None:
        """Keep an endpoint, or what changes of it: on disk when it returns, not in use yet."""
        self._vault.put(endpoint.name, endpoint.model_dump_json().encode())

    def know(self, endpoint: Endpoint) -> None:
        """Use what was stored: the ledger has accepted it."""
        self._known[endpoint.id] = endpoint

    def restore(self, endpoint: Endpoint, kept: Endpoint | None) -> None:
        """Undo `store`: the ledger has refused it."""
        if kept is None:
            self._vault.destroy(endpoint.name)
        else:
            self.store(kept)

    def drop(self, endpoint: Endpoint) -> None:
        """Destroy what the vault holds of an endpoint."""
        self._known.pop(endpoint.id, None)
        self._disabled.discard(endpoint.id)
        self._vault.destroy(endpoint.name)

    def enable(self, endpoint: str, *, enabled: bool) -> None:
        """Take in what the ledger now says of it."""
        (self._disabled.discard if enabled else self._disabled.add)(endpoint)
