"""The operations of the platform that are about evidence, as its table of operations takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.evidence.asking import Proofs
from adapters.evidence.opening import Evidence
from adapters.requests import fields_of
from domain.access import Grant
from domain.desk import Desk

Operation = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
Proof = Callable[[Grant, dict[str, Any]], dict[str, Any]]


def operations(
    evidence: Evidence, desk: Desk, settled: Callable[[], Awaitable[None]]
) -> Mapping[str, Operation]:
    """Operations by name; `settled` waits until the views hold everything accepted so far."""

    async def examine(_party: str, _: dict[str, Any]) -> dict[str, Any]:
        await settled()
        return await evidence.watch.examine()

    def proof(name: str, make: Proof) -> Operation:
        async def prove(party: str, body: dict[str, Any]) -> dict[str, Any]:
            await settled()
            granted = await asyncio.to_thread(desk.granted, party, name)
            await asyncio.to_thread(evidence.require_covered)
            return await asyncio.to_thread(make, granted, fields_of(body))

        return prove

    proofs: Proofs = evidence.proofs
    made = {
        "checkpoint": proofs.checkpoint,
        "consistency": proofs.consistency,
        "inclusion": proofs.inclusion,
    }
    return {"examine": examine, **{name: proof(name, make) for name, make in made.items()}}
