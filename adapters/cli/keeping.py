"""varsel rekey: another master key for the vault of a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.common import DEFAULT_DATA, Data, Json, put_json
from adapters.cli.show import console


def rekey(
    new: Annotated[
        Path,
        typer.Option(
            "--new-master-key-file", help="64 hex digits, mode 0600: openssl rand -hex 32"
        ),
    ],
    old: Annotated[
        Path | None,
        typer.Option(
            "--master-key-file",
            envvar="VARSEL_MASTER_KEY_FILE",
            help="the present one; else master.key in the data folder",
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    *,
    json: Json = False,
) -> None:
    """Seal the vault under another master key: while no process of the platform runs."""
    from adapters import folder, rekeying  # noqa: PLC0415 - a fast --help
    from adapters.settings import Settings  # noqa: PLC0415 - a fast --help

    secrets = rekeying.rekey(Settings(data=data, master_key_file=old), new)
    if json:
        return put_json({"secrets": secrets, "master_key_file": str(new)})
    out, stale = console(), old or folder.Folder(data).master_key
    out.print(f"{secrets} secrets are sealed under the key in {new}", markup=False)
    out.print(f"from here on: VARSEL_MASTER_KEY_FILE={new.resolve()} varsel serve …", markup=False)
    return out.print(
        f"{stale} opens nothing here any more, but still opens back-ups made before", markup=False
    )
