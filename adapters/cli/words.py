"""What an event says, in short plain sentences: the facts alone, never its free text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from adapters.cli.phrases import (
    Data,
    Part,
    anything,
    claim,
    count,
    instant,
    people,
    plain,
    some,
    total,
    when,
)


def said(kind: str, data: Data, zone: str = "UTC") -> str:
    """What an event of a kind says; times are shown in `zone`, a kind not known here as it is."""
    parts = SAYINGS[kind](data, zone) if kind in SAYINGS else anything(data)
    return "; ".join(part for part in parts if part)


# --- the parts of a sentence -------------------------------------------------------------------


def _facts(facts: Data, zone: str) -> Iterator[Part]:
    yield ", ".join(facts.get("nature", ()))
    yield from map(people, facts.get("people", ()))
    yield from map(total, facts.get("totals", ()))
    yield from map(claim, facts.get("claims", ()))
    yield _timed("happened", facts.get("happened"), zone)
    yield _timed("data", facts.get("data_period"), zone)


def _timed(what: str, said: Any, zone: str) -> Part:
    return f"{what} {when(said, zone)}" if said else None


def _given(data: Data, **names: str) -> Iterator[Part]:
    """What is there, each after its word: `_given(data, helped_by="helped by")`."""
    for name, word in names.items():
        value = data.get(name)
        if value:
            shown = plain(value) if isinstance(value, str) else some(map(plain, value))
            yield f"{word} {shown}".strip()


def _awareness(awareness: Data, zone: str) -> Iterator[Part]:
    yield f"{plain(awareness['stage'])} since {when(awareness['when'], zone)}"
    yield awareness.get("how")


def _message(data: Data) -> Iterator[Part]:
    """What a statement and a notice to customers have in common."""
    yield f"to {some(map(plain, data['audience']))} by {plain(data['channel'])}"
    yield count(data["count"]) if "count" in data else None
    yield from map(claim, data.get("claims", ()))
    yield from _given(data, quotes="quotes", corrects="corrects", advice="advice:")


# --- one function a kind of event --------------------------------------------------------------


def _reported(data: Data, zone: str) -> Iterator[Part]:
    yield data["slug"]
    yield from _facts(data["facts"], zone)
    yield "answers a concern" if "answers" in data else None
    if "chained" in data:
        yield f"{plain(data['chained']['link'])} {data['chained']['incident']}"


def _changed(data: Data, zone: str) -> Iterator[Part]:
    yield plain(data["reason"]) if "reason" in data else None
    yield data.get("sure")
    yield f"of yours: {count(data['count'])}" if "count" in data else None
    yield from _facts(data, zone)
    yield f"the incident is {data['incident_state']}" if "incident_state" in data else None


def _named(data: Data, _: str) -> Iterator[Part]:
    clients = [f"{c['client']} {c['sure']} ({count(c['count'])})" for c in data["clients"]]
    yield some(clients)
    yield {True: "no others known", False: "perhaps others"}.get(data.get("complete", ""))


def _notified(data: Data, zone: str) -> Iterator[Part]:
    yield from _facts(data["facts"], zone)
    yield f"of yours: {count(data['count'])}, {data['sure']}"
    yield _timed("since", data.get("since"), zone)
    yield f"by {data['channel']}"
    yield _timed("given", data.get("given_at"), zone)


def _delivered(data: Data, _: str) -> Iterator[Part]:
    yield f"by {data['door']}"
    yield None if data["observed"] == "seen" else "found by reconciliation"


def _due(data: Data, zone: str) -> Iterator[Part]:
    ahead = data.get("threshold", "due")
    yield f"{data['duty']} due {instant(data['due_at'], zone)}"
    yield f"{plain(ahead)}{'' if ahead == 'half_way' else ' ahead'}" if ahead != "due" else None
    yield from _missed(data, zone)


def _silent(data: Data, zone: str) -> Iterator[Part]:
    did = "delivered" if data["why"] == "unacknowledged" else "sent"
    yield f"{data['why']}, {did} {instant(data['since'], zone)}"
    yield from _given(data, second_contact="also told:")
    yield from _missed(data, zone)


def _missed(data: Data, zone: str) -> Iterator[Part]:
    if "should_have_been_at" in data:
        yield f"late: should have been said {instant(data['should_have_been_at'], zone)}"


def _told_customers(data: Data, _: str) -> Iterator[Part]:
    yield from _message(data)
    yield from _given(data, statement="as in")
    if "contact" in data:
        of = f" at {data['contact']['party']}" if "party" in data["contact"] else ""
        yield f"contact: {data['contact']['role']}{of}"


def _assessed(data: Data, _: str) -> Iterator[Part]:
    yield {"risk": "a risk", "high": "a high risk"}.get(data["outcome"], "a risk is unlikely")
    yield from _given(data, severity="severity")
    for one in data.get("consequences", ()):
        ways = f" by {', '.join(one['by'])}" if one.get("by") else ""
        yield f"{one['kind']}{ways} {plain(one.get('holds', ''))}".strip()


def _waived(data: Data, _: str) -> Iterator[Part]:
    yield f"{data['duty']} on the ground {plain(data['ground'])}"


def _aware(data: Data, zone: str) -> Iterator[Part]:
    yield from _awareness(data["awareness"], zone)


def _fact(data: Data, zone: str) -> Iterator[Part]:
    yield f"{plain(data['fact'])}: {plain(data['holds'])}"
    yield when(data["when"], zone) if "when" in data else None
    yield count(data["value"]) if "value" in data else None


def _measure(data: Data, zone: str) -> Iterator[Part]:
    yield f"{plain(data['kind'])}: {plain(data['status'])}"
    yield when(data["when"], zone) if "when" in data else None
    yield from _given(data, helped_by="helped by")


def _stated(data: Data, _: str) -> Iterator[Part]:
    yield data["statement"]
    yield from _message(data)


def _others(data: Data, zone: str) -> Iterator[Part]:
    yield plain(data["who"])
    yield when(data["when"], zone) if "when" in data else None


def _filed(data: Data, _: str) -> Iterator[Part]:
    yield f"with {data['authority']}: {plain(data['stage'])}"
    yield f"capacity {plain(data['capacity'])}"
    yield from _given(data, controllers="for", reference="reference", prompted_by="prompted by")


def _replied(data: Data, zone: str) -> Iterator[Part]:
    yield f"{data['authority']}: {plain(data['kind'])}"
    yield from _given(data, reference="reference")
    yield _timed("an answer is due", data.get("due"), zone)


def _delayed(data: Data, zone: str) -> Iterator[Part]:
    yield f"{data['duty']}: {plain(data['ground'])}"
    yield from _given(data, asked_by="asked by")
    yield _timed("until", data.get("until"), zone)


def _concern(data: Data, zone: str) -> Iterator[Part]:
    yield f"{data['slug']}, to {data['vendor']}"
    yield from _awareness(data["awareness"], zone) if "awareness" in data else ()
    yield from map(claim, data.get("claims", ()))


def _engaged(data: Data, _: str) -> Iterator[Part]:
    service = f", {data['service']}" if "service" in data else ""
    yield f"{data['vendor']} works for {data['client']} as {data['role']}{service}"
    if "contract_notice" in data:
        promised = data["contract_notice"]
        yield f"gives notice within {promised['within']} from {plain(promised['from'])}"


def _mandated(data: Data, zone: str) -> Iterator[Part]:
    yield f"{data['vendor']} may file: {plain(data['scope'])}"
    yield _timed("from", data.get("since"), zone)
    yield _timed("until", data.get("until"), zone)


def _endpoint(data: Data, _: str) -> Iterator[Part]:
    """The endpoint as its party knows it; of its URL the host alone is known."""
    yield data["endpoint"]
    yield from _given(data, host="at", feed="feed", types="only", why="because:")
    yield "whole messages" if data.get("full") else None


def _registered(data: Data, _: str) -> Iterator[Part]:
    yield f"{data['name']}, {some(data['roles'])}"
    yield data.get("country")
    yield from _given(data, laws="under", scope="sees")


def _scoped(data: Data, _: str) -> Iterator[Part]:
    yield f"{data['auditor']} sees {some(data['scope']) if 'scope' in data else 'nobody'}"


def _issued(data: Data, zone: str) -> Iterator[Part]:
    yield data["kind"]
    yield f"until {instant(data['expires_at'], zone)}" if "expires_at" in data else None


def _erased(data: Data, _: str) -> Iterator[Part]:
    yield f"all free text that {data['party']} had written here is gone ({plain(data['why'])})"
    yield from _given(data, reference="reference")


def _fixed(words: str) -> Callable[[Data, str], Iterable[Part]]:
    return lambda _, __: (words,)


SAYINGS: dict[str, Callable[[Data, str], Iterable[Part]]] = {
    "VendorReportedLeak": _reported,
    "FactsRevised": _changed,
    "ClientsNamed": _named,
    "NoticesIssued": lambda data, _: (f"{data['act']}: {some(data['clients'])}",),
    "IncidentClosed": _fixed("the vendor holds it to be over"),
    "IncidentWithdrawn": _fixed("the vendor took its report back"),
    "ClientNotified": _notified,
    "ClientUpdated": _changed,
    "ClientCleared": _fixed("not touched after all"),
    "QuestionAnswered": lambda data, _: (data["question"],),
    "NoticeDelivered": _delivered,
    "DutyDueSoon": _due,
    "DutyOverdue": _due,
    "ClientEscalated": _silent,
    "NoticeAcknowledged": _fixed("the vendor's word was read"),
    "QuestionAsked": lambda data, _: (data["question"],),
    "CustomersNotified": _told_customers,
    "RiskAssessed": _assessed,
    "NotificationWaived": _waived,
    "CaseClosed": _fixed("the client holds its case to be over"),
    "CaseReopened": _fixed("the vendor has spoken since"),
    "AwarenessStated": _aware,
    "FactStated": _fact,
    "MeasureTaken": _measure,
    "StatementMade": _stated,
    "OthersInformed": _others,
    "RegulatorNotified": _filed,
    "AuthorityReplied": _replied,
    "DelayRecorded": _delayed,
    "ClientRaisedConcern": _concern,
    "EngagementAgreed": _engaged,
    "MandateGranted": _mandated,
    "MandateRevoked": lambda data, _: (f"{data['vendor']} may file no more",),
    "PartyRegistered": _registered,
    "AuditScopeSet": _scoped,
    "CredentialIssued": _issued,
    "CredentialRevoked": _fixed("it opens nothing any more"),
    "WebhookAdded": _endpoint,
    "WebhookRotated": _endpoint,
    "WebhookDisabled": _endpoint,
    "WebhookEnabled": _endpoint,
    "WebhookRemoved": _endpoint,
    "EventCorrected": lambda data, _: (f"undoes {data['target']}",),
    "ContentErased": _erased,
}
