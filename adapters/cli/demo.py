"""What the demo tells: each party's own view of the two cases, from nothing but its own answers."""

from __future__ import annotations

import contextlib
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from adapters.admission import OPERATOR
from adapters.cli import show
from adapters.play.player import Player
from domain.errors import NotFound

DEMO_LASTS = timedelta(days=7)
EARLIER = {"joker": "2023-02-28T12:30:00+01:00", "tokmanni": "2022-06-05T11:00:00+03:00"}


async def tell(out: Console, player: Player) -> None:
    """Every party in turn: vendors, clients, auditors; then one view as of an earlier instant."""
    out.rule(f"[bold]{player.scenario.scenario}")
    for party in player.scenario.parties:
        if "vendor" in party.roles:
            await _vendor(out, player, party.id, party.zone)
    for party in player.scenario.parties:
        if "client" in party.roles:
            await _client(out, player, party.id, party.zone)
    for party in player.scenario.parties:
        if "auditor" in party.roles:
            await _auditor(out, player, party)
    for client, at in EARLIER.items():
        await _earlier(out, player, client, at)


def invite(out: Console, player: Player, root: Path) -> None:
    """Where to go on looking: the console, logged in as each party, and the command line."""
    now = player.now.astimezone(UTC)
    out.rule("[bold]look around until Ctrl-C")
    out.print(f"The demo's clock goes on from the last step: it is {now:%Y-%m-%d %H:%M} UTC there.")
    house = player.platform.house
    if house is not None:
        out.print("\nThe console, logged in as")
        for party in player.scenario.parties:
            link = house.link(party.id, lasts=DEMO_LASTS, once=False)
            _line(out, f"{party.id} ({', '.join(party.roles)})", link)
        _line(out, "operator", house.link(OPERATOR, lasts=DEMO_LASTS, once=False))
    out.print(f"\nNATS is at [bold]{player.platform.url}[/]. In another terminal:")
    for follower in ("joker", "zoopit", "tokmanni"):
        out.print(f"  .venv/bin/varsel follow --from 1 --creds {root}/creds/{follower}.creds")


def _line(out: Console, who: str, link: str) -> None:
    out.print(f"  {who:<24}{link}", soft_wrap=True, markup=False, highlight=False)


async def _vendor(out: Console, player: Player, party: str, zone: str) -> None:
    out.rule(f"{party} (vendor): the board")
    for step in player.scenario.steps:
        if step.by == party and step.do == "report_leak":
            found = await player.ask(party, "board", incident=str(step.with_["incident"]))
            show.board(out, found["clients"], zone)
    out.print("[bold]its duties[/]")
    show.obligations(out, await player.ask(party, "obligations"), zone)


async def _client(out: Console, player: Player, party: str, zone: str) -> None:
    out.rule(f"{party} (client): its feed")
    for body in player.feeds.get(party, []):
        show.message(out, body, {}, zone)
    out.print("[bold]its timeline[/]")
    show.timeline(out, await player.ask(party, "timeline"), zone)
    out.print("[bold]its duties and clocks[/]")
    show.obligations(out, await player.ask(party, "obligations"), zone)
    collisions = await player.ask(party, "contradictions")
    if collisions:
        out.print("[bold]where its public words collide[/]")
        show.contradictions(out, collisions)


async def _auditor(out: Console, player: Player, party: Any) -> None:
    out.rule(f"{party.id} (auditor): duties in its scope")
    for client in party.scope:
        out.print(f"[bold]{client}[/]")
        rows = await player.ask(party.id, "obligations", party=client)
        show.obligations(out, rows, party.zone)


async def _earlier(out: Console, player: Player, client: str, at: str) -> None:
    out.rule(f"what {client} knew at {at}")
    rows: Any = []
    with contextlib.suppress(NotFound):
        rows = await player.ask(client, "timeline", as_of=at)
    zone = next(one.zone for one in player.scenario.parties if one.id == client)
    show.timeline(out, rows, zone)
    show.obligations(out, await player.ask(client, "obligations", as_of=at), zone)
