"""Every question that can be asked, for every door alike: who asks, what, as of when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.asking import (
    Body,
    erased_text,
    instant_of,
    no_incident,
    no_page,
    no_text,
    number_in,
    page_in,
    text_in,
    words_in,
    worksheet_in,
)
from adapters.boards import Board, reported
from adapters.remembering import Asked, Judgements
from adapters.store.ledger import EventLedger
from adapters.views.generations import Views
from domain import streams
from domain.access import Grant, grant
from domain.envelope import Recorded
from domain.errors import Invalid, NotFound
from domain.law.matter import Profile
from domain.law.rules import Rules
from projections import (
    contradictions,
    directory,
    erasures,
    facts,
    feed_index,
    knowledge,
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


@dataclass(frozen=True)
class Asking(Grant):
    """What a party may reach by a question, and the party itself: it was just looked up."""

    me: Profile | None = None


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
        self._judgements = Judgements(lambda: views.known)
        self.questions: dict[str, Callable[[Grant, Body], Any]] = {
            "timeline": self.timeline,
            "obligations": self.obligations,
            "register": self.register,
            "board": self.board,
            "facts": self.facts,
            "knowledge": self.knowledge,
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
        given = grant(me, question)
        granted = Asking(given.party, given.relations, given.scope, me)
        return {question: self.questions[question](granted, body)}

    def holds(self, party: str, body: Body) -> bool:
        """Whether the views hold all that was recorded by the instant that a question names.

        Then nothing that they still lag behind can be in its answer.
        """
        asked, name = body.get("as_of"), body.get("party") or party
        whose = parties.profile(name, self._views.rows) if isinstance(name, str) else None
        if asked is None or whose is None:
            return False
        behind = self._ledger.since(self._views.position(), 1)
        try:
            at = instant_of(asked, whose.clock)
        except Invalid:
            return False
        return all(one.envelope.recorded_at > at for one in behind)

    # --- questions ---

    def timeline(self, granted: Grant, body: Body) -> list[Row]:
        """What happened, as far as a party may see it."""
        whose, view = self._seen(granted, body)
        incident = self._incident(whose, body, view)
        entries = timeline.query(whose.id, view.rows, incident)
        found = contradictions.query(whose.id, view.rows, incident)
        return contradictions.beside(whose.id, entries, found)

    def obligations(self, granted: Grant, body: Body) -> list[Row]:
        """What a party must do, by when."""
        whose, view = self._seen(granted, body)
        incident = self._incident(whose, body, view)
        rules = self._rules(words_in(body, "with_draft"))
        if body.get("as_of") is None:
            return self._judgements.of(Asked(whose, view.rows, rules, view.now), incident)
        return obligations.query(whose.id, view.rows, rules, view.now, incident)

    def register(self, granted: Grant, body: Body) -> list[Row]:
        """A controller's record of breaches."""
        whose, view = self._seen(granted, body)
        return register.query(whose.id, view.rows)

    def contradictions(self, granted: Grant, body: Body) -> list[Row]:
        """Where a party's public words collide with facts, notice or themselves."""
        whose, view = self._seen(granted, body)
        incident = self._incident(whose, body, view)
        return contradictions.query(whose.id, view.rows, incident)

    def severity(self, granted: Grant, body: Body) -> Row:
        """How grave an incident is for a party's people, from a worksheet or from the facts."""
        whose, view = self._seen(granted, body)
        incident = self._incident(whose, {"incident": None, **body}, view, required=True)
        return severity.query(whose.id, incident or "", view.rows, worksheet_in(body))

    def facts(self, granted: Grant, body: Body) -> Row:
        """What a party was told of an incident."""
        whose, view = self._seen(granted, body)
        incident = self._incident(whose, {"incident": None, **body}, view, required=True)
        return facts.query(whose.id, incident or "", view.rows) or {}

    def knowledge(self, granted: Grant, body: Body) -> Row:
        """What a party knew of an incident at an instant, and what superseded it since."""
        whose = self._whose(granted, body)
        view = View(self._views.rows, self._clock())
        incident = self._incident(whose, {"incident": None, **body}, view, required=True)
        asked = body.get("at")
        at = view.now if asked is None else instant_of(asked, whose.clock, "at")
        return knowledge.query(whose.id, incident or "", view.rows, at, whose.clock)

    def board(self, granted: Grant, body: Body) -> Row:
        """How far each client of an incident has come."""
        reference = text_in(body, "incident")
        name, incident = reported(granted, reference, self._views.rows)
        vendor = self._profile(name)
        board = Board(granted, vendor.id, incident, self._as_of(vendor, body).rows)
        if not board.seen():
            raise no_incident(reference)
        clients, more = board.page(body)
        said = contradictions.query(vendor.id, board.rows, incident) if board.whole else []
        return {
            "incident": incident,
            "vendor": vendor.id,
            "clients": clients,
            "contradictions": said,
            "next": more,
        }

    def feed(self, granted: Grant, body: Body) -> list[Row]:
        """A party's feed behind a sequence, message by message, as it was published."""
        whose = self._whose(granted, body)
        limit = min(number_in(body, "limit", PAGE), PAGE)
        rows = feed_index.page(whose.id, number_in(body, "after", 0), limit, self._views.rows)
        return [{"sequence": row["sequence"], "number": row["number"]} for row in rows]

    def text(self, granted: Grant, body: Body) -> str:
        """Free text, while its key exists, for those who may see an event that refers to it."""
        reference = text_in(body, "text")
        event_id, _, path = reference.partition("/")
        rows = self._views.rows
        if not any(directory.may_fetch(one, reference, rows) for one in granted.named):
            raise no_text(reference)
        position = directory.position(event_id, rows)
        recorded = self._ledger.at(position) if position else None
        if recorded is None:
            raise no_text(reference)
        gone = erasures.since(recorded, rows)
        if gone is not None:
            raise erased_text(reference, gone)
        return self._ledger.sealer.open(recorded, path)

    def whoami(self, granted: Grant, _: Body) -> Row:
        """Who the platform takes you for."""
        return self._profile(granted.party).model_dump(mode="json")

    def parties(self, granted: Grant, body: Body) -> list[Row]:
        """All parties, or a page of them, as far as they may be seen."""
        after, limit = page_in(body)
        if after and parties.profile(after, self._views.rows) is None:
            raise no_page("there is no such party", after)
        found = parties.everybody(self._views.rows, after, limit)
        return [one.model_dump(mode="json") for one in found if granted.sees(one.id)]

    # --- whose, which, when ---

    def within(self, granted: Grant, body: Body) -> tuple[Profile, str | None]:
        """Whose view is asked for, and which incident of it, for what is made of several."""
        whose, view = self._seen(granted, body)
        return whose, self._incident(whose, body, view)

    def _seen(self, granted: Grant, body: Body) -> tuple[Profile, View]:
        whose = self._whose(granted, body)
        return whose, self._as_of(whose, body)

    def _whose(self, granted: Grant, body: Body) -> Profile:
        name = body.get("party") or granted.party
        if not isinstance(name, str):
            raise Invalid(
                "is not a party id",
                field="party",
                got=name,
                expected="text",
                next_step="name one party, or leave it out for yourself",
            )
        granted.require_sight(name)
        if isinstance(granted, Asking) and granted.me and name == granted.party:
            return granted.me
        return self._profile(name)

    def _profile(self, name: str) -> Profile:
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
            if timeline.concerns(whose.id, found, view.rows):
                return found
        raise no_incident(reference)

    def _called(self, whose: Profile, reference: str) -> list[str]:
        live = self._views.rows
        told = directory.incidents(whose.id, reference, live)
        own = streams.incident_id(whose.id, reference)
        concern = streams.concern_id(whose.id, reference)
        return [reference, *map(str, (own, *told, concern))]
