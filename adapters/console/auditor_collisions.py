"""Collisions in words that anybody understands, each with both events that collide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.console import history
from adapters.console.case import Case
from adapters.console.telling import Teller

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Collision:
    """One claim of a public statement, and what it collides with; events are ids or None."""

    party: str
    incident: str
    title: str
    kind: str
    statement: str
    said: str
    said_by: str | None
    quoted: str | None
    against: str
    against_by: str | None


def explained(case: Case, tell: Teller) -> list[Collision]:
    """A case's collisions, oldest statement first."""
    return [_explained(case, row, tell) for row in case.contradictions]


def _explained(case: Case, row: Row, tell: Teller) -> Collision:
    entry = _statement(case, row["statement"])
    claims = entry["data"].get("claims", ()) if entry else ()
    claim = next((one for one in claims if one["id"] == row["claim"]), None)
    against, event = _against(case, row, entry, tell)
    return Collision(
        party=case.party,
        incident=case.incident,
        title=case.title,
        kind=row["kind"],
        statement=entry["data"].get("statement") or tell.kind(entry["type"]) if entry else "",
        said=tell.claim(claim) if claim else row["claim"],
        said_by=entry["event"] if entry else None,
        quoted=case.texts.get(row["words"]),
        against=against,
        against_by=event,
    )


def _statement(case: Case, name: str) -> Row | None:
    for one in case.of("StatementMade", "CustomersNotified"):
        if name in {one["event"], one["data"].get("statement")}:
            return one
    return None


def _against(case: Case, row: Row, entry: Row | None, tell: Teller) -> tuple[str, str | None]:
    """What it collides with, and the event that says that."""
    t = tell.tongue.gettext
    whose, _, place = row["against"].partition(":")
    first, _, rest = place.partition("/")
    if whose == "claim":
        claims = entry["data"].get("claims", ()) if entry else ()
        other = next((one for one in claims if one["id"] == place), None)
        said = tell.claim(other) if other else place
        event = entry["event"] if entry else None
        return t("its own claim: %(claim)s") % {"claim": said}, event
    if whose == "notice":
        said = tell.word(rest, "data") if first == "data" else t("the number of people")
        words = t("%(what)s: the vendor's notice says nothing of it") % {"what": said}
        return words, _notice(case, entry)
    return _fact(case, first, rest, tell)


def _notice(case: Case, entry: Row | None) -> str | None:
    """The vendor's last word to the party before the statement."""
    heard = [
        one
        for one in case.of("StatementMade", "ClientNotified")
        if one["by"] == case.vendor != case.party
        and (entry is None or one["recorded_at"] <= entry["recorded_at"])
    ]
    return heard[-1]["event"] if heard else None


def _fact(case: Case, first: str, rest: str, tell: Teller) -> tuple[str, str | None]:
    t = tell.tongue.gettext
    if first == "state":
        last = case.of("ClientNotified", "ClientUpdated", "ClientCleared")
        event = last[-1]["event"] if last else None
        return t("the incident is %(state)s") % {"state": tell.word(rest, "state")}, event
    strand = next((one for one in history.strands(case.entries) if _is(one.now, first, rest)), None)
    if strand is None:
        return t("the facts: %(place)s") % {"place": f"{first} {rest}".strip()}, None
    now = strand.now
    tellers = {"claims": tell.claim, "people": tell.people, "totals": tell.total}
    said = tellers[now.kind](now.value) if now.kind in tellers else _plain(now, tell)
    return t("the facts: %(place)s") % {"place": said}, now.event


def _is(said: history.Said, first: str, rest: str) -> bool:
    match said.kind:
        case "claims":
            return first == "claims" and said.value["id"] == rest.partition("/")[0]
        case "people":
            where = f"{said.value['group']}/{said.value['role']}"
            return first == "people" and rest in {"", where}
        case "systems":
            return first == "systems" and said.value["name"] == rest
        case kind:
            return first == kind


def _plain(said: history.Said, tell: Teller) -> str:
    if said.kind == "systems":
        return f"{said.value['name']}: {tell.word(said.value['affected'], 'affected')}"
    return tell.count(said.value)
