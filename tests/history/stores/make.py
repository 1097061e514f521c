"""Makes the sample of a store as the present version writes it; none is ever changed.

Run by hand when adapters/store/schema.py has a new VERSION:
.venv/bin/python -m tests.history.stores.make --add
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.schema import VERSION
from adapters.store.vault import SealedVault, vault_file
from tests.history.stores.telling import HERE, MASTER, read_back, tell
from tests.postgres import database, server


def of_sqlite(sample: Path) -> None:
    """Two files: the ledger and its vault."""
    with tempfile.TemporaryDirectory() as folder:
        ledger_file, secrets = Path(folder, "ledger.sqlite"), Path(folder, "vault.sqlite")
        with (
            closing(SealedVault(vault_file(secrets), MASTER)) as vault,
            closing(EventLedger(ledger_file, vault)) as ledger,
        ):
            tell(ledger)
            _keep(sample, ledger)
        shutil.copyfile(ledger_file, sample / "ledger.db")
        shutil.copyfile(secrets, sample / "vault.db")


def of_postgres(sample: Path) -> None:
    """One text: ledger and vault lie in one database."""
    url = database()
    with closing(Database(address(url))) as made:
        ledger = EventLedger(made, SealedVault(made.store(), MASTER))
        tell(ledger)
        _keep(sample, ledger)
    dump = (server().program("pg_dump"), "--no-owner", "--no-comments", "--inserts", url)
    said = subprocess.run(dump, check=True, capture_output=True, text=True).stdout
    # Words to the program that reads a dump, which a plain connection does not know.
    lines = [line for line in said.splitlines() if not line.startswith(("\\", "--"))]
    (sample / "dump.sql").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _keep(sample: Path, ledger: EventLedger) -> None:
    text = json.dumps(read_back(ledger), indent=1, ensure_ascii=False)
    (sample / "expected.json").write_text(text + "\n", encoding="utf-8")


def add() -> list[str]:
    """Store what is missing; the names of the samples added."""
    added: list[str] = []
    for name, make in (("sqlite", of_sqlite), ("postgres", of_postgres)):
        sample = HERE / f"{name}-{VERSION}"
        if not sample.exists():
            sample.mkdir()
            make(sample)
            added.append(sample.name)
    return added


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(add() or ["nothing is missing"]) + "\n")
