"""A week in minutes: everybody acts, time jumps, things break; what must hold, holds all along.

VARSEL_SOAK names how many lives are lived (3 in a test run); `pytest -s` shows the seed of each.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from adapters.wire import render
from domain.envelope import PLATFORM, Recorded
from domain.errors import VarselError
from domain.events import ClientEscalated, DutyDueSoon, DutyOverdue
from projections import feed_index, obligations
from projections.everything import fold
from projections.feed_index import FeedIndex
from projections.rows import MemoryRows
from tests.faults.soak.model import Expected, Model
from tests.faults.soak.world import World

LIVES = int(os.environ.get("VARSEL_SOAK", "3"))
STEPS = 60
LOOK = 12  # steps between two looks at everything
VENDORS, CLIENTS = ("zoopit", "wolt"), ("joker", "kiwi", "spar")
NUMBERS = (0, 1)
TEXT = "Ring Kari Nordmann, 99 88 77 66."
PEOPLE = {
    "group": "customers",
    "role": "exposed",
    "count": "unknown",
    "data": {"present": ["name"]},
}

vendors, clients = st.sampled_from(VENDORS), st.sampled_from(CLIENTS)
numbers = st.sampled_from(NUMBERS)
SPANS = (
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=7),
    timedelta(hours=23, minutes=59),
    timedelta(days=2),
)


class Week(RuleBasedStateMachine):
    """The platform and the model, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="varsel-soak-"))
        self.world = World(self.folder)
        self.model = Model()
        self.position = self.commands = self.steps = 0
        self.latest = self.world.now
        self.receipts: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {}
        self.reminded: Counter[tuple[object, ...]] = Counter()
        self.log: list[Recorded] = []

    def teardown(self) -> None:
        try:
            self.look_at_everything()
        finally:
            self.world.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @initialize()
    def everybody_is_let_in(self) -> None:
        for party in (*VENDORS, *CLIENTS):
            role = "vendor" if party in VENDORS else "client"
            body = {"id": party, "roles": [role], "country": "NO", "zone": "Europe/Oslo"}
            made = Counter([("PartyRegistered", frozenset({party}))])
            self.says("operator", "register_party", body, made)
        self.says_report("zoopit", 0)
        self.says_notify("zoopit", 0, ["joker"])

    # --- one command, and what must come of it ---

    def says(self, party: str, verb: str, body: dict[str, Any], expected: Expected) -> None:
        """Send it; exactly what was expected is recorded, for exactly those who must know."""
        self.taken_in()
        self.commands += 1
        command = f"command-{self.commands}"
        try:
            answer = self.world.send(party, verb, command, body)
        except VarselError as refused:
            if expected is not None:
                raise AssertionError(f"{verb} of {party} was refused") from refused
            assert self.made(command) == []
            return
        assert expected is not None, f"{verb} of {party} was accepted: {answer}"
        self.receipts[command] = (party, verb, body, answer)
        made = Counter(
            (type(one.event).__name__, frozenset(one.envelope.visibility) - {PLATFORM})
            for one in self.made(command)
        )
        assert made == expected, (verb, made - expected, expected - made)

    def made(self, command: str) -> list[Recorded]:
        return [one for one in self.taken_in() if one.envelope.command == command]

    def taken_in(self) -> list[Recorded]:
        """What is new in the ledger, judged one by one."""
        new = self.world.since(self.position)
        for one in new:
            self.position += 1
            assert one.position == self.position
            assert one.envelope.recorded_at >= self.latest
            self.latest = one.envelope.recorded_at
            if one.envelope.party == PLATFORM:
                self.spoken(one)
        self.log += new
        return new

    def spoken(self, one: Recorded) -> None:
        """The platform's own word: once, and to those whom it is about."""
        about, event = one.envelope.about, one.event
        readers = set(one.envelope.visibility) - {PLATFORM}
        assert readers <= {about.client, about.vendor, getattr(event, "id", None), "operator"}
        if isinstance(event, DutyDueSoon | DutyOverdue):
            self.reminded[one.envelope.command,] += 1
            debtor = about.client or about.vendor
            assert readers == {debtor}
            key = (debtor, about.incident, event.duty, event.threshold, event.due_at)
            self.reminded[key] += 1
            assert self.reminded[key] == 1, key
        if isinstance(event, ClientEscalated):
            assert about.vendor in readers
        if type(event).__name__ == "CaseReopened":
            of = {self.id_of(name): name for name in self.model.cases}
            assert about.client is not None
            self.model.reopened(of[about.incident], about.client)

    def id_of(self, name: str) -> Any:
        return next(one.stream for one in self.log if getattr(one.event, "slug", None) == name)

    # --- vendors ---

    def says_report(self, vendor: str, number: int) -> None:
        name = f"{vendor}-{number}"
        body = {"incident": name, "nature": ["confidentiality"], "people": [PEOPLE], "text": TEXT}
        self.says(vendor, "report_leak", body, self.model.report(vendor, name))

    def says_notify(self, vendor: str, number: int, told: list[str]) -> None:
        name = f"{vendor}-{number}"
        body = {"incident": name, "clients": told, "channel": "platform"}
        self.says(vendor, "notify_clients", body, self.model.notify(name, told))

    @rule(vendor=vendors, number=numbers)
    def reports(self, vendor: str, number: int) -> None:
        self.says_report(vendor, number)

    @rule(data=st.data(), told=st.lists(clients, min_size=1, max_size=3, unique=True))
    def notifies(self, data: st.DataObject, told: list[str]) -> None:
        vendor, number = self.some_case(data)
        self.says_notify(vendor, number, told)

    @rule(data=st.data())
    def revises(self, data: st.DataObject) -> None:
        vendor, number = self.some_case(data)
        name = f"{vendor}-{number}"
        claim = {
            "id": f"c{self.commands}",
            "about": "misuse",
            "holds": "no_sign",
            "source": "expert",
        }
        body = {"incident": name, "reason": "new_knowledge", "claims": [claim]}
        self.says(vendor, "revise_facts", body, self.model.revise(name))

    @rule(data=st.data(), client=clients)
    def updates(self, data: st.DataObject, client: str) -> None:
        vendor, number = self.some_case(data)
        name = f"{vendor}-{number}"
        body = {"incident": name, "client": client, "reason": "we looked again"}
        self.says(vendor, "update_client", body, self.model.update(name, client))

    @rule(data=st.data(), client=clients)
    def clears(self, data: st.DataObject, client: str) -> None:
        vendor, number = self.some_case(data)
        name = f"{vendor}-{number}"
        body = {"incident": name, "client": client, "reason": "not its data"}
        self.says(vendor, "clear_client", body, self.model.clear(name, client))

    @precondition(lambda self: self.steps > STEPS // 2)
    @rule(data=st.data())
    def closes(self, data: st.DataObject) -> None:
        vendor, number = self.some_case(data)
        name = f"{vendor}-{number}"
        self.says(vendor, "close_incident", {"incident": name}, self.model.close(name))

    def some_case(self, data: st.DataObject) -> tuple[str, int]:
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        vendor, _, number = name.rpartition("-")
        return vendor, int(number)

    # --- clients ---

    @rule(data=st.data(), client=clients)
    def acknowledges(self, data: st.DataObject, client: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        expected = self.model.acknowledge(name, client)
        self.says(client, "acknowledge", {"incident": name}, expected)

    @rule(data=st.data(), client=clients)
    def assesses(self, data: st.DataObject, client: str) -> None:
        body = {"outcome": "risk", "why": "phishing is likely"}
        self.acts(data, client, "assess_risk", "RiskAssessed", body, shared=False)

    @rule(data=st.data(), client=clients)
    def files(self, data: st.DataObject, client: str) -> None:
        body = {"authority": "NO/datatilsynet", "stage": "new", "capacity": "own_controller"}
        self.acts(data, client, "notify_regulator", "RegulatorNotified", body, shared=True)

    @rule(data=st.data(), client=clients)
    def waives(self, data: st.DataObject, client: str) -> None:
        body = {"duty": "gdpr.34-1", "ground": "34-3-a", "why": "encrypted"}
        self.acts(data, client, "waive", "NotificationWaived", body, shared=False)

    @rule(data=st.data(), client=clients)
    def asks(self, data: st.DataObject, client: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        body = {"incident": name, "question": f"q{self.commands}", "text": "How many of ours?"}
        self.says(client, "ask", body, self.model.ask(name, client))

    def acts(
        self, data: st.DataObject, client: str, verb: str, kind: str, body: Any, *, shared: bool
    ) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        expected = self.model.acts(name, client, kind, shared=shared)
        self.says(client, verb, {"incident": name, **body}, expected)

    @rule(data=st.data(), client=clients)
    def closes_its_case(self, data: st.DataObject, client: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        expected = self.model.close_case(name, client)
        self.says(client, "close_case", {"incident": name}, expected)

    @rule(data=st.data(), party=st.sampled_from((*VENDORS, *CLIENTS)))
    def erases(self, data: st.DataObject, party: str) -> None:
        """Its own free text of a case; only who could have read it may hear of that."""
        name = data.draw(st.sampled_from(sorted(self.model.cases)))
        self.commands += 1
        command, case = f"command-{self.commands}", self.model.cases[name]
        body = {"incident": name, "why": "mistake"}
        try:
            self.receipts[command] = (
                *(party, "erase", body),
                self.world.send(party, "erase", command, body),
            )
        except VarselError:
            assert self.made(command) == []
            return
        readers = [set(one.envelope.visibility) for one in self.made(command)]
        assert any(party in one for one in readers)
        assert set.union(*readers) <= {case.vendor, *case.told}
        assert party == case.vendor or set.union(*readers) <= {case.vendor, party}

    @rule(client=clients)
    def reads(self, client: str) -> None:
        self.world.reads(client)

    # --- time, and what breaks ---

    @rule(by=st.sampled_from(SPANS))
    def time_passes(self, by: timedelta) -> None:
        self.world.move(by)

    @rule(hours=st.integers(1, 30))
    def the_clock_goes_back(self, hours: int) -> None:
        self.world.move(-timedelta(hours=hours))

    @rule()
    def it_crashes(self) -> None:
        self.world.crash()

    @rule()
    def it_is_restarted(self) -> None:
        self.world.reopen()

    @rule()
    def views_are_built_anew(self) -> None:
        self.world.send("operator", "rebuild", "rebuild", {})

    @precondition(lambda self: self.receipts)
    @rule(data=st.data())
    def a_command_comes_again(self, data: st.DataObject) -> None:
        command = data.draw(st.sampled_from(sorted(self.receipts)))
        party, verb, body, answer = self.receipts[command]
        assert self.world.send(party, verb, command, body) == answer

    # --- what always holds ---

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        self.steps += 1
        self.world.settle()
        self.taken_in()
        if self.steps % LOOK == 0:
            self.look_at_everything()

    def look_at_everything(self) -> None:
        """Views, evidence, feeds and duties against what the ledger alone makes of them."""
        self.world.settle()
        self.taken_in()
        parts = self.world.parts
        assert self.world.do(parts.evidence.watch.examine())["findings"] == []
        rows, index = MemoryRows(), FeedIndex(render)
        for one in self.log:
            index.project(one, rows)
        total = feed_index.total(rows)
        assert feed_index.after(0, total, parts.views.rows) == feed_index.after(0, total, rows)
        scratch = fold(self.log)
        for party in (*VENDORS, *CLIENTS):
            owed = obligations.query(party, scratch, parts.rules, self.world.now)
            assert self.world.ask(party, "obligations") == owed
        for command, (party, verb, body, answer) in self.receipts.items():
            assert self.world.send(party, verb, command, body) == answer


@pytest.mark.timeout(100 * LIVES)
def test_a_week_of_acts_jumps_and_crashes_leaves_everybody_with_exactly_what_is_theirs() -> None:
    lives = settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize="VARSEL_SOAK" not in os.environ,  # the same three weeks at every test run
        print_blob=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Week, settings=lives)
