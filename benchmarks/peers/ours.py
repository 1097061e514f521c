"""Varsel's own ledger, appended to as the desk does: with receipt, clock and stamped envelopes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Final
from uuid import uuid4

from adapters.store.ledger import EventLedger
from benchmarks.scaling.lab import LEAK
from domain import events as e
from domain.envelope import Context, Draft
from domain.ports import Changes, Signature
from domain.values import Facts

VENDOR: Final = "vendor-0"
FACTS: Final = ("happened", "nature", "people", "claims")  # no free text: it would be sealed


class Ours:
    """One ledger; every append is a command with an id of its own."""

    def __init__(self, ledger: EventLedger) -> None:
        self._ledger = ledger
        self._commands = count(1)
        facts = Facts.model_validate({part: LEAK[part] for part in FACTS})
        about = Context(incident=uuid4(), vendor=VENDOR)
        told = e.VendorReportedLeak(slug="leak", facts=facts)
        self._draft = Draft(event=told, about=about, visibility=(VENDOR,))

    def body(self) -> bytes:
        """What the ledger stores for one event: what the others are given to store."""
        self.append([b""])
        [row] = self._ledger.rows_since(0, 1)
        return row.state

    def append(self, bodies: Sequence[bytes]) -> None:
        """As many events as there are bodies; it makes their bytes itself."""
        stream = uuid4()
        drafts = [self._draft] * len(bodies)
        changes = Changes({stream: (0, drafts)}, incident=stream, main=stream)
        command = Signature(VENDOR, f"command-{next(self._commands)}", "0" * 64, "report_leak")
        self._ledger.append(changes, command, datetime.now(UTC))
