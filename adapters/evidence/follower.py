"""Whoever waits for the transparency log: beside the one that signs, or in another process."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from adapters.engines.bell import Bell
from adapters.evidence.checkpoint import Checkpoint
from adapters.evidence.log import BATCH, TransparencyLog
from adapters.logs import Log
from adapters.looking import Looking
from domain.errors import VarselError


class Signing(Looking):
    """Knows how far the log is: `position` is what a checkpoint covers."""

    def __init__(self, log: TransparencyLog) -> None:
        super().__init__("evidence")
        self._evidence = log
        self._covered = 0
        self._ailing: str | None = None
        self.newest: Checkpoint | None = None

    @property
    def position(self) -> int:
        """See `Looking`."""
        return self._covered

    @property
    def trouble(self) -> str | None:
        """See `Looking`: whatever looking raises is the trouble until it raises no more."""
        return self._ailing

    @abstractmethod
    def _stumbled(self, said: str) -> None:
        """Looking failed for another reason than the last time."""

    def _stumble(self, trouble: Exception) -> None:
        said = str(trouble) if isinstance(trouble, VarselError) else repr(trouble)
        if said != self._ailing:  # once, not once a second
            self._stumbled(said)
        with self._moved:
            self._ailing = said
            self._moved.notify_all()

    def _announce(self) -> None:
        """Tell those that wait how far the log is, whoever signed."""
        head = self._evidence.told()
        with self._moved:
            self.newest, self._covered = head
            self._ailing = None
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

    def _look(self) -> bool:
        agreed, self._agreed = self._agreed, False
        if not agreed:
            self._evidence.require_agreement()
            self._agree()
        grown = self._evidence.catch_up()
        self._announce()
        if grown:
            self._bell.ring("evidence")
        self._agreed = True
        return grown >= BATCH

    def _stumbled(self, said: str) -> None:
        self._report.error("evidence.stuck", error=said)


class Watcher(Signing):
    """Watches the log that another process keeps in step; that one's troubles are its own."""

    def __init__(self, log: TransparencyLog, report: Log, bell: Bell) -> None:
        super().__init__(log)
        self._report = report
        bell.hear("evidence", self.wake)

    def _look(self) -> bool:
        self._announce()
        return False

    def _stumbled(self, said: str) -> None:
        self._report.warning("evidence.unseen", error=said)
