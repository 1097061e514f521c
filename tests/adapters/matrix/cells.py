"""The cells of the matrix: what each of the cast asks, and what is to come of it.

What is expected follows from the table of `domain/access.py` and from how an actor stands to what
the operation is about, and from nothing else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.evidence import verify
from domain import streams
from domain.access import ROWS, Relation
from tests.adapters.matrix.cast import (
    ASKED,
    CAST,
    CLEARED,
    ELSEWHERE,
    EMPTIED,
    OPERATOR,
    READERS,
    RIVAL,
    SEEING,
    SPARE,
    TOLD,
    UNTOLD,
    VENDOR,
    incident,
    role_of,
    slug,
)
from tests.builders import a_claim, people

VIEWS = ("timeline", "obligations", "register", "contradictions", "feed", "messages", "export")
OF_AN_INCIDENT = ("severity", "facts", "knowledge")
IN_EACH = ("law/", "schemas/", "README", "verify")  # of a bundle, whosever it is
OF_CREDENTIALS = ("party_show", "party_issue", "party_rotate", "party_revoke")
OF_NOTHING = (
    *("whoami", "parties", "rebuild", "health", "feeds", "webhook_list"),
    *("console_link", "calendar_link", "calendar_unlink", "checkpoint", "examine", "foreign"),
)
OF_A_WEBHOOK = ("webhook_test", "webhook_rotate", "webhook_enable", "webhook_remove")

# --- what is asked -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ask:
    """One request, and what it is about: an incident, a party's view, or no matter that counts."""

    operation: str
    fields: Mapping[str, Any]
    target: str | None = None
    elsewhere: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def nowhere(self) -> Mapping[str, Any]:
        """The same request about something that is not there."""
        return {**self.fields, **self.elsewhere}


ABOUT: dict[str, dict[str, Any]] = {
    "revise_facts": {"reason": "new_knowledge", "claims": [a_claim("more")]},
    "name_clients": {"clients": [{"client": TOLD, "sure": "confirmed"}]},
    "notify_clients": {"clients": [TOLD], "channel": "phone"},
    "update_client": {"client": TOLD, "reason": "we looked again"},
    "clear_client": {"client": TOLD, "reason": "not its data"},
    "close_incident": {},
    "withdraw": {},
    "answer": {"client": TOLD, "question": ASKED, "text": "Nothing more."},
    "state_awareness": {"stage": "aware", "when": "2024-03-01", "how": "a mail"},
    "state_fact": {"fact": "classified_major"},
    "take_measure": {"kind": "fix", "status": "done"},
    "make_statement": {"id": "said", "audience": "press", "channel": "interview"},
    "inform_others": {"who": "police"},
    "notify_regulator": {
        "authority": "NO/datatilsynet",
        "stage": "new",
        "capacity": "own_controller",
    },
    "record_reply": {"authority": "NO/datatilsynet", "kind": "receipt"},
    "record_delay": {"duty": "gdpr.33-1", "ground": "the police asked"},
    "acknowledge": {},
    "close_case": {},
    "assess_risk": {"outcome": "risk", "why": "phishing"},
    "waive": {"duty": "gdpr.33-1", "ground": "unlikely_risk", "why": "encrypted"},
    "notify_customers": {"audience": "customers", "channel": "email", "count": 3},
    "ask": {"question": "another", "text": "And now?"},
    "erase": {"why": "mistake"},
}
ABOUT_INCIDENTS = (*ABOUT, "correct", "board")
NOT_THERE = "11111111-2222-5333-8444-555555555555"


def requests(operation: str, actor: str, text: str) -> Iterator[Ask]:
    """What an actor asks of an operation; raises `KeyError` for one that nobody has tested.

    `text` is the reference of a text that the vendor wrote to those it told.
    """
    if operation in ABOUT:
        yield from _on_an_incident(operation, actor)
    elif operation in VIEWS:
        yield from _on_views(operation, "party", {})
    elif operation in OF_AN_INCIDENT:
        yield from _on_views(operation, "party", {"incident": incident("board")}, READERS)
    elif operation == "webhook_add":
        yield from _on_views(operation, "feed", {"url": "https://127.0.0.1/"})
    elif operation == "text":
        yield Ask(operation, {"text": text}, elsewhere={"text": f"{NOT_THERE}/text"})
    elif operation == "inclusion":  # of the event that the text is in: others have their own copy
        event = text.partition("/")[0]
        yield Ask(operation, {"event": event}, VENDOR, {"event": NOT_THERE})
    else:
        yield _other(operation, actor)


def _on_an_incident(operation: str, actor: str) -> Iterator[Ask]:
    """By its id, and by its name: the second time only where the first changed nothing."""
    fields = ABOUT[operation]
    if (operation, actor) == ("erase", OPERATOR):  # it says whose, and of what is still there
        yield Ask(operation, {**fields, "incident": incident("board"), "party": VENDOR})
        return
    by_id = {"incident": incident(operation), **fields}
    ask = Ask(operation, by_id, elsewhere={"incident": NOT_THERE})
    yield ask
    if expected(ask, actor) != "let in":
        by_name = {"incident": slug(operation), **fields}
        yield Ask(operation, by_name, elsewhere={"incident": "no-such-leak"})


def _on_views(
    operation: str, name: str, fields: Mapping[str, Any], targets: Iterable[str] = CAST
) -> Iterator[Ask]:
    for target in targets:
        yield Ask(operation, {**fields, name: target}, target, {name: "nosuchparty"})


def _other(operation: str, actor: str) -> Ask:
    """Everything else is about one thing."""
    vendor = RIVAL if actor == ELSEWHERE else VENDOR
    owner = actor if actor in READERS else TOLD
    fields: dict[str, dict[str, Any]] = {
        "report_leak": {"incident": "okapi", "nature": ["integrity"], "people": [people()]},
        "raise_concern": {"vendor": vendor, "concern": "odd"},
        "grant_mandate": {"vendor": vendor, "scope": "full"},
        "revoke_mandate": {"vendor": vendor},
        "correct": {"event": f"measure-correct-{owner}", "why": "mistaken"},
        "register_party": {"id": "newcomer", "roles": ["client"]},
        "agree_engagement": {"vendor": VENDOR, "client": UNTOLD},
        "set_scope": {"party": SPARE, "scope": [UNTOLD]},
        "board": {"incident": incident("board")},
        "consistency": {"size": 1},
        "foreign_settle": {"through": 1},
        "party_add": {"id": "latecomer", "roles": ["client"]},
        **{name: {"id": SPARE} for name in OF_CREDENTIALS},
        "party_person": {"id": SPARE, "issuer": "https://login.example", "subject": "p-1"},
        **{name: {"webhook": "its-hook"} for name in OF_A_WEBHOOK},
        **{name: {} for name in OF_NOTHING},
    }
    elsewhere = {"correct": {"event": NOT_THERE}, "board": {"incident": NOT_THERE}}
    hook = {"webhook": "no-hook"} if operation in OF_A_WEBHOOK else {}
    return Ask(operation, fields[operation], elsewhere=elsewhere.get(operation, hook))


# --- what is expected ----------------------------------------------------------------------------


def stands(actor: str, operation: str, target: str | None) -> frozenset[Relation]:
    """How an actor stands to what an operation is about, as the world was made."""
    mine: set[Relation] = {"new", "platform", "everyone"}
    member = CAST.get(actor)
    if target is None:
        mine |= {"self"} if _has_its_own(actor, operation) else set()
        mine |= {"own"} if actor == VENDOR else set()
        mine |= {"told"} if actor in {TOLD, CLEARED} else set()
        mine |= {"touched"} if actor == TOLD else set()
        mine |= {"scope"} if actor == SEEING else set()
    else:
        mine |= {"self", "own"} if actor == target else set()
        mine |= {"scope"} if member and actor != EMPTIED and target in member.scope else set()
    return frozenset(mine)


def _has_its_own(actor: str, operation: str) -> bool:
    """A text is of those who were told it; webhooks nobody has; all else everybody has."""
    return actor in READERS if operation == "text" else operation not in OF_A_WEBHOOK


def expected(ask: Ask, actor: str) -> str:
    """What comes of a request: `unregistered`, `role`, `let in`, `cleared` or `not there`."""
    role = role_of(actor)
    if role is None:
        return "unregistered"
    granted = ROWS[ask.operation][role]
    if not granted:
        return "role"
    how = stands(actor, ask.operation, ask.target)
    if granted & how:
        return "let in"
    return "cleared" if granted == {"touched"} and "told" in how else "not there"


def strangers(actor: str) -> list[str]:
    """Every id and name that an answer to this actor must not hold, in small letters."""
    if actor == OPERATOR:
        return []
    member = CAST.get(actor)
    known = {actor, *(member.hears_of if member else ())}
    words = [word for one in CAST if one not in known for word in (one, CAST[one].name)]
    if not {actor, *known} & {VENDOR} or actor == UNTOLD:
        words += ["zebra", *(incident(operation) for operation in ABOUT_INCIDENTS)]
    if not known & {RIVAL}:
        words += ["quagga", str(streams.incident_id(RIVAL, "quagga"))]
    return [word.casefold() for word in words]


def unpacked(answer: Any) -> Any:
    """An answer with a bundle in it as what lies in the bundle, but for what lies in each."""
    if not isinstance(answer, dict) or "export" not in answer:
        return answer
    files, _ = verify.unpack(base64.b64decode(answer["export"]["data"]))
    return {name: body.decode() for name, body in files.items() if not name.startswith(IN_EACH)}


def overheard(actor: str, answer: Any) -> list[str]:
    """Which of those an answer does hold."""
    said = json.dumps(unpacked(answer), ensure_ascii=False, default=str).casefold()
    return [word for word in strangers(actor) if word in said]
