"""Figure 7: what a client must do, asked of the views that a million events leave.

Product: `Answers.ask`, as every door asks it. Floor: the bare SQL for the rows that the answer is
made of: profile, matters, and what the party was told. Both read the same file, in turn.

A million events cannot be written in the time that all figures have. So two incidents are played
through desk, ledger and projections as they are: one until everything was done, one until the
client had acknowledged. The rows that they leave in the views that the question reads are copied,
under other ids, until they are those of a million events. Each client has a hundred incidents, ten
of them open. Of the other views nothing is read; they are left out.

`obligations_p99` is asked of twenty clients in any order, again and again, as by consoles that stay
open, while nothing of theirs changes. Two figures of our own show what that is bought with:
`obligations_changed_p50`, the first question after something has happened in one of the hundred
incidents, and `obligations_first_p50`, the first of all.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4, uuid5

from adapters.views.batch import body
from adapters.views.sqlite import SqliteRows
from benchmarks.measuring import against, alone, at_most, no_more_than, percentile, tell
from benchmarks.scaling.lab import LEAK, Lab, client, lab
from domain import streams
from domain.envelope import Recorded
from domain.use_cases.platform import Delivery
from projections import changes, facts, matters, parties

EVENTS: Final = 1_000_000
INCIDENTS, OPEN = 100, 10  # of each client
ASKED, STRIDE, TIMES, FIRST = 20, 7, 3_000, 5
MODEL, VENDOR = "model", "vendor"
NAMES: Final = UUID(int=7)
LATER: Final = timedelta(days=90)  # from what is done with to what is open
MICRO: Final = 1_000_000
UNNOTICED: Final = no_more_than(MICRO / 10)  # what a person at a console does not feel
TURNING: Final = (matters.project, facts.project, changes.project)
PUT: Final = "INSERT INTO rows VALUES (?,?,?,?)"
ONE: Final = "SELECT body FROM rows WHERE view=? AND scope='' AND key=?"
ALL: Final = "SELECT key, body FROM rows WHERE view=? AND scope=? ORDER BY key"
EVERY: Final = "SELECT scope, body FROM rows WHERE view=? AND scope>? AND scope<? ORDER BY scope"
Ask = Callable[[str], object]


class Course(NamedTuple):
    """An incident as it stands in its client's rows, and how many events were written."""

    incident: str
    rows: Sequence[Kept]
    events: int


class Kept(NamedTuple):
    """A row as it is kept."""

    view: str
    scope: str
    key: str
    body: str


def main() -> None:
    """Fill, ask, tell."""
    with lab() as here:
        clients, last = _fill(here)
        path = _views(here)
        often, fresh = clients[:ASKED], iter(clients[ASKED:])
        asked = [often[STRIDE * number % ASKED] for number in range(TIMES)]

        def ask(party: str) -> object:
            return here.answers.ask(party, "obligations", {})

        with closing(SqliteRows(path)) as rows, closing(sqlite3.connect(path)) as bare:
            happens = _happening(rows, last)

            def changed() -> float:
                found: list[float] = []
                for party in often:
                    happens(party)
                    found.append(_took(ask, party))
                return median(found)

            def begun() -> float:
                return median(_took(ask, next(fresh)) for _ in range(FIRST))

            first = alone("obligations_first_p50", "µs", begun, UNNOTICED)
            for party in often:
                ask(party)
            again = against(
                "obligations_p99",
                "µs",
                lambda: _p99(ask, asked),
                lambda: _p99(lambda party: _read(bare, party), asked),
                at_most(2),
            )
            after = alone("obligations_changed_p50", "µs", changed, UNNOTICED)
        shown = replace(again, figure="obligations_p99_us", target=no_more_than(150))
        tell(again, shown, after, first)


def _p99(ask: Ask, asked: Sequence[str]) -> float:
    return percentile([_took(ask, one) for one in asked], 0.99)


def _took(ask: Ask, party: str) -> float:
    """Microseconds that one question takes."""
    start = time.perf_counter()
    ask(party)
    return (time.perf_counter() - start) * MICRO


def _read(bare: sqlite3.Connection, party: str) -> list[Any]:
    return [
        bare.execute(ONE, (parties.PROFILES, party)).fetchall(),
        bare.execute(ALL, (matters.VIEW, party)).fetchall(),
        bare.execute(EVERY, (matters.HAPPENINGS, f"{party}/", f"{party}0")).fetchall(),
        bare.execute(ALL, (facts.VIEW, party)).fetchall(),
    ]


# --- what a million events leave ----------------------------------------------------------------


def _fill(here: Lab) -> tuple[list[str], Recorded]:
    """The clients, and the model's last event."""
    here.register("operator", "operator")
    here.register(MODEL, "client")
    here.register(VENDOR, "vendor")
    here.follow()
    done = _played(here, "old", whole=True)
    here.now += LATER
    open_ = _played(here, "new", whole=False)
    each = (INCIDENTS - OPEN) * done.events + OPEN * open_.events
    clients = sorted(client(number) for number in range(EVENTS // each))
    profile = body(here.views.rows.get(parties.PROFILES, "", MODEL) or {})
    with closing(sqlite3.connect(_views(here), isolation_level=None)) as file:
        file.execute("PRAGMA synchronous=OFF")
        file.execute("BEGIN")
        file.executemany(PUT, _copies(clients, done, open_))
        for party in clients:
            named = profile.replace(f'"{MODEL}"', f'"{party}"')
            file.execute(PUT, (parties.PROFILES, "", party, named))
            file.execute(PUT, (changes.VIEW, party, changes.MATTERS, body({"position": 1})))
        file.execute("COMMIT")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return clients, here.ledger.since(here.ledger.position() - 1, 1)[0]


def _copies(
    clients: Sequence[str], done: Course, open_: Course
) -> Iterator[tuple[str, str, str, str]]:
    """The rows of all clients' incidents, in the order in which they are kept."""
    courses = [done] * (INCIDENTS - OPEN) + [open_] * OPEN
    ids = {
        party: sorted(str(uuid5(NAMES, f"{party}/{number}")) for number in range(INCIDENTS))
        for party in clients
    }
    for view in sorted({one.view for one in done.rows}):
        for party in clients:
            for incident, course in zip(ids[party], courses, strict=True):
                for row in course.rows:
                    if row.view == view:
                        yield _copied(row, course, party, incident)


def _copied(row: Kept, course: Course, party: str, incident: str) -> tuple[str, str, str, str]:
    """A row of the model's as it is of this party and incident."""
    scope = row.scope.replace(MODEL, party).replace(course.incident, incident)
    text = row.body.replace(course.incident, incident).replace(f'"{MODEL}"', f'"{party}"')
    return row.view, scope, row.key.replace(course.incident, incident), text


def _played(here: Lab, slug: str, *, whole: bool) -> Course:
    """One incident, told and acknowledged; `whole`: until all is done and its case closed."""
    before = here.ledger.position()
    about = {"incident": slug}
    here.do(VENDOR, "report_leak", incident=slug, **LEAK)
    here.do(VENDOR, "notify_clients", clients=[MODEL], channel="platform", **about)
    here.follow()
    incident = streams.incident_id(VENDOR, slug)
    notice = here.ledger.read(streams.notice_id(incident, MODEL))[0].id
    seen = Delivery(incident, VENDOR, MODEL, notice, "nats", here.now, "seen")
    here.desk.observe_delivery(seen, here.now)
    here.do(MODEL, "acknowledge", **about)
    if whole:
        _done(here, about)
    here.follow()
    views, scope = here.views.rows, f"{MODEL}/{incident}"
    rows = [
        *(
            Kept(view, MODEL, str(incident), body(views.get(view, MODEL, str(incident)) or {}))
            for view in (matters.VIEW, facts.VIEW)
        ),
        *(
            Kept(matters.HAPPENINGS, scope, key, body(row))
            for key, row in views.all(matters.HAPPENINGS, scope)
        ),
    ]
    return Course(str(incident), rows, here.ledger.position() - before)


def _done(here: Lab, about: dict[str, str]) -> None:
    filing = {"authority": "NO/datatilsynet", "capacity": "own_controller", **about}
    told = {"audience": "customers", "channel": "email", "count": {"about": 4000}, **about}
    here.do(MODEL, "assess_risk", outcome="high", why="phishing is likely", **about)
    here.do(MODEL, "notify_regulator", stage="new", **filing)
    here.do(MODEL, "take_measure", kind="fix", status="done", **about)
    here.do(MODEL, "notify_customers", **told)
    for provisional in ("yes", "no"):
        claim = {**LEAK["claims"][0], "provisional": provisional}
        here.do(VENDOR, "revise_facts", reason="new_knowledge", claims=[claim], **about)
    here.do(MODEL, "notify_regulator", stage="complete", **filing)
    here.do(MODEL, "close_case", **about)
    here.do(VENDOR, "close_incident", **about)


def _happening(rows: SqliteRows, last: Recorded) -> Ask:
    """Something happens in one of a party's incidents: the event that ended the model's course."""
    numbers = count(last.position + 1)

    def happens(party: str) -> None:
        [(incident, _)] = rows.all(matters.VIEW, party, limit=1)
        about = last.envelope.about.model_copy(update={"client": party, "incident": UUID(incident)})
        envelope = last.envelope.model_copy(
            update={"id": uuid4(), "about": about, "party": party, "visibility": (party, VENDOR)}
        )
        event = replace(last, position=next(numbers), envelope=envelope)
        rows.apply([event], TURNING, rows.last())

    return happens


def _views(here: Lab) -> Path:
    """The file that the views are in."""
    [path] = (here.folder / "views").glob("views-*.sqlite")
    return path


if __name__ == "__main__":
    main()
