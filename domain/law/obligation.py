"""One duty of one party in one incident, as the public surface shows it."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime

from domain.law.calendar import Due
from domain.values import Value


class Obligation(Value):
    """One duty of one party in one incident, as the public surface shows it.

    `due` is empty where the law gives no number of hours; such a duty is never overdue. Times
    are aware, deadlines in the debtor's zone. `started_by` and `met_by` are event ids.
    """

    id: UUID
    duty: str
    incident: UUID
    debtor: str
    owed_to: str
    authority: str | None = None
    country: str | None = None
    stage: str | None = None
    started_at: AwareDatetime | None = None
    started_by: UUID | None = None
    due: tuple[Due, ...] = ()
    status: str
    met_at: AwareDatetime | None = None
    met_by: UUID | None = None
    why: str
    law_version: str
    citation: str
