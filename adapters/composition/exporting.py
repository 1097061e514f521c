"""Composes what makes audit bundles: loaded with the first one, for templates and schemas."""

from __future__ import annotations

from adapters.evidence import collect
from adapters.evidence.bundle_parts import Moment
from adapters.platform import Parts


def bundle(parts: Parts, by: str, body: collect.Body, then: Moment) -> bytes:
    """The bundle that a party asks for; see `collect.export`."""
    return collect.export(_ports(parts), parts.desk.granted, by, body, then)


def moment(parts: Parts) -> Moment:
    """Now; see `collect.moment`."""
    return collect.moment(_ports(parts))


def _ports(parts: Parts) -> collect.Ports:
    return collect.Ports(
        parts.answers,
        parts.ledger,
        lambda: parts.views.rows,
        parts.evidence.log,
        parts.evidence.require_covered,
        lambda: parts.rules,
        parts.clock,
    )
