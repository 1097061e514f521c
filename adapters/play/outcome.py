"""What a played scenario comes to: the same answers that each party would get, in one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.play.player import Player
from domain.errors import NotFound

ENTRY = (  # what is public of a timeline entry
    "event",
    "type",
    "recorded_at",
    "happened",
    "by",
    "source",
    "corrects",
    "superseded_by",
    "data",
)


async def outcome(
    player: Player, as_of: str | None = None, drafts: Sequence[str] = ()
) -> dict[str, Any]:
    """Clients, vendors and incidents, in the shape of `varsel play --json`.

    `drafts` name proposals whose answers stand beside the law's among the obligations.
    """
    when: dict[str, Any] = {"as_of": as_of} if as_of else {}
    if drafts:
        when["with_draft"] = list(drafts)
    clients = [one.id for one in player.scenario.parties if "client" in one.roles]
    vendors = [one.id for one in player.scenario.parties if "vendor" in one.roles]
    return {
        "clients": {one: await _client(player, one, when) for one in clients},
        "vendors": {
            one: {"obligations": await player.ask(one, "obligations", **when)} for one in vendors
        },
        "incidents": await _incidents(player, when),
    }


async def _client(player: Player, party: str, when: dict[str, Any]) -> dict[str, Any]:
    questions = ("timeline", "obligations", "contradictions")
    found = {question: await player.ask(party, question, **when) for question in questions}
    found["timeline"] = [{name: one[name] for name in ENTRY} for one in found["timeline"]]
    return found


async def _incidents(player: Player, when: dict[str, Any]) -> dict[str, Any]:
    reported = [
        (step.by, str(step.with_["incident"]))
        for step in player.scenario.steps
        if step.do == "report_leak"
    ]
    slugs = [slug for _, slug in reported]
    found: dict[str, Any] = {}
    for vendor, slug in reported:
        name = slug if slugs.count(slug) == 1 else f"{vendor}/{slug}"
        entry = await _incident(player, vendor, slug, when)
        if entry is not None:
            found[name] = entry
    return found


async def _incident(
    player: Player, vendor: str, slug: str, when: dict[str, Any]
) -> dict[str, Any] | None:
    try:
        board = await player.ask(vendor, "board", incident=slug, **when)
        facts = await player.ask(vendor, "facts", incident=slug, **when)
    except NotFound:  # as of a time before it was reported
        return None
    whose = {"incident": board["incident"], "vendor": vendor}
    return {"board": board["clients"], "facts": {**facts, **whose}}
