"""Composes the operator's door: one part of the composition root, loaded where asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Final

from adapters.http.house import Changes
from adapters.http.serving import listen, serving
from adapters.observing import Observe
from adapters.ops import census
from adapters.ops.census import Census
from adapters.ops.door import door
from adapters.ops.figures import Figures, Watched
from adapters.ops.meter import Meter
from adapters.ops.pulse import Pulse
from adapters.ops.readiness import Life, Readiness
from adapters.ops.turns import NotedTurns
from adapters.platform import Parts, Platform
from adapters.roles import Role
from adapters.settings import Settings
from domain.desk import VERBS
from domain.law.rules import Rules

SECONDS: Final = 60.0  # between two looks at every party, at least


async def open_ops(  # noqa: PLR0913 - a part of the root: it names each
    settings: Settings,
    parts: Parts,
    platform: Platform,
    stack: AsyncExitStack,
    *,
    rules: Rules,
    connected: Callable[[], bool] | None,
    turns: NotedTurns | None = None,
    ailing: Callable[[], Sequence[str]] = tuple,
    port: int,
) -> str:
    """Measure, trace and answer the operator until the stack is left; gives the door's URL.

    `connected` says whether NATS answers; None where this process does not speak with it. `turns`
    are those of this process; None where it is the only one, and all turns are its own. `ailing`
    tells of work that could not be begun in its turn.
    """
    meter = Meter(VERBS)
    counting = Census(
        census.Ports(
            rows=lambda: parts.views.rows,
            rules=rules,
            floor=lambda party: platform.admission.floor(party) if platform.admission else 0,
            clock=parts.clock,
            mine=lambda: Role.RELAY in settings.plays and (not turns or turns.holds("relay")),
        ),
        SECONDS,
        settings.ops_parties,
        parts.log,
    )
    counting.start()
    stack.push_async_callback(counting.stop)
    held = turns.held if turns else dict[str, bool]
    role = settings.role.value
    keeps = settings.data if settings.database_url is None else None
    of = Watched(parts, platform, counting, role, keeps, connected, held, ailing)
    meter.registry.register(Figures(of))
    platform.observe = _watcher(settings, meter, stack)
    at = listen(settings.ops_host, port, "--ops")
    stack.callback(at.close)
    pulse = Pulse(parts.ledger.require_open)
    stack.callback(pulse.close)
    ready = Readiness(of, pulse, http=settings.http_port is not None)
    await stack.enter_async_context(serving(door(Life(), ready, meter.registry), at, Changes()))
    host = f"[{settings.ops_host}]" if ":" in settings.ops_host else settings.ops_host
    return f"http://{host}:{at.getsockname()[1]}"


def _watcher(settings: Settings, meter: Meter, stack: AsyncExitStack) -> Observe:
    if settings.otlp_endpoint is None:
        return meter
    from adapters.ops.tracing import over_otlp  # noqa: PLC0415 - nothing of it without the setting

    tracing = over_otlp(settings.otlp_endpoint, settings.role.value, meter)
    stack.callback(tracing.close)
    return tracing
