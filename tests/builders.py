"""Builders that state only what matters; dates are fixed and nothing is random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


def moment(text: str) -> datetime:
    """An aware instant from ISO 8601."""
    return datetime.fromisoformat(text)


@dataclass(frozen=True)
class Step:
    """A step as a scenario has it: who does what, with what."""

    by: str
    do: str
    fields: Mapping[str, Any]
    now: datetime | None = None
    happened: Any = None
    command: str | None = None
    actor: Any = None

    def at(self, now: str) -> Step:
        """The platform's clock when the step is taken."""
        return replace(self, now=moment(now))

    def happening(self, when: Any) -> Step:
        """When it happened, as its writer says."""
        return replace(self, happened=when)

    def under(self, command: str) -> Step:
        """The command id it goes by."""
        return replace(self, command=command)

    def through(self, actor: Any) -> Step:
        """The person or machine that sends it."""
        return replace(self, actor=actor)

    def having(self, **fields: Any) -> Step:
        """The same step with these fields as well, or instead."""
        return replace(self, fields={**self.fields, **fields})

    def lacking(self, name: str) -> Step:
        """The same step without this field."""
        return replace(self, fields={k: v for k, v in self.fields.items() if k != name})


def step(by: str, do: str, /, **fields: Any) -> Step:
    return Step(by, do, fields)


# --- the small world ---------------------------------------------------------------------------


def a_party(party: str, /, *roles: str, **more: Any) -> Step:
    usual = {"id": party, "roles": list(roles), "country": "NO", "zone": "Europe/Oslo"}
    return step("platform", "register_party", **{**usual, **more})


THE_WORLD: tuple[Step, ...] = (
    a_party("zoopit", "vendor"),
    a_party("joker", "client"),
    a_party("tokmanni", "client", country="FI", zone="Europe/Helsinki"),
    a_party("auditor", "auditor", scope=["joker"]),
)


# --- what goes into facts ----------------------------------------------------------------------


def people(group: str = "customers", role: str = "exposed", **more: Any) -> dict[str, Any]:
    return {"group": group, "role": role, **more}


def a_claim(name: str = "claim", about: str = "cause", **more: Any) -> dict[str, Any]:
    return {"id": name, "about": about, **more}


def a_total(count: Any = 1200, *of: str, **more: Any) -> dict[str, Any]:
    return {"count": count, "of": list(of) or ["exposed"], **more}


# --- steps -------------------------------------------------------------------------------------


def a_leak(incident: str = "leak", *, by: str = "zoopit", **more: Any) -> Step:
    usual = {"incident": incident, "nature": ["confidentiality"], "people": [people()]}
    return step(by, "report_leak", **{**usual, **more})


def a_revision(by: str = "zoopit", **more: Any) -> Step:
    usual = {"incident": "leak", "reason": "new_knowledge"}
    said = more if {"people", "totals", "claims"} & more.keys() else {"claims": [a_claim()], **more}
    return step(by, "revise_facts", **{**usual, **said})


def a_naming(*clients: str, sure: str = "suspected", **more: Any) -> Step:
    named = [{"client": client, "sure": sure} for client in clients]
    return step("zoopit", "name_clients", **{"incident": "leak", "clients": named, **more})


def a_notice(*clients: str, by: str = "zoopit", **more: Any) -> Step:
    usual = {"incident": "leak", "clients": list(clients), "channel": "platform"}
    return step(by, "notify_clients", **{**usual, **more})


def an_update(client: str = "joker", **more: Any) -> Step:
    usual = {"incident": "leak", "client": client, "reason": "we looked again"}
    return step("zoopit", "update_client", **{**usual, **more})


def a_clearing(client: str = "joker", **more: Any) -> Step:
    usual = {"incident": "leak", "client": client, "reason": "not its data"}
    return step("zoopit", "clear_client", **{**usual, **more})


def told(*clients: str) -> tuple[Step, ...]:
    """A leak reported, and these clients told of it."""
    return (a_leak(), a_notice(*clients))


def a_concern(by: str = "tokmanni", **more: Any) -> Step:
    return step(by, "raise_concern", **{"vendor": "zoopit", "concern": "odd-newsletter", **more})


def an_acknowledgement(by: str = "joker") -> Step:
    return step(by, "acknowledge", incident="leak")


def a_closing(by: str = "joker") -> Step:
    return step(by, "close_case", incident="leak")


def an_assessment(by: str = "joker", **more: Any) -> Step:
    usual = {"incident": "leak", "outcome": "risk", "why": "phishing is likely"}
    return step(by, "assess_risk", **{**usual, **more})


def a_waiver(duty: str, ground: str, by: str = "joker") -> Step:
    return step(by, "waive", incident="leak", duty=duty, ground=ground, why="encrypted")


def a_customer_notice(by: str = "joker", **more: Any) -> Step:
    usual = {"incident": "leak", "audience": "customers", "channel": "email"}
    return step(by, "notify_customers", **{**usual, "count": {"about": 400_000}, **more})


def a_question(by: str = "joker", name: str = "how-many", **more: Any) -> Step:
    usual = {"incident": "leak", "question": name, "text": "How many of ours?"}
    return step(by, "ask", **{**usual, **more})


def an_answer(client: str = "joker", name: str = "how-many", **more: Any) -> Step:
    usual = {"incident": "leak", "client": client, "question": name, "text": "About a hundred."}
    return step("zoopit", "answer", **{**usual, **more})


def a_measure(by: str = "zoopit", **more: Any) -> Step:
    usual = {"incident": "leak", "kind": "fix", "status": "done"}
    return step(by, "take_measure", **{**usual, **more})


def a_statement(by: str = "zoopit", name: str = "press", **more: Any) -> Step:
    usual = {"incident": "leak", "id": name, "audience": "press", "channel": "interview"}
    return step(by, "make_statement", **{**usual, **more})


def a_filing(by: str = "zoopit", **more: Any) -> Step:
    usual = {"incident": "leak", "authority": "NO/datatilsynet", "stage": "new"}
    return step(by, "notify_regulator", **{**usual, "capacity": "own_controller", **more})


def a_filing_for(*controllers: str, **more: Any) -> Step:
    return a_filing(capacity="for_controllers", controllers=list(controllers), **more)


def a_mandate(by: str = "joker", scope: str = "full", **more: Any) -> Step:
    return step(by, "grant_mandate", **{"vendor": "zoopit", "scope": scope, **more})


def a_correction(of: str, by: str = "joker") -> Step:
    return step(by, "correct", event=of, why="recorded by mistake")
