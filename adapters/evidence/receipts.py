"""Receipts and clock: what the ledger keeps beside its events, against what the events say."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from adapters.evidence.findings import Finding
from adapters.evidence.log import Leaf
from adapters.store.inspection import Inspection
from adapters.store.stored import StoredRow, receipt_hash
from domain.errors import Unavailable
from domain.ports import Receipt

Command = tuple[str, str]  # party, and the command's id


class Receipts:
    """Checks receipts as a scan meets the rows that they are for.

    They are read before the rows: each one's events are committed with it, so a scan meets them.
    """

    def __init__(self, file: Inspection) -> None:
        self._file = file
        self._broken: str | None = None
        try:
            found = list(file.receipts())
        except Unavailable as broken:
            found, self._broken = [], str(broken)
        self._hashes = {(one.party, one.command): receipt_hash(one) for one in found}
        self._texts = {(one.party, one.command): one.receipt for one in found}
        self._placed: dict[int, str] = {}
        self._met: set[Command] = set()

    def beside(self, row: StoredRow, leaf: Leaf | None) -> Iterator[Finding]:
        """The receipt of the row's command, against what was noted when its leaf was made."""
        try:
            by = row.envelope()
            command = (str(by["party"]), str(by["command"]))
            self._placed[row.position] = str(by["id"])
        except (ValueError, LookupError, RecursionError):
            return  # the row is named already
        known = command in self._met or leaf is None or self._broken
        self._met.add(command)
        if leaf is not None and not known and self._hashes.get(command) != leaf.receipt:
            what = "gone" if command not in self._hashes else "another one"
            yield Finding("receipt", f"that of {command[0]}'s command {command[1]} is {what}")

    def end(self, latest: str) -> Iterator[Finding]:
        """Receipts that point nowhere, and a clock that is not where the last row is."""
        if self._broken:
            yield Finding("receipt", f"they cannot be read: {self._broken}")
        for command, text in self._texts.items():
            if command not in self._met or not self._points(text):
                what = f"that of {command[0]}'s command {command[1]} points nowhere"
                yield Finding("receipt", what)
        last = self._file.last()
        clock = self._file.clock()
        if last == max(self._placed, default=0) == self._file.last() and clock != latest:
            yield Finding("clock", f"the ledger's clock is at {clock}, its last row at {latest}")

    def _points(self, text: str) -> bool:
        try:
            receipt = Receipt.model_validate_json(text)
        except ValidationError:
            return False
        return all(self._placed.get(one.position) == str(one.id) for one in receipt.events)
