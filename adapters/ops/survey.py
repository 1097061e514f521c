"""The set-up around a platform: engines, clocks, disks, certificates, back-ups, as seen from here.

Each check stands alone: one that cannot be made says why, and the others go on. Nothing is changed.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from cryptography import x509

from adapters.folder import Folder, open_vault, trust
from adapters.nats.connection import Message, connect
from adapters.nats.credentials import Credentials
from adapters.ops.backup import LAST
from adapters.settings import Settings
from domain.errors import VarselError

if TYPE_CHECKING:
    from adapters.sql.postgres import Database

Verdict = Literal["ok", "warn", "wrong"]
ROOM: Final = 2 << 30  # bytes that a disk should have left
SKEW: Final = timedelta(seconds=2)  # between two clocks: legal deadlines are told in minutes
SOON: Final = timedelta(days=30)  # before the end of a certificate
OLD: Final = timedelta(hours=26)  # of the newest back-up: one a day, and a little
PATIENCE: Final = 5.0
ANSWERS: Final = 1.0  # seconds in which every node that is up has answered


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, and what was seen."""

    what: str
    verdict: Verdict
    says: str


def survey(settings: Settings, now: Callable[[], datetime]) -> list[dict[str, Any]]:
    """Every check that these settings ask for, as rows."""
    found = [*_disk(settings), *_backup(settings, now()), *_database(settings, now)]
    found += [*_certificates(settings, now()), *_node_clocks(settings, now)]
    return [asdict(one) for one in found]


def _disk(settings: Settings) -> Iterator[Check]:
    if not settings.data.exists():
        return
    free = shutil.disk_usage(settings.data).free
    said = f"{free / (1 << 30):.1f} GiB left where {settings.data} lies"
    yield Check("disk", "ok" if free >= ROOM else "wrong", said)
    mode = settings.data.stat().st_mode & 0o077
    if mode & 0o007:
        yield Check("folder", "warn", f"{settings.data} is open to everybody: chmod 700 it")


def _backup(settings: Settings, now: datetime) -> Iterator[Check]:
    if settings.database_url is not None:
        return  # the archive of PostgreSQL is looked at there
    kept = settings.data / LAST
    if not kept.exists():
        yield Check("backup", "warn", "none was made from this folder: varsel backup --out FILE")
        return
    said = json.loads(kept.read_text())
    age = now - datetime.fromisoformat(said["at"])
    gone = "" if Path(said["file"]).exists() else ", and the file is not there any more"
    words = f"the newest is {age.total_seconds() / 3600:.0f} hours old: {said['file']}{gone}"
    yield Check("backup", "warn" if age > OLD else "ok", words)


# --- PostgreSQL ---


def _database(settings: Settings, now: Callable[[], datetime]) -> Iterator[Check]:
    if settings.database_url is None:
        return
    from adapters.composition.ground import open_database  # noqa: PLC0415 - needs the extra
    from adapters.store.safety import require_safe  # noqa: PLC0415

    try:
        database = open_database(settings)
    except VarselError as broken:
        yield Check("postgres", "wrong", str(broken))
        return
    if database is None:
        return
    try:
        require_safe(database)
        yield _version(database)
        yield _clock("postgres clock", _server_time(database), now())
        yield from _archive(database)
        yield from _turns(database)
    except VarselError as broken:
        yield Check("postgres", "wrong", str(broken))
    finally:
        database.close()


def _version(database: Database) -> Check:
    [(said,)] = _rows(database, "SELECT current_setting('server_version')")
    return Check("postgres", "ok", f"version {said}, its settings are safe")


def _server_time(database: Database) -> datetime:
    [(at,)] = _rows(database, "SELECT clock_timestamp()")
    found: datetime = at
    return found


def _archive(database: Database) -> Iterator[Check]:
    """Whether the write-ahead log is kept elsewhere: without that, a lost disk is a lost day."""
    [(mode, at, failed_at)] = _rows(
        database,
        "SELECT current_setting('archive_mode'), last_archived_time, last_failed_time "
        "FROM pg_stat_archiver",
    )
    if mode == "off":
        yield Check("archive", "warn", "archive_mode is off: only whole dumps can be put back")
    elif failed_at is not None and (at is None or failed_at > at):
        yield Check("archive", "wrong", f"archiving fails since {failed_at:%Y-%m-%d %H:%M}")
    else:
        said = f"last at {at:%Y-%m-%d %H:%M} UTC" if at else "nothing was archived yet"
        yield Check("archive", "ok" if at else "warn", said)


def _turns(database: Database) -> Iterator[Check]:
    """Who holds which of the locks that turns are (`adapters.engines.postgres`)."""
    rows = _rows(
        database,
        "SELECT CASE objid::int WHEN hashtext('relay') THEN 'relay' "
        "WHEN hashtext('evidence') THEN 'evidence' ELSE 'projector' END AS turn, application_name "
        "FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype='advisory' AND granted AND classid::int=hashtext('varsel') "
        "AND pg_locks.database=(SELECT oid FROM pg_database WHERE datname=current_database()) "
        "ORDER BY turn, application_name",
    )
    for turn, name in rows:
        yield Check(f"turn {turn}", "ok", f"held by {name}")
    for turn in sorted({"relay", "evidence", "projector"} - {turn for turn, _ in rows}):
        yield Check(f"turn {turn}", "wrong", "nobody holds it: does a process of that role run?")


def _rows(database: Database, statement: str) -> list[Any]:
    return database.store().rows(statement)


def _clock(what: str, theirs: datetime, ours: datetime) -> Check:
    apart = abs(theirs - ours)
    said = f"{apart.total_seconds():.1f} s from this machine's"
    return Check(what, "ok" if apart <= SKEW else "wrong", said)


# --- NATS ---


def _certificates(settings: Settings, now: datetime) -> Iterator[Check]:
    if settings.nats_url is None:
        return
    for one in settings.nats_url.split(","):
        where = urlsplit(one.strip())
        host, port = where.hostname or "", where.port or 4222
        try:
            said, certificate = _greeted(host, port, settings.nats_ca, tls=where.scheme == "tls")
        except (OSError, ValueError) as broken:
            yield Check(f"nats {host}:{port}", "wrong", f"does not answer: {broken}")
            continue
        yield Check(f"nats {host}:{port}", "ok", f"{said['server_name']} {said['version']}")
        if certificate is not None:
            yield _ends(f"certificate {host}:{port}", certificate.not_valid_after_utc, now)
    if settings.nats_ca is not None and settings.nats_ca.exists():
        ca = x509.load_pem_x509_certificate(settings.nats_ca.read_bytes())
        yield _ends("certificate authority", ca.not_valid_after_utc, now)


def _node_clocks(settings: Settings, now: Callable[[], datetime]) -> Iterator[Check]:
    """What each node takes for the time, asked as the platform would: with what is in its vault."""
    if settings.nats_url is None or settings.master_key_file is None:
        return
    from adapters.composition.ground import open_database  # noqa: PLC0415 - needs the extra

    try:
        with ExitStack() as stack:
            database = open_database(settings)
            if database is not None:
                stack.callback(database.close)
            elif not Folder(settings.data).vault.exists():
                return
            vault = open_vault(Folder(settings.data), settings.master_key_file, database)
            stack.callback(vault.close)
            if vault.get("trust/platform") is None:
                return  # nothing was set up yet: looking must not begin it
            creds = Credentials.parse(trust(vault).system_creds(now()))
        told = asyncio.run(_times(settings.nats_url, settings.nats_ca, creds, now))
    except VarselError as broken:
        yield Check("nats clock", "wrong", str(broken))
        return
    for name, (theirs, ours) in sorted(told.items()):
        yield _clock(f"clock of {name}", theirs, ours)


async def _times(
    url: str, ca: Path | None, creds: Credentials, now: Callable[[], datetime]
) -> dict[str, tuple[datetime, datetime]]:
    """By node: its time, and ours when it said so."""
    told: dict[str, tuple[datetime, datetime]] = {}

    async def hear(message: Message) -> None:
        server = json.loads(message.data)["server"]
        told[server["name"]] = datetime.fromisoformat(server["time"]), now()

    nc = await connect(url, creds, name="doctor", ca=ca, patience=PATIENCE)
    try:
        inbox = nc.new_inbox()
        await nc.subscribe(inbox, cb=hear)
        await nc.publish("$SYS.REQ.SERVER.PING", b"", inbox)
        await asyncio.sleep(ANSWERS)  # how many there are is not known beforehand
    finally:
        await nc.close()
    return told


def _ends(what: str, at: datetime, now: datetime) -> Check:
    verdict: Verdict = "ok" if at - now > SOON else "warn" if at > now else "wrong"
    return Check(what, verdict, f"ends {at:%Y-%m-%d}")


def _greeted(
    host: str, port: int, ca: Path | None, *, tls: bool
) -> tuple[dict[str, Any], x509.Certificate | None]:
    """What a server says of itself to everybody who comes, and its certificate.

    Varsel's nodes begin with TLS at once; what it shows is verified as a client's would be.
    """
    with socket.create_connection((host, port), PATIENCE) as plain:
        if not tls:
            return _info(plain), None
        context = ssl.create_default_context(cafile=ca)
        with context.wrap_socket(plain, server_hostname=host) as sealed:
            shown = sealed.getpeercert(binary_form=True) or b""
            return _info(sealed), x509.load_der_x509_certificate(shown)


def _info(server: socket.socket) -> dict[str, Any]:
    with server.makefile("rb") as said:
        word, _, rest = said.readline(1 << 16).partition(b" ")
    if word != b"INFO":
        raise ValueError("it is no NATS server")
    found: dict[str, Any] = json.loads(rest)
    return found


__all__ = ["Check", "survey"]
