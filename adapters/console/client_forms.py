"""The forms of a client: one for each verb that it may say of an incident."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters.console.case import Case
from adapters.console.controls import (
    Area,
    Choice,
    Control,
    Labels,
    Line,
    Number,
    Time,
)
from adapters.console.forms import Form
from adapters.console.i18n import mark
from adapters.console.words import LISTS, duties, rule
from domain.law.terms import FACTS

Make = Callable[[Case], Form]


def _duty(of: tuple[str, ...], help_: str = "") -> Control:
    return Choice(
        name="duty",
        label=mark("Duty"),
        options=of,
        say=lambda tell, name: f"{tell.duty(name)} ({name})",
        required=True,
        help=help_,
    )


VISIBILITY = Choice(
    name="visibility",
    label=mark("Who sees it"),
    of="visibility",
    options=LISTS["visibility"],
    radio=True,
    help=mark("Shared means that the vendor sees it as well."),
)


def _why(label: str = mark("Why"), *, required: bool = True, name: str = "why") -> Control:
    return Area(
        name=name,
        label=label,
        required=required,
        help=mark("Name no persons. The text is sealed and can be erased; all else stays."),
    )


def acknowledge(_: Case) -> Form:
    """The vendor's word was read."""
    return Form(
        "acknowledge",
        mark("Acknowledge"),
        mark("Acknowledge"),
        intro=mark("You confirm that you have read the vendor's word. The vendor sees it."),
    )


def state_awareness(_: Case) -> Form:
    """Since when the party has known."""
    return Form(
        "state_awareness",
        mark("Since when you know"),
        mark("Record"),
        (
            Choice(
                name="stage",
                label=mark("How far you know"),
                of="stage",
                options=LISTS["stage"],
                radio=True,
                required=True,
                help=mark("Aware: reasonably certain that personal data were touched."),
            ),
            Time(name="when", label=mark("Since when"), required=True),
            Line(name="how", label=mark("How you came to know"), required=True),
            _why(required=False),
            VISIBILITY,
        ),
        intro=mark("Your clock starts at the earliest of this and the delivery of a notice."),
    )


def state_fact(_: Case) -> Form:
    """A fact that duties turn on."""
    return Form(
        "state_fact",
        mark("State a fact that duties turn on"),
        mark("Record"),
        (
            Choice(
                name="fact",
                label=mark("Fact"),
                options=tuple(FACTS),
                of="fact",
                required=True,
            ),
            Choice(
                name="holds",
                label=mark("Does it hold?"),
                of="affected",
                options=LISTS["affected"],
                radio=True,
                required=True,
            ),
            Time(name="when", label=mark("Since when")),
            Number(name="value", label=mark("How many"), help=mark("For facts that are numbers.")),
        ),
        intro=mark("Nobody else sees this."),
    )


def take_measure(_: Case) -> Form:
    """What was done about it."""
    return Form(
        "take_measure",
        mark("Record a measure"),
        mark("Record"),
        (
            Line(
                name="kind",
                label=mark("What kind"),
                options=LISTS["measure"],
                suggest="measure",
                required=True,
            ),
            Choice(
                name="status",
                label=mark("How far it is"),
                of="measure_status",
                options=LISTS["measure_status"],
                radio=True,
                required=True,
            ),
            Time(name="when", label=mark("When")),
            Line(name="helped_by", label=mark("Who helped")),
            _why(mark("In your own words"), required=False, name="text"),
            VISIBILITY,
        ),
    )


def inform_others(_: Case) -> Form:
    """Police, CSIRT, insurer and the like."""
    return Form(
        "inform_others",
        mark("Record whom else you told"),
        mark("Record"),
        (
            Line(name="who", label=mark("Who"), options=LISTS["who"], suggest="who", required=True),
            Time(name="when", label=mark("When")),
            VISIBILITY,
        ),
    )


def _authorities(case: Case) -> tuple[str, ...]:
    found = (one.get("authority") for one in case.obligations)
    return tuple(dict.fromkeys(str(one) for one in found if one))


def _authority(case: Case) -> Control:
    return Line(
        name="authority",
        label=mark("Supervisory authority"),
        options=_authorities(case),
        required=True,
        help=mark("As your duties name it, such as NO/datatilsynet."),
    )


def notify_regulator(case: Case) -> Form:
    """A filing."""
    return Form(
        "notify_regulator",
        mark("Record your notification to the supervisory authority"),
        mark("Record"),
        (
            _authority(case),
            Choice(
                name="stage",
                label=mark("Stage"),
                of="filing",
                options=LISTS["filing"],
                radio=True,
                required=True,
            ),
            Choice(
                name="capacity",
                label=mark("Capacity"),
                of="capacity",
                options=("own_controller", "not_stated"),
                radio=True,
                required=True,
            ),
            Line(name="reference", label=mark("Case number or reference")),
            Line(
                name="prompted_by",
                label=mark("What prompted it"),
                options=LISTS["prompted_by"],
                suggest="prompted_by",
            ),
            _why(mark("Reasons, if it comes late"), required=False, name="late_reasons"),
        ),
        intro=mark(
            "Varsel files nothing for you: file with the authority, then record here that you did."
        ),
    )


def record_reply(case: Case) -> Form:
    """What the authority answered."""
    return Form(
        "record_reply",
        mark("Record what the authority answered"),
        mark("Record"),
        (
            _authority(case),
            Choice(
                name="kind",
                label=mark("What kind"),
                of="reply",
                options=LISTS["reply"],
                radio=True,
                required=True,
            ),
            Line(name="reference", label=mark("Case number or reference")),
            Time(name="due", label=mark("Answer due")),
            VISIBILITY,
        ),
    )


def _mine(case: Case) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["duty"] for one in case.obligations)) or duties()


def record_delay(case: Case) -> Form:
    """Why a duty is lawfully done later."""
    return Form(
        "record_delay",
        mark("Record that a duty is lawfully delayed"),
        mark("Record"),
        (
            _duty(_mine(case)),
            Line(name="ground", label=mark("Ground"), required=True),
            Line(name="asked_by", label=mark("Who asked for it")),
            Time(name="until", label=mark("Until when")),
            VISIBILITY,
        ),
    )


def waive(case: Case) -> Form:
    """A duty that does not bind."""
    can = tuple(name for name in _mine(case) if (found := rule(name)) and found.waivable_by)
    grounds = dict.fromkeys(
        ground for name in can if (found := rule(name)) for ground in found.waivable_by
    )
    return Form(
        "waive",
        mark("Decide that a duty does not bind you"),
        mark("Record the decision"),
        (
            _duty(can),
            Choice(
                name="ground",
                label=mark("Ground"),
                of="waiver",
                options=tuple(grounds),
                radio=True,
                required=True,
            ),
            _why(),
        ),
        intro=mark("Only you see this. You must be able to show the reasons later."),
    )


def ask(_: Case) -> Form:
    """A question to the vendor."""
    return Form(
        "ask",
        mark("Ask the vendor"),
        mark("Send"),
        (
            Line(
                name="question",
                label=mark("A short name for the question"),
                required=True,
                maxlength=100,
                pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*",
                help=mark("Letters, digits and hyphens, such as other-clients-affected."),
            ),
            _why(mark("Question"), name="text"),
        ),
    )


def close_case(_: Case) -> Form:
    """The case is over for this client."""
    return Form(
        "close_case",
        mark("Close the case"),
        mark("Close the case"),
        intro=mark(
            "Nothing more can be recorded in a closed case. A later word of the vendor opens it."
        ),
    )


def correct(_: Case) -> Form:
    """An event that was recorded by mistake."""
    return Form(
        "correct",
        mark("Take back what you recorded by mistake"),
        mark("Take it back"),
        (_why(),),
        intro=mark("The event stays readable, marked as taken back."),
    )


CLAIM_PARTS: tuple[Control, ...] = (
    Choice(name="about", label=mark("About"), of="topic", options=LISTS["topic"], required=True),
    Choice(name="holds", label=mark("Holds"), of="holds", options=LISTS["holds"]),
    Labels(
        name="present",
        label=mark("Kinds of data that are there"),
        suggest="data",
        options=LISTS["data"],
    ),
    Labels(
        name="absent",
        label=mark("Kinds of data that are not"),
        suggest="data",
        options=LISTS["data"],
    ),
    Number(name="value", label=mark("How many")),
    Area(name="words", label=mark("In these words"), rows=2, maxlength=2000),
)

FORMS: dict[str, Make] = {
    made.__name__: made
    for made in (
        acknowledge,
        state_awareness,
        state_fact,
        take_measure,
        inform_others,
        notify_regulator,
        record_reply,
        record_delay,
        waive,
        ask,
        close_case,
    )
}


def _vendor(vendors: Sequence[str]) -> Control:
    """One of the vendors that work for the client; any, where none is on record."""
    if vendors:
        return Choice(name="vendor", label=mark("Vendor"), options=tuple(vendors), required=True)
    return Line(
        name="vendor",
        label=mark("Vendor"),
        required=True,
        maxlength=63,
        help=mark("Its id. No vendor is on record as working for you."),
    )


def raise_concern(vendors: Sequence[str] = ()) -> Form:
    """Something a client noticed itself."""
    return Form(
        "raise_concern",
        mark("Raise a concern with a vendor"),
        mark("Send"),
        (
            Line(
                name="vendor",
                label=mark("Vendor"),
                required=True,
                maxlength=63,
                options=tuple(vendors),
                help=mark("The id of a vendor: one that works for you, or any other."),
            ),
            Line(
                name="concern",
                label=mark("A short name for the concern"),
                required=True,
                maxlength=100,
                pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*",
                help=mark("Letters, digits and hyphens, such as odd-newsletter."),
            ),
            _why(mark("What you noticed"), required=False, name="text"),
        ),
        intro=mark("Before the vendor has said anything: you tell what you noticed, and ask."),
    )


def grant_mandate(vendors: Sequence[str] = ()) -> Form:
    """A vendor may file on the client's behalf."""
    return Form(
        "grant_mandate",
        mark("Let a vendor file on your behalf"),
        mark("Grant"),
        (
            _vendor(vendors),
            Choice(
                name="scope",
                label=mark("What it may file"),
                of="mandate",
                options=LISTS["mandate"],
                radio=True,
                required=True,
            ),
            Time(name="from", label=mark("From"), options=("at",)),
            Time(name="until", label=mark("Until"), options=("at",)),
        ),
    )


def revoke_mandate(vendors: Sequence[str] = ()) -> Form:
    """No more."""
    return Form(
        "revoke_mandate",
        mark("Take a mandate back"),
        mark("Take it back"),
        (_vendor(vendors),),
    )
