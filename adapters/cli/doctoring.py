"""varsel doctor: how the platform is, and what it stands on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.common import DEFAULT_DATA, Ca, Data, Json, Reach, Url, call, operator, put_json
from adapters.cli.phrases import instant
from adapters.cli.show import console
from domain.errors import VarselError

MARKS = {"ok": "ok   ", "warn": "warn ", "wrong": "WRONG"}


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="recompute the log, compare views and feed")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="of a data folder on which nothing runs")
    ] = False,
    key: Annotated[
        Path | None,
        typer.Option(
            "--master-key-file",
            envvar="VARSEL_MASTER_KEY_FILE",
            help="with --offline: else master.key in the data folder",
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """How the platform is: how far everything has come, what is in the way, what it stands on."""
    checks, way = _survey(data, ca), partial(operator, data, url, ca)
    found = _offline(data, key) if offline else _deep(way) if deep else []
    health: dict[str, Any] = {"ok": not found} if offline else _health(way, checks)
    health["checks"] = checks
    if json:
        put_json({**health, "findings": found} if deep or offline else health)
    else:
        _show(health, found)
    wrong = any(one["verdict"] == "wrong" for one in checks)
    if found or wrong or not health["ok"]:
        raise typer.Exit(1)


def _survey(data: Path, ca: Path | None) -> list[dict[str, Any]]:
    from adapters.ops.survey import survey  # noqa: PLC0415 - a fast --help
    from adapters.settings import Settings  # noqa: PLC0415

    return survey(Settings(data=data, nats_ca=ca), lambda: datetime.now(UTC))


def _health(way: Callable[[], Reach], checks: list[dict[str, Any]]) -> dict[str, Any]:
    """As the platform says. Where it does not answer, what it stands on may say why."""
    try:
        return call(way(), "health", {})
    except VarselError as silent:
        if not any(one["verdict"] == "wrong" for one in checks):
            raise
        return {"ok": False, "troubles": [str(silent)]}


def _offline(data: Path, key: Path | None) -> list[dict[str, Any]]:
    """What is not as it was signed, in a folder on which nothing runs."""
    from adapters.evidence.offline import examine  # noqa: PLC0415 - a fast --help
    from adapters.evidence.watch import shown  # noqa: PLC0415

    return shown(examine(data, key))


def _deep(way: Callable[[], Reach]) -> list[dict[str, Any]]:
    """The same of a platform that runs, as it finds itself."""
    with console().status("comparing everything with what was signed …"):
        found: list[dict[str, Any]] = call(way(), "examine", {}, patience=3600.0)["findings"]
    return found


def _show(health: dict[str, Any], found: list[dict[str, Any]]) -> None:
    out = console()
    for one in health.pop("expiring", ()):
        ends = instant(one["expires_at"], "UTC")
        out.print(f"expiring: {one['party']} {one['kind']} {one['short']} ends {ends}")
    checks, processes = health.pop("checks"), health.pop("processes", ())
    for name, value in health.items():
        out.print(f"{name}: {value}")
    for one in processes:
        turns = f", holds {', '.join(one['turns'])}" if one["turns"] else ""
        out.print(f"process: {one['process']}, {one['role']}{turns}", markup=False)
    for one in checks:
        out.print(f"{MARKS[one['verdict']]} {one['what']}: {one['says']}", markup=False)
    for one in found:
        out.print(_finding(one), markup=False)


def _finding(one: dict[str, Any]) -> str:
    made = "; it was made anew from the ledger" if one["repaired"] else ""
    return f"{one['kind']}: {one['what']}{made}"
