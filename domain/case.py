"""A client's case: what it has done about one incident, and whether it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import events as e
from domain.envelope import Recorded, living
from domain.errors import Refused

Reminded = tuple[UUID | None, datetime, str | None]  # of which obligation, which deadline, when


@dataclass(frozen=True)
class Case:
    """What decisions about a case need to know."""

    closed: bool = False
    acknowledged: bool = False
    questions: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()
    delivered: frozenset[UUID] = frozenset()
    reopened_by: frozenset[UUID] = frozenset()
    reminded: frozenset[Reminded] = frozenset()
    escalated: frozenset[tuple[UUID, str]] = frozenset()

    def require_open(self) -> None:
        """Refuse a client's command on a case that it has closed."""
        if self.closed:
            raise Refused(
                "the case is closed",
                field="incident",
                got="a command on a closed case",
                expected="an open case",
                next_step="correct the closing (verb correct) if it was a mistake; "
                "a later word of the vendor reopens it by itself",
            )


def fold(recorded: Iterable[Recorded]) -> Case:
    """The case after these events; corrected events do not count."""
    state = Case()
    for event in living(list(recorded)):
        state = evolve(state, event)
    return state


def evolve(state: Case, recorded: Recorded) -> Case:
    """The case after one more event; never refuses."""
    match recorded.event:
        case e.NoticeAcknowledged():
            return replace(state, acknowledged=True)
        case e.QuestionAsked(question=question):
            return replace(state, questions=state.questions | {question})
        case e.StatementMade(statement=statement):
            return replace(state, statements=state.statements | {statement})
        case e.NoticeDelivered(notice=notice):
            return replace(state, delivered=state.delivered | {notice})
        case e.CaseClosed():
            return replace(state, closed=True)
        case e.CaseReopened(by=by):
            return replace(state, closed=False, reopened_by=state.reopened_by | {by})
        case e.DutyDueSoon() | e.DutyOverdue() as said:
            return replace(state, reminded=state.reminded | {reminded(said)})
        case e.ClientEscalated(notice=notice, why=why):
            return replace(state, escalated=state.escalated | {(notice, why)})
        case _:
            return state


def reminded(said: e.DutyDueSoon | e.DutyOverdue) -> Reminded:
    """What makes a reminder the one it is."""
    return (said.obligation, said.due_at, said.threshold)
