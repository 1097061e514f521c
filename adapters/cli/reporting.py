"""varsel audit-report: what a party knew, did and owed, as one file to read, print and keep."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from adapters.cli.common import AsOf, Ca, Creds, Incident, Json, Reach, Url, put_json, reach, run
from adapters.cli.show import console


def audit_report(  # noqa: PLR0917 - options of a command
    party: Annotated[str, typer.Argument(help="whose report")],
    out: Annotated[Path, typer.Option("--out", "-o", help="the file to write")],
    incident: Incident = None,
    as_of: AsOf = None,
    form: Annotated[
        Literal["html", "pdf"], typer.Option("--format", help="pdf needs the extra reports")
    ] = "html",
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """The audit report: timeline, who knew what when, duties met and late, with their sources."""
    from adapters.evidence import report_html, report_pdf, report_words  # noqa: PLC0415 - fast help

    now = datetime.now(UTC)
    found = run(_found(reach(creds, url, ca), party, incident, as_of, now))
    said = report_words.told(found, report_words.teller(found))
    made = report_html.html(said) if form == "html" else report_pdf.pdf(said, now)
    out.write_bytes(made)
    if json:
        return put_json({"file": str(out), "bytes": len(made), "as_of": found.at.isoformat()})
    return console().print(f"{out}: {len(made)} bytes, as of {found.at.isoformat()}", markup=False)


async def _found(
    way: Reach, party: str, incident: str | None, as_of: str | None, now: datetime
) -> Any:
    from adapters.evidence.report import gather  # noqa: PLC0415 - fast help
    from adapters.nats.caller import Caller  # noqa: PLC0415

    async with await Caller.connect(way.url, way.creds, ca=way.ca) as caller:

        async def ask(question: str, about: dict[str, Any]) -> Any:
            return (await caller.call(question, {"with": about}))[question]

        return await gather(ask, party, incident, as_of, now)
