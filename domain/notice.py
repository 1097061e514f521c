"""What a vendor tells one client: the part of the facts that concerns it, and nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain import events as e
from domain.incident import Incident
from domain.naming import Owners, folded, others_among
from domain.values import Claim, Count, Facts, People, System, Total


def mentioned(facts: Facts) -> frozenset[str]:
    """Every word in the facts that could name another party, in small letters."""
    rows: tuple[System | People | Total | Claim, ...]
    rows = (*facts.systems, *facts.people, *facts.totals, *facts.claims)
    return folded(facts.discovered_by).union(*(_names(row) for row in rows))


def without(facts: Facts, others: frozenset[str]) -> Facts:
    """The facts as one client may see them: rows about other parties are left out.

    `others` are the words of `mentioned(facts)` that name parties which are neither that client
    nor the vendor (`others_among`). A row that names another client would tell this one who else
    is touched. Quoted words stay with the report: free text is sealed for the stream it stands on.
    """
    found_by_other = others & folded(facts.discovered_by)
    return facts.model_copy(
        update={
            "discovered_by": None if found_by_other else facts.discovered_by,
            "systems": _without(facts.systems, others),
            "people": _without(facts.people, others),
            "totals": _without(facts.totals, others),
            "claims": tuple(_unquoted(claim) for claim in _without(facts.claims, others)),
        }
    )


def _unquoted(claim: Claim) -> Claim:
    return claim.model_copy(update={"words": None})


def _without(rows: Iterable[Any], others: frozenset[str]) -> tuple[Any, ...]:
    return tuple(row for row in rows if not others & _names(row))


def _names(row: System | People | Total | Claim) -> frozenset[str]:
    match row:
        case System():
            return folded(row.name, row.owner)
        case People():
            return folded(row.group)
        case Total():
            return folded(row.client, row.source)
        case _:
            return folded(row.id, row.supersedes, row.scope, row.source, row.value)


# --- acts that are shared ----------------------------------------------------------------------

_SAID_OF = ("helped_by", "quotes", "asked_by", "prompted_by", "reference")
_ABOUT = ("who", "kind", "ground", "channel")  # what an act cannot be told without


def words_of(act: e.Event) -> frozenset[str]:
    """Every word in a vendor's act that could name another party, in small letters."""
    said = _said(act, *_SAID_OF, *_ABOUT)
    match act:
        case e.StatementMade():
            rows = (_names(claim) for claim in act.claims)
            return said.union(folded(*act.audience, *act.advice), *rows)
        case e.AwarenessStated():
            return said | folded(act.awareness.how)
        case _:
            return said


def _said(act: e.Event, *fields: str) -> frozenset[str]:
    return folded(*(getattr(act, name, None) for name in fields))


def copy_for_client(act: e.Event, client: str, vendor: str, owners: Owners) -> e.Event | None:
    """A vendor's act as one client may see it; None where it is about another party altogether.

    `owners` says which words of `words_of(act)` name registered parties, and whom. Of several
    controllers each hears of itself alone, and reasons for lateness stay with the vendor.
    """
    others = others_among(owners, client, vendor)
    if _said(act, *_ABOUT) & others:
        return None
    hidden = [name for name in _SAID_OF if _said(act, name) & others]
    kept = act.model_copy(update=dict.fromkeys(hidden))
    match kept:
        case e.StatementMade():
            return kept.model_copy(
                update={
                    "audience": _silent(kept.audience, others),
                    "advice": _silent(kept.advice, others),
                    "claims": _without(kept.claims, others),
                }
            )
        case e.AwarenessStated() if folded(kept.awareness.how) & others:
            awareness = kept.awareness.model_copy(update={"how": None})
            return kept.model_copy(update={"awareness": awareness})
        case e.RegulatorNotified():
            theirs = tuple(name for name in kept.controllers if name == client)
            return kept.model_copy(update={"controllers": theirs, "late_reasons": None})
        case _:
            return kept


def _silent(labels: tuple[str, ...], others: frozenset[str]) -> tuple[str, ...]:
    return tuple(label for label in labels if not folded(label) & others)


def own_count(incident: Incident, client: str) -> Count:
    """What the vendor holds to be this client's number: as named, else a total given for it."""
    line = incident.clients.get(client)
    if line is not None and line.count.known:
        return line.count
    for total in incident.facts.totals:
        if total.client == client:
            return total.count
    return Count()
