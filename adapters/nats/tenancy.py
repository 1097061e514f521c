"""What the platform alone may do on NATS: admit accounts, keep the FEED stream and its consumers.

FEED is a copy of the ledger's word, never the record: it may be refused, rebuilt, deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from adapters.nats import jetstream, mint
from adapters.nats.connection import Connection, Report, silent
from adapters.nats.errors import StreamDiffers
from adapters.nats.nodes import Nodes
from adapters.nats.subjects import FEED_SUBJECTS, REPUBLISH, STREAM, feed_filter

# What an existing stream must not differ in: these are promises to the parties.
_PROMISES: Final[Mapping[str, Any]] = {
    "subjects": [FEED_SUBJECTS],
    "storage": "file",
    "retention": "limits",
    "discard": "new",  # a full stream refuses rather than forgets
    "deny_delete": True,
    "deny_purge": True,
    "allow_rollup_hdrs": False,  # a roll-up header would purge
    "allow_direct": False,  # a direct read needs no consumer: one export less to guard
    "allow_msg_ttl": False,
    "no_ack": False,
    "sealed": False,
    "mirror": None,
    "sources": None,
    "subject_transform": None,
}
_CONSUMER: Final[Mapping[str, Any]] = {
    "ack_policy": "explicit",
    "ack_wait": 30 * 10**9,  # nanoseconds, as all durations of this API
    "max_ack_pending": 1000,
    "sample_freq": "100",  # every first delivery is told on $JS.EVENT.METRIC.CONSUMER.ACK
}


class Progress(NamedTuple):
    """How far a consumer is: all up to `ack_floor` (a stream sequence) is acknowledged."""

    ack_floor: int
    num_pending: int
    num_ack_pending: int


class Tenancy:
    """Accounts through the system account's connection, stream and consumers through the other.

    `consumer_replicas` says how many nodes are to keep a consumer made now; 0: as the stream's.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own
        self,
        system: Connection,
        platform: Connection,
        *,
        replicas: int = 1,
        consumer_replicas: Callable[[], int] = lambda: 0,
        max_age: timedelta = timedelta(0),
        max_bytes: int = -1,
        report: Report = silent,
    ) -> None:
        self.nodes = Nodes(system, report)
        self._platform = platform
        self._consumer_replicas = consumer_replicas
        self._insist = partial(jetstream.insist, report=report)
        self._limits = {
            "num_replicas": replicas,
            "max_age": int(max_age.total_seconds()) * 10**9,  # zero: kept for ever
            "max_bytes": max_bytes,
            "max_msgs": -1,
            # 2.15 takes -1 for its own default of 1000 (nats-server #8337): one for each party.
            "max_consumers": 1_000_000,
            # Fencing by sequence does the work; the default of two minutes only costs memory.
            "duplicate_window": 2 * 10**9,
            "republish": REPUBLISH,
        }

    async def push_account(self, jwt: str) -> None:
        """Admits or changes an account at once; a revocation cuts live connections off."""
        await self.nodes.push(jwt)

    async def ensure_account(self, account_key: str, jwt: str) -> None:
        """The same, unless the nodes know this account in these very words.

        News of the account that serves all others costs them every answer and every message of
        their feeds that is under way (2.15.1): those come again half a minute later, out of order.
        """
        known = await self.nodes.known(account_key)
        if known is None or mint.words(known) != mint.words(jwt):
            await self.push_account(jwt)

    async def ensure_stream(self) -> None:
        """Makes FEED, or makes sure that the FEED there is keeps the same promises."""
        found = await self._if_any(f"STREAM.INFO.{STREAM}")
        if found is None:
            wanted = {"name": STREAM, **_PROMISES, **self._limits}
            await self._insist(self._platform, f"STREAM.CREATE.{STREAM}", wanted)
        elif broken := _differences(found["config"]):
            raise StreamDiffers(
                f"the stream {STREAM} is not as Varsel makes it",
                got="; ".join(f"{key}={got!r}" for key, (got, _) in broken.items()),
                expected="; ".join(f"{key}={want!r}" for key, (_, want) in broken.items()),
                next_step="stop varsel serve, move DATA/nats away, start it: the feed is made anew",
            )
        elif (wanted := self._levelled(found["config"])) != found["config"]:
            await self._insist(self._platform, f"STREAM.UPDATE.{STREAM}", wanted)

    def _levelled(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """A stream made before it was kept by so many nodes, or was republished, as it is now."""
        replicas = max(config["num_replicas"], self._limits["num_replicas"])
        return {**config, "num_replicas": replicas, "republish": REPUBLISH}

    async def recreate_stream(self) -> None:
        """Deletes and makes FEED anew; consumers go with it, creds already handed out still fit.

        A second stream behind swapped exports would deny acks to those creds. `deny_delete`
        guards messages only.
        """
        await self._if_any(f"STREAM.DELETE.{STREAM}")
        await self.ensure_stream()

    async def ensure_consumer(
        self, account_key: str, feeds: Sequence[str], start_after: int = 0
    ) -> int:
        """Lets an account follow these parties' feeds, from after `start_after` if it is new.

        Without feeds there is no consumer, and one that is left over goes: it would still read.
        A feed added later is delivered from the consumer's present position on. Returns how far
        the account has acknowledged.
        """
        if not feeds:
            await self.drop_consumer(account_key)
            return 0
        wanted = {**_CONSUMER, **_filters(feeds)}
        found = await self._consumer(account_key)
        if found is None:
            made = {**wanted, **_start(start_after), "num_replicas": self._consumer_replicas()}
            await self._save(account_key, "create", made)
            return start_after
        if any(found["config"].get(key) != value for key, value in wanted.items()):
            kept = {k: v for k, v in found["config"].items() if not k.startswith("filter_")}
            await self._save(account_key, "update", {**kept, **wanted})
        return _floor(found)

    async def consumer_progress(self, account_key: str) -> Progress | None:
        """How far an account has read; None where it has no consumer."""
        found = await jetstream.ask_if_any(self._platform, _info(account_key))
        if found is None:
            return None
        return Progress(_floor(found), int(found["num_pending"]), int(found["num_ack_pending"]))

    async def forget_unread(self, account_key: str) -> None:
        """Has what was handed out and not acknowledged chosen anew, by the feeds of now.

        The server would hand it out again by its number, also from a feed no longer followed.
        """
        found = await self._consumer(account_key)
        if found is not None and found["num_ack_pending"]:
            await self._insist(self._platform, f"CONSUMER.RESET.{STREAM}.{account_key}", {})

    async def drop_consumer(self, account_key: str) -> bool:
        """Takes an account's consumer away; False where there was none."""
        verb = f"CONSUMER.DELETE.{STREAM}.{account_key}"
        return await self._if_any(verb) is not None

    async def level_consumer(self, account_key: str, replicas: int) -> bool:
        """Has an existing consumer kept by so many nodes, where it was; whether that was new."""
        found = await self._consumer(account_key)
        if found is None or found["config"].get("num_replicas", 0) == replicas:
            return False
        await self._save(account_key, "update", {**found["config"], "num_replicas": replicas})
        return True

    async def _if_any(self, verb: str) -> jetstream.Answer | None:
        return await jetstream.ask_if_any(self._platform, verb, how=self._insist)

    async def _consumer(self, account_key: str) -> jetstream.Answer | None:
        return await self._if_any(_info(account_key))

    async def _save(self, account_key: str, action: str, config: Mapping[str, Any]) -> None:
        named = {**config, "name": account_key, "durable_name": account_key}
        body = {"stream_name": STREAM, "config": named, "action": action}
        await self._insist(self._platform, f"CONSUMER.CREATE.{STREAM}.{account_key}", body)


def _info(account_key: str) -> str:
    return f"CONSUMER.INFO.{STREAM}.{account_key}"


def _differences(config: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    # The server leaves out what is false or empty.
    got = {key: config.get(key) or None for key in _PROMISES}
    return {k: (got[k], want) for k, want in _PROMISES.items() if got[k] != (want or None)}


def _floor(found: jetstream.Answer) -> int:
    return int(found["ack_floor"]["stream_seq"])


def _filters(feeds: Sequence[str]) -> dict[str, Any]:
    subjects = sorted({feed_filter(party) for party in feeds})
    return {"filter_subject": subjects[0]} if len(subjects) == 1 else {"filter_subjects": subjects}


def _start(after: int) -> dict[str, Any]:
    # With "all", the owner may RESET to any message; a start sequence would be a lower bound.
    if after == 0:
        return {"deliver_policy": "all"}
    return {"deliver_policy": "by_start_sequence", "opt_start_seq": after + 1}
