"""Which public statements collide with the facts, the vendor's notice, or with themselves?"""

from __future__ import annotations

from typing import Any, cast

from domain import events as e
from domain import streams
from domain.envelope import Recorded
from domain.known import Known
from domain.statements import Statement, contradictions, in_own_voice
from domain.values import Claim, Count, Facts
from projections import describe, facts
from projections.rows import Row, Rows

VIEW = "statements"
HANDLED: frozenset[type[e.Event]] = frozenset(
    {e.EventCorrected, e.StatementMade, e.CustomersNotified}
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Keep what was claimed beside the facts as they stood, so it comes after `facts.project`."""
    about = recorded.envelope.about
    party, incident = about.client or about.vendor, recorded.incident_text
    if incident is None or party not in recorded.envelope.visibility:
        return
    row = rows.get(VIEW, party, incident) or {"position": 0, "statements": [], "notice": []}
    if recorded.position <= row["position"]:
        return
    newer = _next(recorded, party, row, rows)
    if newer is not None:
        rows.put(VIEW, party, incident, {**newer, "position": recorded.position})


def _next(recorded: Recorded, party: str, row: Row, rows: Rows) -> Row | None:
    match recorded.event:
        case e.EventCorrected(target=target) if row["position"]:
            return {**row, **{name: _without(str(target), row[name]) for name in LISTS}}
        case e.StatementMade() | e.CustomersNotified() as one if one.claims:
            said = _said(recorded, one)
            if _is_notice(recorded):
                return {**row, "notice": [*row["notice"], said]}
            said["vendor"] = recorded.envelope.about.client is None
            said["stood"] = _stood(recorded, party, row, rows)
            return {**row, "statements": [*row["statements"], said]}
        case _:
            return None


LISTS = ("statements", "notice")


def _is_notice(recorded: Recorded) -> bool:
    """Whether the vendor says it to a client: even one that tells itself says it but once."""
    incident, client = recorded.envelope.about.incident, recorded.envelope.about.client
    if incident is None or client is None:
        return False
    return recorded.stream == streams.notice_id(incident, client)


def _without(event: str, said: list[Row]) -> list[Row]:
    return [one for one in said if one["event"] != event]


def _said(recorded: Recorded, one: e.StatementMade | e.CustomersNotified) -> Row:
    """What was claimed; of quoted text only where it can be fetched."""
    shown = describe.data(recorded)
    quoted = {c["id"]: c["words"]["text"] for c in shown["claims"] if "words" in c}
    claims = [{k: v for k, v in claim.items() if k != "words"} for claim in shown["claims"]]
    return {
        "event": str(recorded.id),
        "statement": one.statement or str(recorded.id),
        "claims": claims,
        "words": quoted,
        "text": shown["words"]["text"] if "words" in shown else None,
    }


def _stood(recorded: Recorded, party: str, row: Row, rows: Rows) -> Row:
    """The facts as they stand at this point of the log; `notice` where the vendor gave one."""
    about = recorded.envelope.about
    known = facts.query(party, str(about.incident), rows)
    heard = [claim for said in row["notice"] for claim in said["claims"]]
    kept = {name: part for name, part in (known or {}).items() if name in FACTS}
    return {**kept, "notice": heard if known and about.client else None}


FACTS = ("facts", "count", "state")


def query(party: str, rows: Rows, incident: str | None = None) -> list[Row]:
    """The collisions of a party's public statements, oldest statement first."""
    return [
        found.model_dump(mode="json")
        for key, row in rows.all(VIEW, party)
        if incident in {None, key}
        for said in row["statements"]
        for found in contradictions(
            _statement(said),
            _known(party, said, said["stood"]),
            _known(party, said, facts.query(party, key, rows) or {}),
        )
    ]


def _statement(said: Row) -> Statement:
    return Statement(said["statement"], _claims(said["claims"]), said["words"], said["text"])


def _known(party: str, said: Row, stood: Row) -> Known:
    heard = cast("list[Row] | None", stood.get("notice"))
    return Known(
        party=party,
        vendor=said["vendor"],
        facts=Facts.model_validate(stood.get("facts", {})),
        count=Count.model_validate(stood.get("count", "unknown")),
        state=stood.get("state", "open"),
        notice=None if heard is None else in_own_voice(_claims(heard)),
    )


def _claims(said: list[dict[str, Any]]) -> tuple[Claim, ...]:
    return tuple(Claim.model_validate(claim) for claim in said)


def beside(party: str, entries: list[Row], found: list[Row]) -> list[Row]:
    """Timeline entries; a party's own public statement with what its words collide with."""
    by_statement: dict[str, list[Row]] = {}
    for one in found:
        by_statement.setdefault(one["statement"], []).append(one)
    return [
        {**one, "contradictions": by_statement[name]}
        if one["by"] == party and (name := _called(one)) in by_statement
        else one
        for one in entries
    ]


def _called(entry: Row) -> str:
    """What contradictions call an entry's statement: its own name, else its event's id."""
    made = entry["type"] == "StatementMade"
    return str(entry["data"]["statement"] if made else entry["event"])
