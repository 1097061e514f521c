"""The second half of an erasure: the key goes, at once and at every start again.

The event is recorded first (docs/decisions/0018-erasure.md). Between the two nothing is sealed:
on PostgreSQL both are one transaction; beside a file of their own both are one turn of the writer,
and a start sweeps before it lets anybody in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from adapters.store.ledger import EventLedger
from adapters.store.vault import Vault
from domain.envelope import Recorded
from domain.events import ContentErased
from domain.ports import Receipt

BACK_UPS = """\
copies of vault.sqlite made before now (back-ups, snapshots of the disk) still hold the key, sealed
under the master key of their time; together with ledger.sqlite they open the text"""
REMEDY = """\
to end that, delete those copies; or run varsel rekey and then destroy the old master key wherever
it is kept"""
RESTORED = "a vault restored from such a copy is swept again when the platform starts"
BEYOND = """\
labels, counts and words of closed lists are no free text and stay; what recipients copied for
themselves is theirs to erase: each of them is told by an event in its feed"""
ERASURES: Final = frozenset({ContentErased})
SWEPT: Final = "erasure/swept"
CAVEATS = tuple(said.replace("\n", " ") for said in (BACK_UPS, REMEDY, RESTORED, BEYOND))


def erase(ledger: EventLedger, record: Callable[[], Receipt]) -> Receipt:
    """Record an erasure and destroy the key it names; the receipt says what that cannot reach.

    On PostgreSQL both are one transaction: no other process seals with the key in between. Done
    again for a repeated command: harmless, and needed where the first time broke off.
    """

    def whole() -> Receipt:
        receipt = record()
        for one in receipt.events:
            recorded = ledger.at(one.position)
            if recorded is not None:
                _destroy(ledger, recorded)
        return receipt

    return ledger.together(whole).model_copy(update={"caveats": CAVEATS})


def sweep(ledger: EventLedger, vault: Vault) -> int:
    """Destroy every key that an erasure on record names; how many of them were there again.

    After a crash between the two halves, or with a vault from a back-up. The vault itself knows up
    to which event it was swept, so that a start does not read the whole ledger: one from a back-up
    is swept from where it stood then.
    """
    last = ledger.at(ledger.position())
    again = sum(_destroy(ledger, one) for one in ledger.telling(ERASURES, _swept(ledger, vault)))
    if last is not None:
        vault.put(SWEPT, f"{last.position} {last.id}".encode())
    return again


def _swept(ledger: EventLedger, vault: Vault) -> int:
    """The position up to which this vault was swept; 0 where that was another ledger's event."""
    position, _, event = (vault.get(SWEPT) or b"0").decode().partition(" ")
    last = ledger.at(int(position)) if event else None
    return int(position) if last is not None and str(last.id) == event else 0


def _destroy(ledger: EventLedger, recorded: Recorded) -> bool:
    event, about = recorded.event, str(recorded.envelope.about.incident)
    return isinstance(event, ContentErased) and ledger.sealer.erase(event.party, about, event.key)
