"""What a vendor and a client both do: know, act, speak, inform."""

from __future__ import annotations

from domain import commands as c
from domain import events as e
from domain.envelope import living
from domain.errors import NotFound, Refused
from domain.use_cases.sides import not_ahead, say, side
from domain.values import Awareness
from domain.work import Work


def state_awareness(command: c.StateAwareness, work: Work) -> None:
    """State since when one has known; a later statement of one's own replaces the earlier."""
    mine = side(command.incident, work)
    not_ahead(command.when, work, "when")
    known = Awareness(stage=command.stage, when=command.when, how=command.how)
    event = e.AwarenessStated(awareness=known, why=command.why)
    say(mine, event, command.visibility, work, happened=command.when)


def state_fact(command: c.StateFact, work: Work) -> None:
    """State a fact that one's duties turn on; a later word on it replaces the earlier."""
    mine = side(command.incident, work)
    not_ahead(command.when, work, "when")
    event = e.FactStated(
        fact=command.fact, holds=command.holds, when=command.when, value=command.value
    )
    say(mine, event, "own", work, happened=command.when)


def take_measure(command: c.TakeMeasure, work: Work) -> None:
    """Do, plan or finish something about it."""
    mine = side(command.incident, work)
    if command.status == "done":
        not_ahead(command.when, work, "when")
    event = e.MeasureTaken(
        kind=command.kind,
        status=command.status,
        when=command.when,
        helped_by=command.helped_by,
        text=command.text,
    )
    say(mine, event, command.visibility, work, happened=command.when)


def make_statement(command: c.MakeStatement, work: Work) -> None:
    """Say something in public or to a group."""
    mine = side(command.incident, work)
    made = {
        x.event.statement
        for x in living(work.read(mine.stream))
        if isinstance(x.event, e.StatementMade)
    }
    if command.id in made:
        raise Refused(
            "you made a statement under this id",
            field="id",
            got=command.id,
            expected="an id not used before in this incident",
            next_step="give it another id; use corrects to say that it mends the earlier one",
        )
    if command.corrects and command.corrects not in made:
        raise NotFound(
            "you made no such statement",
            field="corrects",
            got=command.corrects,
            expected="one of: " + (", ".join(sorted(made)) or "none made yet"),
        )
    event = e.StatementMade(
        statement=command.id,
        audience=command.audience,
        channel=command.channel,
        claims=command.claims,
        words=command.words,
        quotes=command.quotes,
        corrects=command.corrects,
        advice=command.advice,
    )
    say(mine, event, command.visibility, work)


def inform_others(command: c.InformOthers, work: Work) -> None:
    """Tell police, a CSIRT, an insurer, partners and the like."""
    mine = side(command.incident, work)
    not_ahead(command.when, work, "when")
    event = e.OthersInformed(who=command.who, when=command.when)
    say(mine, event, command.visibility, work, happened=command.when)
