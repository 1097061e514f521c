"""The meter: how long requests and batches take, and what was refused; microseconds each."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from time import perf_counter
from types import TracebackType
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from adapters.observing import Work
from domain.errors import KINDS, VarselError

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds: from one commit on a fast disk to fifty thousand clients in one command."""


class Meter:
    """An `Observe` that counts into a registry of its own.

    `verbs` are the commands: each is told apart, everything else is an answer. A word that is
    neither comes from outside and makes no series.
    """

    def __init__(self, verbs: Collection[str]) -> None:
        self.registry = CollectorRegistry()
        self._verbs = frozenset(verbs)
        self._accept = self._histogram(
            "varsel_accept_seconds", "Commands, from arrival to committed", "verb", "outcome"
        )
        self._answer = self._histogram(
            "varsel_answer_seconds", "Questions and operations", "outcome"
        )
        self._batch = self._histogram(
            "varsel_batch_seconds", "append: a commit; relay, project: a batch", "work"
        )
        says = "Requests refused, by kind of error"
        self._refused = Counter("varsel_refused", says, ("kind",), registry=self.registry)
        for kind in KINDS:
            self._refused.labels(kind)  # from zero on: a rate needs where it began

    def __call__(self, work: Work, verb: str = "") -> AbstractContextManager[object]:
        """See `Observe`."""
        return _Timed(self, work, verb)

    def note(self, work: Work, verb: str, seconds: float, error: BaseException | None) -> None:
        """Something took so long and ended so."""
        if error is not None and not isinstance(error, Exception):
            return  # it was called off: that says nothing of how long it takes
        if work != "accept":
            self._batch.labels(work).observe(seconds)
            return
        done = _outcome(error)
        if verb in self._verbs:
            self._accept.labels(verb, "accepted" if done == "answered" else done).observe(seconds)
        else:
            self._answer.labels(done).observe(seconds)
        if error is not None:
            self._refused.labels(error.kind if isinstance(error, VarselError) else "error").inc()

    def _histogram(self, name: str, says: str, *labels: str) -> Histogram:
        return Histogram(name, says, labels, buckets=BUCKETS, registry=self.registry)


class _Timed:
    """One piece of work, from entered to left."""

    __slots__ = ("_meter", "_since", "_verb", "_work")

    def __init__(self, meter: Meter, work: Work, verb: str) -> None:
        self._meter, self._verb = meter, verb
        self._work: Work = work
        self._since = 0.0

    def __enter__(self) -> None:
        self._since = perf_counter()

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self._meter.note(self._work, self._verb, perf_counter() - self._since, error)


def _outcome(error: BaseException | None) -> str:
    """Refused is the asker's doing, failed is ours."""
    if error is None:
        return "answered"
    theirs = isinstance(error, VarselError) and error.status < 500  # noqa: PLR2004
    return "refused" if theirs else "failed"
