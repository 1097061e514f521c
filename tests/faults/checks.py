"""What every fault ends with: nothing lost, nothing doubled, every feed whole and in its order."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from adapters.nats.errors import Disconnected, Unanswered
from adapters.wire import render
from domain.envelope import Recorded
from domain.errors import Unavailable
from projections import feed_index
from projections.feed_index import FIRST_HASH, FeedIndex
from projections.rows import MemoryRows, Row
from tests.faults.crowd import Crowd
from tests.faults.report import Outcome
from tests.faults.stage import Message, the_stream
from tests.journeys.lab import PATIENCE

LOG = logging.getLogger(__name__)
ASKED_AGAIN = 60  # commands, spread over all


async def examined(crowd: Crowd, named: Sequence[str] = ()) -> Outcome:
    """Look at everything, live first, then at rest.

    `named` are the kinds of damage that doctor must find, and mends.
    """
    stage = crowd.stage
    if named:
        assert await findings(crowd) == list(named)
    await crowd.settled()
    assert await findings(crowd) == []
    forgotten = [said for said in spread(crowd.said) if not await same_receipt(crowd, said)]
    await crowd.settled()
    stream = await the_stream(stage)
    stage.rest()
    log = stage.log()
    index = the_index(log)
    lost = [said for said in crowd.said if not kept(said.receipt, log)]
    wrong = {
        "in the stream": disordered(stream, index),
        **{f"read by {party}": misread(read, index) for party, read in crowd.read.items()},
        "in the ledger": backwards(log),
    }
    if any(wrong.values()):
        LOG.error("out of order: %s", wrong)
    if lost or forgotten:
        LOG.error("not where the receipt says: %s; another receipt: %s", lost, forgotten)
    return Outcome(
        accepted=len(crowd.said),
        lost=len({said.command for said in (*lost, *forgotten)}),
        doubled=doubled(crowd, log, stream),
        disordered=sum(wrong.values()),
    )


async def findings(crowd: Crowd) -> list[str]:
    """The kinds of what `varsel doctor --deep` names: ledger, evidence, views and feed compared."""
    deadline = time.monotonic() + PATIENCE
    while True:
        async with await crowd.stage.operator() as operator:
            try:
                found = await operator.call("examine", {}, patience=PATIENCE / 3)
            except (Unanswered, Disconnected, Unavailable):  # who took the question was killed
                if time.monotonic() > deadline:
                    raise
            else:
                return [one["kind"] for one in found["findings"]]


def spread(said: Sequence[Any]) -> Sequence[Any]:
    """Some of all."""
    return said[:: max(1, len(said) // ASKED_AGAIN)]


async def same_receipt(crowd: Crowd, said: Any) -> bool:
    """Whether the same command is answered with its first receipt, byte for byte.

    Insisted on: who is asked first may be at the door of a process that was killed since.
    """
    deadline, again = time.monotonic() + PATIENCE, None
    while again is None and time.monotonic() < deadline:
        again = await crowd.sent(said.party, said.verb, said.command, said.body)
    if json.dumps(again) != json.dumps(said.receipt):
        LOG.error("asked again: %s", again)
    return json.dumps(again) == json.dumps(said.receipt)


def the_index(log: Iterable[Recorded]) -> list[Row]:
    """What the ledger alone says of every message: nothing else is asked."""
    rows, index = MemoryRows(), FeedIndex(render)
    for event in log:
        index.project(event, rows)
    return feed_index.after(0, feed_index.total(rows), rows)


def kept(receipt: dict[str, Any], log: Sequence[Recorded]) -> bool:
    """Whether all that a receipt names is where it says; at rest, positions count from 1."""
    return all(
        one["position"] <= len(log)
        and str(log[one["position"] - 1].id) == one["id"]
        and log[one["position"] - 1].envelope.command == receipt["command"]
        for one in receipt["events"]
    )


def doubled(crowd: Crowd, log: Sequence[Recorded], stream: Sequence[Message]) -> int:
    """Events and messages that are there once too often, and those that no receipt accounts for."""
    events = len(log) - len({event.id for event in log})
    messages = len(stream) - len({message.id for message in stream})
    made = Counter((event.envelope.party, event.envelope.command) for event in log)
    of = {(one.party, one.command): one.receipt for one in crowd.said}
    more = sum(
        abs(made[key] - len(receipt["events"]) - int(receipt["notices"]))
        for key, receipt in of.items()
    )
    unasked = [key for key in made if key[0] in crowd.keys and key not in of]
    return events + messages + more + len(unasked)


def disordered(stream: Sequence[Message], index: Sequence[Row]) -> int:
    """Messages of the stream that are not, byte for byte, what the index lists there."""
    listed = [Message(row["number"], row["subject"], row["message"], row["hash"]) for row in index]
    wrong = sum(bool(one != other) for one, other in zip(stream, listed, strict=False))
    return wrong + abs(len(stream) - len(index))


def misread(read: Sequence[dict[str, Any]], index: Sequence[Row]) -> int:
    """What a reader on NATS got otherwise than the index has it: a gap, another body, no chain."""
    wrong = 0
    for feed in {body["feed"] for body in read}:  # an auditor reads several
        bodies = [body for body in read if body["feed"] == feed]
        wrong += wrongly(bodies, [row for row in index if row["feed"] == feed])
    return wrong


def wrongly(read: Sequence[dict[str, Any]], rows: Sequence[Row]) -> int:
    """Each message must be the next one, or one that had been read before."""
    wrong, known, previous = 0, 0, FIRST_HASH
    for body in read:
        place = int(body["sequence"])
        digest = hashlib.sha256(body["raw"]).hexdigest()
        if place > known + 1 and not wrong:  # the others come of the first
            LOG.error("message %d of a feed was read after %d", place, known)
        wrong += place > known + 1 or place > len(rows) or rows[place - 1]["hash"] != digest
        if place == known + 1:
            wrong += body["previoushash"] != previous
            known, previous = place, digest
    return wrong + abs(known - len(rows))


def backwards(log: Sequence[Recorded]) -> int:
    """Times that go back, and positions or versions that do not count up one by one."""
    times = [event.envelope.recorded_at for event in log]
    versions: Counter[object] = Counter()
    wrong = sum(later < earlier for earlier, later in pairwise(times))
    for place, event in enumerate(log, start=1):
        versions[event.stream] += 1
        wrong += event.position != place or event.version != versions[event.stream]
    return wrong
