"""What is kept of endpoints: secrets in the vault, progress in a file, and what a crash leaves."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.sql.postgres import Database, address
from adapters.sql.sqlite import SqliteStore
from adapters.store.vault import MemoryVault
from adapters.webhooks.endpoints import PREFIX, Endpoint, Endpoints, new_secret
from adapters.webhooks.progress import Cursors, Progress
from domain.errors import NotFound
from tests import postgres

NOW = datetime(2026, 2, 27, 12, 0, tzinfo=UTC)


def an_endpoint(name: str = "wh-1", party: str = "joker") -> Endpoint:
    return Endpoint(
        id=name,
        party=party,
        feed=party,
        url="https://hooks.example/s3cret-path",
        created_at=NOW,
        secret=new_secret(),
    )


# --- endpoints ---------------------------------------------------------------------------------


def test_a_secret_is_as_long_as_standard_webhooks_asks_and_never_the_same() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert 24 <= len(base64.b64decode(first.removeprefix("whsec_"))) <= 64


def test_what_the_ledger_accepted_is_there_in_every_process() -> None:
    vault, one, two = MemoryVault(), an_endpoint(), an_endpoint("wh-2")
    before = Endpoints(vault, lambda _: {})
    for each in (one, two):
        before.store(each)
    after = Endpoints(vault, lambda _: {"wh-1": True, "wh-2": False})
    assert [*after.every(NOW)] == after.of("joker") == [one, two]
    assert after.require("joker", "wh-2") == two


def test_what_a_crash_left_in_the_vault_unaccepted_is_destroyed_at_a_later_start() -> None:
    vault = MemoryVault()
    endpoints = Endpoints(vault, lambda _: {})
    endpoints.store(an_endpoint())
    assert vault.names(PREFIX) == ["webhook/joker/wh-1"]
    assert [*endpoints.every(NOW + timedelta(minutes=59))] == []
    assert vault.names(PREFIX) == ["webhook/joker/wh-1"]  # another process may be about to accept
    assert [*endpoints.every(NOW + timedelta(minutes=61))] == []
    assert vault.names(PREFIX) == []


def test_what_is_stored_is_not_in_use_before_it_is_accepted() -> None:
    endpoints = Endpoints(MemoryVault(), lambda _: {})
    endpoints.store(an_endpoint())
    assert [*endpoints.of("joker"), *endpoints.every(NOW)] == []


def test_of_two_processes_that_store_the_same_new_one_both_keep_the_first() -> None:
    vault, first, second = MemoryVault(), an_endpoint(), an_endpoint()
    assert Endpoints(vault, lambda _: {}).store_new(first) == first
    assert Endpoints(vault, lambda _: {}).store_new(second) == first != second


def test_another_party_s_endpoint_is_refused_without_a_trace_of_it() -> None:
    accepted = {"joker": {"wh-1": True}}
    endpoints = Endpoints(MemoryVault(), lambda party: accepted.get(party, {}))
    endpoints.store(an_endpoint())
    with pytest.raises(NotFound, match="none: you have no webhooks"):
        endpoints.require("kiwi", "wh-1")


def test_what_is_dropped_is_destroyed() -> None:
    vault, made = MemoryVault(), an_endpoint()
    endpoints = Endpoints(vault, lambda _: {"wh-1": True})
    endpoints.store(made)
    endpoints.drop("joker", "wh-1")
    assert (vault.names(PREFIX), endpoints.find("joker", "wh-1")) == ([], None)


def test_a_replaced_secret_signs_for_a_day_more_and_not_longer() -> None:
    made = an_endpoint()
    renewed = made.renewed(NOW, "c-1")
    both = [renewed.secret, made.secret]
    assert made.secrets_at(NOW) == [made.secret]
    assert renewed.secrets_at(NOW + timedelta(hours=23, minutes=59)) == both
    assert renewed.secrets_at(NOW + timedelta(hours=24)) == [renewed.secret]


def test_neither_secret_nor_url_show_where_an_endpoint_is_printed() -> None:
    renewed = an_endpoint().renewed(NOW, "c-1")
    for secret in (renewed.secret, str(renewed.old_secret), renewed.url):
        assert secret not in repr(renewed)


# --- progress ----------------------------------------------------------------------------------

FULL = Progress(
    endpoint="wh-1",
    delivered=7,
    failures=2,
    next_at=NOW + timedelta(minutes=5),
    last_at=NOW,
    last_status=500,
    last_error="answered 500",
    taken_at=NOW - timedelta(hours=1),
    disabled_at=NOW,
    disabled_why="gone",
)


@pytest.fixture(params=["sqlite", "postgres"])
def cursors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Cursors]]:
    """The same cursors as often as asked, each time as another process would have them."""
    with ExitStack() as stack:
        url = postgres.database() if request.param == "postgres" else ""

        def opened() -> Cursors:
            if url:
                database = Database(address(url), size=2)
                stack.callback(database.close)
                return Cursors(database.store())
            store = SqliteStore(tmp_path / "webhooks.sqlite")
            stack.callback(store.close)
            return Cursors(store)

        yield opened


Opened = Callable[[], Cursors]


@pytest.mark.parametrize("progress", [FULL, Progress("wh-1", 3)], ids=["full", "fresh"])
def test_progress_is_read_as_it_was_kept_in_every_process(
    cursors: Opened, progress: Progress
) -> None:
    one = cursors()
    one.begin("wh-1", "joker", 0)
    assert one.put(Progress("wh-1", 0), FULL)
    assert one.put(FULL, progress)
    again = cursors()
    assert again.get("wh-1") == progress
    assert again.every() == [("wh-1", "joker", 1)]
    again.drop("wh-1")
    assert one.get("wh-1") is None


def test_one_that_is_kept_already_does_not_begin_again(cursors: Opened) -> None:
    one = cursors()
    one.begin("wh-1", "joker", 4)
    one.begin("wh-1", "joker", 0)
    assert one.get("wh-1") == Progress("wh-1", 4)


def test_who_sends_does_not_undo_what_was_opened_or_removed_meanwhile(cursors: Opened) -> None:
    sending, elsewhere = cursors(), cursors()
    sending.begin("wh-1", "joker", 0)
    under_way = sending.get("wh-1")
    assert under_way is not None
    elsewhere.open("wh-1", after=7)
    assert not sending.put(under_way, under_way.taken(1, 200, NOW))
    opened = sending.get("wh-1")
    assert opened is not None
    assert opened == Progress("wh-1", 7, turn=2)
    elsewhere.drop("wh-1")
    assert not sending.put(opened, opened.passed(8))
    elsewhere.open("wh-1", after=7)
    assert sending.get("wh-1") is None


def test_they_are_counted_where_they_fail_and_named_where_they_were_given_up(
    cursors: Opened,
) -> None:
    one = cursors()
    assert one.counts() == (0, 0, 0)
    for name in ("wh-1", "wh-2", "wh-3"):
        one.begin(name, "joker", 0)
    assert one.put(Progress("wh-1", 0), FULL)
    assert one.put(Progress("wh-2", 0), Progress("wh-2", 1).failed(500, "answered 500", NOW))
    assert one.counts() == (3, 1, 1)
    assert one.disabled() == [("wh-1", "joker", "gone")]


def test_opened_again_an_endpoint_has_no_past_failures_but_its_place() -> None:
    assert FULL.opened(None) == Progress(
        endpoint="wh-1",
        delivered=7,
        last_at=NOW,
        last_status=500,
        last_error="answered 500",
        taken_at=NOW - timedelta(hours=1),
        turn=2,
    )
    assert FULL.opened(3).delivered == 3


def test_failures_count_until_a_message_is_taken() -> None:
    failed = Progress("wh-1", 1).failed(500, "answered 500", NOW).failed(None, "no connection", NOW)
    assert (failed.delivered, failed.failures, failed.last_error) == (1, 2, "no connection")
    taken = failed.taken(2, 200, NOW)
    assert (taken.delivered, taken.failures, taken.last_error, taken.taken_at) == (2, 0, None, NOW)
