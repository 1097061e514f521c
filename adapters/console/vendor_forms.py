"""What a vendor says of the whole incident: the first report, revisions, its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from adapters.console.controls import (
    Area,
    Choice,
    Group,
    Hidden,
    Line,
    Rows,
    Several,
    Time,
    Typed,
)
from adapters.console.forms import Form
from adapters.console.i18n import mark
from adapters.console.telling import Teller
from adapters.console.vendor_case import VendorCase
from adapters.console.vendor_controls import claims, people, totals, typed_people
from adapters.console.words import LISTS

SLUG = "[A-Za-z0-9][A-Za-z0-9._\\-]*"
SEALED = mark("Name no persons. The text is sealed and can be erased; all else stays.")
STEM = Hidden(name="stem")


def stem() -> Typed:
    """What keeps the names of a form's claims apart from all others, however often it is sent."""
    return {"stem": [uuid4().hex[:8]]}


def report_leak(concerns: Mapping[str, str]) -> Form:
    """The first report; `concerns` are those that it may answer, by id, as they are called."""
    answers = Choice(
        name="answers",
        label=mark("The concern that it answers"),
        options=tuple(concerns),
        say=lambda _, name: concerns[name],
        help=mark("The client that raised it is told at once."),
    )
    return Form(
        "report_leak",
        mark("Report a leak"),
        mark("Report it"),
        (
            Line(
                name="title",
                label=mark("What happened, in one line"),
                help=mark("The clients that you tell will read it. Name no persons."),
            ),
            Line(
                name="incident",
                label=mark("A short name for it"),
                required=True,
                maxlength=100,
                pattern=SLUG,
                help=mark("Letters, digits and hyphens, such as deliveries-2026."),
            ),
            *((answers,) if concerns else ()),
            Several(
                name="nature",
                label=mark("What was harmed"),
                of="nature",
                options=LISTS["nature"],
                required=True,
                help=mark(
                    "Confidentiality: somebody saw data. Integrity: data were changed. "
                    "Availability: data were lost or out of reach."
                ),
            ),
            _AWARE,
            people(
                required=True,
                help_=mark("Who is touched, by which data. What is not known yet may wait."),
            ),
            Area(name="text", label=mark("What the clients should know"), help=SEALED),
            *MORE,
            STEM,
        ),
        intro=mark(
            "Recording this tells nobody yet: you name and tell the clients next. "
            "Give what you know now; all of it can be revised, and its history stays."
        ),
        template="vendor_form.html",
    )


_AWARE = Group(
    name="aware",
    label=mark("Since when you know"),
    parts=(
        Choice(
            name="stage",
            label=mark("How far you know"),
            of="stage",
            options=LISTS["stage"],
            required=True,
            help=mark("A signal is a hint to follow up. Aware: reasonably certain; clocks run."),
        ),
        Time(name="when", label=mark("Since when"), required=True),
        Line(name="how", label=mark("How you came to know")),
    ),
)
MORE = (  # what can wait: behind one click
    Time(name="happened", label=mark("When it happened"), coarse=True),
    Time(name="data_period", label=mark("From which time the data are"), coarse=True),
    Line(
        name="discovered_by",
        label=mark("Who found it"),
        options=LISTS["source"],
        suggest="source",
    ),
    claims(),
    totals(),
    Rows(
        name="systems",
        label=mark("Systems"),
        least=0,
        parts=(
            Line(name="name", label=mark("Name"), required=True),
            Line(name="owner", label=mark("Whose it is")),
            Choice(
                name="affected",
                label=mark("Is it touched?"),
                of="affected",
                options=LISTS["affected"],
                required=True,
            ),
        ),
    ),
    Line(
        name="upstream",
        label=mark("The incident of another vendor that it hangs on"),
        maxlength=100,
        help=mark("Its id, or its name where you were told of it."),
    ),
)
FOLDED = frozenset(control.name for control in MORE)


def revise_facts(case: VendorCase, tell: Teller) -> Form:
    """What has changed: every client that was told hears of its part."""
    known = {one["id"]: tell.claim(one) for one in _facts(case).get("claims", ())}
    return Form(
        "revise_facts",
        mark("Revise the facts"),
        mark("Record the revision and tell the clients"),
        (
            Choice(
                name="reason",
                label=mark("Why it changes"),
                of="reason",
                options=LISTS["reason"],
                radio=True,
                required=True,
            ),
            claims(known),
            people(
                help_=mark(
                    "These rows take the place of all earlier rows of the same people: same group, "
                    "same way of being touched, same country."
                )
            ),
            totals(),
            STEM,
        ),
        intro=mark(
            "Give only what has changed. Each client that was told hears at once of what concerns "
            "it, and of nothing that concerns others."
        ),
        template="vendor_form.html",
    )


def _facts(case: VendorCase) -> Mapping[str, Any]:
    found: Mapping[str, Any] = case.facts.get("facts", {})
    return found


def revision_of(case: VendorCase, asked: Mapping[str, str]) -> Typed:
    """The form for revising one thing: `?claim=<id>`, or `?people=<group>&role=<role>`."""
    typed = stem()
    for one in _facts(case).get("claims", ()):
        if one["id"] == asked.get("claim"):
            typed |= {"claims.0.supersedes": [one["id"]], "claims.0.about": [one["about"]]}
            typed |= {"claims.0.scope": [one.get("scope", "")]}
    rows = _facts(case).get("people", ())
    mine = [one for one in rows if (one["group"], one["role"]) == _asked_for(asked)]
    return typed | typed_people(mine)


def _asked_for(asked: Mapping[str, str]) -> tuple[str | None, str | None]:
    return asked.get("people"), asked.get("role")


def close_incident(_: VendorCase) -> Form:
    """It is over."""
    return _ending(
        "close_incident",
        mark("Close the incident"),
        mark("Every client that was told hears that it is closed. Nothing can be revised after."),
    )


def withdraw(_: VendorCase) -> Form:
    """It was not so."""
    return _ending(
        "withdraw",
        mark("Withdraw the report"),
        mark(
            "For a report that turned out to be wrong as a whole. Every client that was told hears "
            "that it is withdrawn; the record stays."
        ),
    )


def _ending(verb: str, title: str, intro: str) -> Form:
    return Form(
        verb,
        title,
        title,
        (Area(name="reason", label=mark("Why"), help=SEALED),),
        intro=intro,
    )
