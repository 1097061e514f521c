"""Who must know what, in plain Python: nothing of the platform's own code is asked.

A command is answered with what it must record: kinds of events, each with exactly its readers. None
means that it must be refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

Known = tuple[str, frozenset[str]]
Expected = Counter[Known] | None


@dataclass
class Case:
    """An incident as its vendor and those who were told of it have left it."""

    vendor: str
    name: str
    open: bool = True
    named: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    cleared: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    closed_by: set[str] = field(default_factory=set)

    @property
    def reached(self) -> list[str]:
        """Whom news goes to."""
        return [client for client in self.told if client not in self.cleared]

    def between(self, kind: str, client: str) -> Known:
        return kind, frozenset({client, self.vendor})

    def alone(self, kind: str) -> Known:
        return kind, frozenset({self.vendor})


@dataclass
class Model:
    """Every case; and what every party was to see so far."""

    cases: dict[str, Case] = field(default_factory=dict)

    # --- vendors ---

    def report(self, vendor: str, name: str) -> Expected:
        if name in self.cases:
            return None
        self.cases[name] = Case(vendor, name)
        return Counter([self.cases[name].alone("VendorReportedLeak")])

    def revise(self, name: str) -> Expected:
        case = self.cases[name]
        return self._news(case, "FactsRevised") if case.open else None

    def notify(self, name: str, clients: Sequence[str]) -> Expected:
        case = self.cases[name]
        if not case.open:
            return None
        told = Counter(case.between("ClientNotified", client) for client in clients)
        told[case.alone("NoticesIssued")] += 1
        if set(clients) - case.named:
            told[case.alone("ClientsNamed")] += 1
        case.named |= set(clients)
        case.cleared -= set(clients)
        case.told += [client for client in clients if client not in case.told]
        return told

    def update(self, name: str, client: str) -> Expected:
        case = self.cases[name]
        if not case.open or client not in case.reached:
            return None
        return Counter([case.between("ClientUpdated", client), case.alone("NoticesIssued")])

    def clear(self, name: str, client: str) -> Expected:
        case = self.cases[name]
        if not case.open or client not in case.reached:
            return None
        case.cleared.add(client)
        return Counter([case.between("ClientCleared", client), case.alone("NoticesIssued")])

    def close(self, name: str) -> Expected:
        case = self.cases[name]
        if not case.open:
            return None
        case.open = False
        return self._news(case, "IncidentClosed")

    def _news(self, case: Case, kind: str) -> Counter[Known]:
        told = Counter(case.between("ClientUpdated", client) for client in case.reached)
        told[case.alone(kind)] += 1
        if case.reached:
            told[case.alone("NoticesIssued")] += 1
        return told

    # --- clients ---

    def acknowledge(self, name: str, client: str) -> Expected:
        case = self.cases[name]
        if client not in case.told or client in case.acknowledged | case.closed_by:
            return None
        case.acknowledged.add(client)
        return Counter([case.between("NoticeAcknowledged", client)])

    def ask(self, name: str, client: str) -> Expected:
        """Nothing more is said to a client that was cleared: it asks nothing, either."""
        if client in self.cases[name].cleared:
            return None
        return self.acts(name, client, "QuestionAsked", shared=True)

    def acts(self, name: str, client: str, kind: str, *, shared: bool) -> Expected:
        """A client's own act on its case; the vendor sees it only where it is `shared`."""
        case = self.cases[name]
        if client not in case.told or client in case.closed_by:
            return None
        return Counter([case.between(kind, client) if shared else (kind, frozenset({client}))])

    def close_case(self, name: str, client: str) -> Expected:
        case = self.cases[name]
        if client not in case.told or client in case.closed_by:
            return None
        case.closed_by.add(client)
        return Counter([("CaseClosed", frozenset({client}))])

    def reopened(self, name: str, client: str) -> None:
        """The platform opened a closed case again: the vendor had spoken since."""
        assert client in self.cases[name].closed_by
        self.cases[name].closed_by.remove(client)
