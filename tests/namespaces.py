"""The cluster on hosts of its own: a network namespace for each node, and a switch between them.

Nodes know each other by the names of docker-compose. The tests' own process is one more host on
the switch. Needs root and Linux, as a continuous integration has them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.cluster import NAMES, Cluster, Node, Place

ETC: Final = Path("/etc/netns")
NOBODY: Final = "02:00:00:00:00:01"


class Network:
    """A switch in a namespace of its own, with a cable to each host; all gone at the end."""

    def __init__(self) -> None:
        if os.geteuid() != 0 or shutil.which("ip") is None:
            raise AssertionError(
                "network partitions are tested in network namespaces: run this test as root, "
                "with the program ip (iproute2), as continuous integration does"
            )
        self._key = f"varsel{os.getpid()}"
        self._hub = f"{self._key}-hub"
        self._net = f"198.18.{os.getpid() % 250 + 1}"  # RFC 2544: nobody's real network
        self._made: list[str] = []

    def open(self) -> None:
        self._namespace(self._hub)
        self._ip("-n", self._hub, "link", "add", "switch", "type", "bridge")
        self._ip("-n", self._hub, "link", "set", "switch", "up")
        ours = f"v{os.getpid()}"  # ends with its peer, in the hub
        self._ip("link", "add", ours, "type", "veth", "peer", "name", "tests", "netns", self._hub)
        self._ip("addr", "add", f"{self._net}.254/24", "dev", ours)
        self._ip("link", "set", ours, "up")
        self._plug("tests")
        for name in NAMES:
            self._host(name)

    def close(self) -> None:
        for namespace in reversed(self._made):
            subprocess.run(["ip", "netns", "delete", namespace], check=False)
            shutil.rmtree(ETC / namespace, ignore_errors=True)

    def place(self, name: str) -> Place:
        return Place("0.0.0.0", self._address(name), name, 4222, 6222, 8222)  # noqa: S104 - in there

    def prefix(self, name: str) -> Sequence[str]:
        """What runs a command on that host."""
        return ("ip", "netns", "exec", self._namespace_of(name))

    def partition(self, node: Node) -> None:
        """Nothing from or to this host arrives any more, and nobody is told."""
        self._ip("-n", self._hub, "link", "set", node.name, "nomaster")

    def heal(self, node: Node) -> None:
        self._plug(node.name)

    def sever(self, node: Node) -> None:
        """This host and the other nodes do not hear each other; the tests hear them all."""
        for one, other in self._pairs(node.name):  # each sends to a card that nobody has
            self._neighbour("replace", one, other, "lladdr", NOBODY, "nud", "permanent")

    def join(self, node: Node) -> None:
        """Undoes `sever`."""
        for one, other in self._pairs(node.name):
            self._neighbour("del", one, other)

    def _pairs(self, name: str) -> list[tuple[str, str]]:
        others = [other for other in NAMES if other != name]
        return [pair for other in others for pair in ((name, other), (other, name))]

    def _neighbour(self, verb: str, one: str, other: str, *more: str) -> None:
        place = (self._address(other), *more, "dev", "eth0")
        self._ip("-n", self._namespace_of(one), "neigh", verb, *place)

    def _host(self, name: str) -> None:
        namespace = self._namespace_of(name)
        self._namespace(namespace)
        hosts = [f"{self._address(one)} {one}" for one in NAMES]
        (ETC / namespace).mkdir(parents=True)
        (ETC / namespace / "hosts").write_text("\n".join(["127.0.0.1 localhost", *hosts, ""]))
        cable = ("type", "veth", "peer", "name", "eth0", "netns", namespace)
        self._ip("-n", self._hub, "link", "add", name, *cable)
        self._plug(name)
        self._ip("-n", namespace, "addr", "add", f"{self._address(name)}/24", "dev", "eth0")
        self._ip("-n", namespace, "link", "set", "eth0", "up")

    def _plug(self, port: str) -> None:
        self._ip("-n", self._hub, "link", "set", port, "master", "switch", "up")

    def _namespace(self, name: str) -> None:
        self._ip("netns", "add", name)
        self._made.append(name)
        self._ip("-n", name, "link", "set", "lo", "up")

    def _namespace_of(self, name: str) -> str:
        return f"{self._key}-{name}"

    def _address(self, name: str) -> str:
        return f"{self._net}.{NAMES.index(name) + 1}"

    def _ip(self, *words: str) -> None:
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@contextmanager
def apart(folder: Path) -> Iterator[tuple[Cluster, Network]]:
    """A cluster whose nodes are on hosts of their own, up."""
    network = Network()
    try:
        network.open()
        cluster = Cluster(folder, network.place, network.prefix)
        try:
            cluster.start()
            yield cluster, network
        finally:
            cluster.stop()
    finally:
        network.close()
