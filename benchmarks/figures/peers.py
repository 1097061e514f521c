"""Figure 10: is Varsel's ledger ahead of what a user could pick instead?

Product: one append to Varsel's ledger, as its desk does it when a command is decided. Each event
is stamped, put into its envelope and encoded; one transaction writes the events' rows, the receipt
and the log's clock, checks the stream's version and the command's id, and is flushed once. The
rates are of appends of one event, and of events in appends of a hundred, one after another.

Floor: the peer, which is given the bytes that Varsel's ledger stores for the event (about 1 kB), to
a new stream each time, all or nothing, flushed when it answers. It keeps no receipt and no clock.

- eventsourcing, as its documentation has one use it, on SQLite (`synchronous=FULL`) and PostgreSQL:
  an aggregate, its events as JSON of JSON, one row each; one transaction, one flush.
- Redis streams, `appendfsync always`: `XADD` with the version as id, a hundred of them in `MULTI`;
  one flush of the append-only file before the answer.
- Message DB: `write_message` with the expected version, the body as `jsonb`, one row and three
  indexes; a hundred of them in one pipeline and transaction; one flush of PostgreSQL's log.
- Emmett on PostgreSQL and SQLite: `appendToStream` with the expected version, one row each and one
  for the stream, one transaction, one flush. Now and then its SQLite store cannot commit
  (`SQLITE_BUSY`) and is asked again, which counts.

Peers on PostgreSQL are compared with Varsel on the same server, the others with Varsel on SQLite.
What is not installed is named, with the command that installs it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault
from benchmarks.measuring import ROUNDS, Figure, at_least, tell, tell_missing
from benchmarks.peers import Here, Peer, emmett, library, message_db, redis
from benchmarks.peers.ours import Ours
from tests.postgres import Postgres, own_server

TARGET: Final = at_least(1)
APPENDS: Final = 60  # of one event, at a time
BATCHES: Final = 3  # of a hundred events, at a time
BATCH: Final = 100
TURNS: Final = 5  # of each in one round: short ones, so that a busy moment troubles all alike
SQLITE, POSTGRES = "varsel_sqlite", "varsel_postgres"
AGAINST: Final = {
    "eventsourcing_sqlite": SQLITE,
    "emmett_sqlite": SQLITE,
    "redis_always": SQLITE,
    "eventsourcing_postgres": POSTGRES,
    "message_db": POSTGRES,
    "emmett_postgres": POSTGRES,
}
"""Each peer, and which of Varsel's ledgers it is compared with."""


@dataclass
class Field:
    """All that take part, and those that cannot with what would install them."""

    peers: dict[str, Peer] = field(default_factory=dict[str, Peer])
    missing: dict[str, str] = field(default_factory=dict[str, str])


def main() -> None:
    """Measure, and print two lines for each peer."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder, ExitStack() as stack:
        found = _field(Path(folder), stack.enter_context(own_server()), stack)
        for one in found.peers.values():  # the first of each is not what the others are
            one.seconds(20, 1)
            one.seconds(1, BATCH)
        rates = [_round(found.peers, number) for number in range(ROUNDS)]
    for events, unit in ((1, "appends/s"), (BATCH, "events/s")):
        for peer, ours in AGAINST.items():
            name = f"append_{events}_against_{peer}"
            if peer in found.missing:
                tell_missing(name, unit, TARGET, found.missing[peer])
            else:
                pairs = [(each[ours, events], each[peer, events]) for each in rates]
                tell(Figure(name, unit, TARGET, pairs))


def _round(peers: Mapping[str, Peer], number: int) -> dict[tuple[str, int], float]:
    """Events a second of each, alone and in hundreds; the order is another one in each turn."""
    spent: dict[tuple[str, int], float] = defaultdict(float)
    for events, appends in ((1, APPENDS), (BATCH, BATCHES)):
        for turn in range(TURNS):
            order = [*peers.items()]
            Random(number * TURNS + turn).shuffle(order)  # noqa: S311 - an order, no secret
            for name, peer in order:
                spent[name, events] += peer.seconds(appends, events) / (TURNS * appends * events)
    return {what: 1 / seconds for what, seconds in spent.items()}


def _field(folder: Path, server: Postgres, stack: ExitStack) -> Field:
    ours = Ours(stack.enter_context(_ledger(folder / "ledger.sqlite")))
    body = ours.body()
    database = stack.enter_context(closing(Database(address(server.database()))))
    also_ours = Ours(stack.enter_context(_ledger(database)))
    found = Field({SQLITE: Here(ours.append, body), POSTGRES: Here(also_ours.append, body)})
    for stock, made in (
        ("eventsourcing_sqlite", library.on_sqlite(folder)),
        ("eventsourcing_postgres", library.on_postgres(server.database())),
    ):
        stack.callback(made.application.close)
        found.peers[stock] = Here(made.append, body)
    _redis(found, body, stack)
    _from_npm(found, body, folder, server, stack)
    return found


def _redis(found: Field, body: bytes, stack: ExitStack) -> None:
    if program := shutil.which("redis-server"):
        client = stack.enter_context(redis.served(program))
        found.peers["redis_always"] = Here(client.append, body)
    else:
        found.missing["redis_always"] = "apt-get install redis-server"


def _from_npm(found: Field, body: bytes, folder: Path, server: Postgres, stack: ExitStack) -> None:
    node = emmett.node()
    stores = (
        ("emmett_postgres", "postgres", emmett.CORE, server.database()),
        ("emmett_sqlite", "sqlite", emmett.ADDON, str(folder / "emmett.sqlite")),
    )
    for name, kind, needed, where in stores:
        if node and needed.exists():
            found.peers[name] = stack.enter_context(emmett.asked(node, kind, where, body))
        else:
            found.missing[name] = "make peers"
    if message_db.SQL.exists():
        other = message_db.MessageDb(server.database())
        stack.callback(other.connection.close)
        found.peers["message_db"] = Here(other.append, body)
    else:
        found.missing["message_db"] = "make peers"


@contextmanager
def _ledger(where: Path | Database) -> Generator[EventLedger]:
    with closing(EventLedger(where, MemoryVault())) as ledger:
        yield ledger


if __name__ == "__main__":
    main()
