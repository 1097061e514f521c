"""The operator's forms: parties let in, credentials given and cut off, scopes, engagements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.console.controls import Choice, Control, Group, Labels, Line, Several
from adapters.console.forms import Form
from adapters.console.i18n import mark
from adapters.console.words import LISTS

EXPIRES = Line(
    name="expires",
    label=mark("Ends"),
    help=mark("A date such as 2027-06-30, or a period such as P90D. Blank: never by itself."),
    maxlength=100,
)
ONLY = Choice(
    name="only",
    label=mark("Which kind"),
    of="credential",
    options=("nats", "api-key"),
    help=mark("Blank: both."),
)
ID = "[a-z0-9][a-z0-9\\-]{0,62}"
ONCE = mark("What is made is shown once, on the next page, and kept nowhere.")


def add() -> Form:
    """A party is let in."""
    return Form(
        "party_add",
        mark("Let a party in"),
        mark("Let it in"),
        (
            Line(
                name="id",
                label=mark("Id"),
                required=True,
                pattern=ID,
                maxlength=63,
                help=mark("Small letters, digits and hyphens; it stays for ever."),
            ),
            Several(
                name="roles",
                label=mark("Roles"),
                of="role",
                options=("vendor", "client", "auditor"),
                required=True,
            ),
            Line(name="name", label=mark("Name")),
            Line(
                name="country",
                label=mark("Country"),
                maxlength=2,
                pattern="[A-Z]{2}",
                help=mark("Where it is established, in two letters: NO, FI."),
            ),
            Line(
                name="zone",
                label=mark("Time zone"),
                options=("Europe/Oslo", "Europe/Helsinki", "Europe/Stockholm", "UTC"),
                maxlength=60,
            ),
            Labels(
                name="laws",
                label=mark("Its laws"),
                help=mark("Blank: presumed by country. Several with commas between them."),
            ),
            _scope(required=False),
            *_more(),
            EXPIRES,
        ),
        intro=ONCE,
    )


def _scope(*, required: bool) -> Control:
    return Labels(
        name="scope",
        label=mark("Whom an auditor may look at"),
        help=mark("Ids of parties, with commas between them."),
        required=required,
    )


def _more() -> tuple[Control, ...]:
    return (
        Line(name="sector", label=mark("Line of business")),
        Line(name="group", label=mark("Group it belongs to")),
        Line(
            name="second_contact",
            label=mark("Second contact"),
            help=mark("Id of a party of its group that is told when it stays silent."),
            maxlength=63,
        ),
    )


def issue(_: Sequence[Mapping[str, Any]]) -> Form:
    """More credentials."""
    return Form(
        "party_issue",
        mark("Give out more credentials"),
        mark("Make them"),
        (ONLY, EXPIRES),
        intro=ONCE,
    )


def rotate(_: Sequence[Mapping[str, Any]]) -> Form:
    """New credentials instead of the old ones."""
    return Form(
        "party_rotate",
        mark("Exchange the credentials"),
        mark("Exchange them"),
        (ONLY, EXPIRES),
        intro=mark(
            "New ones are made and shown once, on the next page. All old ones of the same kind are "
            "cut off at once: whoever still uses them is disconnected."
        ),
    )


def revoke(credentials: Sequence[Mapping[str, Any]]) -> Form:
    """Credentials cut off."""
    living = tuple(one["short"] for one in credentials if not one["revoked_at"])
    return Form(
        "party_revoke",
        mark("Cut credentials off"),
        mark("Cut off"),
        (
            Choice(
                name="credential",
                label=mark("Which one"),
                options=living,
                help=mark("Blank: all of them."),
            ),
        ),
        intro=mark("Live connections end at once. This cannot be undone; new ones can be made."),
    )


def scope(_: Sequence[Mapping[str, Any]]) -> Form:
    """Whom an auditor may look at from here on."""
    return Form(
        "set_scope",
        mark("Say anew whom the auditor may look at"),
        mark("From now on these"),
        (_scope(required=False),),
        intro=mark("Name them all: who is not named is no longer in its scope. Blank: nobody."),
    )


def engage() -> Form:
    """A vendor works for a client."""
    return Form(
        "agree_engagement",
        mark("Record that a vendor works for a client"),
        mark("Record"),
        (
            Line(name="vendor", label=mark("Vendor"), required=True, maxlength=63),
            Line(name="client", label=mark("Client"), required=True, maxlength=63),
            Choice(name="role", label=mark("As"), of="engagement", options=LISTS["engagement"]),
            Line(name="service", label=mark("What it does for it")),
            Group(
                name="contract_notice",
                label=mark("Notice by contract"),
                parts=(
                    Line(
                        name="within",
                        label=mark("Within"),
                        required=True,
                        maxlength=20,
                        help=mark("A period: PT24H is 24 hours, P3D three days."),
                    ),
                    Choice(
                        name="from",
                        label=mark("From"),
                        of="notice_from",
                        options=LISTS["notice_from"],
                        required=True,
                    ),
                ),
            ),
        ),
    )


OF_A_PARTY = {"issue": issue, "rotate": rotate, "revoke": revoke, "scope": scope}
GIVES = ("issue", "rotate")  # what is answered holds secrets
