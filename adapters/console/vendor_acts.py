"""What a vendor does beside telling its clients: the forms it shares with clients, in its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adapters.console import client_forms as shared
from adapters.console.case import Case
from adapters.console.controls import Choice, Control, Several
from adapters.console.forms import Form
from adapters.console.i18n import mark
from adapters.console.vendor_case import VendorCase
from adapters.console.words import LISTS

VISIBILITY = Choice(
    name="visibility",
    label=mark("Who sees it"),
    of="visibility",
    options=LISTS["visibility"],
    radio=True,
    help=mark("Shared: each client that was told gets a copy that names no other client."),
)


def _mine(form: Form, intro: str | None = None, **others: Control) -> Form:
    """A shared form with a vendor's controls in place of those of these names."""
    own = {"visibility": VISIBILITY, **others}
    controls = tuple(own.get(control.name, control) for control in form.controls)
    return replace(form, controls=controls, intro=form.intro if intro is None else intro)


def state_awareness(case: Case) -> Form:
    """Since when the vendor has known."""
    return _mine(
        shared.state_awareness(case),
        mark(
            "Your own clocks turn on it: that for telling your clients, and those you owe yourself."
        ),
    )


def take_measure(case: Case) -> Form:
    """What was done about it."""
    return _mine(shared.take_measure(case))


def inform_others(case: Case) -> Form:
    """Police, CSIRT, insurer and the like."""
    return _mine(shared.inform_others(case))


def state_fact(case: Case) -> Form:
    """A fact that duties turn on."""
    return shared.state_fact(case)


def record_reply(case: Case) -> Form:
    """What an authority answered."""
    return _mine(shared.record_reply(case))


def record_delay(case: Case) -> Form:
    """Why a duty is lawfully done later."""
    return _mine(shared.record_delay(case))


def notify_regulator(case: VendorCase) -> Form:
    """A filing: one's own, or for controllers whose mandates are in force."""
    form = shared.notify_regulator(case)
    capacity = Choice(
        name="capacity",
        label=mark("Capacity"),
        of="capacity",
        options=LISTS["capacity"],
        radio=True,
        required=True,
        help=mark("For whose duty it was filed: your own, or that of clients who mandated you."),
    )
    filed = _mine(form, capacity=capacity)
    place = 1 + next(n for n, one in enumerate(filed.controls) if one.name == "capacity")
    controllers = _controllers(case)
    controls = (*filed.controls[:place], *controllers, *filed.controls[place:])
    return replace(filed, controls=controls, template="vendor_filing.html")


def _controllers(case: VendorCase) -> tuple[Control, ...]:
    """The clients that were told and let this vendor file; none where there is none."""
    able = tuple(client for client in case.reachable if client in case.mandates)
    if not able:
        return ()

    def say(tell: Any, client: str) -> str:
        mandate = case.mandates[client]
        scope = tell.word(mandate.scope, "mandate")
        if mandate.until is None:
            return f"{client} ({scope})"
        until = tell.tongue.gettext("until %(time)s") % {"time": tell.clock(mandate.until)}
        return f"{client} ({scope}, {until})"

    return (
        Several(
            name="controllers",
            label=mark("For which clients, under their mandates"),
            options=able,
            say=say,
            help=mark("Only with the capacity that files for controllers."),
        ),
    )
