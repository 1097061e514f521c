"""What did a party know of an incident at an instant, from whom, and what superseded it since?

A client knows what has reached it: delivered through any door, given in another way, or
acknowledged. What was told but had not arrived is kept apart, and so is what nobody observes
arriving. A vendor claims what it has recorded, to each client what it told that client.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.envelope import PLATFORM
from domain.law import starts
from domain.law.matter import Happening
from projections import arrivals, matters, timeline
from projections.arrivals import NOTICES, Arrival, knew
from projections.rows import Row, Rows

ENDS = {"IncidentClosed": "closed", "IncidentWithdrawn": "withdrawn", "ClientCleared": "cleared"}
SAYING = ("VendorReportedLeak", "FactsRevised", *NOTICES, *ENDS)
PLAIN = ("happened", "data_period", "discovered_by", "nature", "systems", "count", "sure")
SILENT = ("NoticesIssued", "EventCorrected")


@dataclass(frozen=True)
class Version:
    """One thing as one event says it: facts of that kind, under that key, to that client."""

    what: str
    key: tuple[Any, ...]
    says: Any
    entry: Row
    why: str | None = None

    def recorded_by(self, at: datetime) -> bool:
        """Whether it was on record at an instant."""
        return _recorded(self.entry) <= at


Strand = list[Version]  # all that was said of one thing to one client (or to none), oldest first


def query(party: str, incident: str, rows: Rows, at: datetime, zone: ZoneInfo) -> Row:
    """What a party knew (a vendor: claimed) at `at`; times without a zone are read in `zone`.

    `items` are facts, `heard` what else others told it, `said` its own acts, `aware` since when
    it may be held to have known. `since` says what superseded each after that instant.
    """
    entries = timeline.entries(party, rows, incident)
    arrived = arrivals.of(entries, zone)
    reported = any(one["type"] == "VendorReportedLeak" and one["by"] == party for one in entries)
    look = _claimed if reported else _learnt
    acts = [one for one in entries if one["type"] not in SAYING + SILENT and _recorded(one) <= at]
    replaced = _replaced(timeline.query(party, rows, incident), at)
    living = [one for one in acts if one["event"] not in replaced.gone]
    return {
        "party": party,
        "incident": incident,
        "at": at.isoformat(),
        "role": "vendor" if reported else "client",
        "items": list(look(list(_strands(entries)), arrived, at)),
        "heard": [
            _act(one, replaced, arrived, at) for one in living if one["by"] not in {party, PLATFORM}
        ],
        "said": [_act(one, replaced, arrived, at) for one in living if one["by"] == party],
        "aware": _aware(party, incident, rows, at, zone),
    }


# --- facts -------------------------------------------------------------------------------------


def _learnt(
    strands: Iterable[Strand], arrived: Mapping[str, Arrival], at: datetime
) -> Iterator[Row]:
    """What had arrived last of each thing, and whatever was on its way after that."""
    for strand in strands:
        told = [one for one in strand if one.recorded_by(at)]
        known = [n for n, one in enumerate(told) if knew(one.entry, arrived, at)]
        for place, one in enumerate(told):
            if place >= max(known, default=0):
                yield _item(one, [one], strand[place + 1 :], arrived, at)


def _claimed(
    strands: Iterable[Strand], arrived: Mapping[str, Arrival], at: datetime
) -> Iterator[Row]:
    """What stood on the vendor's record and in its word to each client; the same thing once."""
    alike: dict[str, list[tuple[Version, Strand]]] = {}
    for strand in strands:
        told = [one for one in strand if one.recorded_by(at)]
        for one in told[-1:]:
            name = json.dumps([one.what, one.key, one.says], sort_keys=True)
            alike.setdefault(name, []).append((one, strand[len(told) :]))
    for found in alike.values():
        (first, since), versions = found[0], [one for one, _ in found]
        yield _item(first, [one for one in versions if one.entry["client"]], since, arrived, at)


def _item(
    first: Version,
    told: Sequence[Version],
    since: Strand,
    arrived: Mapping[str, Arrival],
    at: datetime,
) -> Row:
    source = first.says.get("source") if first.what == "claims" else None
    return {
        "what": first.what,
        "says": first.says,
        **_where(first.entry),
        "source": source or first.entry["by"],
        "to": [_told(one.entry, arrived, at) for one in told],
        "since": [{**_where(one.entry), "why": one.why, "says": one.says} for one in since],
    }


def _told(entry: Row, arrived: Mapping[str, Arrival], at: datetime) -> Row:
    arrival = arrived.get(entry["event"])
    return {
        "client": entry["client"],
        "event": entry["event"],
        "recorded_at": entry["recorded_at"],
        "arrived_at": arrival.at.isoformat() if arrival else None,
        "door": arrival.door if arrival else None,
        "knew": knew(entry, arrived, at),
    }


def _strands(entries: Iterable[Row]) -> Iterable[Strand]:
    """Strand by strand in the order in which they began; what repeats the last word is no news."""
    found: dict[tuple[Any, ...], Strand] = {}
    became: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for entry in entries:
        for one in _versions(entry) if entry["type"] in SAYING else ():
            own = (entry["client"], one.what, *one.key)
            older = one.says.get("supersedes") if one.what == "claims" else None
            before = (entry["client"], one.what, older)
            name = became.get(before, before) if older else became.get(own, own)
            name = name if name in found else own
            became[own] = name
            strand = found.setdefault(name, [])
            if not strand or strand[-1].says != one.says:
                strand.append(one)
    return found.values()


def _versions(entry: Row) -> Iterator[Version]:
    data = entry["data"]
    facts, why = {**data.get("facts", {}), **data}, data.get("reason")
    why = why if isinstance(why, str) else None  # else it is free text
    state = ENDS.get(entry["type"]) or data.get("incident_state")
    if state:
        yield Version("state", (), state, entry, why)
    for name in PLAIN:
        if name in facts:
            yield Version(name, (), facts[name], entry, why)
    for what, keyed in (("people", _people), ("totals", _total), ("claims", _claim)):
        found: dict[tuple[Any, ...], list[Row]] = {}
        for row in facts.get(what, ()):
            found.setdefault(keyed(row), []).append(row)
        for key, alike in found.items():
            says = _unquoted(alike[0]) if what == "claims" else alike
            yield Version(what, key, says, entry, why)


def _people(row: Row) -> tuple[Any, ...]:
    """A group is restated as a whole, as `Facts.revised` has it."""
    return (row["group"], row["role"], row.get("country"))


def _total(row: Row) -> tuple[Any, ...]:
    return (*sorted(row["of"]), row.get("client"))


def _claim(row: Row) -> tuple[Any, ...]:
    return (row["id"],)


def _unquoted(row: Row) -> Row:
    return {name: part for name, part in row.items() if name != "words"}


# --- acts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replaced:
    """What was superseded by the instant (`gone`), and by which entry after it (`later`)."""

    gone: frozenset[str]
    later: Mapping[str, Row]


def _replaced(entries: Sequence[Row], at: datetime) -> Replaced:
    by_id = {one["event"]: one for one in entries}
    newer = {one["event"]: by_id[one["superseded_by"]] for one in entries if one["superseded_by"]}
    gone = frozenset(event for event, one in newer.items() if _recorded(one) <= at)
    return Replaced(gone, {event: one for event, one in newer.items() if event not in gone})


def _act(entry: Row, replaced: Replaced, arrived: Mapping[str, Arrival], at: datetime) -> Row:
    newer = replaced.later.get(entry["event"])
    says = newer["data"] if newer and newer["type"] not in SILENT else None
    since = [{**_where(newer), "why": None, "says": says}] if newer else []
    told = entry["client"] is not None and entry["source"] == "vendor"
    return {
        **_where(entry),
        "happened": entry["happened"],
        "data": entry["data"],
        "to": [_told(entry, arrived, at)] if told else [],
        "since": since,
    }


def _aware(party: str, incident: str, rows: Rows, at: datetime, zone: ZoneInfo) -> list[Row]:
    """Since when it may be held to have known, as far as was on record: every candidate."""
    matter = matters.get(party, incident, rows)
    if matter is None:
        return []
    then = matter.until(sum(_on_record(one, at) for one in matter.happenings))
    return [one.model_dump(mode="json") for one in starts.candidates(then, zone)]


def _on_record(one: Happening, at: datetime) -> bool:
    return one.at <= at


def _where(entry: Row) -> Row:
    return {name: entry[name] for name in ("event", "type", "by", "recorded_at")}


def _recorded(entry: Row) -> datetime:
    return datetime.fromisoformat(entry["recorded_at"])
