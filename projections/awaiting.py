"""Which notices have not been seen to arrive, and which closed cases must be opened again?"""

from __future__ import annotations

from domain import events as e
from domain.envelope import Recorded
from projections import feed_index
from projections.rows import Row, Rows, number

DELIVERY, CLOSED, REOPENING = "awaiting-delivery", "closed-cases", "awaiting-reopening"
REACHED = "awaiting-position"
NOTICES = (e.ClientNotified, e.ClientUpdated, e.ClientCleared, e.QuestionAnswered)


def project(recorded: Recorded, rows: Rows) -> None:
    """Note what the platform has still to do; strike it off when it is done."""
    about = recorded.envelope.about
    if about.client is None or about.incident is None or recorded.position <= _reached(rows):
        return
    rows.put(REACHED, "", "", {"position": recorded.position})
    case = f"{about.client}/{about.incident}"
    match recorded.event:
        case e.NoticeDelivered(notice=notice):
            rows.drop(DELIVERY, "", f"{about.client}/{notice}")
        case e.CaseClosed():
            rows.put(CLOSED, "", case, {"by": str(recorded.id)})
        case e.CaseReopened():
            _open(case, rows)
        case e.EventCorrected(target=target):
            if rows.get(CLOSED, "", case) == {"by": str(target)}:
                _open(case, rows)
        case _ if isinstance(recorded.event, NOTICES):
            _notice(recorded, about.client, case, rows)
        case _:
            pass


def _open(case: str, rows: Rows) -> None:
    rows.drop(CLOSED, "", case)
    rows.drop(REOPENING, "", case)


def _notice(recorded: Recorded, client: str, case: str, rows: Rows) -> None:
    if client not in recorded.envelope.visibility:
        return
    about = recorded.envelope.about
    row: Row = {
        "client": client,
        "vendor": about.vendor,
        "incident": str(about.incident),
        "notice": str(recorded.id),
        "number": _number(client, rows),
        "since": recorded.envelope.recorded_at.isoformat(),
    }
    rows.put(DELIVERY, "", f"{client}/{recorded.id}", row)
    if rows.get(CLOSED, "", case) and not rows.get(REOPENING, "", case):
        rows.put(REOPENING, "", case, row)


def _reached(rows: Rows) -> int:
    return int((rows.get(REACHED, "", "") or {"position": 0})["position"])


def _number(client: str, rows: Rows) -> int | None:
    """The stream number of the message just placed in the client's feed."""
    placed = rows.get(feed_index.FEED, client, number(feed_index.head(client, rows)))
    return placed["number"] if placed else None


def delivery(client: str, notice: str, rows: Rows) -> Row | None:
    """A notice that has not been seen to arrive."""
    return rows.get(DELIVERY, "", f"{client}/{notice}")


def deliveries(rows: Rows, client: str | None = None) -> list[Row]:
    """All notices that have not been seen to arrive (at one client, where it is given)."""
    start = f"{client}/" if client else ""
    found = rows.all(DELIVERY, "", after=start)
    return [row for key, row in found if key.startswith(start)]


def reopenings(rows: Rows) -> list[Row]:
    """For each case that its client has closed, the first word of the vendor since."""
    return [row for _, row in rows.all(REOPENING, "", limit=500)]
