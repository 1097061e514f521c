"""What is measured: parties let in, one report fanned out, questions asked, the broker's part."""

from __future__ import annotations

import json
import resource
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from adapters.accounts import Accounts
from adapters.console.live import heads
from adapters.nats.trust import Trust
from adapters.store.vault import MemoryVault
from adapters.views.generations import Views
from adapters.wire import render
from benchmarks.scaling.lab import LEAK, NAMED, START, Lab, Spent, client, lab, spending
from domain import streams
from domain.envelope import Recorded
from domain.use_cases.platform import Delivery
from projections import awaiting, lag, parties, reminders
from projections.everything import in_part, projections
from projections.parts import Part

ONE_BY_ONE = 500  # parties registered by commands of their own, first and last
ACTS = 200  # clients that act after a report
SHARED = 2_000  # clients of the report that two projectors share
PAGE = 500  # events, as the projector reads them
ACCOUNTS = 200  # accounts made, signed and read again
MICRO = 1_000_000
REPEATS, LONG = 5, 0.5  # times that a question is asked; seconds after which once is enough


class Plan(NamedTuple):
    """How large a run is."""

    clients: int
    vendors: int
    reports: tuple[int, ...]  # clients that one report touches, in rising order


class Figure(NamedTuple):
    """One thing measured, by its name in `inputs.Measured`; `wall` is what a clock showed."""

    name: str
    value: float
    wall: float | None = None


def figures(plan: Plan) -> Iterator[Figure]:
    """Everything that needs no broker, figure by figure."""
    with lab() as here:
        yield from _parties(here, plan)
        for touched in plan.reports:
            yield from _report(here, touched, last=touched == plan.reports[-1])
        yield from _scans(here)
        yield from _revisions(here, plan)
        yield from _backup(here)
    yield from _parts(plan)
    yield from _accounts()


def _parties(here: Lab, plan: Plan) -> Iterator[Figure]:
    here.register("operator", "operator")
    few = min(ONE_BY_ONE, plan.clients // 4)
    with spending() as first:
        for number in range(few):
            here.register(client(number), "client")
    with spending() as many:
        here.register_many(map(client, range(few, plan.clients - few)), "client")
        here.register_many((f"vendor-{n}" for n in range(plan.vendors)), "vendor")
    with spending() as last:
        for number in range(plan.clients - few, plan.clients):
            here.register(client(number), "client")
    everybody = plan.clients + plan.vendors
    yield _each("register_first_us", first, few)
    yield _each("register_last_us", last, few)
    yield _each("register_batch_us", many, everybody - 2 * few)
    with spending() as projecting:
        here.follow()
    yield _each("party_project_us", projecting, everybody)
    ledger, views = here.bytes_on_disk()
    yield Figure("party_ledger_bytes", ledger / everybody)
    yield Figure("party_view_bytes", views / everybody)
    engaged = sum(plan.reports)
    with spending() as engaging:
        for touched in plan.reports:
            here.register(_reporter(touched), "vendor")
            here.engage_many(_reporter(touched), map(client, range(touched)))
    yield _each("engage_batch_us", engaging, engaged)
    with spending() as projecting:
        here.follow()
    yield _each("engagement_project_us", projecting, engaged)


def _report(here: Lab, touched: int, *, last: bool) -> Iterator[Figure]:
    """One vendor reports, names its clients and tells them all; then some of them act."""
    vendor = _reporter(touched)
    before = here.bytes_on_disk()
    with spending() as accepting:
        _tell(here, touched)
    yield _seconds(f"accept_{touched}_s", accepting)
    if last:
        yield Figure("peak_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    with spending() as projecting:
        here.follow()
    yield _seconds(f"project_{touched}_s", projecting)
    if last:
        ledger, views = here.bytes_on_disk()
        yield Figure("notice_ledger_bytes", (ledger - before[0]) / touched)
        yield Figure("notice_view_bytes", (views - before[1]) / touched)
    yield from _acts(here, vendor, touched, last=last)
    yield from _questions(here, vendor, touched)


def _tell(here: Lab, touched: int) -> None:
    """Name them, as a vendor does while it still looks, then tell all."""
    vendor, incident = _reporter(touched), f"leak-{touched}"
    here.do(vendor, "report_leak", incident=incident, **LEAK)
    for first in range(0, touched, NAMED):
        named = map(client, range(first, min(first + NAMED, touched)))
        clients = [{"client": one, "sure": "suspected"} for one in named]
        here.do(vendor, "name_clients", incident=incident, clients=clients)
    here.do(vendor, "notify_clients", incident=incident, clients="all", channel="platform")


def _acts(here: Lab, vendor: str, touched: int, *, last: bool) -> Iterator[Figure]:
    """Notices arrive and are acknowledged: two commands for each client."""
    before = here.bytes_on_disk()
    few = min(ACTS, touched)
    with spending() as accepting:
        for number in range(few):
            _arrive(here, vendor, touched, client(number))
            here.do(client(number), "acknowledge", incident=f"leak-{touched}")
    yield _each(f"act_accept_{touched}_us", accepting, 2 * few)
    with spending() as projecting:
        here.follow()
    yield _each(f"act_project_{touched}_us", projecting, 2 * few)
    if last:
        ledger, views = here.bytes_on_disk()
        yield Figure("act_ledger_bytes", (ledger - before[0]) / (2 * few))
        yield Figure("act_view_bytes", (views - before[1]) / (2 * few))


def _arrive(here: Lab, vendor: str, touched: int, name: str) -> None:
    incident = streams.incident_id(vendor, f"leak-{touched}")
    notice = here.ledger.read(streams.notice_id(incident, name))[0].id
    seen = Delivery(incident, vendor, name, notice, "nats", here.now, "seen")
    here.desk.observe_delivery(seen, here.now)


def _questions(here: Lab, vendor: str, touched: int) -> Iterator[Figure]:
    """What a client and the vendor ask first, and what the timer of reminders asks for both."""
    about = {"incident": f"leak-{touched}"}
    incident = str(streams.incident_id(vendor, about["incident"]))
    asked: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("client_timeline", lambda: here.answers.ask(client(0), "timeline", about)),
        ("client_obligations", lambda: here.answers.ask(client(0), "obligations", about)),
        ("vendor_timeline", lambda: here.answers.ask(vendor, "timeline", about)),
        ("vendor_obligations", lambda: here.answers.ask(vendor, "obligations", about)),
        ("board", lambda: here.answers.ask(vendor, "board", about)),
        ("client_calls", lambda: _calls(here, client(0), incident)),
        ("vendor_calls", lambda: _calls(here, vendor, incident)),
    )
    for name, ask in asked:
        took, answer = _median(ask)
        yield Figure(f"{name}_{touched}_ms", took.core * 1000, took.wall * 1000)
        if name == "board":
            yield Figure(f"board_{touched}_bytes", float(len(json.dumps(answer))))
        if name == "client_calls":
            yield Figure("calls_per_client", float(answer))


def _median(ask: Callable[[], Any]) -> tuple[Spent, Any]:
    """Asked a few times if it is quick, once if it is not; the answer with it."""
    asked: list[tuple[Spent, Any]] = []
    while len(asked) < REPEATS and not (asked and asked[-1][0].wall > LONG):
        with spending() as spent:
            answer = ask()
        asked.append((spent, answer))
    return sorted(asked, key=lambda one: one[0].core)[len(asked) // 2]


def _reporter(touched: int) -> str:
    """The vendor of the report that touches so many."""
    return f"reporter-{touched}"


def _calls(here: Lab, party: str, incident: str) -> int:
    """How many things there are to say to a party as things stand."""
    listed = reminders.calls(party, here.views.rows, here.rules, here.now, incident)
    return sum(1 for call in listed.get(incident, []) if call.what is not None)


def _scans(here: Lab) -> Iterator[Figure]:
    """What looks at every party, or at every notice under way, whatever it is asked for."""
    rows = here.views.rows
    looks: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("everybody_ms", lambda: parties.everybody(rows)),
        ("awaiting_ms", lambda: awaiting.deliveries(rows)),
        ("lag_ms", lambda: lag.query(rows, lambda _: 0)),
        ("operator_heads_ms", lambda: heads("operator", rows)),
    )
    for name, look in looks:
        took, _ = _median(look)
        yield Figure(name, took.core * 1000, took.wall * 1000)


def _revisions(here: Lab, plan: Plan) -> Iterator[Figure]:
    """A revision folds its incident, and writes to everybody who was told; views look away."""
    for touched in plan.reports:
        vendor = _reporter(touched)
        claim = {"id": "misuse", "about": "misuse", "holds": "no_sign", "source": "expert"}
        with spending() as spent:
            here.do(
                vendor,
                "revise_facts",
                incident=f"leak-{touched}",
                reason="new_knowledge",
                claims=[claim],
            )
        yield _seconds(f"revise_{touched}_s", spent)


def _backup(here: Lab) -> Iterator[Figure]:
    """The ledger copied by SQLite's own online backup."""
    size = here.bytes_on_disk()[0]
    source = sqlite3.connect(here.folder / "ledger.sqlite")
    target = sqlite3.connect(here.folder / "copy.sqlite")
    with spending() as spent:
        source.backup(target)
    source.close()
    target.close()
    yield Figure("backup_mb_s", size / MICRO / spent.wall, spent.wall)


def _parts(plan: Plan) -> Iterator[Figure]:
    """What two projectors share: one keeps what needs one order of all events, one the rest."""
    told = min(SHARED, plan.clients)
    with lab() as here:
        here.register_many(map(client, range(told)), "client")
        here.register(_reporter(told), "vendor")
        start = here.ledger.position()
        here.follow()
        _tell(here, told)

        def read(position: int, limit: int) -> Sequence[Recorded]:
            return here.ledger.since(max(position, start), limit)

        every = projections(render)
        shares = {"whole": Part(1, 1), "ordered": Part(1, 2), "parties": Part(2, 2)}
        for name, part in shares.items():
            with spending() as spent:
                Views(here.folder / name, read, in_part(part, every)).close()
            yield _each(f"part_{name}_us", spent, told)
        with spending() as reading:
            position = start
            while page := here.ledger.since(position, PAGE):
                position = page[-1].position
        yield _each("part_decode_us", reading, told)


def _accounts() -> Iterator[Figure]:
    """What each party costs at every start before the broker is asked: its key, its signed JWT."""
    vault, trust = MemoryVault(), Trust.new()
    accounts = Accounts(vault)
    for number in range(ACCOUNTS):
        accounts.seed_of(client(number))
    with spending() as reading:
        accounts = Accounts(vault)
    with spending() as signing:
        for party in accounts.all():
            trust.party_account_jwt(accounts.key_of(party) or "", party, START, {})
    yield _each("account_load_us", reading, ACCOUNTS)
    yield _each("account_sign_us", signing, ACCOUNTS)


def _each(name: str, spent: Spent, count: int) -> Figure:
    return Figure(name, spent.core / count * MICRO, spent.wall / count * MICRO)


def _seconds(name: str, spent: Spent) -> Figure:
    return Figure(name, spent.core, spent.wall)
