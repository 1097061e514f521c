"""The follower: keeps the transparency log in step with the ledger, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from adapters.evidence.log import TransparencyLog
from adapters.logs import Log
from domain.errors import VarselError

IDLE, RETRY = 1.0, 2.0  # seconds


class Follower:
    """Catches up after every append, and lets others wait for it.

    `agree` raises where the ledger is not the one that was signed: then nothing is followed.
    """

    def __init__(
        self, log: TransparencyLog, report: Log, agree: Callable[[], None] = lambda: None
    ) -> None:
        self._evidence = log
        self._agree = agree
        self._report = report
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self.trouble: str | None = None

    def start(self) -> None:
        """Look whether log and ledger still agree, then follow."""
        self._thread.start()

    def wake(self) -> None:
        """Say that the ledger has grown."""
        self._wake.set()

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until a checkpoint covers a position of the ledger.

        False when it takes too long, and at once while the follower is in trouble.
        """
        deadline = time.monotonic() + seconds
        with self._moved:
            while self._evidence.position() < position:
                left = deadline - time.monotonic()
                if self.trouble or left <= 0:
                    return False
                self._moved.wait(left)
        return True

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        agreed = False
        while not self._stopping.is_set():
            try:
                if not agreed:
                    self._evidence.require_agreement()
                    self._agree()
                agreed = True
                while not self._stopping.is_set() and self._evidence.catch_up():
                    self._announce()
                self._announce()
                self._wake.wait(IDLE)
                self._wake.clear()
            except Exception as trouble:  # noqa: BLE001 - a follower that dies stays unseen
                agreed = False
                self._stumble(trouble)

    def _stumble(self, trouble: Exception) -> None:
        said = str(trouble) if isinstance(trouble, VarselError) else repr(trouble)
        if said != self.trouble:  # once, not once a second
            self._report.error("evidence.stuck", error=said)
        self._announce(said)
        self._stopping.wait(RETRY)

    def _announce(self, trouble: str | None = None) -> None:
        with self._moved:
            self.trouble = trouble
            self._moved.notify_all()
