"""Opening the evidence of a data folder: its key and name, its log, who follows and watches."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.evidence import tree
from adapters.evidence.asking import Proofs
from adapters.evidence.checkpoint import Signer
from adapters.evidence.follower import Signing
from adapters.evidence.leaf import leaf_hash
from adapters.evidence.log import BATCH, TransparencyLog
from adapters.evidence.source import Source
from adapters.evidence.timestamp import Timestamps
from adapters.evidence.watch import Watch
from adapters.store.vault import KEY_BYTES, Vault
from domain.errors import Unavailable

KEY: Final = "evidence/key"
LAST: Final = "evidence/last"
HEADER: Final = "Varsel-Checkpoint"
COVERED: Final = 10.0  # seconds that an answer waits for the log to catch up
PATIENCE: Final = 2.0  # seconds that a feed message waits for a checkpoint that covers its event


@dataclass
class Evidence:
    """The transparency log of a running platform, and those around it.

    `follower` is who signs, or where another process does, who watches. `timestamps` is there where
    an authority was named to ask for them.
    """

    log: TransparencyLog
    follower: Signing
    watch: Watch
    proofs: Proofs
    timestamps: Timestamps | None = None

    def headers(self) -> dict[str, str]:
        """The newest checkpoint seen, as a header; none before any. No database is asked."""
        newest = self.follower.newest
        return {HEADER: newest.header()} if newest else {}

    def headers_for(self, position: int) -> dict[str, str]:
        """The same, having waited a little for a checkpoint that covers a position."""
        self.follower.wait_for(position, PATIENCE)
        return self.headers()

    def require_covered(self) -> None:
        """Wait until everything accepted so far is signed for; `Unavailable` where it is not."""
        if not self.follower.wait_for(self.proofs.position(), COVERED):
            raise Unavailable(
                "the transparency log is behind the ledger",
                got=self.follower.trouble or f"{self.log.size()} leaves",
                next_step="ask again in a moment; if it stays so: varsel doctor",
            )

    def troubles(self) -> list[str]:
        """What is in the way, and what the watch has found."""
        missing = self.timestamps.trouble if self.timestamps else None
        return [*filter(None, (self.follower.trouble, missing)), *self.watch.troubles()]


def signer(vault: Vault) -> Signer:
    """The platform's signer, made at the first start; its name is derived from its public key."""
    seed = vault.get(KEY) or vault.once(KEY, os.urandom(KEY_BYTES))
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Signer(f"varsel/{hashlib.sha256(public).hexdigest()[:16]}", seed)


def remember_last(vault: Vault, log: TransparencyLog) -> None:
    """Keep the newest checkpoint in the vault, beside the key: a log that is lost will show."""
    newest = log.checkpoint()
    if newest is None:
        return
    kept = vault.get(LAST)
    # Whoever took over meanwhile may have remembered more: a word that was given is not taken back.
    if kept is None or log.verifier.read(kept.decode()).size < newest.size:
        vault.put(LAST, newest.note.encode())


def require_last(vault: Vault, log: TransparencyLog, source: Source) -> None:
    """Raise `Unavailable` unless the log begins with what was remembered last.

    A log that is lost or put back may grow again from the ledger, if the ledger still amounts to
    the root that was signed: then nobody's checkpoint is contradicted.
    """
    kept = vault.get(LAST)
    if kept is None:
        return
    last = log.verifier.read(kept.decode())
    whole = log.size() >= last.size
    if (log.root(last.size) if whole else _root_of(source, last.size)) != last.root:
        raise Unavailable(
            "the ledger is not the one that was signed when this platform stopped last",
            got=f"{log.size()} leaves in the transparency log",
            expected=f"the root that was signed for {last.size}",
            next_step="varsel doctor --offline; put ledger and evidence.sqlite of one time back",
        )


def _root_of(source: Source, size: int) -> bytes | None:
    """The root that a ledger's first rows amount to; None where that many were never signed."""
    growing, after = tree.Growing(), 0
    while growing.size < size and (rows := source.rows_since(after, BATCH)):
        for row in rows[: size - growing.size]:
            try:
                growing.put(leaf_hash(row))
            except ValueError:  # no row that was signed is written like this one
                return None
        after = rows[-1].position
    return growing.root() if growing.size == size else None


def path(root: Path) -> Path:
    """Where the log's file lies."""
    return root / "evidence.sqlite"
