"""Looking back: a page as it stood at an earlier instant, and the way from event to event.

Any page may offer it: `visit, looking = look(visit)` reads the address, `looking.asked` goes into
the questions as `as_of`, `looking.among(entries)` knows the events around, and the template
includes `as_of_control.html`. While a page looks back it shows no forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from adapters.asking import instant_of
from adapters.console.case import Case, gather
from adapters.console.controls import Mistake, Time, Typed
from adapters.console.i18n import mark
from adapters.console.visit import Visitor
from domain.errors import NotFound, VarselError

Row = Mapping[str, Any]
AS_OF = "as_of"
TYPED = Time(name="at", label=mark("As known at"), options=("at",))
OWN = frozenset({AS_OF, "at.day", "at.hour", "done"})  # what a page's address says of this alone
AHEAD = mark("This is still to come: only what has been can be looked back on.")
NOTHING = mark("Nothing was known of it at that instant.")
UNCLEAR = mark("This is no instant. Give a day such as 2026-03-01, and an hour such as 09:30.")


@dataclass(frozen=True)
class Step:
    """A neighbouring event: its instant (ISO 8601), and of which kind it is."""

    at: str
    kind: str


@dataclass(frozen=True)
class Looking:
    """At which instant a page shows what was known; None is now. `wrong` is a message."""

    at: datetime | None
    path: str
    kept: Sequence[tuple[str, str]] = ()
    typed: Typed = field(default_factory=dict[str, list[str]])
    wrong: str = ""
    earlier: Step | None = None
    later: Step | None = None

    @property
    def asked(self) -> str | None:
        """The instant as questions take it."""
        return self.at.isoformat() if self.at else None

    def shown(self, name: str) -> str:
        """What stands in one of the two inputs."""
        return (self.typed.get(f"at.{name}") or [""])[0]

    def to(self, at: str | None) -> str:
        """This very page as it stood at another instant, or now."""
        said = [*self.kept, *([(AS_OF, at)] if at else [])]
        return f"{self.path}?{urlencode(said)}" if said else self.path

    def link(self, address: str, **said: str | None) -> str:
        """Another page, looking back in the same way."""
        asked = {**said, AS_OF: self.asked}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{address}?{query}" if query else address

    def among(self, entries: Iterable[Row], now: datetime) -> Looking:
        """The same, with the events before and after among these."""
        at = self.at or now
        found = {datetime.fromisoformat(one["recorded_at"]): one for one in entries}
        steps = {when: Step(when.isoformat(), found[when]["type"]) for when in sorted(found)}
        before = [step for when, step in steps.items() if when < at]
        after = [step for when, step in steps.items() if when > at]
        return replace(
            self,
            earlier=before[-1] if before else None,
            later=after[0] if after and self.at else None,
        )


def look(visit: Visitor) -> tuple[Visitor, Looking]:
    """The visitor at the instant that the address names, and that instant.

    `?as_of=` is an instant with its zone or a date; `?at.day=&at.hour=` are as somebody types
    them, in the reader's zone. What cannot be read is told beside the control; the page is now's.
    """
    asked = visit.request.query_params
    kept = [(name, value) for name, value in asked.multi_items() if name not in OWN]
    typed = {name: [asked[name]] for name in ("at.day", "at.hour") if name in asked}
    here = Looking(None, visit.request.url.path, kept, typed)
    try:
        said = TYPED.read(typed, "at", visit.zone) or asked.get(AS_OF)
        at = instant_of(said, visit.zone) if said else None
    except Mistake as wrong:
        return visit, replace(here, wrong=wrong.message)
    except VarselError:
        return visit, replace(here, wrong=UNCLEAR)
    if at is None:
        return visit, here
    if at > visit.now:
        return visit, replace(here, wrong=AHEAD)
    return replace(visit, now=at), replace(here, at=at, typed=_typed(visit, at))


async def case_then(visit: Visitor, incident: str) -> tuple[Visitor, Looking, Case]:
    """A party's own case at the instant that the address names; now's where it knew nothing."""
    live = await gather(visit, incident)
    then, looking = look(visit)
    looking = looking.among(live.entries, visit.now)
    if looking.at is None:
        return visit, looking, live
    try:
        return then, looking, await gather(then, incident, as_of=looking.asked)
    except NotFound:
        return visit, replace(looking, at=None, wrong=NOTHING), live


def _typed(visit: Visitor, at: datetime) -> Typed:
    local = at.astimezone(visit.zone)
    return {"at.day": [local.date().isoformat()], "at.hour": [local.strftime("%H:%M")]}
