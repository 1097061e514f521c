"""varsel migrate: an older ledger brought up to this version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.common import DEFAULT_DATA, Data, Json, put_json
from adapters.cli.show import console


def migrate(
    data: Data = DEFAULT_DATA,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            envvar="VARSEL_DATABASE_URL",
            help="the PostgreSQL database, where the ledger is not in the data folder",
        ),
    ] = None,
    password: Annotated[
        Path | None,
        typer.Option(
            "--database-password-file",
            envvar="VARSEL_DATABASE_PASSWORD_FILE",
            help="holds its password",
        ),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Bring the ledger of an older version up: while no process of the platform runs."""
    from adapters.migration import migrate as bring_up  # noqa: PLC0415 - a fast --help
    from adapters.settings import Settings  # noqa: PLC0415 - a fast --help
    from adapters.store.schema import VERSION  # noqa: PLC0415 - a fast --help

    done = bring_up(Settings(data=data, database_url=database_url, database_password_file=password))
    if json:
        copy = str(done.copy) if done.copy else None
        return put_json({"from": done.found, "to": VERSION, "copy": copy})
    out = console()
    if done.found == VERSION:
        return out.print(f"the ledger is of version {VERSION}: there is nothing to do")
    came = f"it was of version {done.found}" if done.found else "there was none"
    out.print(f"the ledger is of version {VERSION} now; {came}", markup=False)
    if done.copy:
        out.print(f"as it was before, it is kept in {done.copy}", markup=False)
    return None
