"""The arithmetic of docs/scale.md: from what was measured to what a size of platform needs.

Plain functions, one for each row of the page. Seconds are those of one core unless a name says
otherwise; GB are 10^9 bytes. Nothing here is measured: inputs come in as `Measured`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from adapters.evidence.watch import IDLE
from benchmarks.scaling.inputs import Measured

MICRO, GIGA, HOUR, YEAR_DAYS = 1e6, 1e9, 3600.0, 365.0


@dataclass(frozen=True)
class Load:
    """What is assumed of a year; the numbers are ours, change them and run the page again."""

    reports: int = 4  # reports a year that touch a client, on average
    revisions: int = 3  # told to each of its clients, for one report
    acts: int = 5  # of a client itself: acknowledge, assess, tell regulator and customers, close
    answered_within_h: float = 1.0  # in which all clients of a report receive and acknowledge


@dataclass(frozen=True)
class Size:
    """A platform: its parties, and how many clients its largest report touches."""

    name: str
    clients: int
    vendors: int
    touched: int

    @property
    def parties(self) -> int:
        return self.clients + self.vendors


SIZES = (
    Size("1 000 clients", 1_000, 100, 1_000),
    Size("10 000 clients", 10_000, 1_000, 5_000),
    Size("100 000 clients", 100_000, 10_000, 50_000),
)
RESOLVER_LIMIT = 1_000_000  # account JWTs: adapters/nats/conf.py and docker/nats/nats.conf
NATS_CONNECTIONS = 65_536  # nats-server's own `max_connections`
POOL = 8  # PostgreSQL connections of one process, beside the one that listens
MESSAGE = 4 * 1024 * 1024  # bytes of one answer over NATS
NODES = 3
PATIENCE = 10.0  # seconds that a question waits for the views: `adapters.platform.PATIENCE`
LARGEST = 3_500_000  # bytes of one event as stored: `adapters.store.mapper.LARGEST`


# --- a year ---


def notices_per_report(load: Load) -> int:
    """To one client: the first word and the revisions."""
    return 1 + load.revisions


def acts_per_report(load: Load, m: Measured) -> float:
    """Events beside the notices, for one client: deliveries, its own acts, reminders."""
    return notices_per_report(load) + load.acts + m.calls_per_client


def events_a_year(size: Size, load: Load, m: Measured) -> float:
    """Notices and acts of all clients; what vendors write on their incidents is a few more."""
    per_report = notices_per_report(load) + acts_per_report(load, m)
    return size.clients * load.reports * per_report


def events_a_day(size: Size, load: Load, m: Measured) -> float:
    """The mean; reports come in bursts."""
    return events_a_year(size, load, m) / YEAR_DAYS


def ledger_gb_a_year(size: Size, load: Load, m: Measured) -> float:
    """What events add; each registered party adds `party_ledger_bytes` once."""
    return _bytes_a_year(size, load, m, m.notice_ledger_bytes, m.act_ledger_bytes) / GIGA


def views_gb_a_year(size: Size, load: Load, m: Measured) -> float:
    """The same for the views."""
    return _bytes_a_year(size, load, m, m.notice_view_bytes, m.act_view_bytes) / GIGA


def _bytes_a_year(size: Size, load: Load, m: Measured, notice: float, act: float) -> float:
    each = notices_per_report(load) * notice + acts_per_report(load, m) * act
    return size.clients * load.reports * each


def evidence_gb_a_year(size: Size, load: Load, m: Measured) -> float:
    """The transparency log: one leaf and about one node for each event."""
    return events_a_year(size, load, m) * m.event_evidence_bytes / GIGA


def feed_gb_a_year(size: Size, load: Load, m: Measured) -> float:
    """The stream on each node, if every event had as many messages as a notice: at most."""
    messages = events_a_year(size, load, m) * m.messages_per_notice
    return messages * m.message_feed_bytes / GIGA


def backup_s(size: Size, load: Load, m: Measured) -> float:
    """One online copy of a year's ledger and transparency log, wall clock."""
    gigabytes = ledger_gb_a_year(size, load, m) + evidence_gb_a_year(size, load, m)
    return gigabytes * 1000 / m.backup_mb_s


def rebuild_s(size: Size, load: Load, m: Measured) -> float:
    """A year's events into new views; the integrity watch does the same, four times as slowly."""
    notices = size.clients * load.reports * notices_per_report(load)
    acts = size.clients * load.reports * acts_per_report(load, m)
    each = m.project_50000_s / 50_000
    return notices * each + acts * m.act_project_50000_us / MICRO


def events_a_watch(load: Load, m: Measured, seconds: float = HOUR) -> int:
    """How many events of the year's mix a pass of the watch can rebuild within its period."""
    one = Size("one client", 1, 0, 1)
    return int(events_a_year(one, load, m) * seconds / rebuild_s(one, load, m) / (1 + IDLE))


# --- one report ---


def accept_s(size: Size, m: Measured) -> float:
    """From the vendor's command to its receipt; the one writer does nothing else meanwhile."""
    return float(getattr(m, f"accept_{size.touched}_s"))


def project_s(size: Size, m: Measured) -> float:
    """Its notices into the views."""
    return float(getattr(m, f"project_{size.touched}_s"))


def unanswered_s(size: Size, m: Measured) -> float:
    """So long everybody's questions are refused while the views take the report in."""
    return max(0.0, project_s(size, m) - PATIENCE)


def relay_s(size: Size, m: Measured) -> float:
    """Its messages into the stream: the relay, or the stream's own flushing if that is slower."""
    messages = size.touched * m.messages_per_notice
    return messages * max(m.relay_us / MICRO, 1 / m.publish_per_s)


def told_by_one_process_s(size: Size, m: Measured) -> float:
    """To the last client's message, where one core does it all one after the other."""
    return accept_s(size, m) + project_s(size, m) + relay_s(size, m) + timer_s(size, m)


def timer_s(size: Size, m: Measured) -> float:
    """What the timer of reminders computes after it, for its clients and for its vendor."""
    vendor = float(getattr(m, f"vendor_calls_{size.touched}_ms"))
    return (size.touched * m.client_calls_50000_ms + vendor) / 1000


def told_by_roles_s(size: Size, m: Measured, parts: int = 1) -> float:
    """The same where projector and relay are processes of their own: the slower one counts."""
    return accept_s(size, m) + max(parts_s(size, m, parts), relay_s(size, m))


def parts_s(size: Size, m: Measured, parts: int) -> float:
    """Its notices into the views by so many parts; the first one's work is not shared."""
    shared = m.part_decode_us + (m.part_parties_us - m.part_decode_us) / max(parts - 1, 1)
    slowest = m.part_whole_us if parts == 1 else max(m.part_ordered_us, shared)
    return project_s(size, m) * slowest / m.part_whole_us


def parts_worth(size: Size, m: Measured) -> int:
    """The number of parts beyond which another one gains less than a tenth."""
    parts = 1
    while parts_s(size, m, parts + 1) < 0.9 * parts_s(size, m, parts):
        parts += 1
    return parts


def acts_per_s(size: Size, load: Load) -> float:
    """Deliveries and acknowledgements of that report, while its clients answer."""
    return 2 * size.touched / (load.answered_within_h * HOUR)


def acts_accepted_s(size: Size, m: Measured) -> float:
    """The one writer at work on all deliveries and acknowledgements of that report."""
    return 2 * size.touched * m.act_accept_50000_us / MICRO


def acts_at_most(m: Measured) -> int:
    """Deliveries and acknowledgements a second when the one writer does nothing else."""
    return int(MICRO / m.act_accept_50000_us)


def cores_for_acts(size: Size, load: Load, m: Measured) -> float:
    """Of the writer alone, while they answer; above 1 they answer faster than it writes."""
    return acts_accepted_s(size, m) / (load.answered_within_h * HOUR)


def reminders_s(size: Size, m: Measured) -> float:
    """To compute and record them: so late is the last of them."""
    each = m.client_calls_50000_ms / 1000 + (m.act_accept_50000_us + m.act_project_50000_us) / MICRO
    return size.touched * each


def board_pages_s(size: Size, m: Measured, page: int = 200) -> float:
    """The whole board over HTTP: each page reads all of it."""
    pages = ceil(size.touched / page)
    return pages * float(getattr(m, f"board_{size.touched}_ms")) / 1000


def board_in_one_answer(m: Measured) -> int:
    """So many clients fit into one answer over NATS: beyond, `varsel board` is refused."""
    return int(MESSAGE / (m.board_50000_bytes / 50_000))


def accounts(size: Size) -> int:
    """Account JWTs in the resolver: parties, operator, platform and system."""
    return size.parties + 3


def resolver_holds(size: Size, limit: int = RESOLVER_LIMIT) -> bool:
    """Whether they fit; what does not is refused (`jwt store is full`)."""
    return accounts(size) <= limit


def node_gb(size: Size, m: Measured, *, r3: bool) -> float:
    """Memory of a node for consumers; a straight line from 1 000, not tried above."""
    each = m.node_r3_mb_1000 if r3 else m.node_r1_mb_1000
    return size.parties / 1000 * each / 1000


def idle_cores(size: Size, m: Measured, *, r3: bool) -> float:
    """Cores of a node that consumers keep busy which have nothing to do; the same line."""
    each = m.idle_r3_cores_1000 if r3 else m.idle_r1_cores_1000
    return size.parties / 1000 * each


def parties_a_core(m: Measured) -> int:
    """At so many parties, R3 consumers with nothing to do fill a core of a node."""
    return int(1000 / m.idle_r3_cores_1000)


def admission_s(size: Size, m: Measured, *, r3: bool) -> float:
    """All parties let in, wall clock: once when a feed is made anew."""
    return size.parties * (m.consumer_r3_ms if r3 else m.consumer_r1_ms) / 1000


def start_s(size: Size, m: Measured) -> float:
    """What a start does for every party before anybody is answered: keys, JWTs, one by one."""
    ours = size.parties * (m.account_load_us + m.account_sign_us) / MICRO
    return ours + size.parties * m.consumer_one_node_ms / 1000


def connections_a_node(size: Size, *, nodes: int) -> int:
    """If every party holds one connection, spread over so many nodes."""
    return ceil(size.parties / nodes)


def register_s(size: Size, m: Measured) -> float:
    """All parties registered, a command each."""
    return size.parties * (m.register_first_us + m.register_last_us) / 2 / MICRO


def postgres_connections(api: int, parts: int) -> int:
    """So many API processes, projector parts and one relay: a pool and a listener each."""
    return (api + parts + 1) * (POOL + 1)
