"""Every question that can be asked, for every door alike: who asks, what, as of when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.asking import (
    Body,
    instant_of,
    no_incident,
    no_text,
    number_in,
    text_in,
    words_in,
    worksheet_in,
)
from adapters.store.ledger import EventLedger
from adapters.views.generations import Views
from domain import streams
from domain.access import require_sight
from domain.envelope import Recorded
from domain.errors import Forbidden, Invalid, NotFound
from domain.law.matter import Profile
from domain.law.rules import Rules
from projections import (
    board,
    contradictions,
    directory,
    facts,
    feed_index,
    obligations,
    parties,
    register,
    severity,
    timeline,
)
from projections.everything import fold
from projections.rows import Row, Rows

PAGE = 500


@dataclass(frozen=True)
class View:
    """Rows as of an instant: the live ones, or a fold of what was visible to a party until then."""

    rows: Rows
    now: datetime


class Answers:
    """Answers questions from the read models; asks the clock only for the live view."""

    def __init__(
        self,
        ledger: EventLedger,
        views: Views,
        rules: Callable[[tuple[str, ...]], Rules],
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._rules = rules
        self._clock = clock
        self.questions: dict[str, Callable[[Profile, Body], Any]] = {
            "timeline": self.timeline,
            "obligations": self.obligations,
            "register": self.register,
            "board": self.board,
            "facts": self.facts,
            "contradictions": self.contradictions,
            "severity": self.severity,
            "feed": self.feed,
            "text": self.text,
            "whoami": self.whoami,
            "parties": self.parties,
        }

    def ask(self, party: str, question: str, body: Body) -> dict[str, Any]:
        """The answer, as `{question: …}`; raises a `VarselError` where there is none to give."""
        me = parties.profile(party, self._views.rows)
        if me is None:
            raise NotFound("this party is not registered", field="by", got=party)
        return {question: self.questions[question](me, body)}

    # --- questions ---

    def timeline(self, me: Profile, body: Body) -> list[Row]:
        """What happened, as far as a party may see it."""
        whose, view = self._seen(me, body)
        incident = self._incident(whose, body, view)
        entries = timeline.query(whose.id, view.rows, incident)
        found = contradictions.query(whose.id, view.rows, incident)
        return contradictions.beside(whose.id, entries, found)

    def obligations(self, me: Profile, body: Body) -> list[Row]:
        """What a party must do, by when."""
        whose, view = self._seen(me, body)
        incident = self._incident(whose, body, view)
        rules = self._rules(words_in(body, "with_draft"))
        return obligations.query(whose.id, view.rows, rules, view.now, incident)

    def register(self, me: Profile, body: Body) -> list[Row]:
        """A controller's record of breaches."""
        whose, view = self._seen(me, body)
        return register.query(whose.id, view.rows)

    def contradictions(self, me: Profile, body: Body) -> list[Row]:
        """Where a party's public words collide with facts, notice or themselves."""
        whose, view = self._seen(me, body)
        incident = self._incident(whose, body, view)
        return contradictions.query(whose.id, view.rows, incident)

    def severity(self, me: Profile, body: Body) -> Row:
        """How grave an incident is for a party's people, from a worksheet or from the facts."""
        whose, view = self._seen(me, body)
        incident = self._incident(whose, {"incident": None, **body}, view, required=True)
        return severity.query(whose.id, incident or "", view.rows, worksheet_in(body))

    def facts(self, me: Profile, body: Body) -> Row:
        """What a party was told of an incident."""
        whose, view = self._seen(me, body)
        incident = self._incident(whose, {"incident": None, **body}, view, required=True)
        return facts.query(whose.id, incident or "", view.rows) or {}

    def board(self, me: Profile, body: Body) -> Row:
        """How far each client of an incident has come."""
        reference = text_in(body, "incident")
        vendor, incident = self._reported(me, reference)
        view = self._as_of(vendor, body)
        lines = board.query(incident, view.rows)
        if not _sees_all_of(me, vendor.id):
            # Named but not notified: so far the vendor's own affair, its clients do not know.
            lines = [one for one in lines if one["client"] in me.scope and one["notified_at"]]
            if not lines:
                raise no_incident(reference)
        said = contradictions.query(vendor.id, view.rows, incident)
        return {
            "incident": incident,
            "vendor": vendor.id,
            "clients": lines,
            "contradictions": said if _sees_all_of(me, vendor.id) else [],
        }

    def feed(self, me: Profile, body: Body) -> list[Row]:
        """A party's feed behind a sequence, message by message, as it was published."""
        whose = self._whose(me, body)
        limit = min(number_in(body, "limit", PAGE), PAGE)
        rows = feed_index.page(whose.id, number_in(body, "after", 0), limit, self._views.rows)
        return [{"sequence": row["sequence"], "number": row["number"]} for row in rows]

    def text(self, me: Profile, body: Body) -> str:
        """Free text, while its key exists, for those who may see an event that refers to it."""
        reference = text_in(body, "text")
        event_id, _, path = reference.partition("/")
        readers = [me.id, *me.scope]
        if not any(directory.may_fetch(one, reference, self._views.rows) for one in readers):
            raise no_text(reference)
        position = directory.position(event_id, self._views.rows)
        recorded = self._ledger.at(position) if position else None
        if recorded is None:
            raise no_text(reference)
        return self._ledger.sealer.open(recorded, path)

    def whoami(self, me: Profile, _: Body) -> Row:
        """Who the platform takes you for."""
        return me.model_dump(mode="json")

    def parties(self, me: Profile, _: Body) -> list[Row]:
        """All parties: for the operator alone."""
        if "operator" not in me.roles:
            raise Forbidden(
                "the list of parties is for the operator",
                field="do",
                got="parties",
                expected="the operator's credentials",
                next_step="ask the operator",
            )
        return [one.model_dump(mode="json") for one in parties.everybody(self._views.rows)]

    # --- whose, which, when ---

    def _seen(self, me: Profile, body: Body) -> tuple[Profile, View]:
        whose = self._whose(me, body)
        return whose, self._as_of(whose, body)

    def _whose(self, me: Profile, body: Body) -> Profile:
        name = body.get("party") or me.id
        if not isinstance(name, str):
            raise Invalid(
                "is not a party id",
                field="party",
                got=name,
                expected="text",
                next_step="name one party, or leave it out for yourself",
            )
        require_sight(me.id, frozenset(me.roles), frozenset(me.scope), name)
        whose = parties.profile(name, self._views.rows)
        if whose is None:
            raise NotFound(
                "no such party",
                field="party",
                got=name,
                expected="the id of a registered party",
                next_step="correct it and ask again",
            )
        return whose

    def _as_of(self, whose: Profile, body: Body) -> View:
        asked = body.get("as_of")
        if asked is None:
            return View(self._views.rows, self._clock())
        at = instant_of(asked, whose.clock)
        return View(fold(self._visible(whose.id, at)), at)

    def _visible(self, party: str, at: datetime) -> Iterator[Recorded]:
        sequence = 0
        while page := feed_index.page(party, sequence, PAGE, self._views.rows):
            for row in page:
                recorded = self._ledger.at(row["position"])
                if recorded is None or recorded.envelope.recorded_at > at:
                    return
                yield recorded
            sequence = page[-1]["sequence"]

    def _incident(
        self, whose: Profile, body: Body, view: View, *, required: bool = False
    ) -> str | None:
        reference = body.get("incident")
        if reference is None and not required:
            return None
        reference = text_in(body, "incident")
        for found in self._called(whose, reference):
            if timeline.query(whose.id, view.rows, found):
                return found
        raise no_incident(reference)

    def _called(self, whose: Profile, reference: str) -> list[str]:
        live = self._views.rows
        told = directory.incidents(whose.id, reference, live)
        own = streams.incident_id(whose.id, reference)
        concern = streams.concern_id(whose.id, reference)
        return [reference, *map(str, (own, *told, concern))]

    def _reported(self, me: Profile, reference: str) -> tuple[Profile, str]:
        """The incident and its vendor, for those who may look at its board."""
        rows = self._views.rows
        own = str(streams.incident_id(me.id, reference))
        found = rows.get(directory.INCIDENTS, "", own) if _is_vendor(me) else None
        incident = own if found else _canonical(reference)
        found = found or rows.get(directory.INCIDENTS, "", incident)
        if found is None and not _is_vendor(me):
            named = rows.all(directory.INCIDENTS, "")
            same = [(key, row) for key, row in named if row["slug"] == reference]
            incident, found = same[0] if len(same) == 1 else (incident, None)
        vendor = parties.profile(found["vendor"], rows) if found else None
        if vendor is None or not (_sees_all_of(me, vendor.id) or "auditor" in me.roles):
            raise no_incident(reference)
        return vendor, incident


def _is_vendor(me: Profile) -> bool:
    return "vendor" in me.roles


def _sees_all_of(me: Profile, vendor: str) -> bool:
    return me.id == vendor or "operator" in me.roles or vendor in me.scope


def _canonical(reference: str) -> str:
    try:
        return str(UUID(reference))
    except ValueError:
        return reference
