"""Whether what an outside cluster acknowledges is kept: asked of every node, refused where not.

What is looked at is what nodes say of themselves over the system account, not a file of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from adapters.nats.connection import Report
from adapters.nats.errors import ClusterUnsafe
from adapters.nats.nodes import Node


def require_safe(nodes: Sequence[Node], replicas: int, report: Report) -> None:
    """Refuses a cluster that may lose what it acknowledges; tells of what is only unwise.

    Raises `ClusterUnsafe` with every reason, and what to change.
    """
    reasons = [reason for node in nodes for reason in _faults(node)]
    known = max((_size(node) for node in nodes), default=0)
    if known < replicas:
        reasons.append(
            f"{known} nodes with JetStream cannot keep {replicas} copies: add nodes to the routes"
        )
    if reasons:
        raise ClusterUnsafe(
            "the NATS cluster may lose what it acknowledges",
            got="; ".join(reasons),
            expected="what docker/nats/nats.conf says",
            next_step="correct each node's configuration and restart them one by one",
        )
    for warning in _warnings(nodes, known):
        report(f"nats.unwise {warning}", None)


def _faults(node: Node) -> Iterator[str]:
    config = node.config
    if node.jetstream.get("disabled") or not config:
        yield f"{node.name}: JetStream is off: give it a block jetstream {{}}"
        return
    if not config.get("sync_always"):
        yield (
            f"{node.name}: writes reach the disk minutes after they are acknowledged:"
            " set jetstream.sync_interval: always"
        )
    if int(config.get("max_storage", 0)) <= 0:
        yield f"{node.name}: no room for files: set jetstream.max_file_store"
    if domain := config.get("domain"):
        yield (
            f"{node.name}: JetStream domain {domain}: acknowledgements of parties would not get"
            " through: take jetstream.domain away"
        )


def _size(node: Node) -> int:
    """How many nodes its JetStream cluster has, those that are down included."""
    meta = node.jetstream.get("meta_cluster")
    if meta:
        return int(meta.get("cluster_size", 0))
    return 1 if node.config else 0


def _warnings(nodes: Sequence[Node], known: int) -> Iterator[str]:
    versions = sorted({node.version for node in nodes})
    if len(versions) > 1:
        yield f"versions differ: {', '.join(versions)}"
    if len(nodes) < known:
        up = ", ".join(node.name for node in nodes)
        yield f"{known - len(nodes)} of {known} nodes are down; up: {up}"
    if known > 1 and not all(node.config.get("unique_tag") for node in nodes):
        yield "copies may share a failure domain: set jetstream.unique_tag and server_tags"
