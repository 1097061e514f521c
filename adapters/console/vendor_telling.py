"""What a vendor says to its clients: naming, telling, news for one, clearing, answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.console.controls import Area, Choice, Control, Line, Number, Time, Typed
from adapters.console.forms import Form
from adapters.console.i18n import mark
from adapters.console.vendor_case import VendorCase
from adapters.console.vendor_controls import YES_NO, Clients, people
from adapters.console.vendor_forms import SEALED
from adapters.console.words import LISTS

CHANNELS = ("platform", "email", "phone", "letter", "meeting")
OFFERED = 500  # clients that a field offers to choose from


def name_clients(_: VendorCase) -> Form:
    """Clients that are held to be touched; nobody is told by it."""
    return Form(
        "name_clients",
        mark("Name clients that are touched"),
        mark("Name them"),
        (
            Clients(
                name="clients",
                label=mark("Clients, one a line"),
                required=True,
                counted=True,
                rows=10,
                help=mark("By id; after a comma how many of its people, if known: joker, 1200"),
            ),
            _sure(required=True),
            Time(name="since", label=mark("Touched since")),
            Choice(
                name="complete",
                label=mark("Are these all clients that are touched?"),
                of="affected",
                options=YES_NO,
                truth=True,
            ),
        ),
        intro=mark("You alone see this. The clients hear nothing until you tell them."),
        template="vendor_clients.html",
    )


def _sure(*, required: bool = False) -> Control:
    return Choice(
        name="sure",
        label=mark("How surely they are touched"),
        of="sure",
        options=LISTS["sure"],
        radio=True,
        required=required,
    )


def named(read: Mapping[str, Any]) -> dict[str, Any]:
    """The command's fields: what is said of all of them goes to each."""
    common = {name: read[name] for name in ("sure", "since") if name in read}
    rest = {name: read[name] for name in ("complete",) if name in read}
    return {"clients": [{**common, **one} for one in read["clients"]], **rest}


def notify_clients(_: VendorCase) -> Form:
    """The notice: from its delivery on, clients' clocks run."""
    return Form(
        "notify_clients",
        mark("Tell the clients"),
        mark("Tell them"),
        (
            Choice(
                name="whom",
                label=mark("Whom"),
                options=("listed", "all"),
                say=lambda tell, said: tell.tongue.gettext(_WHOM[said]),
                radio=True,
                required=True,
            ),
            Clients(
                name="clients",
                label=mark("Clients, one a line"),
                help=mark("Filled in with those that are named and were not told yet."),
            ),
            Choice(
                name="channel",
                label=mark("By which channel"),
                of="channel",
                options=CHANNELS,
                radio=True,
                required=True,
                help=mark("Any other than this platform: you told them yourself, and record it."),
            ),
            Time(name="given_at", label=mark("When they were told, if not now")),
        ),
        intro=mark(
            "Each client gets its own part of the facts, and nothing of others. "
            "Its clock starts when the notice reaches it."
        ),
        template="vendor_clients.html",
    )


_WHOM = {
    "listed": mark("these clients"),
    "all": mark("every client that is named and not cleared, told before or not"),
}


def addressed(read: Mapping[str, Any]) -> dict[str, Any]:
    """The command's fields."""
    rest = {name: read[name] for name in ("channel", "given_at") if name in read}
    return {"clients": "all" if read["whom"] == "all" else read.get("clients", []), **rest}


def _client(case: VendorCase) -> Control:
    offered = case.reachable[:OFFERED]
    label = mark("Client")
    return Line(name="client", label=label, options=tuple(offered), required=True, maxlength=63)


def _of_one() -> tuple[Control, ...]:
    return (
        Number(name="count", label=mark("How many of its people")),
        _sure(),
        people(help_=mark("Only where the people or their data are others than said before.")),
    )


def update_client(case: VendorCase) -> Form:
    """News for one client alone."""
    return Form(
        "update_client",
        mark("Tell one client something new"),
        mark("Tell it"),
        (
            _client(case),
            Area(name="reason", label=mark("What is new"), required=True, help=SEALED),
            *_of_one(),
        ),
        intro=mark("Only this client hears it."),
        template="vendor_form.html",
    )


def clear_client(case: VendorCase) -> Form:
    """One client is not touched after all."""
    return Form(
        "clear_client",
        mark("Clear a client: it is not touched after all"),
        mark("Clear it"),
        (_client(case), Area(name="reason", label=mark("Why"), required=True, help=SEALED)),
        intro=mark(
            "The client hears it if it was told before. Its clocks stop where the law says so."
        ),
    )


def answer(case: VendorCase) -> Form:
    """The answer to a client's question."""
    return Form(
        "answer",
        mark("Answer a question"),
        mark("Answer"),
        (
            _client(case),
            Line(name="question", label=mark("Name of the question"), required=True, maxlength=100),
            Area(name="text", label=mark("Answer"), required=True, rows=6, help=SEALED),
        ),
        intro=mark("Only this client hears it. Say nothing of other clients."),
        template="vendor_answer.html",
    )


def whom(case: VendorCase, asked: Mapping[str, str]) -> Typed:
    """The form for telling: one client that is named in the address, else all not told yet."""
    clients = [asked["client"]] if asked.get("client") else case.untold
    return {"whom": ["listed"], "clients": ["\n".join(clients)], "channel": ["platform"]}
