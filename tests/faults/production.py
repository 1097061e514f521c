"""PostgreSQL, three NATS nodes on hosts of their own, two processes of each role: all of it real.

Whatever keeps something keeps it on a small disk, which can be filled. Needs root and Linux, as
tests/namespaces.py does.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from adapters.nats.caller import Caller
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.vault import SealedVault
from domain.envelope import Recorded
from tests.cluster import NAMES, Cluster
from tests.faults.causes import PRODUCTION
from tests.faults.serving import Process
from tests.faults.stage import SmallDisks, the_log
from tests.journeys.lab import VARSEL, seen
from tests.namespaces import Network
from tests.postgres import Postgres, own

ROLES: Final = ("api", "relay", "projector")
TURNS: Final = {"relay": "relay", "projector": "projector 1/1"}
DATABASE, FEED = 320, 96  # megabytes
# Little WAL, all of it there from the start: a full disk is to meet the tables first.
SETTINGS: Final = ("max_wal_size=64MB", "min_wal_size=64MB", "max_connections=120")
_HOLDER: Final = """
    SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND granted AND objid::bigint = hashtext(%s)::bigint & 4294967295"""


class Production:
    """A `Stage` of several processes."""

    engine = PRODUCTION
    pace = 0.4  # ten processes share the tests' cores, and each fault looks at all that was said

    def __init__(
        self, root: Path, database: Postgres, cluster: Cluster, network: Network, disks: SmallDisks
    ) -> None:
        self.root, self.database, self.cluster = root, database, cluster
        self.network, self.disks = network, disks
        self.processes: dict[str, Process] = {}
        self.acts = 0
        self._key = secrets.token_bytes(32)
        self._url = ""

    # --- the stage ---

    @property
    def webs(self) -> tuple[str, ...]:
        return tuple(one.web for one in self.of("api"))

    @property
    def nats(self) -> str:
        return self.cluster.url

    @property
    def ca(self) -> Path:
        return self.cluster.ca

    def named(self, party: str) -> str:
        return f"{party}-{self.acts}"

    async def operator(self) -> Caller:
        return await Caller.connect(self.nats, self.root / "operator.creds", ca=self.ca)

    @asynccontextmanager
    async def backstage(self) -> AsyncIterator[Connection]:
        creds = Credentials.parse(self.cluster.trust.platform_creds(datetime.now(UTC)))
        nc = await connect(self.nats, creds, name="backstage", ca=self.ca)
        try:
            yield nc
        finally:
            await nc.close()

    def start(self) -> None:
        """Whatever does not run; returns when all of it is ready."""
        if not self.database.runs:
            self.database.start()
        self.cluster.start()
        for one in self.processes.values():
            if not one.runs:
                one.launch()
        for one in self.processes.values():
            one.await_ready()

    def stop(self) -> int:
        """Every process of the platform itself; 0 where each ended well."""
        return max(one.stop() for one in self.processes.values())

    def kill(self) -> None:
        """All of it at the same moment."""
        for one in self.processes.values():
            one.kill()
        for node in self.cluster.nodes:
            node.kill()
        self.database.kill()

    def kill_broker(self) -> None:
        """The node that leads the feed."""
        self.cluster.leader().kill()

    def rest(self) -> None:
        """Nobody speaks any more: what there is can be read beside the processes."""

    def log(self) -> list[Recorded]:
        """The whole ledger."""
        database = Database(address(self._url), size=2)
        vault = SealedVault(database.store(), self._key)
        ledger = EventLedger(database, vault)
        try:
            return the_log(ledger)
        finally:
            ledger.close()
            vault.close()
            database.close()

    # --- its parts ---

    def of(self, role: str) -> list[Process]:
        return [one for one in self.processes.values() if one.role == role]

    def holder(self, role: str) -> Process:
        """The process whose turn it is: the one that does the work of this role."""

        def found() -> Process | None:
            with psycopg.connect(self._url) as one:
                names = one.execute(_HOLDER, (TURNS[role],)).fetchall()
            pids = {int(name.split()[2]) for (name,) in names}
            return next((one for one in self.of(role) if one.runs and one.pid in pids), None)

        holder = seen(found)
        assert holder is not None
        return holder

    def add(self, name: str) -> Process:
        """One more process; it does not run yet."""
        made = Process(name, self.root, self.env)
        self.processes[name] = made
        return made

    @property
    def env(self) -> dict[str, str]:
        """The settings that all processes share."""
        return {
            "VARSEL_DATABASE_URL": self._url,
            "VARSEL_NATS_URL": self.nats,
            "VARSEL_NATS_CA": str(self.ca),
            "VARSEL_MASTER_KEY_FILE": str(self.root / "key"),
        }

    def set_up(self) -> None:
        """As an operator does before the first start."""
        self.database.start()
        self._url = self.database.database()
        (self.root / "key").write_text(self._key.hex())
        (self.root / "key").chmod(0o600)
        self._varsel("migrate")
        database = Database(address(self._url), size=1)
        vault = SealedVault(database.store(), self._key)
        for name in ("operator", "system", "platform"):  # those that the nodes know
            vault.put(f"trust/{name}", getattr(self.cluster.trust, f"{name}_seed").encode())
        database.close()
        creds = ("--operator-creds", str(self.root / "operator.creds"))
        self._varsel("setup", "--out", str(self.root / "trust"), *creds)
        for role in ROLES:
            for number in (1, 2):
                self.add(f"{role}-{number}")

    def _varsel(self, *words: str) -> None:
        done = subprocess.run(
            [VARSEL, *words],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def production() -> Iterator[Production]:
    """A platform that is up; no process of it is left behind."""
    root = Path(tempfile.mkdtemp(prefix="varsel-production-"))
    root.chmod(0o755)  # PostgreSQL's user goes through it to its own files
    network, kept, nodes = Network(), root / "postgres", root / "nats"
    sizes = {kept: DATABASE, **{nodes / name: FEED for name in NAMES}}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        stack.callback(network.close)
        network.open()
        disks = stack.enter_context(SmallDisks(sizes))
        user, group = own(disks.seen(kept))
        as_itself = ("--setuid", str(user), "--setgid", str(group))
        database = Postgres(kept, SETTINGS, (*disks.entrance, *as_itself))
        stack.callback(database.kill)
        there = (*disks.entrance, "env", "--chdir", str(nodes))  # who enters loses the folder
        cluster = Cluster(nodes, network.place, lambda name: (*there, *network.prefix(name)))
        stack.callback(cluster.stop)
        made = Production(root, database, cluster, network, disks)
        made.set_up()
        stack.callback(made.kill)
        made.start()
        yield made
