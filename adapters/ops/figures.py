"""How far everything is, read when somebody asks: nothing is counted in between."""

from __future__ import annotations

import platform as machine
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.ops.census import Census
from adapters.platform import Parts, Platform
from domain.errors import VarselError
from projections import credentials, feed_index


@dataclass(frozen=True)
class Watched:
    """A process of the platform: its parts, and what only its composition knows.

    `data` is the folder where the ledger lies, None where a database keeps it; `connected` is None
    where this process does not speak with NATS. Neither then has a figure to show.
    """

    parts: Parts
    platform: Platform
    census: Census
    role: str
    data: Path | None
    connected: Callable[[], bool] | None
    turns: Callable[[], Mapping[str, bool]]
    ailing: Callable[[], Sequence[str]]


class Figures(Collector):
    """Gauges for one scrape. What cannot be read is left out, and `varsel_readable` says so."""

    def __init__(self, watched: Watched) -> None:
        self._of = watched
        self._groups: dict[str, Callable[[], Iterator[Metric]]] = {
            "ledger": self._ledger,
            "views": self._views,
            "evidence": self._evidence,
            "relay": self._relay,
            "webhooks": self._webhooks,
            "process": self._process,
            "census": self._census,
        }

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering must not read a database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """See `Collector`."""
        readable = _gauge("varsel_readable", "1 where these figures could be read", "figures")
        for name, group in self._groups.items():
            try:
                found = list(group())
            except VarselError:
                found = []
                readable.add_metric([name], 0)
            else:
                readable.add_metric([name], 1)
            yield from found
        yield readable

    # --- the groups ---

    def _ledger(self) -> Iterator[Metric]:
        yield _one("varsel_ledger_position", "Position of the last event", self._position())

    def _views(self) -> Iterator[Metric]:
        parts = self._of.parts
        ledger, views = self._position(), parts.views.position()
        yield _one("varsel_views_position", "Position of the last event in the views", views)
        behind = max(0, ledger - views)
        yield _one("varsel_projector_lag_events", "Events not yet in the views", behind)
        yield _one("varsel_projector_lag_seconds", "Age of the oldest of them", self._age(views))
        listed = feed_index.total(parts.views.rows)
        yield _one("varsel_feed_messages", "Messages in all feeds together", listed)
        soon = len(credentials.expiring(parts.views.rows, parts.clock()))
        yield _one("varsel_credentials_expiring", "Credentials that end within 14 days", soon)

    def _evidence(self) -> Iterator[Metric]:
        evidence = self._of.parts.evidence
        behind = max(0, self._position() - evidence.log.position())
        yield _one("varsel_evidence_lag_events", "Events not yet signed for", behind)
        found = sum(not one.repaired for one in evidence.watch.found)
        yield _one("varsel_integrity_findings", "What the last integrity pass found wrong", found)

    def _relay(self) -> Iterator[Metric]:
        """Only where this process is the one that publishes."""
        relay = self._of.platform.relay
        if relay is None:
            return
        anew = "How often FEED was deleted and made anew since this relay began"
        yield _one("varsel_feed_made_anew", anew, relay.made_anew)
        foreign = "Messages that FEED held, the ledger does not know and nobody has settled"
        yield _one("varsel_feed_foreign", foreign, self._of.parts.foreign.unsettled())
        if relay.published >= 0:
            behind = max(0, feed_index.total(self._of.parts.views.rows) - relay.published)
            yield _one("varsel_relay_lag_messages", "Messages not yet published", behind)

    def _webhooks(self) -> Iterator[Metric]:
        hooks = self._of.platform.webhooks
        if hooks is None:
            return
        found = hooks.health()
        states = _gauge("varsel_webhook_endpoints", "Endpoints, by how they do", "state")
        well = found["endpoints"] - found["failing"] - found["disabled"]
        for state, many in {**found, "well": well}.items():
            if state != "endpoints":
                states.add_metric([state], many)
        yield states

    def _process(self) -> Iterator[Metric]:
        said = {"version": version("varsel"), "python": machine.python_version()}
        build = _gauge("varsel_build_info", "What runs here, as what", *said, "role")
        build.add_metric([*said.values(), self._of.role], 1)
        yield build
        if self._of.data is not None:
            free = shutil.disk_usage(self._of.data).free
            yield _one("varsel_disk_free_bytes", "Room left where the ledger's folder lies", free)
        if self._of.connected is not None:
            yield _one("varsel_broker_connected", "1 while NATS answers", self._of.connected())
        trouble = _gauge("varsel_trouble", "1 while something is in this part's way", "part")
        for part, why in troubles(self._of).items():
            trouble.add_metric([part], why is not None)
        yield trouble
        turns = _gauge("varsel_turn_held", "1 where this process holds the turn", "turn")
        for turn, held in self._of.turns().items():
            turns.add_metric([turn], held)
        yield turns

    def _census(self) -> Iterator[Metric]:
        last = self._of.census.last
        if last is None:
            return
        yield _one("varsel_census_age_seconds", "Age of the census", time.monotonic() - last.at)
        yield _one("varsel_census_seconds", "How long the census took", last.took)
        unseen = "Notices not seen to arrive at their client"
        yield _one("varsel_notices_undelivered", unseen, last.undelivered)
        oldest = "Age of the oldest of them when they were counted, 0 where there is none"
        yield _one("varsel_oldest_undelivered_seconds", oldest, last.oldest)
        silent = "Notices that their client has not acknowledged"
        yield _one("varsel_notices_unacknowledged", silent, last.unacknowledged)
        overdue = _gauge("varsel_duties_overdue", "Duties past their time and not met", "law")
        for law, many in last.overdue.items():
            overdue.add_metric([law], many)
        yield overdue
        behind = _gauge("varsel_feed_behind", "Messages not acknowledged on NATS", "party")
        for party, many in last.behind.items():
            behind.add_metric([party], many)
        yield behind

    # --- parts of them ---

    def _position(self) -> int:
        return self._of.parts.ledger.position()

    def _age(self, position: int) -> float:
        """Seconds since the first event behind a position was recorded; 0 where there is none."""
        parts = self._of.parts
        waiting = parts.ledger.since(position, 1)
        if not waiting:
            return 0.0
        return max(0.0, (parts.clock() - waiting[0].envelope.recorded_at).total_seconds())


def troubles(of: Watched) -> dict[str, str | None]:
    """What is in the way of each part that this process runs."""
    platform, parts = of.platform, of.parts
    found = {
        "projector": parts.projector.trouble,
        "evidence": parts.evidence.follower.trouble,
        "turns": "; ".join(of.ailing()) or None,
    }
    if platform.relay is not None:
        found["relay"] = platform.relay.trouble
    if platform.reminders is not None:
        found["reminders"] = platform.reminders.trouble
    if platform.webhooks is not None:
        found["webhooks"] = platform.webhooks.trouble
    return found


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, labels=labels)


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
