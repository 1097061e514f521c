"""The sender under a clock that is set: days of failures in an instant, nothing out of order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest

from adapters import logs
from adapters.store.vault import MemoryVault
from adapters.webhooks import sender as senders
from adapters.webhooks.endpoints import Endpoint, Endpoints, new_secret
from adapters.webhooks.letters import Letter, Reply
from adapters.webhooks.outbox import Outbox
from adapters.webhooks.progress import Cursors, Progress
from adapters.webhooks.schedule import DELAYS
from adapters.webhooks.sender import Ports, Sender
from adapters.wire import render
from domain.envelope import Recorded
from domain.errors import Unavailable
from domain.use_cases.webhooks import Abandoned
from projections import feed_index
from projections.rows import Row, Rows
from tests.adapters.feeding import Index
from tests.adapters.nats.lab import until
from tests.adapters.webhooks.lab import InMemory
from tests.builders import a_measure, an_acknowledgement, told

START = datetime(2026, 2, 27, 12, 0, tzinfo=UTC)
OK, BROKEN = Reply(status=200), Reply(status=500)


@dataclass
class World:
    """A feed in memory, endpoints, and a clock; `answers` by endpoint, `always` where none is."""

    index: Index = field(
        default_factory=lambda: Index(
            *told("joker", "tokmanni"), an_acknowledgement("tokmanni"), a_measure("joker")
        )
    )
    progress: Cursors = field(default_factory=lambda: Cursors(InMemory()))
    known: dict[str, bool] = field(default_factory=dict[str, bool])
    vault: MemoryVault = field(default_factory=MemoryVault)
    now: datetime = START
    sent: list[tuple[datetime, str, str]] = field(default_factory=list[tuple[datetime, str, str]])
    letters: list[Letter] = field(default_factory=list[Letter])
    answers: dict[str, list[Reply]] = field(default_factory=dict[str, list[Reply]])
    always: Reply = OK
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    under_way: int = 0
    most: int = 0
    arrived: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    abandoned: list[Abandoned] = field(default_factory=list[Abandoned])
    blind: set[str] = field(default_factory=set[str])
    ledger_down: bool = False
    watchers: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    listeners: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def add(self, name: str, **more: object) -> Endpoint:
        """An endpoint of joker's, where nothing else is said."""
        usual = {"id": name, "party": "joker", "feed": "joker", "created_at": START}
        secret = {"url": f"https://{name}.example/", "secret": new_secret()}
        made = Endpoint.model_validate({**usual, **secret, **more})
        self.known[made.id] = True
        self.endpoints.store(made)
        self.progress.begin(made.id, made.party, made.after)
        self.ring()
        return made

    def ring(self) -> None:
        """As a process that changed an endpoint does."""
        for heard in self.listeners:
            heard()

    def remove(self, name: str, party: str = "joker") -> None:
        """As another process does it."""
        del self.known[name]
        self.endpoints.drop(party, name)
        self.progress.drop(name)
        self.ring()

    def open_again(self, name: str, after: int | None = None) -> None:
        """As another process does it."""
        self.known[name] = True
        self.progress.open(name, after)
        self.ring()

    def __post_init__(self) -> None:
        self.endpoints = Endpoints(self.vault, lambda _: self.known)
        self.read: Callable[[int], Recorded | None] = self.index.read

    def sender(self) -> Sender:
        logs.configure("ERROR")
        outbox = Outbox(lambda: self.index.rows, self.read, render, lambda *_: None)
        ports = Ports(
            outbox=outbox,
            post=self.post,
            arrived=self.note_arrival,
            give_up=self.give_up,
            may=lambda endpoint: endpoint.id not in self.blind,
            clock=lambda: self.now,
            jitter=lambda: 0.0,
            watch=self.watchers.append,
            hear=self.listeners.append,
        )
        return Sender(self.endpoints, self.progress, ports, logs.get())

    async def post(self, letter: Letter) -> Reply:
        name = letter.url.removeprefix("https://").partition(".")[0]
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.gate(name).wait()
        finally:
            self.under_way -= 1
        self.sent.append((self.now, name, letter.headers["webhook-id"]))
        self.letters.append(letter)
        return self.answers[name].pop(0) if self.answers.get(name) else self.always

    async def note_arrival(self, party: str, event: str) -> None:
        if self.ledger_down:
            raise Unavailable("the ledger does not answer")
        self.arrived.append((party, event))

    async def give_up(self, endpoint: Abandoned) -> None:
        self.abandoned.append(endpoint)
        self.known[endpoint.endpoint] = False

    def gate(self, name: str) -> asyncio.Event:
        """What an endpoint's answers wait behind: open, unless it was shut."""
        if name not in self.gates:
            self.gates[name] = asyncio.Event()
            self.gates[name].set()
        return self.gates[name]

    def feed(self, party: str = "joker") -> list[str]:
        """The ids of a feed's messages."""
        return [row["message"] for row in feed_index.page(party, 0, 1000, self.index.rows)]

    def sent_to(self, name: str) -> list[str]:
        return [message for _, whom, message in self.sent if whom == name]

    def at(self, name: str) -> Progress:
        found = self.progress.get(name)
        assert found is not None
        return found

    def at_end(self, name: str) -> bool:
        """Whether nothing is left to send."""
        found = self.progress.get(name)
        return found is not None and found.delivered == len(self.feed())

    async def waits_for(self, name: str, at: datetime) -> None:
        """Until the endpoint's next attempt is to be then."""

        def waits() -> bool:
            found = self.progress.get(name)
            return found is not None and found.next_at == at

        await until(waits)

    async def has_all(self, name: str) -> None:
        await until(lambda: self.at_end(name))


def play(
    story: Callable[[World, Sender], Awaitable[None]], *endpoints: str, world: World | None = None
) -> None:
    """A story with these endpoints, on a world of its own unless one was prepared."""
    world = world or World()
    for name in endpoints:
        world.add(name)

    async def scenario() -> None:
        sender = world.sender()
        sender.start()
        try:
            await story(world, sender)
        finally:
            await sender.stop()

    asyncio.run(scenario())
    world.progress._store.close()


async def tick(world: World, sender: Sender, by: timedelta) -> None:
    """The clock is set; when this returns, the sender has looked at it, and begun what is due."""
    world.now += by
    for _ in range(2):  # the second round begins when the first is over
        sender.wake()
        await until(lambda: not sender._woken.is_set())


# --- order -------------------------------------------------------------------------------------


def test_an_endpoint_gets_the_whole_feed_and_what_comes_later() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()
        world.index.goes_on(an_acknowledgement("joker"), a_measure("joker", kind="fix"))
        for moved in world.watchers:
            moved()
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()

    play(story, "one")


def test_nothing_of_other_feeds_is_sent() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        assert not set(world.sent_to("one")) & set(world.feed("tokmanni"))

    play(story, "one")


def test_a_failing_endpoint_is_tried_by_the_schedule_and_skips_nothing() -> None:
    async def story(world: World, sender: Sender) -> None:
        world.answers["one"] = [OK, *[BROKEN] * 4]
        await until(lambda: len(world.sent) == 2)
        for delay in DELAYS[:4]:
            await world.waits_for("one", world.now + delay)
            before = len(world.sent)
            await tick(world, sender, delay - timedelta(seconds=1))
            assert (len(world.sent), sender._busy) == (before, {})
            await tick(world, sender, timedelta(seconds=1))
        await world.has_all("one")
        first, second, *_ = world.feed()
        assert world.sent_to("one") == [first, *[second] * 5, *world.feed()[2:]]
        assert world.at("one").failures == 0

    play(story, "one")


def test_what_is_sent_again_has_its_id_and_a_new_timestamp() -> None:
    async def story(world: World, sender: Sender) -> None:
        world.answers["one"] = [BROKEN]
        await until(lambda: len(world.sent) == 1)
        await world.waits_for("one", START + DELAYS[0])
        await tick(world, sender, timedelta(minutes=9))
        await world.has_all("one")
        first, again = (one.headers for one in world.letters[:2])
        assert first["webhook-id"] == again["webhook-id"]
        assert int(again["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 540
        assert first["webhook-signature"] != again["webhook-signature"]
        assert world.letters[0].body == world.letters[1].body

    play(story, "one")


# --- giving up ---------------------------------------------------------------------------------


def test_after_three_days_an_endpoint_is_disabled_and_nothing_is_lost() -> None:
    async def story(world: World, sender: Sender) -> None:
        world.always = BROKEN
        for delay in DELAYS:
            await world.waits_for("one", world.now + delay)
            await tick(world, sender, delay)
        await until(lambda: world.at("one").disabled_at is not None)
        assert world.at("one").next_at is None
        [given_up] = world.abandoned
        assert (given_up.endpoint, given_up.why) == ("one", "exhausted")
        assert world.sent_to("one") == world.feed()[:1] * 10
        times = [at - START for at, _, _ in world.sent]
        assert times == list(accumulate(DELAYS, initial=timedelta(0)))
        assert times[-1] == timedelta(hours=75, minutes=35, seconds=5)
        kept = world.at("one")
        assert (kept.delivered, kept.failures, kept.last_status) == (0, 10, 500)
        await tick(world, sender, timedelta(days=365))
        assert len(world.sent) == 10
        world.always = OK
        world.open_again("one")
        await world.has_all("one")
        assert world.sent_to("one")[10:] == world.feed()

    play(story, "one")


def test_one_that_is_gone_is_disabled_at_once() -> None:
    async def story(world: World, _: Sender) -> None:
        world.answers["one"] = [OK, Reply(status=410)]
        await until(lambda: bool(world.abandoned))
        assert world.abandoned[0].why == "gone"
        await until(lambda: world.at("one").disabled_why == "gone")
        assert world.at("one").delivered == 1

    play(story, "one")


def test_a_feed_that_its_party_may_not_see_any_more_is_not_sent() -> None:
    async def story(world: World, _: Sender) -> None:
        await until(lambda: bool(world.abandoned))
        assert world.abandoned[0].why == "out_of_scope"
        assert world.sent == []

    world = World()
    world.blind.add("one")
    play(story, "one", world=world)


@pytest.mark.parametrize(
    ("header", "waits"),
    [("3600", timedelta(hours=1)), ("1", DELAYS[0]), ("99999999", timedelta(hours=24))],
)
def test_a_retry_after_is_heeded(header: str, waits: timedelta) -> None:
    async def story(world: World, _: Sender) -> None:
        world.answers["one"] = [Reply(status=503, retry_after=header)]
        await until(lambda: world.at("one").last_at is not None)
        assert world.at("one").next_at == START + waits

    play(story, "one")


# --- nobody waits for another ------------------------------------------------------------------


def test_one_that_does_not_answer_keeps_nobody_else_waiting() -> None:
    async def story(world: World, _: Sender) -> None:
        world.gate("slow").clear()
        await world.has_all("one")
        assert world.sent_to("slow") == []
        world.gate("slow").set()
        await world.has_all("slow")

    play(story, "slow", "one")


def test_an_endpoint_has_one_message_under_way_and_all_together_no_more_than_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(senders, "AT_ONCE", 3)
    names = [f"e{number}" for number in range(8)]

    async def story(world: World, _: Sender) -> None:
        await until(lambda: world.under_way == 3)
        for name in names:
            world.gate(name).set()
        for name in names:
            await world.has_all(name)
            assert world.sent_to(name) == world.feed()
        assert world.most == 3

    world = World()
    for name in names:
        world.gate(name).clear()
    play(story, *names, world=world)


# --- troubles of our own -----------------------------------------------------------------------


def test_a_delivery_is_recorded_before_the_cursor_moves() -> None:
    async def story(world: World, sender: Sender) -> None:
        await until(lambda: sender.trouble is not None)
        assert "the ledger does not answer" in str(sender.trouble)
        assert world.at("one") == Progress("one", 0)
        assert len(world.sent) == 1
        world.ledger_down = False
        await tick(world, sender, senders.RETRY)
        await world.has_all("one")
        first, *_ = world.feed()
        assert world.sent_to("one") == [first, *world.feed()]
        assert [party for party, _ in world.arrived] == ["joker"] * len(world.feed())
        await until(lambda: sender.trouble is None)
        assert world.abandoned == []

    world = World(ledger_down=True)
    play(story, "one", world=world)


def test_what_an_auditor_is_sent_has_not_arrived_at_the_client() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("eye")
        assert world.sent_to("eye") == world.feed()
        assert world.arrived == []

    world = World()
    world.add("eye", party="tilsyn")
    play(story, world=world)


def test_an_event_that_cannot_be_read_is_a_trouble_and_no_gap() -> None:
    async def story(world: World, sender: Sender) -> None:
        await until(lambda: sender.trouble is not None)
        assert "the ledger has none" in str(sender.trouble)
        assert world.sent == []

    world = World()
    world.read = lambda _: None
    play(story, "one", world=world)


# --- what is sent ------------------------------------------------------------------------------


def test_whole_messages_are_the_feed_s_bytes() -> None:
    async def story(world: World, _: Sender) -> None:
        await until(lambda: len(world.letters) == len(world.feed()))
        listed = [
            body for subject, _, body in world.index.listed() if subject.startswith("feed.joker.")
        ]
        assert [one.body for one in world.letters] == listed
        assert {one.headers["content-type"] for one in world.letters} == {
            "application/cloudevents+json"
        }

    world = World()
    world.add("one", full=True)
    play(story, world=world)


def test_only_the_kinds_asked_for_are_sent_and_the_cursor_passes_the_others() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        assert len(world.sent) == 1
        assert b"ClientNotified" in world.letters[0].body

    world = World()
    world.add("one", types=("ClientNotified",))
    play(story, world=world)


# --- what other processes change ---------------------------------------------------------------


def test_what_is_added_elsewhere_is_sent_to_when_the_bell_rings() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        world.add("two")
        await world.has_all("two")
        assert world.sent_to("two") == world.feed()

    play(story, "one")


def test_without_a_bell_it_is_noticed_by_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "LOOK", 0.05)

    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        world.listeners.clear()
        world.add("two")
        await world.has_all("two")

    play(story, "one")


def test_nothing_is_sent_any_more_to_what_is_removed_elsewhere_not_even_what_waits() -> None:
    async def story(world: World, sender: Sender) -> None:
        world.always = BROKEN
        await world.waits_for("one", START + DELAYS[0])
        world.remove("one")
        await until(lambda: not sender._known)
        await tick(world, sender, timedelta(days=1))
        assert len(world.sent) == 1
        assert world.progress.get("one") is None

    play(story, "one")


def test_an_answer_that_comes_after_the_removal_leaves_no_trace() -> None:
    async def story(world: World, sender: Sender) -> None:
        world.gate("one").clear()
        await until(lambda: world.under_way == 1)
        world.remove("one")
        await until(lambda: not sender._known)
        world.gate("one").set()
        assert (world.under_way, sender._busy) == (0, {})
        assert world.progress.every() == []

    play(story, "one")


def test_an_answer_to_what_was_sent_before_does_not_undo_an_opening_elsewhere() -> None:
    async def story(world: World, _: Sender) -> None:
        await until(lambda: len(world.sent) == 2)
        await until(lambda: world.under_way == 1)
        world.open_again("one", after=0)
        world.gate("one").set()
        await world.has_all("one")
        assert world.sent_to("one")[3:] == world.feed()

    world = World()
    plain = world.post

    async def post(letter: Letter) -> Reply:
        if len(world.sent) == 2:
            world.gate("one").clear()
        return await plain(letter)

    world.post = post  # type: ignore[method-assign]  # its third message is slow
    play(story, "one", world=world)


def test_a_renewed_secret_signs_the_very_next_message() -> None:
    async def story(world: World, _: Sender) -> None:
        await world.has_all("one")
        [kept] = world.endpoints.of("joker")
        world.endpoints.store(kept.renewed(START, "c-1"))
        world.index.goes_on(an_acknowledgement("joker"))
        for moved in world.watchers:
            moved()
        await world.has_all("one")
        assert len(world.letters[-1].headers["webhook-signature"].split()) == 2

    play(story, "one")


def test_the_next_sender_goes_on_where_the_last_one_was() -> None:
    async def story(world: World, sender: Sender) -> None:
        await world.has_all("one")
        await sender.stop()
        world.index.goes_on(an_acknowledgement("joker"))
        following = world.sender()
        following.start()
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()
        await following.stop()
        world.index.goes_on(a_measure("joker", kind="fix"))
        sender.start()  # its turn came again
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()

    play(story, "one")


def test_news_on_a_page_before_one_that_cannot_be_read_is_sent_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(senders, "NEWS", 1)
    after, pages = feed_index.after, list[int]()

    def failing(number: int, limit: int, rows: Rows) -> list[Row]:
        pages.append(number)
        if len(pages) == 2:
            raise Unavailable("no connection of the pool is free")
        return after(number, limit, rows)

    async def story(world: World, sender: Sender) -> None:
        await world.has_all("one")
        await until(lambda: not sender._woken.is_set())
        monkeypatch.setattr(feed_index, "after", failing)
        world.index.goes_on(a_measure("joker", kind="fix"))
        sender.wake()
        await until(lambda: len(pages) > 1)
        await until(lambda: sender.trouble is not None)
        sender.wake()
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()

    play(story, "one")


def test_whoever_finds_the_cursor_moved_goes_on_behind_it() -> None:
    async def story(world: World, _: Sender) -> None:
        await until(lambda: world.under_way == 1)
        before = world.at("one")  # a sender that has lost its turn, and does not know it yet
        assert world.progress.put(before, before.taken(1, 200, START))
        world.gate("one").set()
        await world.has_all("one")
        assert world.sent_to("one") == world.feed()

    world = World()
    world.gate("one").clear()
    play(story, "one", world=world)
