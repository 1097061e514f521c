"""An incident across parties as a picture: one lane a party, facts, acts and deadlines in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from adapters.console.case import Case
from adapters.console.picture import marks, whole
from adapters.console.telling import Teller


def lanes(cases: Sequence[Case], tell: Teller) -> Markup:
    """The cases as SVG, one below the other on one axis."""
    found = [
        replace(one, lane=lane, party=case.party)
        for lane, case in enumerate(cases)
        for one in marks(case, tell)
    ]
    return whole(found, [case.party for case in cases], tell)
