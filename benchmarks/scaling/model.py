"""The arithmetic of docs/scale.md: from what was measured to what a size of platform needs.

Plain functions, one for each row of the page. Seconds are those of one core unless a name says
otherwise; GB are 10^9 bytes. Nothing here is measured: inputs come in as `Measured`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import ceil
from typing import Any

MICRO, GIGA, HOUR, YEAR_DAYS = 1e6, 1e9, 3600.0, 365.0
UNITS = {"us": "µs", "ms": "ms", "s": "s", "bytes": "bytes"}
"""What a figure's last word says."""


def _of(what: str, source: str = "here") -> Any:
    return field(metadata={"what": what, "source": source})


LAB = "elsewhere"  # an earlier lab: two cores, loopback, nats-server 2.15.1, three real nodes


@dataclass(frozen=True)
class Measured:
    """What the arithmetic starts from; `source` says where each number comes from."""

    register_first_us: float = _of("one party registered by a command of its own, first ones")
    register_last_us: float = _of("the same, last ones of all")
    register_batch_us: float = _of("one party registered, a thousand in a transaction")
    party_project_us: float = _of("one registration into the views")
    party_ledger_bytes: float = _of("a registration in the ledger, with indexes")
    party_view_bytes: float = _of("a registration in the views, with indexes")
    accept_1000_s: float = _of("report, naming and notices to 1 000 clients, committed")
    accept_5000_s: float = _of("the same to 5 000")
    accept_50000_s: float = _of("the same to 50 000")
    project_1000_s: float = _of("those notices into the views, 1 000")
    project_5000_s: float = _of("the same, 5 000")
    project_50000_s: float = _of("the same, 50 000")
    peak_mb: float = _of("memory of the process, at most, while 50 000 are told at once")
    named_client_bytes: float = _of("a client named in an event, its id of 12 characters")
    part_whole_us: float = _of("a notice of 2 000 in one whole projector")
    part_ordered_us: float = _of("a notice in the part that keeps what needs one order")
    part_parties_us: float = _of("a notice in the one other part")
    part_decode_us: float = _of("reading and decoding it, which every part does")
    revise_1000_s: float = _of("a revision told to 1 000 clients, committed")
    revise_5000_s: float = _of("the same to 5 000")
    revise_50000_s: float = _of("the same to 50 000")
    notice_ledger_bytes: float = _of("a notice in the ledger, with its share of the incident")
    notice_view_bytes: float = _of("a notice in the views")
    act_accept_1000_us: float = _of("a delivery or acknowledgement, incident of 1 000 clients")
    act_accept_50000_us: float = _of("the same, incident of 50 000")
    act_project_50000_us: float = _of("one of them into the views")
    act_ledger_bytes: float = _of("one of them in the ledger")
    act_view_bytes: float = _of("one of them in the views")
    client_timeline_50000_ms: float = _of("a client's timeline, incident of 50 000 clients")
    client_obligations_50000_ms: float = _of("a client's obligations, same incident")
    vendor_timeline_1000_ms: float = _of("a vendor's timeline, incident of 1 000 clients")
    vendor_timeline_50000_ms: float = _of("the same of 50 000")
    vendor_obligations_1000_ms: float = _of("a vendor's obligations, incident of 1 000 clients")
    vendor_obligations_50000_ms: float = _of("the same of 50 000")
    board_1000_ms: float = _of("a vendor's board of 1 000 clients")
    board_5000_ms: float = _of("the same of 5 000")
    board_50000_ms: float = _of("the same of 50 000")
    board_50000_bytes: float = _of("the board of 50 000 clients as one answer")
    client_calls_50000_ms: float = _of("what the timer computes for one client")
    calls_per_client: float = _of("things to say to a client whose clock runs")
    vendor_calls_1000_ms: float = _of("what the timer computes for a vendor of 1 000 clients")
    vendor_calls_50000_ms: float = _of("the same of 50 000")
    everybody_ms: float = _of("all parties read (`health`, the timer's start, `parties`)")
    awaiting_ms: float = _of("all undelivered notices read (`health`, reconciliation)")
    lag_ms: float = _of("all parties' lag (`varsel doctor`)")
    operator_heads_ms: float = _of("one look of an operator's open console page")
    account_load_us: float = _of("one account key read at the start")
    account_sign_us: float = _of("one account JWT signed")
    backup_mb_s: float = _of("ledger copied by SQLite's online backup, MB a second")
    end_accepted_s: float = _of("whole platform, 5 000 clients: accepted, wall clock")
    end_viewed_s: float = _of("the same: in the views, wall clock")
    end_to_end_s: float = _of("the same: last message in the stream, wall clock")
    messages_per_notice: float = _of("feed messages of one notice: its client's, its vendor's")
    message_feed_bytes: float = _of("a message in the stream")
    event_evidence_bytes: float = _of("an event in the transparency log")
    relay_us: float = _of("a message through the relay, into an empty stream")
    consumer_r3_ms: float = _of("one party let in, R3 consumer, three nodes", LAB)
    consumer_r1_ms: float = _of("one party let in, R1 consumer on the R3 stream", LAB)
    consumer_one_node_ms: float = _of("one party let in, one node", LAB)
    node_r3_mb_1000: float = _of("memory of a node, 1 000 R3 consumers", LAB)
    node_r1_mb_1000: float = _of("memory of a node, 1 000 R1 consumers", LAB)
    idle_r3_cores_1000: float = _of("cores of a node that 1 000 idle R3 consumers keep busy", LAB)
    idle_r1_cores_1000: float = _of("the same, R1", LAB)
    publish_per_s: float = _of("messages a second into one stream, `sync_interval: always`", LAB)


CITED: Mapping[str, float] = {
    "consumer_r3_ms": 59.0,
    "consumer_r1_ms": 3.0,
    "consumer_one_node_ms": 2.0,
    "node_r3_mb_1000": 180.0,
    "node_r1_mb_1000": 52.0,
    "idle_r3_cores_1000": 0.21,
    "idle_r1_cores_1000": 0.003,
    "publish_per_s": 18_000.0,
}
"""What an earlier lab of this project measured on three real nodes, once, at 1 000 parties."""


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
RESOLVER_LIMIT = 20_000  # account JWTs that the embedded server keeps: adapters/nats/conf.py
CLUSTER_LIMIT = 100_000  # and a node of the cluster: docker/nats/nats.conf
NATS_CONNECTIONS = 65_536  # nats-server's own `max_connections`
POOL = 8  # PostgreSQL connections of one process, beside the one that listens
MESSAGE = 4 * 1024 * 1024  # bytes of one answer over NATS
NODES = 3
LARGEST = 3_500_000  # bytes of one event as stored: `adapters.store.mapper.LARGEST`
FULL = 0.7  # of a core: what is asked of it for long


def measured(found: Mapping[str, float]) -> Measured:
    """Figures of a full run and of the earlier lab; raises where one is missing."""
    every = {**found, **CITED}
    return Measured(**{one.name: every[one.name] for one in fields(Measured)})


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
    """A year's events into new views; the integrity watch does the same at every pass."""
    notices = size.clients * load.reports * notices_per_report(load)
    acts = size.clients * load.reports * acts_per_report(load, m)
    each = m.project_50000_s / 50_000
    return notices * each + acts * m.act_project_50000_us / MICRO


def events_a_watch(load: Load, m: Measured, seconds: float = HOUR) -> float:
    """How many events of the year's mix a pass of the watch can rebuild within its period."""
    one = Size("one client", 1, 0, 1)
    return events_a_year(one, load, m) * seconds / rebuild_s(one, load, m)


# --- one report ---


def accept_s(size: Size, m: Measured) -> float:
    """From the vendor's command to its receipt; the one writer does nothing else meanwhile."""
    return float(getattr(m, f"accept_{size.touched}_s"))


def project_s(size: Size, m: Measured) -> float:
    """Its notices into the views."""
    return float(getattr(m, f"project_{size.touched}_s"))


def relay_s(size: Size, m: Measured) -> float:
    """Its messages into the stream: the relay, or the stream's own flushing if that is slower."""
    messages = size.touched * m.messages_per_notice
    return messages * max(m.relay_us / MICRO, 1 / m.publish_per_s)


def told_by_one_process_s(size: Size, m: Measured) -> float:
    """To the last client's message, where one core does it all one after the other."""
    return accept_s(size, m) + project_s(size, m) + relay_s(size, m)


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


def acts_at_most(m: Measured) -> float:
    """Deliveries and acknowledgements a second when the one writer does nothing else."""
    return MICRO / m.act_accept_50000_us


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


def named_in_one_event(m: Measured, characters: int) -> int:
    """So many clients with ids of so many characters fit into one event (`mapper.LARGEST`)."""
    return int(LARGEST / (m.named_client_bytes - 12 + characters))


# --- parties ---


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


def parties_a_core(m: Measured) -> float:
    """At so many parties, R3 consumers with nothing to do fill a core of a node."""
    return 1000 / m.idle_r3_cores_1000


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
