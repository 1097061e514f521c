"""One example of every event, each field filled: what `make.py` stores, once and for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.store.mapper import Entry, VarselMapper
from adapters.store.sealing import Sealer
from adapters.store.vault import Change
from domain.envelope import Envelope
from domain.events import TOPICS, Event

STREAM = UUID("5a3b6c1e-1c9d-5f0e-9a5c-2f6b7d8e9f01")
VERSION = 7
OTHER = "0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11"
KEY = bytes(range(32))

PERIOD = {"from": "2019", "to": "2022-09"}
DATA = {"present": ["name", "email"], "absent": ["payment_card"], "complete": False}
PEOPLE = {
    "group": "customers",
    "role": "exposed",
    "count": {"between": [1000, 2000]},
    "country": "NO",
    "controller": "client",
    "data": DATA,
}
TOTAL = {
    "count": {"about": 400_000, "unit": "people"},
    "of": ["exposed", "wrong_recipient"],
    "overlap": "none",
    "client": "joker",
    "source": "zoopit",
}
CLAIM = {
    "id": "z-live",
    "about": "live_systems_accessed",
    "holds": "no_sign",
    "value": "operative systems",
    "data": DATA,
    "scope": "customers",
    "source": "expert",
    "provisional": True,
    "as_of": {"before": "2023-02-27"},
    "supersedes": "z-copy",
    "words": "There is no sign of it.",
}
FACTS = {
    "happened": {"before": "2023-02-27"},
    "data_period": PERIOD,
    "discovered_by": "outsider",
    "nature": ["confidentiality"],
    "systems": [{"name": "archive", "owner": "zoopit", "affected": "unknown"}],
    "people": [PEOPLE],
    "totals": [TOTAL],
    "claims": [CLAIM],
}
AWARE = {
    "stage": "aware",
    "when": {"at": "2023-02-28T09:00:00+01:00", "estimated": True},
    "how": "analysis",
}
NEWS = {"people": [PEOPLE], "totals": [TOTAL], "claims": [CLAIM]}
NAMED = {"client": "joker", "sure": "confirmed", "count": 1200, "since": "2023-02-27"}
SAID = {"claims": [CLAIM], "words": "Your data.", "quotes": "vendor_notice", "advice": ["beware"]}

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "VendorReportedLeak": {
        "slug": "zoopit-2023",
        "title": "A copy is out",
        "text": "An outsider wrote to us.",
        "facts": FACTS,
        "answers": OTHER,
        "chained": {"link": "part_of", "incident": OTHER},
    },
    "FactsRevised": {"reason": "correction", **NEWS},
    "ClientsNamed": {"clients": [NAMED], "complete": True},
    "NoticesIssued": {"act": "notified", "clients": ["joker", "tokmanni"]},
    "IncidentClosed": {"reason": "all is done"},
    "IncidentWithdrawn": {"reason": "it was a drill"},
    "ClientNotified": {
        "facts": FACTS,
        "count": "unknown",
        "sure": "suspected",
        "since": "2023-02-27",
        "channel": "phone",
        "given_at": "2023-02-28",
        "answers": OTHER,
        "report": OTHER,
        "report_texts": ["title", "text"],
    },
    "ClientUpdated": {
        "reason": "new_knowledge",
        "why": "We looked again.",
        "count": {"about": 90},
        "sure": "confirmed",
        **NEWS,
        "incident_state": "closed",
    },
    "ClientCleared": {
        "reason": "not its data",
        "count": 0,
        "people": [{"group": "customers", "role": "exposed", "count": 0}],
        "sure": "confirmed",
    },
    "QuestionAnswered": {"question": "how-many", "text": "About a hundred."},
    "NoticeDelivered": {
        "notice": OTHER,
        "door": "feed",
        "delivered_at": "2023-02-28T12:00:01Z",
        "observed": "ack sampled",
    },
    "DutyDueSoon": {
        "duty": "gdpr.33-1",
        "due_at": "2023-03-03T11:00:00Z",
        "obligation": OTHER,
        "threshold": "24h",
        "should_have_been_at": "2023-03-02T11:00:00Z",
    },
    "DutyOverdue": {
        "duty": "gdpr.33-1",
        "due_at": "2023-03-03T11:00:00Z",
        "obligation": OTHER,
        "threshold": "due",
        "should_have_been_at": "2023-03-03T11:00:00Z",
    },
    "ClientEscalated": {
        "why": "unacknowledged",
        "notice": OTHER,
        "since": "2023-02-28T12:00:01Z",
        "second_contact": "norgesgruppen",
        "should_have_been_at": "2023-03-01T12:00:01Z",
    },
    "NoticeAcknowledged": {},
    "QuestionAsked": {"question": "how-many", "text": "How many of ours?"},
    "CustomersNotified": {
        "audience": ["customers"],
        "channel": "email",
        "count": {"about": 400_000},
        "statement": "warning",
        **SAID,
        "contact": {"role": "data protection officer", "party": "joker"},
    },
    "RiskAssessed": {
        "outcome": "risk",
        "severity": "low",
        "worksheet": {
            "categories": [
                {
                    "name": "simple",
                    "kinds": ["email"],
                    "adjusted": [{"points": 1, "reason": "shows where one buys"}],
                }
            ],
            "identifiers": [{"name": "email", "situation": ["primary"]}],
            "complete": True,
            "circumstances": {"malicious": ["yes"]},
            "people": {"about": 1200},
            "unintelligible": "no",
        },
        "consequences": [{"kind": "phishing", "by": ["email", "sms"], "holds": "possible"}],
        "why": "Contact data may be misused.",
    },
    "NotificationWaived": {"duty": "gdpr.34-1", "ground": "34-3-a", "why": "It was encrypted."},
    "CaseClosed": {},
    "CaseReopened": {"by": OTHER},
    "AwarenessStated": {"awareness": AWARE, "why": "The experts confirmed it."},
    "FactStated": {
        "fact": "people_affected",
        "holds": "yes",
        "when": "2023-02-28",
        "value": {"about": 1200},
    },
    "MeasureTaken": {
        "kind": "fix",
        "status": "done",
        "when": {"after": "2023-02-27"},
        "helped_by": "external experts",
        "text": "The hole is closed.",
    },
    "StatementMade": {
        "statement": "interview",
        "audience": ["press"],
        "channel": "interview",
        **SAID,
        "corrects": "warning",
    },
    "OthersInformed": {"who": "police", "when": "2023-02-28"},
    "RegulatorNotified": {
        "authority": "NO/datatilsynet",
        "stage": "follow_up",
        "capacity": "for_controllers",
        "controllers": ["joker"],
        "reference": "23/00001",
        "prompted_by": "own_initiative",
        "late_reasons": "The holidays.",
    },
    "AuthorityReplied": {
        "authority": "NO/datatilsynet",
        "kind": "case_number",
        "reference": "23/00001",
        "due": "2023-04",
    },
    "DelayRecorded": {
        "duty": "gdpr.34-1",
        "ground": "asked to wait",
        "asked_by": "police",
        "until": "2023-04-01",
    },
    "ClientRaisedConcern": {
        "slug": "odd-newsletter",
        "vendor": "zoopit",
        "awareness": AWARE,
        "claims": [CLAIM],
        "text": "We saw a wrong name.",
    },
    "PartyRegistered": {
        "id": "joker",
        "roles": ["client", "auditor"],
        "name": "Joker",
        "country": "NO",
        "zone": "Europe/Oslo",
        "laws": ["gdpr"],
        "laws_presumed": True,
        "group": "norgesgruppen",
        "scope": ["joker"],
        "sector": "retail",
        "entity": ["nis2_entity"],
        "states": ["US-CA"],
        "establishment": "NO",
        "second_contact": "norgesgruppen",
    },
    "EngagementAgreed": {
        "vendor": "zoopit",
        "client": "joker",
        "role": "processor",
        "service": "delivery of web orders",
        "contract_notice": {"within": "PT24H", "from": "client_identified"},
    },
    "MandateGranted": {
        "vendor": "zoopit",
        "scope": "first_report",
        "since": "2023-01-01",
        "until": "2023-12-31",
    },
    "MandateRevoked": {"vendor": "zoopit"},
    "AuditScopeSet": {"auditor": "tilsyn", "scope": ["joker", "tokmanni"]},
    "CredentialIssued": {
        "party": "joker",
        "credential": "UABC",
        "kind": "nats",
        "expires_at": "2023-12-31T22:59:59Z",
    },
    "CredentialRevoked": {"party": "joker", "credential": "UABC"},
    "WebhookAdded": {
        "endpoint": "wh-1",
        "host": "hooks.example",
        "feed": "joker",
        "full": True,
        "types": ["ClientNotified"],
    },
    "WebhookRotated": {"endpoint": "wh-1"},
    "WebhookDisabled": {"endpoint": "wh-1", "why": "exhausted"},
    "WebhookEnabled": {"endpoint": "wh-1"},
    "WebhookRemoved": {"endpoint": "wh-1"},
    "LawPackLoaded": {"fingerprint": "0f" * 32, "packs": ["gdpr 2018-05-25 v1"]},
    "EventCorrected": {"target": OTHER, "why": "recorded by mistake"},
    "ContentErased": {
        "party": "zoopit",
        "why": "data_subject_request",
        "key": "0f343b0931126a20f133d67c2b018a3b",
        "reference": "case 24/01234",
    },
}


class OneKey:
    """A vault that holds one key under every name, so that a sample's words open for ever."""

    def get(self, name: str) -> bytes | None:
        return KEY if name else None

    def put(self, name: str, secret: bytes) -> None:
        raise NotImplementedError(name, secret)

    def once(self, name: str, secret: bytes) -> bytes:
        raise NotImplementedError(name, secret)

    def keep(self, secrets: Mapping[str, bytes]) -> None:
        raise NotImplementedError(secrets)

    def change(self, name: str, how: Change) -> None:
        raise NotImplementedError(name, how)

    def destroy(self, name: str) -> bool:
        raise NotImplementedError(name)

    def names(self, prefix: str) -> list[str]:
        raise NotImplementedError(prefix)


SEALER = Sealer(OneKey())
MAPPER = VarselMapper(SEALER)


def example(topic: str) -> Event:
    kind = TOPICS[topic]
    return kind.model_validate(EXAMPLES[kind.__name__])


def entry(event: Event) -> Entry:
    return Entry(STREAM, VERSION, ENVELOPE, event)


ENVELOPE = Envelope.model_validate(
    {
        "id": "01869a3f-2f00-7abc-8def-0123456789ab",
        "party": "zoopit",
        "command": "command-1",
        "actor": {"user": "u-17", "role": "duty officer", "on_behalf_of": "zoopit"},
        "recorded_at": datetime(2023, 2, 28, 11, 0, tzinfo=UTC),
        "happened": PERIOD,
        "about": {"incident": str(STREAM), "vendor": "zoopit", "client": "joker"},
        "corrects": OTHER,
        "visibility": ["joker", "zoopit"],
        "release_at": datetime(2023, 3, 1, 11, 0, tzinfo=UTC),
        "salt": "5a" * 16,
    }
)
