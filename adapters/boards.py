"""The board of an incident as far as one may see it, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from adapters.asking import Body, no_incident, no_page, page_in
from domain import streams
from domain.access import Grant
from projections import board, directory
from projections.rows import Row, Rows


@dataclass(frozen=True)
class Board:
    """Whoever sees the vendor sees all its lines; others those of the clients that they see."""

    granted: Grant
    vendor: str
    incident: str
    rows: Rows

    @property
    def whole(self) -> bool:
        """Whether all of it may be seen."""
        return self.granted.sees(self.vendor)

    def seen(self) -> bool:
        """Whether there is a board to be shown."""
        return self.whole or bool(self._some(""))

    def page(self, body: Body) -> tuple[list[Row], str | None]:
        """The lines that were asked for, and the client behind which there are more, if any."""
        after, limit = page_in(body)
        if after and self._line(after) is None:
            raise no_page("there is no such client on this board", after)
        more = None if limit is None else limit + 1
        lines = (
            board.query(self.incident, self.rows, after, more)
            if self.whole
            else self._some(after)[:more]
        )
        if limit is None or len(lines) <= limit:
            return lines, None
        return lines[:limit], lines[limit - 1]["client"] if limit else None

    def _some(self, after: str) -> list[Row]:
        lines = (self._line(client) for client in sorted(self.granted.named) if client > after)
        return [line for line in lines if line]

    def _line(self, client: str) -> Row | None:
        """A client's line if it may be seen.

        Named but not notified: so far the vendor's own affair, its clients do not know.
        """
        line = board.entry(self.incident, client, self.rows)
        told = line is not None and line["notified_at"]
        return line if self.whole or (told and self.granted.sees(client)) else None


def reported(granted: Grant, reference: str, rows: Rows) -> tuple[str, str]:
    """The vendor and the id of an incident, for those who may look at its board.

    A name that several of them share names none; what one may not look at has no say in it.
    """
    own = str(streams.incident_id(granted.party, reference))
    found = _seen(granted, [own, _canonical(reference)], rows)
    if not found and "own" not in granted.relations:
        found = _seen(granted, directory.called(reference, rows), rows)
        found = found if len(found) == 1 else []
    if not found:
        raise no_incident(reference)
    return found[0]


def _seen(granted: Grant, incidents: Iterable[str], rows: Rows) -> list[tuple[str, str]]:
    found = [(rows.get(directory.INCIDENTS, "", one), one) for one in incidents]
    named = [(str(row["vendor"]), one) for row, one in found if row]
    return [(vendor, one) for vendor, one in named if Board(granted, vendor, one, rows).seen()]


def _canonical(reference: str) -> str:
    try:
        return str(UUID(reference))
    except ValueError:
        return reference
