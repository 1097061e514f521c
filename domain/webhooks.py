"""The endpoints a party has its feeds sent to, as its own stream tells."""

from __future__ import annotations

from collections.abc import Iterable

from domain import events as e
from domain.envelope import Recorded


def fold(recorded: Iterable[Recorded]) -> dict[str, bool]:
    """By endpoint, oldest first: whether it is enabled; those removed are not there."""
    state: dict[str, bool] = {}
    for one in recorded:
        match one.event:
            case e.WebhookAdded(endpoint=endpoint) | e.WebhookEnabled(endpoint=endpoint):
                state[endpoint] = True
            case e.WebhookDisabled(endpoint=endpoint):
                state[endpoint] = False
            case e.WebhookRemoved(endpoint=endpoint):
                del state[endpoint]
            case _:
                pass
    return state
