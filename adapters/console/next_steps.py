"""What a client might do next: read off its case, never more than a suggestion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from adapters.console.case import NOTICES, Case, Row, alarm
from adapters.console.i18n import mark
from adapters.console.render import incident_link

RUNNING = ("open", "overdue")


@dataclass(frozen=True)
class Step:
    """One thing to do: what, where, until when; `why` is the obligation or event behind it."""

    label: str
    address: str
    verb: str
    due: str | None = None
    why: str | None = None


def steps(case: Case) -> list[Step]:
    """What is open, the most pressing first; in a closed case nothing."""
    return [] if case.is_closed else list(_steps(case))


def _steps(case: Case) -> Iterator[Step]:
    told = case.of(*NOTICES)
    if told and not case.own("NoticeAcknowledged"):
        yield _step(case, "acknowledge", mark("Acknowledge the vendor's notice"), told[-1]["event"])
    for duty in case.clocks:
        if duty["status"] in RUNNING:
            yield from _for(case, duty)
    if told and not case.own("RiskAssessed"):
        yield _step(case, "assess_risk", mark("Assess the risk to people"))
    if any(one["kind"] == "contradicts" for one in case.contradictions):
        yield _step(case, "make_statement", mark("Correct a public statement that collides"))


def _for(case: Case, duty: Row) -> Iterator[Step]:
    """What meets a duty."""
    due = alarm(duty)
    until = str(due["at"]) if due else None
    since = duty["started_by"]
    if duty["owed_to"] == "data_subjects":
        label = mark("Tell the people concerned")
        yield _step(case, "notify_customers", label, since, until)
    elif duty["duty"].endswith("33-4"):
        label = mark("Complete the report to the authority")
        values = {"authority": duty["authority"] or "", "stage": "complete"}
        yield _step(case, "notify_regulator", label, since, until, **values)
    elif duty["authority"]:
        label = mark("Notify the supervisory authority, and record it")
        yield _step(
            case, "notify_regulator", label, since, until, authority=duty["authority"], stage="new"
        )


def _step(
    case: Case,
    verb: str,
    label: str,
    why: str | None = None,
    due: str | None = None,
    **values: str,
) -> Step:
    asked = f"?{urlencode(values)}" if values else ""
    return Step(label, incident_link(case.incident, verb) + asked, verb, due, why)
