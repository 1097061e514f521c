"""The closed lists in the reader's language: every word that an event, a status or a duty uses.

A word's translation stands in the catalogues under the name of its list as context, so that
"open" may be one thing of a case and another of a form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast, get_args

from adapters.console.i18n import Tongue
from domain import words
from domain.errors import VarselError
from domain.events import TOPICS
from domain.law.calendar import Convention
from domain.law.loader import load_packs
from domain.law.periods import Period
from domain.law.rules import Duty, Rules
from domain.law.terms import ENTITY_KINDS, FACTS
from domain.severity_tables import (
    ADJUSTMENTS,
    CIRCUMSTANCES,
    ELEMENTS,
    LEVELS,
    SITUATIONS,
    Row,
)


def _closed(annotated: Any) -> tuple[str, ...]:
    """The words of a closed list."""
    inner = get_args(annotated)
    return _closed(inner[0]) if hasattr(annotated, "__metadata__") else tuple(map(str, inner))


def _free(said: str) -> tuple[str, ...]:
    """Words that a label often holds; any other is shown as it was written."""
    return tuple(said.split())


LISTS: Mapping[str, tuple[str, ...]] = {
    "status": _free("""
        not_started open met met_late overdue waived not_required delayed undetermined superseded
    """),
    "standing": _free("""
        cleared named told delivered acknowledged regulator_notified customers_told
    """),
    "event": tuple(sorted(kind.__name__ for kind in TOPICS.values())),
    "data": words.DATA_KINDS,
    "topic": words.CLAIM_TOPICS,
    "convention": get_args(Convention),
    "contradiction": _free("contradicts overtaken differs_from_notice"),
    "state": _free("open closed withdrawn cleared"),
    "stage": _closed(words.Stage),
    "sure": _closed(words.Sure),
    "nature": _closed(words.Nature),
    "exposure": _closed(words.Exposure),
    "holds": _closed(words.Holds),
    "affected": _closed(words.Affected),
    "reason": _closed(words.RevisionReason),
    "channel": (
        *_closed(words.Channel),
        *_free("website notice social_media sms app interview press_release press_review"),
    ),
    "measure_status": _closed(words.MeasureStatus),
    "outcome": _closed(words.Outcome),
    "filing": _closed(words.FilingStage),
    "capacity": _closed(words.Capacity),
    "reply": _closed(words.ReplyKind),
    "mandate": _closed(words.MandateScope),
    "role": _closed(words.Role),
    "engagement": _closed(words.EngagementRole),
    "notice_from": _closed(words.NoticeFrom),
    "visibility": _closed(words.Visibility),
    "erasure": _closed(words.ErasureReason),
    "waiver": _closed(words.WaiverGround),
    "threshold": _closed(words.Threshold),
    "silence": _closed(words.Silence),
    "link": _closed(words.ChainLink),
    "unit": _free("people records"),
    "side": _free("platform vendor client"),
    "entity": ENTITY_KINDS,
    "fact": tuple(FACTS),
    "level": tuple(level for _, level in LEVELS),
    "category": tuple(ADJUSTMENTS),
    "identifier": tuple(SITUATIONS),
    "element": tuple(ELEMENTS),
    "audience": _free("""
        customers exposed wrong_recipient all_customers clients press public internal employees
        partners
    """),
    "measure": _free("contain fix investigate review prevent inform restore"),
    "source": _free("""
        vendor client expert outsider data_subject press authority police customer
    """),
    "advice": _free("delete_message empty_trash beware_of_phishing change_password"),
    "group": _free("customers drivers employees newsletter_subscribers users partners"),
    "owed_to": _free("data_subjects the_record controller supervisory_authority"),
    "who": _free("police csirt insurer partners"),
    "door": _free("nats poll sse webhook console platform email phone letter meeting"),
    "prompted_by": _free("own_initiative vendor_notice press authority"),
    "webhook_full": _free("no yes"),
    "webhook_begin": _free("now start"),
    "report_text": _closed(words.ReportText),
    "language": _free("en nb fi"),
    "credential": _free("nats api-key person"),
}

# Where the word itself is not yet English.
SPOKEN: Mapping[tuple[str, str], str] = {
    ("waiver", "unlikely_risk"): "a risk to people is unlikely (33(1))",
    ("waiver", "34-3-a"): "the data cannot be read by others (34(3)(a))",
    ("waiver", "34-3-b"): "measures since make a high risk unlikely (34(3)(b))",
    ("waiver", "34-3-c"): "disproportionate effort, so a public communication (34(3)(c))",
    ("threshold", "24h"): "24 hours ahead",
    ("threshold", "6h"): "6 hours ahead",
    ("threshold", "1h"): "1 hour ahead",
    ("threshold", "due"): "at the deadline",
    ("convention", "strict"): "elapsed hours and whole days, weekends included",
    ("convention", "r1182"): "Regulation 1182/71",
    ("convention", "relief"): "the law's own relief for weekends and holidays",
    ("convention", "business_days"): "business days",
    ("channel", "email"): "e-mail",
    ("channel", "sms"): "text message",
    ("channel", "platform"): "this platform",
    ("data", "email"): "e-mail address",
    ("data", "phone"): "telephone number",
    ("data", "ip_address"): "IP address",
    ("data", "device_id"): "device id",
    ("data", "national_id"): "national identity number",
    ("door", "nats"): "NATS feed",
    ("door", "poll"): "HTTP feed",
    ("door", "sse"): "HTTP stream",
    ("door", "email"): "e-mail",
    ("door", "platform"): "this platform",
    ("who", "csirt"): "CSIRT",
    ("credential", "nats"): "NATS credentials",
    ("credential", "api-key"): "API key",
    ("credential", "person"): "person who logs in",
    ("identifier", "email"): "e-mail address",
    ("identifier", "phone"): "telephone number",
    ("identifier", "id_number"): "identity number",
    ("outcome", "unlikely"): "a risk is unlikely",
    ("outcome", "risk"): "a risk",
    ("outcome", "high"): "a high risk",
    ("webhook_full", "no"): "only that there is something new, to be fetched here",
    ("webhook_full", "yes"): "the whole message",
    ("webhook_begin", "now"): "what comes from now on",
    ("webhook_begin", "start"): "all there has been, from the beginning",
    ("language", "en"): "English",
    ("language", "nb"): "Norwegian",
    ("language", "fi"): "Finnish",
    **{
        ("fact", name): said.partition(";")[0].replace(" (value)", "")
        for name, said in FACTS.items()
    },
    **{("element", name): said for name, said in ELEMENTS.items()},
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def english(of: str, word: str) -> str:
    """A word of a closed list as English says it: also its key in the catalogues."""
    if (of, word) in SPOKEN:
        return SPOKEN[of, word]
    if of == "event":
        return _CAMEL.sub(" ", word).capitalize()
    return word.replace("_", " ")


def word(tongue: Tongue, of: str, said: str) -> str:
    """A word of the list `of` in a language; what is in no list is shown as it was written."""
    if said not in LISTS[of]:
        return said.replace("_", " ")
    return tongue.pgettext(of, english(of, said))


@cache
def _rules() -> Rules:
    return load_packs()


def rule(duty: str) -> Duty | None:
    """The duty of that name as the packs have it; None for one of a user's own pack."""
    try:
        return _rules().duty(duty)
    except VarselError:
        return None


def duty(tongue: Tongue, name: str) -> str:
    """A duty's title."""
    known = rule(name)
    return tongue.pgettext("duty", known.title) if known else name


def duties() -> tuple[str, ...]:
    """The names of all duties there are, in the order of their packs."""
    return tuple(dict.fromkeys(one.name for pack in _rules().packs.values() for one in pack.duties))


def reasons(tongue: Tongue, category: str) -> list[tuple[int, str]]:
    """How the data of a category may be adjusted in ENISA's method, and why."""
    table = cast("Mapping[str, Mapping[int, str]]", ADJUSTMENTS)[category]
    return [(points, tongue.pgettext("adjustment", said)) for points, said in table.items()]


def situations(tongue: Tongue, identifier: str) -> list[tuple[str, str]]:
    """The situations of an identifier in ENISA's method."""
    table = cast("Mapping[str, Mapping[str, Row]]", SITUATIONS)[identifier]
    return [(name, tongue.pgettext("situation", row.words)) for name, row in table.items()]


def circumstances(tongue: Tongue, element: str) -> list[tuple[str, str]]:
    """How data were lost, altered or out of reach in ENISA's method."""
    rows = CIRCUMSTANCES[element].items()
    return [(name, tongue.pgettext("circumstance", row.words)) for name, row in rows]


def period(tongue: Tongue, said: str) -> str:
    """A period as people say it: PT72H, P3D."""
    found = Period.parse(said)
    n = found.amount
    match found.unit:
        case "hours":
            return tongue.ngettext("%d hour", "%d hours", n) % n
        case "days":
            return tongue.ngettext("%d day", "%d days", n) % n
        case "weeks":
            return tongue.ngettext("%d week", "%d weeks", n) % n
        case "months":
            return tongue.ngettext("%d month", "%d months", n) % n
        case _:
            return found.words


def needed() -> Iterator[tuple[str, str]]:
    """Context and message of everything here that has to be in the catalogues."""
    for of, listed in LISTS.items():
        yield from ((of, english(of, each)) for each in listed)
    for name in duties():
        found = rule(name)
        if found:
            yield "duty", found.title
    yield from (("adjustment", w) for table in ADJUSTMENTS.values() for w in table.values())
    yield from (("situation", r.words) for table in SITUATIONS.values() for r in table.values())
    yield from (
        ("circumstance", row.words) for table in CIRCUMSTANCES.values() for row in table.values()
    )


def fields() -> tuple[str, ...]:
    """The names of all fields that an event may hold, as English says them."""
    found: dict[str, None] = {}
    for kind in TOPICS.values():
        _collect(kind, found)
    return tuple(name.replace("_", " ") for name in found)


def _collect(model: Any, found: dict[str, None]) -> None:
    for name, field in model.model_fields.items():
        shown = field.alias or name
        if shown not in found:
            found[shown] = None
            for inner in _models(field.annotation):
                _collect(inner, found)


def _models(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
