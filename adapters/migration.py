"""Bringing the ledger of an older version up, wherever the settings say that it is kept."""

from __future__ import annotations

from contextlib import closing

from adapters.composition.ground import open_database
from adapters.folder import Folder, claimed
from adapters.settings import Settings
from adapters.store.upgrade import Upgrade, upgrade_database, upgrade_file
from domain.errors import NotFound


def migrate(settings: Settings) -> Upgrade:
    """Bring the ledger up to this version; a file is copied first.

    Raises `NotFound` where there is none, `Refused` while a platform runs on what is to be changed,
    and `Unavailable` where the ledger is of a newer version than this program.
    """
    database = open_database(settings)
    if database is not None:
        with closing(database):
            return upgrade_database(database)
    if not Folder(settings.data).ledger.exists():
        raise NotFound(
            "there is no ledger in this data folder",
            field="--data",
            got=str(settings.data),
            expected="a folder that varsel serve ran on, or a database: --database-url",
        )
    with claimed(settings.data) as folder:
        return upgrade_file(folder.ledger)
