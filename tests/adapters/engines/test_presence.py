"""Presence: any process can tell what the others are at."""

from __future__ import annotations

import asyncio

import pytest

from adapters.engines import postgres
from adapters.engines.postgres import PostgresPresence
from adapters.engines.presence import Alone, Report
from adapters.sql.postgres import Database, address
from tests.adapters.nats.lab import until
from tests.postgres import database

RELAY = Report("relay", ("relay",), ("the disk is full",), 17)


def named(report: Report, process: str) -> Report:
    return Report(report.role, report.turns, report.troubles, report.published, process)


def test_a_process_hears_what_the_others_say_and_not_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def check() -> None:
        shared = Database(address(database()), size=2)
        monkeypatch.setattr(postgres, "process_name", lambda: "varsel a 1")
        one = PostgresPresence(shared, lambda: Report("api"))
        monkeypatch.setattr(postgres, "process_name", lambda: "varsel b 2")
        other = PostgresPresence(shared, lambda: RELAY)
        one.start()
        other.start()
        try:
            await until(lambda: list(one.others()) == [named(RELAY, "varsel b 2")])
            await until(lambda: [said.role for said in other.others()] == ["api"])
            await other.stop()
            await until(lambda: not one.others())
        finally:
            await one.stop()
            shared.close()

    asyncio.run(check())


def test_a_process_that_fell_silent_is_taken_for_gone() -> None:
    async def check() -> None:
        shared = Database(address(database()), size=2)
        store = shared.store()
        one = PostgresPresence(shared, lambda: Report("api"))
        one.start()
        try:
            store.rows(
                "INSERT INTO processes VALUES ('old', ?, clock_timestamp() - interval '1 minute')",
                RELAY.written(),
            )
            store.rows(
                "INSERT INTO processes VALUES ('new', ?, clock_timestamp())", RELAY.written()
            )
            await until(lambda: [said.process for said in one.others()] == ["new"])
        finally:
            await one.stop()
            shared.close()

    asyncio.run(check())


def test_a_platform_that_is_one_process_is_alone() -> None:
    assert not Alone().others()
