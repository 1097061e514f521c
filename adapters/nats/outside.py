"""A NATS cluster that others run: joined over TLS, looked at before it is trusted with anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from adapters.nats.connection import Connection, Report, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsRefused
from adapters.nats.levelling import MANY, consumer_replicas
from adapters.nats.safety import require_safe
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust
from domain.errors import Invalid

REPLICAS: Final = 3
PATIENCE: Final = 30.0
_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Cluster:
    """Where it is (`tls://HOST:PORT`, divided by commas), and how its nodes are recognised.

    The stream is kept by `replicas` nodes; consumers too, up to `many` parties.
    """

    url: str
    ca: Path | None = None
    replicas: int = REPLICAS
    many: int = MANY


async def broker_outside(  # noqa: PLR0913, PLR0917 - what a broker is made of
    cluster: Cluster,
    trust: Trust,
    parties: Callable[[], int],
    now: datetime,
    report: Report,
    stack: AsyncExitStack,
) -> tuple[str, Tenancy, Connection]:
    """Our two connections to it and the stream; refused where it may lose what it acknowledges.

    Gives its URL, the tenancy and the platform's connection; `stack` closes what was opened.
    Raises `ClusterUnsafe`, `CredentialsRefused` where the nodes do not know this platform's trust,
    `Disconnected` where none is reached.
    """
    _require_tls(cluster.url)

    async def join(name: str, creds: str) -> Connection:
        try:
            joined = await connect(
                cluster.url,
                Credentials.parse(creds),
                name=name,
                report=report,
                patience=PATIENCE,
                ca=cluster.ca,
            )
        except CredentialsRefused as refused:
            refused.next_step = "run varsel setup, give its trust.conf to every node, restart them"
            raise
        stack.push_async_callback(joined.close)
        return joined

    system = await join("varsel-system", trust.system_creds(now))
    core = await join("varsel-platform", trust.platform_creds(now))
    tenancy = Tenancy(
        system,
        core,
        replicas=cluster.replicas,
        consumer_replicas=lambda: consumer_replicas(parties(), cluster.replicas, cluster.many),
        report=report,
    )
    require_safe(await tenancy.nodes.look(), cluster.replicas, report)
    await tenancy.ensure_account(trust.platform_key, trust.platform_account_jwt(now))
    await tenancy.ensure_stream()
    return cluster.url, tenancy, core


def _require_tls(url: str) -> None:
    parts = [urlsplit(one.strip()) for one in url.split(",") if one.strip()]
    if any(one.scheme != "tls" and one.hostname not in _LOOPBACK for one in parts):
        raise Invalid(
            "what parties tell each other would go over the network in the clear",
            field="VARSEL_NATS_URL",
            got=url,
            expected="tls://HOST:PORT for each node",
            next_step="varsel setup --tls makes certificates, where you have none",
        )
