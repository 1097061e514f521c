"""varsel play and varsel deadline: what would happen, and when would it be due?"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from adapters.cli import show
from adapters.cli.common import AsOf, Json, WithDraft, put_json, run
from domain.errors import Invalid


class Bar:
    """A progress bar on stderr, where somebody is watching."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        self._task = self._progress.add_task("playing", total=self._steps)
        return self

    def __call__(self, number: int, step: Any) -> None:
        self._progress.update(self._task, completed=number, description=f"{step.at} {step.by}")

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def play(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a scenario")],
    as_of: AsOf = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="let the clock run on to this time; reminders fall due"),
    ] = None,
    with_draft: WithDraft = None,
    *,
    json: Json = False,
) -> None:
    """Play a scenario on a throw-away platform under its own clock, and show what comes of it."""
    from adapters.asking import instant_of  # noqa: PLC0415 - a fast --help
    from adapters.play import scenario as scenarios  # noqa: PLC0415
    from domain.law.loader import load_packs  # noqa: PLC0415

    played = scenarios.load(file)
    load_packs(drafts=with_draft or [])  # an unknown draft is told before anything is played
    if as_of:
        instant_of(as_of, ZoneInfo("UTC"))
    end = _end(played, until) if until else None
    root = Path(tempfile.mkdtemp(prefix="varsel-play-"))
    try:
        found = run(_play(played, root, as_of, end, with_draft or []))
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if json:
        put_json(found)
    else:
        _tell(found, {party.id: party.zone for party in played.parties})


def _end(played: Any, until: str) -> datetime:
    """Where the clock runs on to; it never goes back."""
    from adapters.asking import instant_of  # noqa: PLC0415 - a fast --help

    end, last = instant_of(until, ZoneInfo("UTC"), "--until"), played.steps[-1].instant
    if end < last:
        raise Invalid(
            "lies before the last step",
            field="--until",
            got=until,
            expected=f"{last.isoformat()} or later",
            next_step="use --as-of to look at an earlier time",
        )
    return end


async def _play(
    played: Any, root: Path, as_of: str | None, until: datetime | None, drafts: list[str]
) -> dict[str, Any]:
    from adapters.compose import system_clock  # noqa: PLC0415 - a fast --help
    from adapters.play.outcome import outcome  # noqa: PLC0415
    from adapters.play.player import stage  # noqa: PLC0415

    async with stage(played, root, system_clock) as (player, _):
        with Bar(len(played.steps)) as bar:
            await player.play(bar, until=until)
        return await outcome(player, as_of, drafts)


def _tell(found: dict[str, Any], zones: dict[str, str]) -> None:
    out = show.console()
    for name, incident in found["incidents"].items():
        vendor = incident["facts"]["vendor"]
        out.rule(f"{name}: {vendor}'s board")
        show.board(out, incident["board"], zones[vendor])
    for vendor, said in found["vendors"].items():
        out.rule(f"{vendor}: duties")
        show.obligations(out, said["obligations"], zones[vendor])
    for client, said in found["clients"].items():
        out.rule(f"{client}: timeline")
        show.timeline(out, said["timeline"], zones[client])
        show.obligations(out, said["obligations"], zones[client])
        if said["contradictions"]:
            show.contradictions(out, said["contradictions"])


def deadline(  # noqa: PLR0917 - a deadline is asked with these
    duty: Annotated[str, typer.Argument(metavar="DUTY", help="gdpr.33-1 …")],
    start: Annotated[str, typer.Option("--from", help="when its clock starts")],
    zone: Annotated[str, typer.Option(help="the zone of times without one")] = "UTC",
    country: Annotated[str | None, typer.Option(help="where it is due")] = None,
    given: Annotated[
        list[str] | None, typer.Option("--given", help="FACT=VALUE: within=PT24H …")
    ] = None,
    with_draft: WithDraft = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help="tell the steps in words")] = False,
    json: Json = False,
) -> None:
    """When is it due, by which rule and convention? Needs no platform."""
    from adapters.deadlines import compute  # noqa: PLC0415 - a fast --help

    found = compute(duty, start, zone, country, _facts(given or []), with_draft or [])
    if json:
        return put_json(found)
    for one in (found, *found.get("drafts", [])):
        _tell_deadline(one, explain=explain)
    return None


def _tell_deadline(found: dict[str, Any], *, explain: bool) -> None:
    out = show.console()
    out.print(f"[bold]{found['duty']}[/]  {found['title']}  ({found['citation']})")
    out.print(f"clock starts {found['started_at']}  owed to {found['owed_to']}")
    for one in (*found["due"], *found["disputed"]):
        mark = "  alarm" if one["alarm"] else ""
        note = f"  ({one['note']})" if one.get("note") else ""
        out.print(f"  {one['at']}  {one['convention']}{mark}{note}")
    if not found["due"]:
        out.print("  the law gives no number of hours: without undue delay")
    if found["applies"] != "yes":
        out.print(f"  binds: {found['applies']}; {found['applies_why']}")
    steps: list[str] = found["explain"] if explain else []
    for step in steps:
        out.print(f"  {step}", highlight=False)
    out.print(f"{found['why']}\n{found['law_version']}, {found['reviewed']}")


def _facts(given: list[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise Invalid(
                "is no fact",
                field="--given",
                got=one,
                expected="FACT=VALUE",
                next_step="give it again, within=PT24H say",
            )
        facts[name] = value
    return facts
