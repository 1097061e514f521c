"""What a vendor tells one client: the part of the facts that concerns it, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.incident import Incident
from domain.values import Claim, Count, Facts, System, Total


def mentioned(facts: Facts) -> frozenset[str]:
    """Every word in the facts that could be another party's id."""
    words: set[str | None] = {s.owner for s in facts.systems}
    words |= {w for t in facts.totals for w in (t.client, t.source)}
    words |= {w for c in facts.claims for w in (c.scope, c.source)}
    return frozenset(w for w in words if w)


def for_client(facts: Facts, client: str, vendor: str, parties: frozenset[str]) -> Facts:
    """The facts as one client may see them: rows about other parties are left out.

    `parties` are those words of `mentioned(facts)` that are ids of registered parties. A row
    that names another client would tell this one who else is touched. Quoted words stay with
    the report: free text is sealed for the stream it stands on.
    """
    others = parties - {client, vendor}
    return facts.model_copy(
        update={
            "systems": _without(facts.systems, others),
            "totals": _without(facts.totals, others),
            "claims": tuple(_unquoted(claim) for claim in _without(facts.claims, others)),
        }
    )


def _unquoted(claim: Claim) -> Claim:
    return claim.model_copy(update={"words": None})


def _without(rows: Iterable[Any], others: frozenset[str]) -> tuple[Any, ...]:
    return tuple(row for row in rows if not others & _names(row))


def _names(row: System | Total | Claim) -> frozenset[str | None]:
    match row:
        case System():
            return frozenset({row.owner})
        case Total():
            return frozenset({row.client, row.source})
        case Claim():
            return frozenset({row.scope, row.source})


def own_count(incident: Incident, client: str) -> Count:
    """What the vendor holds to be this client's number: as named, else a total given for it."""
    line = incident.clients.get(client)
    if line is not None and line.count.known:
        return line.count
    for total in incident.facts.totals:
        if total.client == client:
            return total.count
    return Count()
