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

EVERY: Final = tuple(one for one in list(globals().values()) if isinstance(one, Fault))
