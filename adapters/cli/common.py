"""What every command shares: who speaks, to which platform, and how an answer is shown."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import uuid4

import typer

from domain.errors import Invalid, Unavailable

T = TypeVar("T")
TRIES = 5
_URL = re.compile(r"varsel-url: (\S+)")

Creds = Annotated[
    Path | None,
    typer.Option("--creds", envvar="VARSEL_CREDS", help="the credentials of the party that speaks"),
]
Url = Annotated[
    str | None,
    typer.Option("--url", envvar="VARSEL_URL", help="the platform; else as the creds say"),
]
Ca = Annotated[
    Path | None,
    typer.Option(
        "--ca",
        metavar="FILE",
        envvar="VARSEL_NATS_CA",
        help="PEM: who signed the certificates of tls:// servers; else one of the system's",
    ),
]
Data = Annotated[Path, typer.Option("--data", envvar="VARSEL_DATA", help="the data folder")]
Json = Annotated[bool, typer.Option("--json", help="machine-readable output on stdout")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="what was known then: an instant with its zone, or a date"),
]
Incident = Annotated[str | None, typer.Option("--incident", help="only this incident")]
WithDraft = Annotated[
    list[str] | None, typer.Option("--with-draft", help="a proposal to show beside the law")
]
DEFAULT_DATA = Path("varsel-data")


@dataclass(frozen=True)
class Reach:
    """Credentials, where the platform is that they are for, and whose word for it is taken."""

    creds: Path
    url: str
    ca: Path | None = None


def reach(creds: Path | None, url: str | None, ca: Path | None) -> Reach:
    """A party's way in: the creds given, at the URL given or the one written into them.

    An authority cannot be written there: a file that came from elsewhere would vouch for itself.
    """
    if creds is None:
        raise Invalid(
            "no credentials given",
            field="--creds",
            expected="the file that varsel party add wrote",
            next_step="give it with --creds FILE or in VARSEL_CREDS",
        )
    try:
        text = creds.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "it is not text"
        raise Invalid(
            f"the credentials cannot be read: {why}",
            field="--creds",
            got=str(creds),
            expected="the file that varsel party add wrote",
            next_step="name that file, or let the operator make a new one: varsel party rotate",
        ) from None
    written = _URL.search(text)
    return Reach(creds, url or (written.group(1) if written else "nats://127.0.0.1:4222"), ca)


def operator(data: Path, url: str | None, ca: Path | None) -> Reach:
    """The operator's way in: the creds in the data folder."""
    from adapters.folder import Folder  # noqa: PLC0415 - a fast --help

    folder = Folder(data)
    known = url or folder.read_url()
    return Reach(folder.operator_creds, known, ca)


def call(way: Reach, verb: str, body: dict[str, Any], patience: float = 30.0) -> dict[str, Any]:
    """One request; sent again with the same command id where no answer came."""
    return run(calling(way, verb, body, patience))


async def calling(
    way: Reach, verb: str, body: dict[str, Any], patience: float = 30.0
) -> dict[str, Any]:
    """See `call`."""
    import asyncio  # noqa: PLC0415

    from adapters.nats.caller import Caller  # noqa: PLC0415
    from adapters.nats.errors import Disconnected, Unanswered  # noqa: PLC0415

    async with await Caller.connect(way.url, way.creds, ca=way.ca) as caller:
        for left in reversed(range(TRIES)):
            try:
                return await caller.call(verb, body, patience)
            except (Unanswered, Disconnected) as lost:
                if not left:
                    lost.next_step = again(body)
                    raise
                await asyncio.sleep(1.0)
    raise Unavailable("not reached")  # pragma: no cover - the loop returns or raises


def again(body: dict[str, Any]) -> str:
    """What to do when no answer came: the id makes a second try safe."""
    command = body.get("command")
    if command is None:
        return "is varsel serve running? ask again"
    return f"send it again with --id {command}: it is done at most once"


def command_id(given: str | None) -> str:
    """A command's id: the one given, else a new one."""
    return given or str(uuid4())


def ask(way: Reach, question: str, **body: Any) -> Any:
    """One question; absent parts are left out."""
    said = {name: value for name, value in body.items() if value is not None}
    return call(way, question, {"with": said})[question]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end."""
    import asyncio  # noqa: PLC0415

    return asyncio.run(work)


def put_json(value: Any) -> None:
    """JSON on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
