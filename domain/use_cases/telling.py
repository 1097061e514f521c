"""How a vendor's word reaches clients: notices on their streams, counted on the incident."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar

from domain import events as e
from domain import notice, streams
from domain.envelope import Context
from domain.incident import Incident, Line
from domain.naming import Owners, others_among
from domain.values import Count, When
from domain.words import Sure
from domain.work import Work

Client = TypeVar("Client")
PORTION: Final = 4_000
"""Clients in one event: it fits into a row of the ledger, however much is said of each."""
_UNNAMED: Final = Line(sure="suspected")


def open_incident(reference: str, work: Work) -> Incident:
    """The vendor's own incident, refused where it is closed or withdrawn."""
    incident = work.require_own_incident(reference)
    incident.require_open()
    return incident


def about(incident: Incident, client: str | None = None) -> Context:
    """What an event in this incident is about."""
    return Context(incident=incident.id, vendor=incident.vendor, client=client)


def notices(
    incident: Incident, channel: Any, given_at: When | None, owners: Owners
) -> Callable[[str], e.ClientNotified]:
    """The notice for a client: its part of the facts, and nothing of others.

    Those who are told the same are told it by one event, made once: a report may concern 50 000.
    """

    @cache
    def saying(
        others: frozenset[str], count: Count, sure: Sure, since: When | None
    ) -> e.ClientNotified:
        return e.ClientNotified(
            facts=notice.without(incident.facts, others),
            count=count,
            sure=sure,
            since=since,
            channel=channel,
            given_at=given_at,
            report=incident.report,
            report_texts=incident.report_texts,
        )

    def notice_for(client: str) -> e.ClientNotified:
        line = incident.clients.get(client, _UNNAMED)
        others = others_among(owners, client, incident.vendor)
        count = notice.own_count(incident, client)
        return saying(others, count, line.sure, line.since)  # pyright: ignore[reportArgumentType] - frozen models have hashes

    return notice_for


def tell(  # noqa: PLR0913 - what one client is told, and to whom it is shown
    incident: Incident,
    client: str,
    event: e.Event,
    work: Work,
    *,
    to: Iterable[str] | None = None,
    happened: When | None = None,
) -> None:
    """Write to one client's notice stream; `to` says who sees it beside the vendor."""
    line = incident.clients.get(client)
    readers = [client] if to is None else to
    work.add(
        streams.notice_id(incident.id, client),
        event,
        about(incident, client),
        [*readers, incident.vendor],
        happened=happened,
        version=line.version if line else 0,
    )


def tell_all(incident: Incident, event: e.Event, work: Work) -> None:
    """Say the same to every client that was told."""
    for client in incident.reachable():
        tell(incident, client, event, work)
    issued(incident, "updated", incident.reachable(), work)


def copies(
    incident: Incident,
    clients: Iterable[str],
    event: e.Event,
    work: Work,
    happened: When | None = None,
) -> None:
    """A vendor's act, told to clients: each sees its own copy alone, and nothing of others."""
    owners = work.owners(notice.words_of(event))
    copies = {c: notice.copy_for_client(event, c, incident.vendor, owners) for c in clients}
    told = {client: copy for client, copy in copies.items() if copy is not None}
    for client, copy in told.items():
        work.add(
            streams.notice_id(incident.id, client),
            copy,
            Context(incident=incident.id, vendor=incident.vendor, client=client),
            [client],
            happened=happened,
            version=incident.clients[client].version,
        )
    issued(incident, "shared", told, work)


def issued(incident: Incident, act: str, clients: Iterable[str], work: Work) -> None:
    """Count on the incident what a command wrote to notice streams."""
    about = Context(incident=incident.id, vendor=incident.vendor)
    for told in portions(clients):
        work.add(incident.id, e.NoticesIssued(act=act, clients=told), about, [incident.vendor])


def portions(clients: Iterable[Client]) -> Iterator[tuple[Client, ...]]:
    """Clients in portions that fit into one event each, however many a vendor has."""
    left = iter(clients)
    while portion := tuple(islice(left, PORTION)):
        yield portion
