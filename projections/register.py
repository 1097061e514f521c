"""What would the record of Art. 33(5) say: facts, effects, remedial action, breach by breach?"""

from __future__ import annotations

from typing import Any

from domain.law.matter import Happening, Matter
from projections import facts, matters
from projections.rows import Row, Rows


def query(party: str, rows: Rows) -> list[Row]:
    """A controller's register of breaches (GDPR Art. 33(5)), oldest first."""
    mine = (matter for matter in matters.of(party, rows) if matter.continued_in is None)
    return [_entry(matter, rows) for matter in mine]


def _entry(matter: Matter, rows: Rows) -> Row:
    known = facts.query(matter.party, str(matter.incident), rows) or {}
    assessed = matter.last("RiskAssessed")
    return {
        "incident": str(matter.incident),
        "vendor": matter.vendor,
        "first_known_at": matter.happenings[0].at.isoformat(),
        "facts": known,
        "effects": _shown(assessed) if assessed else None,
        "remedial_action": [_shown(one) for one in matter.living("MeasureTaken")],
        "notifications": [_shown(one) for one in matter.living("RegulatorNotified")],
        "people_told": [_shown(one) for one in matter.living("CustomersNotified")],
        "waivers": [_shown(one) for one in matter.living("NotificationWaived")],
        "closed": _closed(matter),
    }


def _shown(one: Happening) -> dict[str, Any]:
    return {"event": str(one.id), "at": one.at.isoformat(), "by": one.by, **one.data}


def _closed(matter: Matter) -> bool:
    last = matter.last("CaseClosed", "CaseReopened")
    return last is not None and last.type == "CaseClosed"
