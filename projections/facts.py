"""What is said to have happened, as far as one party was told?"""

from __future__ import annotations

from typing import Any, Final

from domain import events as e
from domain.envelope import Recorded
from domain.values import STORED, Count, Facts
from projections.last import Last
from projections.rows import Row, Rows

VIEW = "facts"
HANDLED: frozenset[type[e.Event]] = frozenset(
    {
        e.VendorReportedLeak,
        e.ClientNotified,
        e.FactsRevised,
        e.ClientUpdated,
        e.ClientCleared,
        e.IncidentClosed,
        e.IncidentWithdrawn,
        e.ClientsNamed,
    }
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Lay what an event says over what the party knew."""
    about, incident = recorded.envelope.about, recorded.incident_text
    if incident is None:
        return
    party = about.client or about.vendor
    if party is None or party not in recorded.envelope.visibility:
        return
    row = rows.get(VIEW, party, incident) or {"position": 0}
    if recorded.position <= row["position"]:
        return
    newer = _next(recorded, row)
    if newer is not None:
        newer = {**newer, "position": recorded.position, "vendor": about.vendor}
        rows.put(VIEW, party, incident, newer)


def _next(recorded: Recorded, row: Row) -> Row | None:
    match recorded.event:
        case e.VendorReportedLeak() as one:
            return {**row, "slug": one.slug, "facts": _dump(one.facts), "state": "open"}
        case e.ClientNotified() as one:
            return {**row, **_told.of(one)}
        case e.FactsRevised() as one:
            return {**row, **_revised(row, one)}
        case e.ClientUpdated() as one:
            return {**row, **_revised(row, one), **_said(one, one.incident_state)}
        case e.ClientCleared() as one:
            known = _load(row["facts"]).revised(one.people)
            return {**row, "facts": _dump(known), **_said(one, "cleared")}
        case e.IncidentClosed():
            return {**row, "state": "closed"}
        case e.IncidentWithdrawn():
            return {**row, "state": "withdrawn"}
        case e.ClientsNamed(complete=complete) if complete is not None:
            return {**row, "clients_complete": complete}
        case _:
            return None


def _first(one: e.ClientNotified) -> Row:
    told = {"count": one.count.model_dump(mode="json"), "sure": one.sure}
    return {**told, "facts": _dump(one.facts), "state": "open"}


_told: Final = Last(_first)


def _said(one: e.ClientUpdated | e.ClientCleared, state: str | None) -> Row:
    said = {
        "count": one.count.model_dump(mode="json") if one.count else None,
        "sure": one.sure,
        "state": state,
    }
    return {name: part for name, part in said.items() if part is not None}


def _revised(row: Row, one: e.FactsRevised | e.ClientUpdated) -> Row:
    if not (one.people or one.totals or one.claims):
        return {}
    return {"facts": _revision.of(one).over(row["facts"])}


class _Revision:
    """What an event says, laid over what was known: once for all in a row who knew the same."""

    def __init__(self, one: e.FactsRevised | e.ClientUpdated) -> None:
        self._one = one
        self._last: tuple[Row | None, Row] = None, {}

    def over(self, stored: Row) -> Row:
        """The facts as they are then. Rows are equal only if they are dumped from equal facts."""
        known, newer = self._last
        if known != stored:
            one = self._one
            newer = _dump(_load(stored).revised(one.people, one.totals, one.claims))
            self._last = stored, newer
        return newer


_revision: Final = Last(_Revision)


def _load(stored: dict[str, Any]) -> Facts:
    return Facts.model_validate(stored, context=STORED)


def _dump(facts: Facts) -> dict[str, Any]:
    """Facts as JSON, without the free text that claims may quote."""
    said: dict[str, Any] = facts.model_dump(mode="json", exclude_none=True)
    for claim in said["claims"]:
        claim.pop("words", None)
    return said


def query(party: str, incident: str, rows: Rows) -> Row | None:
    """What a party knows of an incident."""
    row = rows.get(VIEW, party, incident)
    return {k: v for k, v in row.items() if k != "position"} if row else None


def known(party: str, incident: str, rows: Rows) -> Facts:
    """The facts as a value; empty where the party was told nothing."""
    return _load((rows.get(VIEW, party, incident) or {}).get("facts", {}))


def count(party: str, incident: str, rows: Rows) -> Count:
    """The number that a client was told of; unknown where it was told none."""
    return Count.model_validate((rows.get(VIEW, party, incident) or {}).get("count", "unknown"))
