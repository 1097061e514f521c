"""varsel backup and varsel restore: the embedded platform's record as one file, and back again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.common import DEFAULT_DATA, Data, Json, put_json
from adapters.cli.show import console
from domain.errors import Refused

Key = Annotated[
    Path | None,
    typer.Option(
        "--master-key-file",
        envvar="VARSEL_MASTER_KEY_FILE",
        help="the vault's key; else master.key in the data folder",
    ),
]


def backup(
    out: Annotated[Path, typer.Option("--out", help="a new file, best on another disk")],
    key: Key = None,
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> None:
    """Ledger, vault and evidence of one moment in one file, also while the platform runs."""
    from adapters.ops.backup import make  # noqa: PLC0415 - a fast --help

    _require_files()
    made = make(data, out, key, datetime.now(UTC))
    if json:
        return put_json({**made, "file": str(out)})
    said = console()
    said.print(f"{out}: {made['events']} events, compared with what was signed", markup=False)
    return said.print("the master key is not in it: keep that elsewhere, and as safely")


def restore(
    file: Annotated[Path, typer.Argument(help="what varsel backup wrote")],
    key: Annotated[
        Path,
        typer.Option(
            "--master-key-file",
            envvar="VARSEL_MASTER_KEY_FILE",
            help="the key of the vault in the back-up, which does not hold it",
        ),
    ],
    data: Annotated[Path, typer.Option("--data", help="a folder that is not there yet")],
    *,
    json: Json = False,
) -> None:
    """A data folder out of a back-up, compared with what was signed before it is there."""
    from adapters.ops.restore import restore as restored  # noqa: PLC0415 - a fast --help

    _require_files()
    made = restored(file, data, key)
    if json:
        return put_json({**made, "data": str(data)})
    said = console()
    said.print(f"{data}: {made['events']} events, as of {made['made_at']}", markup=False)
    said.print(
        "what was accepted after that is not in it; nor are erasures made since: repeat them"
    )
    return said.print(
        f"VARSEL_MASTER_KEY_FILE={key.resolve()} varsel serve --data {data} builds views and feed",
        markup=False,
        soft_wrap=True,
    )


def _require_files() -> None:
    """A platform that is kept in PostgreSQL has its back-ups made there."""
    from adapters.settings import Settings  # noqa: PLC0415 - a fast --help

    if Settings().database_url is not None:
        raise Refused(
            "this platform is kept in PostgreSQL, not in a data folder",
            field="VARSEL_DATABASE_URL",
            got="set",
            next_step="docs/operations.md says how to back it up there; for a folder, unset it",
        )
