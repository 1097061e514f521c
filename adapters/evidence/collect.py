"""Collects what goes into an audit bundle: one party's feed, as far as asked, with its proofs.

Everything is taken as it stands at one checkpoint; what others may see of that time is theirs, and
appears in proofs alone, as hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from adapters.answers import PAGE, Answers
from adapters.evidence.bundle import Contents, proof, write
from adapters.evidence.bundle_parts import Moment
from adapters.evidence.bundle_scope import Scope, scope_of, written
from adapters.evidence.checkpoint import Checkpoint, Verifier
from adapters.evidence.leaf import Parts, parts
from adapters.evidence.log import TransparencyLog
from adapters.schemas import messages
from adapters.store.ledger import EventLedger
from adapters.store.stored import StoredRow
from adapters.wire import render
from domain import events as e
from domain import streams
from domain.access import Grant
from domain.envelope import PLATFORM, Recorded
from domain.errors import Invalid, NotFound, Refused, Unavailable
from domain.law.rules import Rules
from projections import (
    contradictions,
    describe,
    directory,
    feed_index,
    obligations,
    register,
    timeline,
)
from projections.everything import fold
from projections.rows import Row, Rows

MOST_WITNESSES: Final = 100
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Ports:
    """What is collected from: read models, ledger, log, law, and the clock.

    `covered` waits until everything accepted so far is signed for.
    """

    answers: Answers
    ledger: EventLedger
    rows: Callable[[], Rows]
    evidence: TransparencyLog
    covered: Callable[[], None]
    rules: Callable[[], Rules]
    clock: Callable[[], datetime]


class Placed(NamedTuple):
    """An event where it stands in the feed."""

    row: Row
    recorded: Recorded


def moment(ports: Ports) -> Moment:
    """Now, with everything signed for that was accepted so far."""
    ports.covered()
    head = ports.evidence.checkpoint()
    if head is None:
        raise Unavailable("the log is empty", next_step="ask again in a moment")
    return Moment(ports.clock(), head.size)


def export(
    ports: Ports, granted: Callable[[str, str], Grant], by: str, body: Body, then: Moment
) -> bytes:
    """The bundle that a party asks for; `body` as for `collect`."""
    return write(collect(ports, granted(by, "export"), body, then), ports.evidence.attest)


def collect(ports: Ports, granted: Grant, body: Body, then: Moment) -> Contents:
    """What a party asked to take along; raises a `VarselError` where it may or can not.

    `body`: party?, incident?, from?, until?, as_of? (times as everywhere), with_texts?, and
    witnesses?: checkpoints of this log, as text, that the party kept.
    """
    scope = scope_of(ports.answers, granted, body, then.at)
    head = ports.evidence.checkpoint_at(then.size)
    last = ports.evidence.leaf(head.size - 1).position
    law = _law(ports, last)
    if law is None:
        raise Unavailable("the log does not hold the law yet", next_step="ask again in a moment")
    known = list(_known(ports, scope, last))
    chosen = [one for one in known if scope.holds(one.recorded)]
    mine = granted.party if granted.party == scope.whose.id else None
    return Contents(
        asked=scope.asked(body),
        by=granted.party,
        made_at=written(then.at),
        as_of=written(scope.as_of),
        checkpoint=head,
        key=ports.evidence.verifier_key,
        events=_events(ports, mine, [*(one.recorded for one in chosen), law], head.size),
        feed=[_message(one, whole=scope.holds(one.recorded)) for one in known],
        streams=_whole(ports, chosen, last),
        law=ports.rules().content,
        law_event=str(law.id),
        schemas=_schemas(chosen),
        computed=_computed(ports, scope, known, chosen),
        witnesses=[_witness(ports.evidence, note, head) for note in _notes(body)],
        texts=_texts(ports, granted.party, chosen) if body.get("with_texts") else None,
    )


# --- what there is ---


def _known(ports: Ports, scope: Scope, last: int) -> Iterator[Placed]:
    """The party's feed as far as the checkpoint and the instant asked for go."""
    sequence = 0
    while page := feed_index.page(scope.whose.id, sequence, PAGE, ports.rows()):
        for row in page:
            recorded = ports.ledger.at(row["position"])
            if recorded is None:
                raise Unavailable("the ledger does not hold what the index lists")
            if row["position"] > last or recorded.envelope.recorded_at > scope.as_of:
                return
            yield Placed(row, recorded)
        sequence = page[-1]["sequence"]


def _events(
    ports: Ports, mine: str | None, chosen: list[Recorded], size: int
) -> list[dict[str, Any]]:
    """The lines of events.jsonl, in the order of the log.

    `mine` is the party that takes its own feed along: of what it wrote itself, it sees all.
    """
    placed = {one.position: one.envelope.party for one in chosen}
    return [
        _line(ports, position, size, own=placed[position] == mine) for position in sorted(placed)
    ]


def _line(ports: Ports, position: int, size: int, *, own: bool) -> dict[str, Any]:
    [row] = ports.ledger.rows_since(position - 1, 1)
    index, found = ports.evidence.index_of(position), _parts(row)
    line = {
        "index": index,
        "position": row.position,
        "stream": str(row.stream),
        "version": row.version,
        "topic": row.topic,
        "shown": found.shown.decode(),
        "withheld": found.withheld.hex(),
        "proof": proof(ports.evidence.inclusion(index, size)),
    }
    return {**line, "own": found.own} if own else line


def _parts(row: StoredRow) -> Parts:
    try:
        return parts(row.state)
    except ValueError as broken:
        raise Unavailable(
            "the ledger's row is not any more what was signed",
            got=f"position {row.position}: {broken}",
            next_step="varsel doctor --deep names what was changed",
        ) from broken


def _message(one: Placed, *, whole: bool) -> dict[str, Any]:
    """A line of feed.jsonl: of what is not asked for, its hash alone."""
    line = {"sequence": one.row["sequence"], "sha256": one.row["hash"]}
    if not whole:
        return line
    body = render(one.recorded, feed_index.place_of(one.row))
    if hashlib.sha256(body).hexdigest() != one.row["hash"]:
        raise Unavailable(
            "a message is not any more what it was when it was listed",
            got=f"message {one.row['sequence']} of {one.row['feed']}",
            next_step="varsel doctor; varsel rebuild makes the views anew",
        )
    return {**line, "body": body.decode()}


def _whole(ports: Ports, chosen: list[Placed], last: int) -> dict[str, int]:
    """The streams of which the bundle holds every event up to then, and how many that are."""
    versions: dict[Any, set[int]] = {}
    for one in chosen:
        versions.setdefault(one.recorded.stream, set()).add(one.recorded.version)

    def is_held_or_later(one: Recorded, held: set[int]) -> bool:
        return one.version in held or (directory.position(str(one.id), ports.rows()) or 0) > last

    return {
        str(stream): len(held)
        for stream, held in versions.items()
        if all(is_held_or_later(one, held) for one in ports.ledger.read(stream))
    }


def _law(ports: Ports, last: int) -> Recorded | None:
    """The event by which the log knows the law that obligations are computed with."""
    fingerprint, found = ports.rules().fingerprint, None
    for one in ports.ledger.read(streams.party_stream(PLATFORM)):
        if isinstance(one.event, e.LawPackLoaded) and one.event.fingerprint == fingerprint:
            position = directory.position(str(one.id), ports.rows())
            found = position if position and position <= last else found
    return ports.ledger.at(found) if found else None


def _computed(
    ports: Ports, scope: Scope, known: list[Placed], chosen: list[Placed]
) -> dict[str, Any]:
    """What follows from the feed up to then, as the questions of the same name tell it."""
    rows = fold(one.recorded for one in known)
    party, incident, at = scope.whose.id, scope.incident, scope.as_of
    found = contradictions.query(party, rows, incident)
    events = {str(one.recorded.id) for one in chosen}
    entries = [one for one in timeline.query(party, rows, incident) if str(one["event"]) in events]
    listed = register.query(party, rows)
    return {
        "obligations.json": obligations.query(party, rows, ports.rules(), at, incident),
        "timeline.json": contradictions.beside(party, entries, found),
        "register.json": [one for one in listed if incident in {None, one["incident"]}],
    }


def _schemas(chosen: list[Placed]) -> dict[str, Any]:
    kinds = {type(one.recorded.event).TOPIC: type(one.recorded.event) for one in chosen}
    return {
        f"schemas/{kind.TOPIC}.v{kind.VERSION}.json": messages.message(kind)
        for kind in kinds.values()
    }


def _texts(ports: Ports, by: str, chosen: list[Placed]) -> dict[str, str]:
    """The free text that still opens, by its reference; what was erased is not in it."""
    references = sorted({text for one in chosen for text in describe.texts(one.recorded)})
    found: dict[str, str] = {}
    for reference in references:
        try:
            found[reference] = ports.answers.ask(by, "text", {"text": reference})["text"]
        except NotFound:
            continue
    return found


# --- witnesses ---


def _notes(body: Body) -> list[str]:
    given: object = body.get("witnesses") or []
    notes = cast("list[object]", given) if isinstance(given, list) else [None]
    if len(notes) > MOST_WITNESSES or not all(isinstance(note, str) for note in notes):
        raise Invalid(
            "is no list of checkpoints",
            field="witnesses",
            got=json.dumps(given)[:100],
            expected=f"at most {MOST_WITNESSES} checkpoints, each as its text",
        )
    return [str(note) for note in notes]


def _witness(log: TransparencyLog, note: str, head: Checkpoint) -> tuple[str, list[bytes]]:
    """An earlier checkpoint of this log, and the proof from it to the newest."""
    kept = Verifier.parse(log.verifier_key).read(note)
    if kept.size > head.size:
        raise Refused(
            "this checkpoint is ahead of the log: the log was cut short since",
            field="witnesses",
            got=f"size {kept.size}",
            expected=f"at most {head.size}",
            next_step="keep the checkpoint: it is evidence; ask the operator",
        )
    return note, log.consistency(kept.size, head.size)
