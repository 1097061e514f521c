"""varsel foreign: what FEED held and the ledger does not know."""

from __future__ import annotations

import json as notation
from typing import Annotated, Any, cast

import typer

from adapters.cli.common import (
    DEFAULT_DATA,
    Ca,
    Data,
    Json,
    Reach,
    Url,
    call,
    command_id,
    operator,
    put_json,
)
from adapters.cli.phrases import instant
from adapters.cli.show import console


def foreign(
    settle: Annotated[
        bool, typer.Option("--settle", help="all that is listed has been dealt with")
    ] = False,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """What FEED held and the ledger does not know, kept: who was told what, and when."""
    way = operator(data, url, ca)
    found = _all(way)
    if json and not settle:
        return put_json(found)
    out = console()
    if not json:
        for one in found:
            out.print(_line(one), soft_wrap=True, markup=False, highlight=False)
        out.print(f"{len(found)} in all", highlight=False)
    if settle:
        through = found[-1]["id"] if found else 0
        request = {"command": command_id(None), "with": {"through": through}}
        answer = call(way, "foreign_settle", request)
        if json:
            return put_json(answer)
        out.print(f"{answer['settled']} settled, {answer['unsettled']} open", highlight=False)
    return None


def _all(way: Reach) -> list[dict[str, Any]]:
    """Page by page."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = call(way, "foreign", {"with": {"after": after}})
        found, after = found + page["foreign"], page["next"]
    return found


def _line(one: dict[str, Any]) -> str:
    """What it is, whose feed it is in, when it was said, when found, and whether it is settled."""
    said = _event(one["body"])
    feed, sequence = said.get("feed", "?"), said.get("sequence", "?")
    what = f"{feed} #{sequence}  {said.get('type', 'no event')}"
    settled = f"  settled {instant(one['settled_at'], 'UTC')}" if one["settled_at"] else ""
    at = f"  {said['time']}" if "time" in said else ""
    found = instant(one["found_at"], "UTC")
    line = f"{one['number']}  {one['subject']}  {what}{at}  found {found}{settled}"
    return "".join(each if each.isprintable() else "\ufffd" for each in line)  # a stranger's words


def _event(body: str) -> dict[str, Any]:
    try:
        found: object = notation.loads(body)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
