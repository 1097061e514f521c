"""The faults that we can cause: one for each line of docs/reliability.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EMBEDDED: Final = "embedded"
PRODUCTION: Final = "PostgreSQL + cluster"
ENGINES: Final = (EMBEDDED, PRODUCTION)


@dataclass(frozen=True)
class Fault:
    """A fault: its name, how it was caused, and on which engines."""

    name: str
    how: str
    engines: tuple[str, ...] = (EMBEDDED,)

    @property
    def slug(self) -> str:
        """The name as part of a file's name."""
        return self.name.replace(" ", "-").replace("`", "")


PLATFORM_KILLED = Fault("platform killed", "`kill -9` of `varsel serve` under load")
BROKER_KILLED = Fault("broker killed", "`kill -9` of the nats-server alone, under load")
BROKER_HANGS = Fault("broker hangs", "SIGSTOP of the nats-server for seconds, then SIGCONT")
BROKER_FULL = Fault("broker's disk full", "no byte left where the broker stores the feed")
LEDGER_FULL = Fault("ledger's disk full", "no byte left where ledger and read models are")
CLOCK_JUMPS = Fault(
    "clock jumps", "an hour ahead, a day back, over the change to summer time, deadlines pending"
)
DELIVERY_DISORDERED = Fault(
    "delivery doubled, reordered, late",
    "a reader hands messages back, at random, at once or with a delay",
)
READER_SLOW = Fault(
    "slow reader", "a reader that takes as many messages as it may and acknowledges none"
)
BIT_FLIPPED = Fault("bit flipped", "one bit of a `.blk` file of the stopped broker")
TAIL_CUT = Fault("stream cut short", "the last third of a `.blk` file of the stopped broker")
ANSWER_LOST = Fault("answer lost", "the connection cut after the commit, before the answer")
SECOND_PLATFORM = Fault("second platform", "`varsel serve` started on a folder that is served")

_PRODUCTION: Final = (PRODUCTION,)
API_KILLED = Fault("api killed", "`kill -9` of an api under load, another one serves", _PRODUCTION)
RELAY_KILLED = Fault("relay killed", "`kill -9` of the relay whose turn it is", _PRODUCTION)
PROJECTOR_KILLED = Fault(
    "projector killed", "`kill -9` of the projector whose turn it is", _PRODUCTION
)
RELAY_HANGS = Fault(
    "relay hangs",
    "SIGSTOP of the relay whose turn it is until another has taken over, then SIGCONT",
    _PRODUCTION,
)
NODE_KILLED = Fault("node killed", "`kill -9` of the NATS node that leads the feed", _PRODUCTION)
NODES_KILLED = Fault("two nodes killed", "`kill -9` of two of three NATS nodes", _PRODUCTION)
NODE_CUT_OFF = Fault(
    "node cut off", "the network cable of the NATS node that leads the feed", _PRODUCTION
)
NODE_FULL = Fault(
    "node's disk full", "no byte left at the NATS node that leads the feed", _PRODUCTION
)
POSTGRES_KILLED = Fault("PostgreSQL killed", "`kill -9` of all its processes", _PRODUCTION)
POSTGRES_FULL = Fault("PostgreSQL's disk full", "no byte left for tables or log", _PRODUCTION)
ALL_KILLED = Fault(
    "everything killed",
    "`kill -9` of PostgreSQL, three nodes, and two processes of each role at once",
    _PRODUCTION,
)
CLOCKS_DIFFER = Fault(
    "clocks differ", "three apis write at once, their clocks an hour apart", _PRODUCTION
)

EVERY: Final = tuple(one for one in list(globals().values()) if isinstance(one, Fault))
