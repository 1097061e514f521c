"""Endpoints that a party's feeds are sent to: added, renewed, given up, opened again, removed."""

from __future__ import annotations

from dataclasses import dataclass

from domain import access, streams, webhooks
from domain import events as e
from domain.commands import webhooks as c
from domain.envelope import Context
from domain.errors import NotFound, Refused
from domain.words import GivenUp
from domain.work import Work

MOST = 10  # endpoints of one party: each is a connection that the platform opens for it


@dataclass(frozen=True)
class Place:
    """What of a new endpoint may be known: its id, and the host that its URL names."""

    endpoint: str
    host: str


@dataclass(frozen=True)
class Abandoned:
    """An endpoint that the platform gave up: whose, why, and the command to record it under."""

    party: str
    endpoint: str
    why: GivenUp
    command: str


def add(place: Place, command: c.AddWebhook, work: Work) -> None:
    """Have a feed sent to a new endpoint."""
    feed = command.feed or work.me.id
    access.grant(work.me, command.VERB).require_sight(feed)
    if len(_mine(work)) >= MOST:
        raise Refused(
            "you have as many webhooks as a party may have",
            got=str(MOST),
            expected=f"fewer than {MOST}",
            next_step="remove one first (webhook_remove)",
        )
    event = e.WebhookAdded(
        endpoint=place.endpoint,
        host=place.host,
        feed=feed,
        full=command.full,
        types=command.types,
    )
    _write(event, work)


def rotate(command: c.RotateWebhook, work: Work) -> None:
    """Note that an endpoint has a new signing secret."""
    _require(command.webhook, work)
    _write(e.WebhookRotated(endpoint=command.webhook), work)


def enable(command: c.EnableWebhook, work: Work) -> None:
    """Take the sending up again; an endpoint that is enabled stays as it is."""
    if not _require(command.webhook, work):
        _write(e.WebhookEnabled(endpoint=command.webhook), work)


def remove(command: c.RemoveWebhook, work: Work) -> None:
    """Send nothing more to an endpoint."""
    _require(command.webhook, work)
    _write(e.WebhookRemoved(endpoint=command.webhook), work)


def give_up(abandoned: Abandoned, work: Work) -> None:
    """Record that the platform stopped; what was removed or disabled meanwhile stays so."""
    stream = streams.party_stream(abandoned.party)
    if webhooks.fold(work.read(stream)).get(abandoned.endpoint):
        event = e.WebhookDisabled(endpoint=abandoned.endpoint, why=abandoned.why)
        work.add(stream, event, Context(), [abandoned.party])


def _mine(work: Work) -> dict[str, bool]:
    return webhooks.fold(work.read(streams.party_stream(work.me.id)))


def _require(endpoint: str, work: Work) -> bool:
    """Whether the party's own endpoint is enabled; refuses one that is not its own."""
    known = _mine(work)
    if endpoint not in known:
        raise no_webhook(endpoint, known)
    return known[endpoint]


def no_webhook(endpoint: str, known: dict[str, bool]) -> NotFound:
    """The refusal of an endpoint that is not there, or another party's: the same words."""
    return NotFound(
        "you have no such webhook",
        field="webhook",
        got=endpoint,
        expected=", ".join(known) or "none: you have no webhooks",
        next_step="varsel webhook list shows yours",
    )


def _write(event: e.Event, work: Work) -> None:
    work.add(streams.party_stream(work.me.id), event, Context(), [work.me.id])
