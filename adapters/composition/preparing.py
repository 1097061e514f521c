"""Before the first start beside a NATS cluster: trust for its nodes, certificates, an operator."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from adapters import folder as folders
from adapters import logs
from adapters.accounts import Accounts
from adapters.admission import OPERATOR, Admission
from adapters.composition.ground import Clock, Ground, stand
from adapters.composition.inside import furnish, introduce
from adapters.nats.certificates import TRUST, Certificates
from adapters.nats.trust_conf import write_trust_conf
from adapters.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.nats.tenancy import Tenancy


@dataclass(frozen=True)
class Wanted:
    """What is to be there: `out`/trust/trust.conf, and certificates of these nodes.

    They lie as `Certificates` says. Each also holds the names in `also`. `operator_creds` names a
    file.
    """

    out: Path
    nodes: Sequence[str] = ()
    also: Sequence[str] = ()
    operator_creds: Path | None = None


async def prepare(settings: Settings, wanted: Wanted, clock: Clock) -> list[Path]:
    """Make what is missing; the files made. Run again, it changes nothing that is there."""
    logs.configure(settings.log_level)
    made: list[Path] = []
    async with AsyncExitStack() as stack:
        ground = stand(settings, clock, stack)
        conf = wanted.out / TRUST / "trust.conf"
        if write_trust_conf(conf, ground.trust, clock()):
            made.append(conf)
        made += Certificates(wanted.out).make(wanted.nodes, wanted.also, clock())
        creds = wanted.operator_creds
        if creds is not None and not creds.exists():
            creds.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folders.write_private(creds, await _operator(ground))
            made.append(creds)
    return made


async def _operator(ground: Ground) -> str:
    """The operator's credentials, on record; every process tells NATS when it starts."""
    parts, accounts = furnish(ground), Accounts(ground.vault)
    await introduce(ground, parts)
    accounts.seed_of(OPERATOR)
    admission = Admission(
        parts.desk,
        ground.vault,
        accounts,
        ground.trust,
        cast("Tenancy", _Later()),  # all that admission asks of it
        parts.clock,
        parts.write,
        ground.settings.nats_public_url or ground.settings.nats_url or "nats://127.0.0.1:4222",
    )
    return await admission.operator_creds()


class _Later:
    """Stands in for a cluster that does not run yet."""

    async def push_account(self, _jwt: str) -> None:
        """See `Tenancy`."""

    async def ensure_consumer(
        self, _key: str, _feeds: Sequence[str], *, start_after: int = 0
    ) -> int:
        """See `Tenancy`."""
        return start_after
