"""What the arithmetic of docs/scale.md starts from: figures, each with where it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

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
    vendor_calls_5000_ms: float = _of("the same of 5 000")
    vendor_calls_50000_ms: float = _of("the same of 50 000")
    everybody_ms: float = _of("all parties read (`health`, the timer's start, `parties`)")
    awaiting_ms: float = _of("all undelivered notices read (`health`, reconciliation)")
    lag_ms: float = _of("all parties' lag (metrics, the operator's console)")
    operator_heads_ms: float = _of("one look of an operator's open console page")
    account_load_us: float = _of("one account key read at the start")
    account_sign_us: float = _of("one account JWT signed")
    backup_mb_s: float = _of("ledger copied by SQLite's online backup, MB a second")
    end_accepted_s: float = _of("whole platform, 1 000 clients: spent until accepted")
    end_viewed_s: float = _of("the same: until it is in the views")
    end_to_end_s: float = _of("the same: until the last message is in the stream")
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


def measured(found: Mapping[str, float]) -> Measured:
    """Figures of a full run and of the earlier lab; raises where one is missing."""
    every = {**found, **CITED}
    return Measured(**{one.name: every[one.name] for one in fields(Measured)})
