"""What is kept of endpoints: secrets in the vault, progress in a file, and what a crash leaves."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.store.vault import MemoryVault
from adapters.webhooks.endpoints import PREFIX, Endpoint, Endpoints, new_secret
from adapters.webhooks.progress import Progress, ProgressFile
from domain.errors import NotFound, Unavailable

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


def test_what_the_ledger_accepted_is_there_after_a_restart() -> None:
    vault, one, two = MemoryVault(), an_endpoint(), an_endpoint("wh-2")
    before = Endpoints(vault, lambda _: {})
    for each in (one, two):
        before.store(each)
        before.know(each)
    after = Endpoints(vault, lambda _: {"wh-1": True, "wh-2": False})
    assert [*after] == after.of("joker") == [one, two]
    assert after.enabled("wh-1")
    assert not after.enabled("wh-2")


def test_what_a_crash_left_in_the_vault_unaccepted_is_destroyed_at_the_next_start() -> None:
    vault = MemoryVault()
    Endpoints(vault, lambda _: {}).store(an_endpoint())
    assert vault.names(PREFIX) == ["webhook/joker/wh-1"]
    assert [*Endpoints(vault, lambda _: {})] == []
    assert vault.names(PREFIX) == []


def test_what_is_stored_is_not_in_use_before_it_is_accepted() -> None:
    endpoints = Endpoints(MemoryVault(), lambda _: {})
    endpoints.store(an_endpoint())
    assert endpoints.get("wh-1") is None
    assert not endpoints.enabled("wh-1")


def test_what_is_refused_leaves_the_vault_as_it_was() -> None:
    vault, made = MemoryVault(), an_endpoint()
    endpoints = Endpoints(vault, lambda _: {"wh-1": True})
    endpoints.store(made)
    endpoints.restore(made, None)
    assert vault.names(PREFIX) == []
    endpoints.store(made)
    endpoints.store(made.renewed(NOW, "c-1"))
    endpoints.restore(made, made)
    assert [*Endpoints(vault, lambda _: {"wh-1": True})] == [made]


def test_another_party_s_endpoint_is_refused_without_a_trace_of_it() -> None:
    endpoints = Endpoints(MemoryVault(), lambda _: {})
    endpoints.know(an_endpoint())
    with pytest.raises(NotFound, match="none: you have no webhooks"):
        endpoints.require("kiwi", "wh-1")


def test_what_is_dropped_is_destroyed() -> None:
    vault, made = MemoryVault(), an_endpoint()
    endpoints = Endpoints(vault, lambda _: {})
    endpoints.store(made)
    endpoints.know(made)
    endpoints.enable("wh-1", enabled=False)
    endpoints.drop(made)
    assert (vault.names(PREFIX), endpoints.get("wh-1")) == ([], None)


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


@pytest.mark.parametrize("progress", [FULL, Progress("wh-1", 0)], ids=["full", "fresh"])
def test_progress_is_read_as_it_was_kept_also_after_a_restart(
    tmp_path: Path, progress: Progress
) -> None:
    file = ProgressFile(tmp_path / "webhooks.sqlite")
    file.put(FULL)
    file.put(progress)
    file.close()
    again = ProgressFile(tmp_path / "webhooks.sqlite")
    assert again.get("wh-1") == progress
    again.drop("wh-1")
    assert again.get("wh-1") is None
    again.close()


def test_progress_is_on_disk_before_anything_goes_on(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "webhooks.sqlite")
    assert file._rows("PRAGMA synchronous") == [(2,)]  # FULL
    file.close()


def test_a_file_that_does_not_answer_is_said_to(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "webhooks.sqlite")
    file.close()
    with pytest.raises(Unavailable, match="webhooks' file"):
        file.get("wh-1")


def test_opened_again_an_endpoint_has_no_past_failures_but_its_place() -> None:
    assert FULL.opened(None) == Progress(
        endpoint="wh-1",
        delivered=7,
        last_at=NOW,
        last_status=500,
        last_error="answered 500",
        taken_at=NOW - timedelta(hours=1),
    )
    assert FULL.opened(3).delivered == 3


def test_failures_count_until_a_message_is_taken() -> None:
    failed = Progress("wh-1", 1).failed(500, "answered 500", NOW).failed(None, "no connection", NOW)
    assert (failed.delivered, failed.failures, failed.last_error) == (1, 2, "no connection")
    taken = failed.taken(2, 200, NOW)
    assert (taken.delivered, taken.failures, taken.last_error, taken.taken_at) == (2, 0, None, NOW)
