"""How far each party has acknowledged, kept beside the stream: a feed made anew goes on there.

A floor is a number of one stream. Each stream we make has an epoch of its own, and whoever looks at
a consumer asks for the epoch first: a floor of the stream before, written late by another process,
is then kept where nobody reads it, and makes no party skip what it never saw.
"""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from adapters.store.vault import Vault

EPOCH = "feed/epoch"
FLOOR = "floor"


class Floors:
    """The floors of all parties; any number of processes may look and remember."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def epoch(self) -> str:
        """The present stream's epoch: to be asked before its consumers are."""
        kept = self._vault.get(EPOCH) or self._vault.once(EPOCH, uuid4().hex.encode())
        return kept.decode()

    def of(self, party: str, epoch: str | None = None) -> int:
        """The stream number up to which a party had acknowledged when last looked at."""
        kept = self._vault.get(_name(epoch or self.epoch(), party))
        return int(kept) if kept else 0

    def remember(self, party: str, number: int, epoch: str) -> None:
        """Keep a floor that was seen in this epoch; a lower one never undoes a higher one."""
        if number > self.of(party, epoch):
            self._vault.change(_name(epoch, party), partial(_higher, number))

    def begin_anew(self, common: int) -> None:
        """Another epoch: behind the number `common` other messages will stand.

        Done before and after the stream is made anew: a look in between may have seen the old one.
        """
        old, new = self.epoch(), uuid4().hex
        names = self._vault.names(f"{FLOOR}/{old}/")
        for name in names:
            party = name.removeprefix(f"{FLOOR}/{old}/")
            self._vault.put(_name(new, party), str(min(self.of(party, old), common)).encode())
        self._vault.put(EPOCH, new.encode())
        for name in names:
            self._vault.destroy(name)


def _higher(number: int, kept: bytes | None) -> bytes:
    """Somebody else may have remembered more since we looked."""
    return str(max(number, int(kept or 0))).encode()


def _name(epoch: str, party: str) -> str:
    return f"{FLOOR}/{epoch}/{party}"
