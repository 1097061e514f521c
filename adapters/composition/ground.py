"""What every process stands on: its folder, the engines it keeps things in, its secrets."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import folder as folders
from adapters import logs
from adapters.engines.bell import Bell, LocalBell
from adapters.engines.turns import OwnTurns, Turns
from adapters.fresh import Fresh
from adapters.logs import Log
from adapters.nats.trust import Trust
from adapters.ops.turns import NotedTurns
from adapters.settings import Settings
from adapters.sql.sqlite import SqliteStore
from adapters.sql.store import Store
from adapters.store.vault import SealedVault
from adapters.wire import render
from domain.errors import Unavailable

if TYPE_CHECKING:
    from adapters.sql.postgres import Database

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Ground:
    """Opened once for a process; everything in it is closed when `stack` is left.

    `database` is there where the platform is kept in PostgreSQL, else in files of the folder.
    """

    settings: Settings
    clock: Clock
    log: Log
    stack: AsyncExitStack
    folder: folders.Folder
    database: Database | None
    bell: Bell
    turns: NotedTurns
    vault: SealedVault
    trust: Trust
    fresh: Fresh = field(default_factory=lambda: Fresh(render))

    def store(self, name: str) -> Store:
        """Tables for one of the parts; in a file of that name where there is no database."""
        if self.database is not None:
            return self.database.store()
        store = SqliteStore(self.folder.root / f"{name}.sqlite")
        self.stack.callback(store.close)
        return store

    def where(self, path: Path) -> Path | Database:
        """Where a part that knows both engines keeps its things."""
        return self.database or path


def stand(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Ground:
    """Open everything; refuses what is locked, unreadable or unsafe."""
    log = logs.get()
    folder = stack.enter_context(folders.claimed(settings.data))
    database = open_database(settings)
    bell: Bell = LocalBell()
    turns: Turns = OwnTurns()
    if database is not None:
        bell, turns = _shared(database, log, stack)
    vault = _vault(settings, folder, database, log)
    stack.callback(vault.close)
    return Ground(
        settings,
        clock,
        log,
        stack,
        folder,
        database,
        bell,
        NotedTurns(turns),
        vault,
        folders.trust(vault),
    )


def open_database(settings: Settings) -> Database | None:
    """The database that the settings name, if any."""
    if settings.database_url is None:
        return None
    try:
        from adapters.sql.postgres import Database, address  # noqa: PLC0415 - of an extra
    except ImportError as missing:
        raise Unavailable(
            "VARSEL_DATABASE_URL is set, but what PostgreSQL needs is not installed",
            got=str(missing),
            expected="the extra `postgres`",
            next_step="pip install varsel[postgres], or unset VARSEL_DATABASE_URL",
        ) from None
    return Database(address(settings.database_url, _password(settings)))


def _shared(database: Database, log: Log, stack: AsyncExitStack) -> tuple[Bell, Turns]:
    """What processes share, on a database that is found safe."""
    from adapters.engines.postgres import PostgresBell, PostgresTurns  # noqa: PLC0415 - of an extra
    from adapters.store.safety import require_safe  # noqa: PLC0415 - of an extra

    stack.callback(database.close)
    require_safe(database)
    bell = PostgresBell(database)
    bell.start()
    stack.callback(bell.stop)
    return bell, PostgresTurns(database.address, log)


def _password(settings: Settings) -> str | None:
    path = settings.database_password_file
    if path is None:
        return None
    try:
        return path.read_text().strip()
    except OSError as wrong:
        raise Unavailable(
            f"the database's password cannot be read: {wrong.strerror}",
            field="VARSEL_DATABASE_PASSWORD_FILE",
            got=str(path),
            next_step="name a file that the user who runs varsel serve can read",
        ) from None


def _vault(
    settings: Settings, folder: folders.Folder, database: Database | None, log: Log
) -> SealedVault:
    """The vault; where its key was made just now, that is said once."""
    first = not folder.vault.exists() and database is None
    vault = folders.open_vault(folder, settings.master_key_file, database)
    if first and settings.master_key_file is None:
        log.info("master-key.made", path=str(folder.master_key))
    return vault
