"""How far everything has come and what is in the way, here and in the whole platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from adapters.engines.presence import Report
from projections import awaiting, credentials, feed_index, parties

if TYPE_CHECKING:
    from adapters.platform import Platform

RELAYING = "relay"


def own_troubles(platform: Platform) -> list[str]:
    """What is in the way of the work that this process has in hand."""
    parts, hooks = platform.parts, platform.webhooks
    found = [
        platform.away,
        _refused(platform),
        platform.relay.trouble if platform.relay else None,
        platform.reminders.trouble if platform.reminders else None,
        hooks.trouble if hooks else None,
        *parts.evidence.troubles(),
    ]
    return [one for one in found if one]


def health(platform: Platform) -> dict[str, Any]:
    """The whole platform as this process knows it; `ok` where nothing lags and nothing is amiss.

    `processes` lists the others of the platform; a platform that is one process has none.
    """
    parts, hooks, others = platform.parts, platform.webhooks, platform.parts.presence.others()
    ledger, views = parts.ledger.position(), parts.views.position()
    listed = feed_index.total(parts.views.rows)
    published = _published(platform, others)
    troubles = [*filter(None, [parts.projector.trouble]), *own_troubles(platform)]
    troubles += [f"{one.process}: {said}" for one in others for said in one.troubles]
    troubles += platform.parts.foreign.troubles()
    if published is None:
        troubles.append("not connected" if not others else "no process relays")
    return {
        "ledger": ledger,
        "views": views,
        "messages": listed,
        "published": -1 if published is None else published,
        "undelivered": awaiting.count(parts.views.rows),
        "parties": parties.count(parts.views.rows),
        "generation": parts.views.generation,
        "expiring": credentials.expiring(parts.views.rows, parts.clock()),
        "webhooks": hooks.health() if hooks else {},
        "processes": [asdict(one) for one in others],
        # An endpoint that a party lets go is its own trouble: the platform is well.
        "troubles": [*troubles, *(hooks.disabled() if hooks else ())],
        "ok": ledger == views and listed == published and not troubles,
    }


def _refused(platform: Platform) -> str | None:
    """Parties that NATS did not take when all were told to it."""
    refused = platform.admission.refused if platform.admission else {}
    if not refused:
        return None
    party, why = next(iter(refused.items()))
    return f"NATS refused {len(refused)} accounts, {party}'s for one: {why}"


def _published(platform: Platform, others: Sequence[Report]) -> int | None:
    """Up to which number FEED holds the messages, as whoever relays said last."""
    if platform.relay is not None:
        return platform.relay.published
    told = [one.published for one in others if RELAYING in one.turns and one.published is not None]
    return max(told, default=None)
