"""varsel setup: what a NATS cluster of one's own needs before its nodes start."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.common import DEFAULT_DATA, Data, Json, put_json, run
from adapters.cli.show import console


def setup(
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="trust/ below it is for everybody, nodes/NAME for that node, authority for nobody",
        ),
    ],
    tls: Annotated[
        str | None,
        typer.Option(
            "--tls",
            metavar="NAME,…",
            help="make an authority and a certificate for each of these nodes, where missing",
        ),
    ] = None,
    tls_also: Annotated[
        str | None,
        typer.Option(
            "--tls-also",
            metavar="NAME,…",
            help="names or addresses by which clients reach any of them: in every certificate",
        ),
    ] = None,
    operator_creds: Annotated[
        Path | None,
        typer.Option("--operator-creds", help="the operator's credentials, where not there"),
    ] = None,
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> None:
    """Make what the nodes of a NATS cluster must know, once; database and keys as for serve."""
    from adapters.composition.preparing import Wanted, prepare  # noqa: PLC0415 - a fast --help
    from adapters.settings import Settings  # noqa: PLC0415

    wanted = Wanted(out, _words(tls), _words(tls_also), operator_creds)
    made = run(prepare(Settings(data=data), wanted, lambda: datetime.now(UTC)))
    if json:
        return put_json({"made": [str(path) for path in made]})
    said = console()
    for path in made:
        said.print(f"made {path}", markup=False)
    if not made:
        said.print("everything is there already: nothing was changed")
    return None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in (text or "").split(","))))
