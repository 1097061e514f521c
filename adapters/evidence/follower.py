"""Whoever waits for the transparency log: beside the one that signs, or in another process."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from adapters.engines.bell import Bell
from adapters.evidence.checkpoint import Checkpoint
from adapters.evidence.log import BATCH, TransparencyLog
from adapters.logs import Log
from domain.errors import VarselError

IDLE, RETRY = 1.0, 2.0  # seconds
REST = 0.05  # seconds at most, between two looks


class Signing(ABC):
    """Knows how far the log is, and lets others wait for it; looks in a thread of its own."""

    def __init__(self, log: TransparencyLog) -> None:
        self._evidence = log
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._covered = 0
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self.newest: Checkpoint | None = None
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something new to be seen."""
        self._wake.set()

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until a checkpoint covers a position of the ledger.

        False when it takes too long, and at once while there is trouble.
        """
        deadline = time.monotonic() + seconds
        with self._moved:
            if self._covered < position:
                self._wake.set()
            while self._covered < position:
                left = deadline - time.monotonic()
                if self.trouble or left <= 0:
                    return False
                self._moved.wait(left)
        return True

    def stop(self) -> None:
        """Stop after what is at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _look(self) -> None:
        """See what is new; whatever it raises is the trouble until it raises no more."""

    @abstractmethod
    def _stumbled(self, said: str) -> None:
        """Looking failed for another reason than the last time."""

    def _run(self) -> None:
        """Rests as long as it worked: what comes meanwhile is signed, and checked, together."""
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._look()
            except Exception as trouble:  # noqa: BLE001 - whoever dies here stays unseen
                self._stumble(trouble)
            else:
                self._stopping.wait(min(REST, time.monotonic() - began))
                self._wake.wait(IDLE)
                self._wake.clear()

    def _stumble(self, trouble: Exception) -> None:
        said = str(trouble) if isinstance(trouble, VarselError) else repr(trouble)
        if said != self.trouble:  # once, not once a second
            self._stumbled(said)
        with self._moved:
            self.trouble = said
            self._moved.notify_all()
        self._stopping.wait(RETRY)

    def _announce(self) -> None:
        """Tell those that wait how far the log is, whoever signed."""
        head = self._evidence.told()
        with self._moved:
            self.newest, self._covered = head
            self.trouble = None
            self._moved.notify_all()


class Follower(Signing):
    """Keeps the log in step with the ledger: catches up after every append, and tells the others.

    `agree` raises where the ledger is not the one that was signed: then nothing is followed.
    """

    def __init__(
        self,
        log: TransparencyLog,
        report: Log,
        bell: Bell,
        agree: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(log)
        self._report = report
        self._bell = bell
        self._agree = agree
        self._agreed = False

    def _look(self) -> None:
        agreed, self._agreed = self._agreed, False
        if not agreed:
            self._evidence.require_agreement()
            self._agree()
        grown = BATCH  # as many, and there may be more
        while grown >= BATCH and not self._stopping.is_set():
            grown = self._evidence.catch_up()
            self._announce()
            if grown:
                self._bell.ring("evidence")
        self._agreed = True

    def _stumbled(self, said: str) -> None:
        self._report.error("evidence.stuck", error=said)


class Watcher(Signing):
    """Watches the log that another process keeps in step; that one's troubles are its own."""

    def __init__(self, log: TransparencyLog, report: Log, bell: Bell) -> None:
        super().__init__(log)
        self._report = report
        bell.hear("evidence", self.wake)

    def _look(self) -> None:
        self._announce()

    def _stumbled(self, said: str) -> None:
        self._report.warning("evidence.unseen", error=said)
