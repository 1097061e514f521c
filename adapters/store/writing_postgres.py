"""The one statement that writes to a ledger on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eventsourcing.persistence import IntegrityError, StoredEvent

from adapters.sql.postgres import Connection
from adapters.store.gathering import Gathered
from adapters.store.recorders import gone

# One statement, one round trip: all of it or nothing, and no error that breaks the transaction.
# Under the log's lock nobody else writes what it has looked for. Without, it takes the lock itself,
# and writes if the log ends where it was believed to end: nobody has written since it began to look
# (PostgreSQL looks at a row again that it has waited for). Whoever listens hears of it when it is
# committed.
_WRITE: Final = b"""
    WITH asked AS (%(asked)b), given AS (%(given)b),
    moved AS (
        UPDATE clock SET at = %%s, position = %%s
        WHERE one = 1 AND (at, position) = (%%s, %%s)
        AND NOT EXISTS (SELECT FROM receipts JOIN given USING (party, command))
        AND NOT EXISTS (
            SELECT FROM asked JOIN stored_events
            ON (originator_id, originator_version) = (stream, version))
        AND %(fit)b
        RETURNING pg_notify('varsel_ledger', '')),
    kept AS (
        INSERT INTO receipts (party, command, digest, receipt)
        SELECT party, command, digest, receipt FROM given, moved)
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
    SELECT stream, version, topic, state, place + %%s FROM asked, moved"""
_MANY: Final = _WRITE % {
    b"asked": b"""
        SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[]) WITH ORDINALITY
        AS asked (stream, version, topic, state, place)""",
    b"given": b"""
        SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[])
        AS given (party, command, digest, receipt)""",
    b"fit": b"""NOT EXISTS (
            SELECT FROM unnest(%b::uuid[], %b::bigint[]) AS behind (stream, version)
            LEFT JOIN stored_events ON (originator_id, originator_version) = (stream, version)
            WHERE originator_id IS NULL)""",
}
# A command of one event, as most of them are: arrays are dearer, and are planned anew each time.
_ONE: Final = _WRITE % {
    b"asked": b"""
        SELECT %s::uuid AS stream, %s::bigint AS version, %s::text AS topic, %b::bytea AS state,
            1 AS place""",
    b"given": b"""
        SELECT %s::text AS party, %s::text AS command, %s::text AS digest, %s::text AS receipt""",
    b"fit": b"""EXISTS (
            SELECT FROM asked LEFT JOIN stored_events
            ON (originator_id, originator_version) = (stream, version - 1)
            WHERE version = 1 OR originator_id IS NOT NULL)""",
}
_MISSING: Final = b"""
    SELECT count(*) FROM unnest(%b::uuid[], %b::bigint[]) AS behind (stream, version)
    LEFT JOIN stored_events ON (originator_id, originator_version) = (stream, version)
    WHERE originator_id IS NULL"""


def write(one: Connection, what: Gathered) -> None:
    """Write what was gathered, in the transaction that `one` is in, or in one of its own.

    Raises the library's `IntegrityError` where something of it is taken or not there any more, or
    the log does not end where it was believed to: nothing is written then.
    """
    needed = sorted(what.needed, key=str)
    there = [stream for stream, _ in needed], [version for _, version in needed]
    if len(what.events) == len(what.receipts) == 1:
        [event], [kept] = what.events, what.receipts
        row = event.originator_id, event.originator_version, event.topic, event.state
        done = one.execute(_ONE, (*row, *kept, *what.last, *what.before, what.before.position))
    else:
        asked = *columns(what.events), *map(list, zip(*what.receipts, strict=True))
        clock = *what.last, *what.before
        done = one.execute(_MANY, (*asked, *clock, *there, what.before.position))
    if done.rowcount == len(what.events):
        return
    [missing] = one.execute(_MISSING, there).fetchone() or [0]
    raise (gone(needed) if missing else IntegrityError("a version or a command id is taken"))


def columns(events: Sequence[StoredEvent]) -> tuple[list[Any], ...]:
    """Streams, versions, topics and states of events, each as a list."""
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )
