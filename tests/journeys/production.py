"""The platform as production runs it, on loopback: PostgreSQL, three nodes, a process a role."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from tests.cluster import Cluster
from tests.journeys.lab import Serve, varsel
from tests.postgres import Postgres, own_server

_WEB, _OFF = ("--http", "127.0.0.1:0"), ("--http", "off")
ROLES: Mapping[str, Sequence[str]] = {
    "api-1": ("--role", "api", *_WEB),
    "api-2": ("--role", "api", *_WEB),
    "relay": ("--role", "relay", *_OFF),
    "projector": ("--role", "projector", *_OFF),
}
PARTS: Mapping[str, Sequence[str]] = {
    **{name: words for name, words in ROLES.items() if name != "projector"},
    "projector-1": (*ROLES["projector"], "--part", "1/2"),
    "projector-2": (*ROLES["projector"], "--part", "2/2"),
}


class Production:
    """Processes by their names, on one database and one cluster, set up as an operator does it.

    `variables` are what each process is told by its environment, and the operator's command line.
    """

    pauses = False

    def __init__(
        self,
        folder: Path,
        postgres: Postgres,
        cluster: Cluster,
        roles: Mapping[str, Sequence[str]],
        variables: Mapping[str, str],
    ) -> None:
        self.folder, self.postgres, self.cluster = folder, postgres, cluster
        self.data = folder / "operator"
        self.database = postgres.database()
        self.key = folder / "master.key"
        self.key.write_text(os.urandom(32).hex() + "\n")
        self.key.chmod(0o600)
        self.variables: Mapping[str, str] = {
            "VARSEL_DATABASE_URL": self.database,
            "VARSEL_NATS_URL": cluster.url,
            "VARSEL_URL": cluster.url,
            "VARSEL_NATS_CA": str(cluster.ca),
            "VARSEL_MASTER_KEY_FILE": str(self.key),
            **variables,
        }
        self.processes = {
            name: Serve(folder / name, options=words, variables=self.variables)
            for name, words in roles.items()
        }

    @property
    def url(self) -> str:
        return self.cluster.url

    @property
    def nodes(self) -> Sequence[str]:
        return [node.url for node in self.cluster.nodes]

    @property
    def doors(self) -> tuple[str, str]:
        """Of the first two processes that have one."""
        one, other, *_ = [serve.web for serve in self.processes.values() if serve.web]
        return one, other

    def set_up(self) -> Self:
        """What is done once: the schema, the trust of the nodes, the operator's credentials."""
        varsel("migrate", variables=self.variables)
        trust = self.folder / "trust"
        creds = ("--operator-creds", self.data / "operator.creds")
        there = ("--data", self.folder / "setup")
        varsel("setup", "--out", trust, *creds, *there, variables=self.variables)
        [conf] = trust.rglob("trust.conf")
        shutil.copy(conf, self.cluster.folder / "trust" / "trust.conf")
        return self

    def start(self) -> Self:
        """Returns when every process says that it is ready."""
        for serve in self.processes.values():
            serve.launch()
        for serve in self.processes.values():
            serve.arrive()
        return self

    def restart(self) -> None:
        """One process after another: a rolling restart."""
        for serve in self.processes.values():
            serve.restart()

    def kill(self) -> None:
        for serve in self.processes.values():
            serve.kill()


@contextmanager
def production(
    folder: Path,
    roles: Mapping[str, Sequence[str]] = ROLES,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Production]:
    """All of it, up; no process of it is left behind."""
    with ExitStack() as stack:
        postgres = stack.enter_context(own_server())
        cluster = Cluster(folder / "nats")
        made = Production(folder, postgres, cluster, roles, variables or {}).set_up()
        stack.callback(cluster.stop)
        cluster.start()
        stack.callback(made.kill)
        yield made.start()
