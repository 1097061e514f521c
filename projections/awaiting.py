"""Which notices have not been seen to arrive, and which closed cases must be opened again?"""

from __future__ import annotations

from domain import events as e
from domain.envelope import Recorded
from projections import feed_index
from projections.rows import Row, Rows, number, under

DELIVERY, CLOSED, REOPENING = "awaiting-delivery", "closed-cases", "awaiting-reopening"
REACHED = "awaiting-position"
NOTICES: frozenset[type[e.Event]] = frozenset(
    {e.ClientNotified, e.ClientUpdated, e.ClientCleared, e.QuestionAnswered}
)
HANDLED: frozenset[type[e.Event]] = NOTICES | {
    e.NoticeDelivered,
    e.CaseClosed,
    e.CaseReopened,
    e.EventCorrected,
}


def project(recorded: Recorded, rows: Rows) -> None:
    """Note what the platform has still to do; strike it off when it is done."""
    client, kind = recorded.envelope.about.client, recorded.kind
    if client is None or recorded.incident_text is None or kind not in HANDLED:
        return
    if recorded.position <= _reached(rows):
        return
    rows.put(REACHED, "", "", {"position": recorded.position})
    case = f"{client}/{recorded.incident_text}"
    if kind in NOTICES:
        _notice(recorded, client, case, rows)
    elif kind is e.NoticeDelivered:
        rows.drop(DELIVERY, "", f"{client}/{recorded.said['notice']}")
    elif kind is e.CaseClosed:
        rows.put(CLOSED, "", case, {"by": recorded.id_text})
    elif kind is e.CaseReopened or _takes_back(recorded, case, rows):
        _open(case, rows)


def _takes_back(recorded: Recorded, case: str, rows: Rows) -> bool:
    """Whether a correction is of the closing itself."""
    return rows.get(CLOSED, "", case) == {"by": recorded.said["target"]}


def _open(case: str, rows: Rows) -> None:
    rows.drop(CLOSED, "", case)
    rows.drop(REOPENING, "", case)


def _notice(recorded: Recorded, client: str, case: str, rows: Rows) -> None:
    if client not in recorded.envelope.visibility:
        return
    row: Row = {
        "client": client,
        "vendor": recorded.envelope.about.vendor,
        "incident": recorded.incident_text,
        "notice": recorded.id_text,
        "number": _number(client, rows),
        "since": recorded.recorded_text,
    }
    rows.put(DELIVERY, "", f"{client}/{recorded.id_text}", row)
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
    if client is None:
        return [row for _, row in rows.all(DELIVERY, "")]
    return [row for _, row in under(DELIVERY, "", f"{client}/", rows)]


def count(rows: Rows) -> int:
    """How many they are."""
    return rows.count(DELIVERY, "")


def reopenings(rows: Rows) -> list[Row]:
    """For each case that its client has closed, the first word of the vendor since."""
    return [row for _, row in rows.all(REOPENING, "", limit=500)]
