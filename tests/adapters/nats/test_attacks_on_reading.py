"""Nobody reads, counts, changes or hears what is another's, whatever is asked of the server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from adapters.nats.connection import Connection, Message
from tests.adapters.nats.attacks import (
    ATTACKERS,
    VICTIM,
    Attack,
    Heard,
    Siege,
    hits,
    json_of,
    siege,
)
from tests.adapters.nats.lab import TOLERATED, read
from tests.builders import an_acknowledgement

pytestmark = TOLERATED


def against_the_consumer(key: str) -> list[Attack]:
    """Every verb of JetStream's API that names the victim's consumer, at both prefixes."""
    bodies = {
        "MSG.NEXT": json_of(batch=10, no_wait=True),
        "INFO": b"",
        "RESET": json_of(seq=1),
        "DELETE": b"",
        "PAUSE": json_of(pause_until="2036-01-01T00:00:00Z"),
        "UNPIN": json_of(group="g"),
        "LEADER.STEPDOWN": b"",
    }
    return [
        Attack(f"{prefix} {verb}", f"{prefix}.CONSUMER.{verb}.FEED.{key}", body)
        for prefix in ("FEED.API", "$JS.API")
        for verb, body in bodies.items()
    ] + [
        Attack("MSG.NEXT of everybody", "FEED.API.CONSUMER.MSG.NEXT.FEED.*", b"1"),
        Attack("INFO of everybody", "FEED.API.CONSUMER.INFO.FEED.>"),
        Attack("MSG.NEXT with a token more", f"FEED.API.CONSUMER.MSG.NEXT.FEED.{key}.x", b"1"),
    ]


def against_the_stream(me: str, key: str) -> list[Attack]:
    """Reading, listing, changing FEED; and consumers of one's own making on the victim's feed."""
    its = {"ack_policy": "none", "filter_subject": f"feed.{VICTIM}.>"}
    several = {"ack_policy": "none", "filter_subjects": [f"feed.{VICTIM}.>", "feed.joker.>"]}
    stream = {"name": "FEED", "subjects": ["feed.*.>"], "deny_purge": False}
    mirror = {"name": "MIRROR", "mirror": {"name": "FEED"}}
    sources = {"name": "SOURCED", "sources": [{"name": "FEED"}]}
    bodies = {
        "INFO": b"",
        "STREAM.NAMES": b"",
        "STREAM.LIST": b"",
        "STREAM.INFO.FEED": json_of(subjects_filter=">"),
        "STREAM.MSG.GET.FEED": json_of(seq=9),
        "STREAM.MSG.DELETE.FEED": json_of(seq=9),
        "DIRECT.GET.FEED": json_of(seq=9),
        f"DIRECT.GET.FEED.feed.{VICTIM}.x": b"",
        "STREAM.PURGE.FEED": b"",
        "STREAM.DELETE.FEED": b"",
        "STREAM.UPDATE.FEED": json_of(**stream),
        "STREAM.SNAPSHOT.FEED": json_of(deliver_subject="_INBOX.snapshot"),
        "STREAM.CREATE.MIRROR": json_of(**mirror),
        "STREAM.CREATE.SOURCED": json_of(**sources),
        "CONSUMER.NAMES.FEED": b"",
        "CONSUMER.LIST.FEED": b"",
        "CONSUMER.CREATE.FEED": json_of(stream_name="FEED", config=its),
        f"CONSUMER.CREATE.FEED.x.feed.{VICTIM}.>": json_of(
            stream_name="FEED", config={**its, "name": "x"}
        ),
        "CONSUMER.CREATE.FEED.several": json_of(
            stream_name="FEED", config={**several, "name": "several"}
        ),
        f"CONSUMER.CREATE.FEED.{me}": json_of(
            stream_name="FEED", config={**several, "name": me, "durable_name": me}
        ),
        f"CONSUMER.CREATE.FEED.{key}": json_of(
            stream_name="FEED",
            action="update",
            config={"name": key, "durable_name": key, "filter_subject": "feed.joker.>"},
        ),
        "CONSUMER.DURABLE.CREATE.FEED.x": json_of(
            stream_name="FEED", config={**its, "durable_name": "x"}
        ),
        "ACCOUNT.PURGE.FEED": b"",
        "META.LEADER.STEPDOWN": b"",
    }
    return [
        Attack(f"{prefix} {verb}", f"{prefix}.{verb}", body)
        for prefix in ("$JS.API", "FEED.API")
        for verb, body in bodies.items()
    ]


def against_the_system(key: str) -> list[Attack]:
    """The system account's services, which admit and name accounts."""
    return [
        Attack(name, name, body)
        for name, body in {
            "$SYS.REQ.CLAIMS.UPDATE": b"",
            "$SYS.REQ.CLAIMS.LIST": b"",
            "$SYS.REQ.CLAIMS.DELETE": b"",
            "$SYS.REQ.CLAIMS.PACK": b"",
            f"$SYS.REQ.ACCOUNT.{key}.CLAIMS.LOOKUP": b"",
            f"$SYS.REQ.ACCOUNT.{key}.CONNZ": b"",
            f"$SYS.REQ.ACCOUNT.{key}.SUBSZ": b"",
            f"$SYS.REQ.ACCOUNT.{key}.JSZ": b"",
            f"$SYS.REQ.ACCOUNT.{key}.INFO": b"",
            "$SYS.REQ.SERVER.PING": b"",
            "$SYS.REQ.SERVER.PING.VARZ": b"",
            "$SYS.REQ.SERVER.PING.JSZ": b"",
            "$SYS.REQ.SERVER.varsel.RELOAD": b"",
            "$SYS.DEBUG.SUBSCRIBERS": b"feed.>",
            "$SRV.PING": b"",
        }.items()
    ]


def test_no_request_reads_or_changes_what_is_anothers(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            before, its = await held.state(), held.key(VICTIM)

            def tried(party: str) -> list[Attack]:
                own = against_the_stream(held.key(party), its)
                return [*against_the_consumer(its), *own, *against_the_system(its)]

            assert await held.storm(tried) == {}
            assert await held.state() == before

    asyncio.run(scenario())


# --- subscriptions ------------------------------------------------------------------------------

WILDCARDS = (
    ">",
    "*.>",
    "feed.>",
    f"feed.{VICTIM}.>",
    "live.>",
    f"live.{VICTIM}.>",
    "intake.>",
    "_INBOX.>",
    "_R_.>",
    "$JS.>",
    "$JS.EVENT.>",
    "$JS.ACK.>",
    "$JSC.>",
    "$SYS.>",
    "$SRV.>",
)
LAST = Attack("last word", "nobody.is.here")


def test_no_subscription_hears_what_is_said_to_or_by_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            heard: dict[str, list[Heard]] = {who: [] for who in held.attackers}
            for who, nc in held.attackers.items():
                await listen(nc, heard[who])
            async with asyncio.timeout(20):
                await a_day_of_the_victim(held)
            await held.storm(lambda _: [LAST])  # what was on its way has arrived
            overheard = {
                who: [one for one in got if not one.harmless and not is_own(one, who)]
                for who, got in heard.items()
            }
            assert overheard == {who: [] for who in held.attackers}
            assert any(is_own(one, "zoopit") for one in heard["zoopit's bot"])  # it does listen

    asyncio.run(scenario())


def is_own(heard: Heard, who: str) -> bool:
    """A message of the listener's own feed, as it hears it live."""
    return (
        heard.subject.startswith("live.")
        and json.loads(heard.body)["feed"] == who.partition("'")[0]
    )


async def listen(nc: Connection, heard: list[Heard]) -> None:
    async def ear(message: Message) -> None:
        if message.subject != LAST.subject:  # which a thief hears itself say
            heard.append(Heard(message.subject, message.headers or {}, message.data))

    for subject in WILDCARDS:
        await nc.subscribe(subject, cb=ear)
    await nc.flush()


async def a_day_of_the_victim(held: Siege) -> None:
    """It reads its feed, acknowledges, asks, and reads what came of it."""
    follower = await held.up.follow(VICTIM)
    await read(follower, 4)
    await held.up.take(an_acknowledgement(VICTIM))
    assert await held.up.ask(VICTIM, "timeline", client=VICTIM)
    await read(follower, 2)
    await held.up.settled()


# --- headers that the server obeys --------------------------------------------------------------


def steering(held: Siege, me: str) -> list[Attack]:
    """Headers by which nats-server takes orders, on the subjects that a party may use."""
    trust = held.up.admission._trust
    headers = {
        f"as {name}": {"Nats-Request-Info": json.dumps({"acc": key, "svc": key, "kind": "Client"})}
        for name, key in {
            VICTIM: held.key(VICTIM),
            "the platform": trust.platform_key,
            "the system": trust.system_key,
        }.items()
    }
    headers["traced to the victim's feed"] = {"Nats-Trace-Dest": f"feed.{VICTIM}.x.Told"}
    headers["traced"] = {"Nats-Trace-Dest": "INBOX.trace"}
    headers["rolled up"] = {"Nats-Rollup": "all"}
    headers["scheduled"] = {
        "Nats-Schedule": "@at 2020-01-01T00:00:00Z",
        "Nats-Schedule-Target": f"feed.{VICTIM}.x.Told",
    }
    subjects = {
        "INFO": f"FEED.API.CONSUMER.INFO.FEED.{held.key(me)}",
        "whoami": "intake.whoami",
        "INFO of the victim": f"FEED.API.CONSUMER.INFO.FEED.{held.key(VICTIM)}",
        "STREAM.INFO": "$JS.API.STREAM.INFO.FEED",
    }
    return [
        Attack(f"{verb}, {how}", subject, b"", each)
        for verb, subject in subjects.items()
        for how, each in headers.items()
    ]


def test_headers_that_steer_the_server_lead_nowhere_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", "joker") as held:
            before = await held.state()
            platforms = held.up.admission._trust.platform_key
            for who, nc in held.attackers.items():
                for name, heard in (await held.try_all(nc, steering(held, "joker"))).items():
                    if name.startswith(("STREAM.INFO", "INFO of the victim")):
                        untraced = [one for one in heard if ".trace" not in one.subject]
                        assert all(one.harmless for one in untraced), (who, name, untraced)
                    for one in heard:
                        said = one.body.decode()
                        assert held.key(VICTIM) not in said.partition('"events"')[0], (who, name)
                        # A trace ends where the platform's account begins: its key is all it shows.
                        _, _, trace = said.partition(platforms)
                        assert '"type":"eg"' not in trace, (who, name)
                        assert "varsel-core" not in trace, (who, name)
            assert await held.state() == before

    asyncio.run(scenario())


def test_the_systems_services_tell_an_account_of_itself_alone_and_a_party_nothing(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", "joker") as held:
            others = json_of(
                acc=held.key(VICTIM), accounts=[held.key(VICTIM)], auth=True, subscriptions=True
            )
            tried = [
                Attack(f"{subject} {body!r:.5}", subject, body)
                for body in (b"", others)
                for subject in (
                    "$SYS.REQ.ACCOUNT.PING.CONNZ",
                    "$SYS.REQ.ACCOUNT.PING.STATZ",
                    "$SYS.REQ.SERVER.PING.CONNZ",
                    "$SYS.REQ.USER.INFO",
                )
            ]
            assert hits(await held.try_all(held.attackers["joker's bot"], tried)) == {}
            told = await held.try_all(held.attackers["joker's thief"], tried)
            assert len(hits(told)) == len(tried)  # its own connections, traffic and user
            trust = held.up.admission._trust
            foreign = [
                *(held.key(party) for party in ("kiwi", "zoopit", "tilsyn", "operator")),
                *(trust.platform_key, trust.system_key),
                *(held.creds(party).user_key for party in ("kiwi", "zoopit", "tilsyn")),
            ]
            for name, heard in told.items():
                said = " ".join(one.body.decode() for one in heard)
                assert [key for key in foreign if key in said] == [], name

    asyncio.run(scenario())
