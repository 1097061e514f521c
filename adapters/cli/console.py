"""varsel console: a link that opens the console as the party that asks."""

from __future__ import annotations

from typing import Annotated

import typer

from adapters.cli.common import (
    DEFAULT_DATA,
    Ca,
    Creds,
    Data,
    Json,
    Url,
    call,
    operator,
    put_json,
    reach,
)
from adapters.cli.show import console as screen


def console(
    creds: Creds = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    as_operator: Annotated[
        bool, typer.Option("--operator", help="as the operator of the data folder")
    ] = False,
    json: Json = False,
) -> None:
    """A link that logs in at the console: for ten minutes, once; keep it to yourself."""
    way = operator(data, url, ca) if as_operator else reach(creds, url, ca)
    answer = call(way, "console_link", {})
    if json:
        return put_json(answer)
    return screen().print(answer["link"], soft_wrap=True, markup=False, highlight=False)
