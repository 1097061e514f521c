"""What a vendor tells one client: the part of the facts that concerns it, and nothing of others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from domain import events as e
from domain.incident import Incident
from domain.values import Claim, Count, Facts, People, System, Total


def mentioned(facts: Facts) -> frozenset[str]:
    """Every word in the facts that could be another party's id, in lower case."""
    rows: tuple[System | People | Total | Claim, ...]
    rows = (*facts.systems, *facts.people, *facts.totals, *facts.claims)
    return _folded(facts.discovered_by).union(*(_names(row) for row in rows))


def for_client(facts: Facts, client: str, vendor: str, parties: frozenset[str]) -> Facts:
    """The facts as one client may see them: rows about other parties are left out.

    `parties` are those words of `mentioned(facts)` that are ids of registered parties. A row
    that names another client would tell this one who else is touched. Quoted words stay with
    the report: free text is sealed for the stream it stands on.
    """
    others = parties - {client, vendor}
    found_by_other = others & _folded(facts.discovered_by)
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
            return _folded(row.name, row.owner)
        case People():
            return _folded(row.group)
        case Total():
            return _folded(row.client, row.source)
        case _:
            return _folded(row.id, row.supersedes, row.scope, row.source, row.value)


def _folded(*words: Any) -> frozenset[str]:
    """Everything in the words that could be a party's id: alone, or within a longer label.

    "Customers of Tokmanni" and "tokmanni-count" name a client as well as "tokmanni" does.
    """
    labels = [word.casefold() for word in words if isinstance(word, str)]
    return frozenset(run for label in labels for run in _runs(_PART.findall(label)))


_PART = re.compile(r"[a-z0-9]+")
_LONGEST = 8  # parts of an id; a longer run is looked at in pieces


def _runs(parts: list[str]) -> Iterator[str]:
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _LONGEST, len(parts)) + 1):
            yield "-".join(parts[start:end])


# --- acts that are shared ----------------------------------------------------------------------

_SAID_OF = ("helped_by", "quotes", "asked_by", "prompted_by")


def words_of(act: e.Event) -> frozenset[str]:
    """Every word in a vendor's act that could be another party's id, in lower case."""
    said = _folded(*(getattr(act, name, None) for name in (*_SAID_OF, "who")))
    match act:
        case e.StatementMade():
            return said.union(_folded(*act.audience), *(_names(claim) for claim in act.claims))
        case e.AwarenessStated():
            return said | _folded(act.awareness.how)
        case _:
            return said


def copy_for_client(
    act: e.Event, client: str, vendor: str, parties: frozenset[str]
) -> e.Event | None:
    """A vendor's act as one client may see it; None where it is about another party altogether.

    `parties` are those words of `words_of(act)` that are ids of registered parties. Of several
    controllers each hears of itself alone, and reasons for lateness stay with the vendor.
    """
    others = parties - {client, vendor}
    if _folded(getattr(act, "who", None)) & others:
        return None
    hidden = [name for name in _SAID_OF if _folded(getattr(act, name, None)) & others]
    kept = act.model_copy(update=dict.fromkeys(hidden))
    match kept:
        case e.StatementMade():
            return kept.model_copy(
                update={
                    "audience": tuple(a for a in kept.audience if not _folded(a) & others),
                    "claims": _without(kept.claims, others),
                }
            )
        case e.AwarenessStated() if _folded(kept.awareness.how) & others:
            awareness = kept.awareness.model_copy(update={"how": None})
            return kept.model_copy(update={"awareness": awareness})
        case e.RegulatorNotified():
            theirs = tuple(name for name in kept.controllers if name == client)
            return kept.model_copy(update={"controllers": theirs, "late_reasons": None})
        case _:
            return kept


def own_count(incident: Incident, client: str) -> Count:
    """What the vendor holds to be this client's number: as named, else a total given for it."""
    line = incident.clients.get(client)
    if line is not None and line.count.known:
        return line.count
    for total in incident.facts.totals:
        if total.client == client:
            return total.count
    return Count()
