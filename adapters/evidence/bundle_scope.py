"""Which part of whose feed a bundle is to hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from adapters.answers import Answers
from adapters.asking import Body, instant_of
from domain.access import Grant
from domain.envelope import Recorded
from domain.errors import Invalid
from domain.law.matter import Profile
from domain.values import first_instant


class Scope(NamedTuple):
    """Of whose feed: which incident, recorded when, known until when."""

    whose: Profile
    incident: str | None
    since: datetime | None
    until: datetime | None
    as_of: datetime

    def holds(self, recorded: Recorded) -> bool:
        """Whether an event of the feed is asked for."""
        at, about = recorded.envelope.recorded_at, recorded.envelope.about.incident
        return (
            (self.incident is None or str(about) == self.incident)
            and (self.since is None or at >= self.since)
            and (self.until is None or at <= self.until)
        )

    def asked(self, body: Body) -> dict[str, Any]:
        """What was asked for, as the manifest has it."""
        return {
            "party": self.whose.id,
            "incident": self.incident,
            "from": written(self.since) if self.since else None,
            "until": written(self.until) if self.until else None,
            "as_of": written(self.as_of) if body.get("as_of") else None,
            "with_texts": bool(body.get("with_texts")),
        }


def scope_of(answers: Answers, granted: Grant, body: Body, now: datetime) -> Scope:
    """What a request asks for; raises a `VarselError` where that cannot be, or may not."""
    whose, incident = answers.within(granted, body)
    since, until = _earliest(body, whose), None
    if body.get("until") is not None:
        until = instant_of(body["until"], whose.clock, "until")
    if since and until and since > until:
        raise Invalid("ends before it begins", field="until", got=body["until"])
    as_of = instant_of(body["as_of"], whose.clock) if body.get("as_of") else now
    return Scope(whose, incident, since, until, min(as_of, now))


def _earliest(body: Body, whose: Profile) -> datetime | None:
    """The first instant of what `from` names: a date begins at midnight in the party's zone."""
    if body.get("from") is None:
        return None
    instant_of(body["from"], whose.clock, "from")  # refuses what is no point in time
    return first_instant(body["from"].strip(), whose.clock)


def written(at: datetime) -> str:
    """An instant as a bundle has it: UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
