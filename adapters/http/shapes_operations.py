"""What operations answer, and what a feed carries, as models; see `shapes.py`."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from adapters.http.shapes import Shape
from domain.law.matter import Profile
from domain.ports import Receipt
from domain.values import PartyId, When

CredentialKind = Literal["nats", "api-key", "person"]


class Named(Shape):
    """A credential, by the first characters of its name."""

    short: str = Field(examples=["3f2a9c0d1e5b"])
    kind: CredentialKind


class Given(Shape):
    """New credentials: `creds` for NATS and `api_key` for this API, shown this once."""

    receipt: Receipt
    party: PartyId
    expires_at: AwareDatetime | None
    credentials: tuple[Named, ...]
    creds: str | None = None
    api_key: str | None = Field(default=None, examples=["varsel_…"])


class PersonAdmitted(Shape):
    """A person may log in for a party."""

    receipt: Receipt
    party: PartyId
    short: str = Field(examples=["3f2a9c0d1e5b"])


class Revoked(Shape):
    """Credentials are cut off; `revoked` says how many."""

    receipt: Receipt
    party: PartyId
    revoked: int


class By(Shape):
    """Who did it, by which command; a person only as an opaque id."""

    party: PartyId
    user: str | None
    command: str


class Credential(Named):
    """A credential that was given out; there is no secret left to show."""

    party: PartyId
    issued_at: AwareDatetime
    issued_by: By
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    revoked_by: By | None


class PartyShown(Shape):
    """A party and its credentials, the cut-off ones too."""

    party: Profile
    credentials: tuple[Credential, ...]


class Rebuilt(Shape):
    """The views' new generation, and the position of the ledger that it has come to."""

    generation: str
    position: int


class Finding(Shape):
    """Something that is not as it was; `repaired` where it could be made anew from the ledger."""

    kind: str = Field(examples=["changed"])
    what: str = Field(examples=["the row at position 7"])
    repaired: bool


class Examined(Shape):
    """How many leaves of the transparency log were recomputed, and what was found."""

    examined: int
    findings: tuple[Finding, ...]


class Expiring(Named):
    """A credential that ends by itself soon."""

    party: PartyId
    expires_at: AwareDatetime


class Process(Shape):
    """Another process of the platform: the turns that it holds, and what is in its way.

    `published` is the stream number up to which it has published; null for one that does not.
    """

    process: str
    role: str
    turns: tuple[str, ...]
    troubles: tuple[str, ...]
    published: int | None


class Health(Shape):
    """How far everything has come, as positions and numbers; `troubles` in words."""

    ok: bool
    ledger: int
    views: int
    messages: int
    published: int
    undelivered: int
    parties: int
    generation: str
    expiring: tuple[Expiring, ...]
    webhooks: dict[str, int] = Field(
        description="How many endpoints there are, fail, and were given up.",
        examples=[{"endpoints": 3, "failing": 1, "disabled": 0}],
    )
    processes: tuple[Process, ...] = Field(
        description="The other processes; none where the platform is one."
    )
    troubles: tuple[str, ...]


class ForeignMessage(Shape):
    """A message that FEED held and the ledger does not know, as it was found.

    `body` is text as far as it is UTF-8, the first 64 KiB of it; `bytes` and `hash` (SHA-256) are
    of the whole.
    """

    id: int
    number: int = Field(description="its number in FEED")
    subject: str = Field(examples=["feed.joker._.ClientNotified"])
    message: str | None = Field(description="its Nats-Msg-Id")
    headers: dict[str, str]
    bytes: int
    hash: str = Field(pattern="^[0-9a-f]{64}$")
    body: str
    found_at: AwareDatetime
    settled_at: AwareDatetime | None
    settled_by: PartyId | None


class Foreign(Shape):
    """A page of them; behind `next` there may be more. `unsettled` are waiting to be settled."""

    foreign: tuple[ForeignMessage, ...]
    unsettled: int
    next: int | None


class ForeignSettled(Shape):
    """How many were dealt with just now, and how many are still open."""

    settled: int
    unsettled: int


class FeedLag(Shape):
    """A party's feed: messages in it, those not acknowledged on NATS, notices not seen to arrive.

    A party that reads by another door acknowledges nothing on NATS.
    """

    party: PartyId
    messages: int
    behind: int
    awaiting: int


class FeedLags(Shape):
    """Every party's feed."""

    feeds: tuple[FeedLag, ...]


class ConsoleLink(Shape):
    """A link that logs in at the console, once and soon: keep it to yourself."""

    link: str = Field(examples=["http://127.0.0.1:8080/login/link/…"])


class Said(Shape):
    """What a feed message says of its event; free text by reference (`texts`)."""

    event: UUID
    type: str = Field(examples=["ClientNotified"])
    by: str = Field(examples=["zoopit"])
    source: Literal["vendor", "client", "platform"]
    happened: When
    corrects: UUID | None
    incident: UUID | None
    texts: tuple[str, ...]
    with_: dict[str, Any] = Field(
        alias="with", description="The event's own fields: /schemas/index.json has each kind's."
    )


class FeedMessage(Shape):
    """A CloudEvent 1.0 in JSON, byte for byte as on NATS.

    `sequence` counts a feed's messages from 1, without gaps; `previoushash` is the SHA-256 of the
    message before it.
    """

    specversion: Literal["1.0"]
    id: UUID
    source: str = Field(examples=["urn:varsel:vendors/zoopit"])
    type: str = Field(examples=["varsel.ClientNotified.v1"])
    time: AwareDatetime
    datacontenttype: Literal["application/json"]
    subject: UUID | None = None
    feed: PartyId
    sequence: str = Field(pattern="^[1-9][0-9]*$")
    previoushash: str = Field(pattern="^[0-9a-f]{64}$")
    data: Said


class WebhookState(Shape):
    """How far an endpoint has been sent its feed, and what is in the way."""

    enabled: bool
    behind: int
    delivered: int
    failures: int
    next_at: AwareDatetime | None
    last_at: AwareDatetime | None
    last_status: int | None
    last_error: str | None
    taken_at: AwareDatetime | None
    disabled_at: AwareDatetime | None
    disabled_why: str | None


class Webhook(Shape):
    """An endpoint of a party, without its secrets."""

    id: str = Field(examples=["wh-3f2a9c0d1e5b7788"])
    feed: PartyId
    url: str
    full: bool
    types: tuple[str, ...]
    description: str | None
    created_at: AwareDatetime
    old_until: AwareDatetime | None
    state: WebhookState


class Webhooks(Shape):
    """A party's endpoints."""

    webhooks: tuple[Webhook, ...]


class WebhookGiven(Shape):
    """An endpoint, and where it is new the secret that it verifies with, shown this once."""

    receipt: Receipt
    webhook: Webhook
    secret: str | None = Field(default=None, examples=["whsec_…"])


class WebhookGone(Shape):
    """An endpoint that is sent nothing any more."""

    receipt: Receipt
    webhook: str


class WebhookTried(Shape):
    """Whether an endpoint took a test message, and what it answered."""

    webhook: str
    taken: bool
    status: int | None
    error: str | None


class Calendar(Shape):
    """A secret address that calendars can subscribe to: whoever has it reads the deadlines."""

    url: str = Field(examples=["http://127.0.0.1:8080/calendar/….ics"])


class Gone(Shape):
    """What was given out is worth nothing any more; false where there was nothing."""

    revoked: bool


class Probe(Shape):
    """An answer for load balancers; for the rest there is GET /v1/health."""

    status: Literal["ok", "unready"]
