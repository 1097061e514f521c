"""The cast of the matrix, and what has happened in its world before the first question.

Ids and names are such as occur in no other word, so that one in an answer shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain import streams
from tests.builders import Step, a_claim, a_total, people, step

VENDOR, RIVAL = "leakworks", "mailmoose"
TOLD, CLEARED, UNTOLD, ELSEWHERE = "sesambutikk", "cleovarehus", "birkhandel", "odinmat"
SEEING, BLIND, EMPTIED, SPARE = "revisor-one", "revisor-two", "revisor-nil", "revisor-spare"
OPERATOR, NOBODY = "operator", "ghostmart"


@dataclass(frozen=True)
class Member:
    """One of the cast: its role, whom it audits, of whom it may hear beside the operator."""

    role: str
    name: str
    hears_of: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ()


CAST = {
    VENDOR: Member("vendor", "Leakworks Delivery AS", frozenset({TOLD, CLEARED, UNTOLD})),
    RIVAL: Member("vendor", "Mailmoose Oy", frozenset({ELSEWHERE})),
    TOLD: Member("client", "Sesam Butikk AS", frozenset({VENDOR})),
    CLEARED: Member("client", "Cleo Varehus AS", frozenset({VENDOR})),
    UNTOLD: Member("client", "Birk Handel AS", frozenset({VENDOR})),
    ELSEWHERE: Member("client", "Odin Mat AS", frozenset({RIVAL})),
    SEEING: Member("auditor", "Revisor One", frozenset({TOLD, VENDOR}), (TOLD,)),
    BLIND: Member("auditor", "Revisor Two", frozenset({ELSEWHERE, RIVAL}), (ELSEWHERE,)),
    EMPTIED: Member("auditor", "Revisor Nil", scope=(TOLD,)),  # until the operator empties it
    SPARE: Member("auditor", "Revisor Spare"),
}
ACTORS = (*(party for party in CAST if party != SPARE), OPERATOR, NOBODY)
READERS = (VENDOR, TOLD, CLEARED)
ASKED = "what-of-ours"


def role_of(actor: str) -> str | None:
    return "operator" if actor == OPERATOR else CAST[actor].role if actor in CAST else None


def slug(operation: str) -> str:
    """Each operation has an incident of its own, so that no act stands in another's way."""
    return f"zebra-{operation.replace('_', '-')}"


def incident(operation: str) -> str:
    return str(streams.incident_id(VENDOR, slug(operation)))


EMPTYING = step("platform", "set_scope", party=EMPTIED, scope=[])


# --- the world -----------------------------------------------------------------------------------


def cast() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everybody, in an order in which those that are audited come first."""
    for party, member in CAST.items():
        more = {"scope": list(member.scope)} if member.scope else {}
        yield party, {"id": party, "roles": [member.role], "name": member.name, **more}


def world(incidents: Iterable[str]) -> Iterator[Step]:
    """What has happened before the first question, beside `EMPTYING`.

    `incidents` are the operations that each have an incident of their own.
    """
    for vendor, client in ((VENDOR, TOLD), (VENDOR, CLEARED), (VENDOR, UNTOLD), (RIVAL, ELSEWHERE)):
        yield step("platform", "agree_engagement", vendor=vendor, client=client)
        yield step(client, "grant_mandate", vendor=vendor, scope="full")
    yield _report(RIVAL, "quagga").having(people=[people()], totals=[], claims=[])
    yield _notice(RIVAL, "quagga", ELSEWHERE)
    for operation in incidents:
        yield from _an_incident(operation)


def _an_incident(operation: str) -> Iterator[Step]:
    name = slug(operation)
    about: dict[str, Any] = {"incident": incident(operation)}
    yield _report(VENDOR, name)
    named = [{"client": client, "sure": "suspected"} for client in (UNTOLD, TOLD, CLEARED)]
    yield step(VENDOR, "name_clients", **about, clients=named, complete=True)
    yield _notice(VENDOR, name, TOLD, CLEARED)
    for client in (TOLD, CLEARED):
        yield step(client, "ask", **about, question=ASKED, text="What of ours?")
    for actor in (VENDOR, TOLD, CLEARED):
        measure = step(actor, "take_measure", **about, kind="fix", status="done")
        yield measure.under(f"measure-{operation}-{actor}")
    yield step(TOLD, "assess_risk", **about, outcome="high", why="We keep this to ourselves.")
    yield step(VENDOR, "clear_client", **about, client=CLEARED, reason="not its data")


def _report(vendor: str, name: str) -> Step:
    """A report that names clients where a label may: each of them sees such rows of its own."""
    return step(
        vendor,
        "report_leak",
        incident=name,
        nature=["confidentiality"],
        text="A copy was taken.",
        people=[people(), people(f"customers of {CLEARED}")],
        totals=[a_total(700, client=TOLD), a_total(900, client=CLEARED)],
        claims=[
            a_claim("plain"),
            a_claim("of-one", scope=CLEARED),
            a_claim("two", source=UNTOLD),
            a_claim("three", scope=f"customers of {CAST[UNTOLD].name}"),
        ],
    )


def _notice(vendor: str, name: str, *clients: str) -> Step:
    fields = {"incident": name, "clients": list(clients), "channel": "platform"}
    return step(vendor, "notify_clients", **fields)
