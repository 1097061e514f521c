"""Another master key for the vault, wherever the settings say that it is kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from adapters import folder as folders
from adapters.composition.ground import open_database
from adapters.settings import Settings
from adapters.store.vault import load_master_key


def rekey(settings: Settings, new: Path) -> int:
    """Seal the whole vault under the key in `new`; how many secrets it holds.

    All or none: a crash leaves the old key or the new one. Raises `Refused` while the platform
    runs: its processes would go on with the old key.
    """
    database = open_database(settings)
    if database is None:
        return folders.rekey(settings.data, settings.master_key_file, new)
    from adapters.engines.postgres import alone  # noqa: PLC0415 - of an extra

    with closing(database):
        key = load_master_key(new, create=False)
        with alone(database, "they would go on with the old key"):
            folder = folders.Folder(settings.data)
            with closing(folders.open_vault(folder, settings.master_key_file, database)) as vault:
                return vault.rewrap(key)
