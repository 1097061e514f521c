"""Three real nats-servers from docker/nats/nats.conf, set up by `varsel setup`, on loopback."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from adapters.nats.certificates import Certificates
from adapters.nats.processes import server_binary
from adapters.nats.server import free_port
from adapters.nats.trust import Trust
from adapters.nats.trust_conf import trust_conf
from adapters.store.vault import Vault

CONF = Path(__file__).parents[1] / "docker" / "nats" / "nats.conf"
NAMES = ("nats-1", "nats-2", "nats-3")
PATIENCE = 90.0  # seconds: a loaded machine elects slowly


@dataclass(frozen=True)
class Place:
    """Where a node listens, and where it is found: by clients, by other nodes, by probes."""

    listen: str
    host: str
    name: str  # as other nodes know it
    client: int
    route: int
    monitor: int


def on_loopback(_name: str) -> Place:
    host = "127.0.0.1"
    return Place(host, host, host, free_port(), free_port(), free_port())


@dataclass
class Node:
    """One node: its files, its process."""

    name: str
    place: Place
    folder: Path
    variables: Mapping[str, str]
    prefix: Sequence[str] = ()  # what runs it somewhere else: in a network namespace
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"tls://{self.place.host}:{self.place.client}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def command(self, *more: str) -> list[str]:
        return [*self.prefix, str(server_binary(None)), "-c", "nats.conf", *more]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env={**os.environ, **self.variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a crash ends it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator ends it."""
        self._end(signal.SIGTERM)

    def healthy(self) -> bool:
        """What the probe of docker-compose asks."""
        return self.probe("/healthz?js-enabled-only=true").get("status") == "ok"

    def probe(self, path: str) -> dict[str, Any]:
        """What the node says at its monitoring port; nothing where it does not answer."""
        where = f"http://{self.place.host}:{self.place.monitor}{path}"
        try:
            with urllib.request.urlopen(where, timeout=2) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except (OSError, ValueError):
            return {}

    def _end(self, sign: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait(PATIENCE)


class Cluster:
    """Three nodes with one trust and one authority."""

    def __init__(
        self,
        folder: Path,
        place: Callable[[str], Place] = on_loopback,
        prefix: Callable[[str], Sequence[str]] = lambda _: (),
        **variables: str,
    ) -> None:
        now = datetime.now(UTC)
        self.folder, self.trust = folder, Trust.new()
        (folder / "trust").mkdir(parents=True)
        (folder / "nats.conf").symlink_to(CONF)
        (folder / "trust" / "trust.conf").write_text(trust_conf(self.trust, now))
        self.certificates = Certificates(folder)
        places = {name: place(name) for name in NAMES}
        hosts = [one.host for one in places.values()]
        self.certificates.make(NAMES, ("localhost", *dict.fromkeys(hosts)), now)
        self.nodes = [
            Node(
                name,
                places[name],
                folder,
                {**self._variables(name, places), **variables},
                prefix(name),
            )
            for name in NAMES
        ]

    @property
    def url(self) -> str:
        """All of it, as VARSEL_NATS_URL names it."""
        return ",".join(node.url for node in self.nodes)

    @property
    def ca(self) -> Path:
        return self.certificates.ca

    def trusts(self, vault: Vault) -> None:
        """Have the platform of this vault, which has none yet, be the one that the nodes trust."""
        for name in ("operator", "system", "platform"):
            vault.put(f"trust/{name}", getattr(self.trust, f"{name}_seed").encode())

    def start(self) -> None:
        """Returns when every node is up and one of them leads JetStream."""
        for node in self.nodes:
            if not node.runs:
                node.start()
        self.await_whole()

    def await_whole(self) -> None:
        """All nodes are there and in step."""
        self._await(lambda: all(node.healthy() for node in self.nodes) and self._has_peers())

    def stop(self) -> None:
        for node in self.nodes:
            if node.runs and node.process is not None:
                node.process.terminate()
        for node in self.nodes:
            node.stop()

    def leader(self, stream: str = "FEED") -> Node:
        """The node that leads a stream."""
        found = ""

        def seen() -> bool:
            nonlocal found
            found = next(filter(None, (_leader(one, stream) for one in self.nodes)), "")
            return any(node.name == found and node.runs for node in self.nodes)

        self._await(seen)
        return self.named(found)

    def named(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    def followers(self, stream: str = "FEED") -> list[Node]:
        leader = self.leader(stream)
        return [node for node in self.nodes if node is not leader]

    def _has_peers(self) -> bool:
        for node in self.nodes:
            meta = node.probe("/jsz").get("meta_cluster", {})
            if meta.get("leader") and meta.get("cluster_size") == len(NAMES):
                return True
        return False

    def _await(self, seen: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not seen():
            for node in self.nodes:
                if node.process is not None and node.process.poll() not in {None, -9, 0, 1, -15}:
                    raise AssertionError(node.log.read_text()[-2000:])
            if time.monotonic() > deadline:
                tails = "\n".join(f"{n.name}: {n.log.read_text()[-1500:]}" for n in self.nodes)
                raise AssertionError(f"the cluster is not what was waited for\n{tails}")
            time.sleep(0.05)

    def _variables(self, name: str, places: Mapping[str, Place]) -> dict[str, str]:
        own, (certificate, key) = places[name], self.certificates.of(name)
        routes = ", ".join(f"nats-route://{one.name}:{one.route}" for one in places.values())
        return {
            "NATS_NAME": name,
            "NATS_TAG": f"az:{name}",
            "NATS_LISTEN": f"{own.listen}:{own.client}",
            "NATS_MONITOR": f"{own.listen}:{own.monitor}",
            "NATS_CLUSTER_LISTEN": f"{own.listen}:{own.route}",
            "NATS_CLUSTER_ADVERTISE": f"{own.name}:{own.route}",
            "NATS_ROUTES": f"[{routes}]",
            "NATS_STORE_DIR": str(self.folder / name / "js"),
            "NATS_RESOLVER_DIR": str(self.folder / name / "jwt"),
            "NATS_MAX_FILE_STORE": "1GB",
            "NATS_CERT": str(certificate),
            "NATS_KEY": str(key),
            "NATS_CA": str(self.certificates.ca),
        }


def _leader(node: Node, stream: str) -> str:
    """Who leads a stream, as this node sees it: it says so of a stream that it holds itself."""
    for account in node.probe("/jsz?streams=true").get("account_details", []):
        for one in account.get("stream_detail", []):
            if one["name"] == stream:
                return str(one.get("cluster", {}).get("leader", ""))
    return ""


@cache
def cluster() -> Cluster:
    """The cluster that the tests of this process share; it ends with them."""
    folder = Path(tempfile.mkdtemp(prefix="varsel-cluster-"))
    made = Cluster(folder)

    def end() -> None:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    made.start()
    return made
