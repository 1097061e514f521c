"""The operator's door on a real platform: what it says when all is well, and when it is not."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from adapters.compose import running
from adapters.engines.turns import OwnTurns
from adapters.nats.server import free_port
from adapters.ops import pulse, readiness
from adapters.ops.readiness import THREADS, Life
from adapters.ops.turns import NotedTurns
from adapters.roles import Role
from adapters.settings import Settings
from adapters.tasks import end
from domain.errors import Invalid, Unavailable
from projections import awaiting
from tests.adapters.nats.lab import until
from tests.adapters.ops.lab import samples, watched
from tests.adapters.running import raised
from tests.builders import a_leak, told
from tests.postgres import database


def test_a_platform_that_is_well_says_so_and_shows_its_figures(tmp_path: Path) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            await seen.up.take(*told("joker", "kiwi"))
            await seen.up.settled()
            alive, ready = await seen.get("/healthz"), await seen.get("/readyz")
            assert (alive.status_code, alive.json()) == (200, {"status": "ok", "missing": []})
            told_so = {"status": "ok", "missing": [], "degraded": []}
            assert (ready.status_code, ready.json()) == (200, told_so)
            figures = await seen.figures()
            ledger = seen.up.running.parts.ledger.position()
            assert figures["varsel_ledger_position"] == ledger
            assert figures["varsel_views_position"] == ledger
            assert figures["varsel_projector_lag_events"] == 0
            assert figures["varsel_projector_lag_seconds"] == 0
            assert figures["varsel_relay_lag_messages"] == 0
            assert figures["varsel_broker_connected"] == 1
            said = figures['varsel_accept_seconds_count{outcome="accepted",verb="report_leak"}']
            assert said == 1
            assert {one for one in figures.items() if "readable" in one[0]} == {
                (f'varsel_readable{{figures="{group}"}}', 1.0)
                for group in (
                    *("ledger", "views", "evidence", "relay"),
                    *("webhooks", "process", "census"),
                )
            }

    asyncio.run(story())


def test_what_is_refused_is_counted_by_its_kind_and_a_word_from_outside_makes_no_series(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            assert isinstance(await raised(seen.up.take(a_leak(people=7))), Invalid)
            assert isinstance(await raised(seen.up.callers["joker"].call("x" * 20, {})), Invalid)
            page = (await seen.get("/metrics")).text
            figures = await seen.figures()
            assert figures['varsel_refused_total{kind="invalid"}'] == 2
            assert figures['varsel_refused_total{kind="forbidden"}'] == 0
            refused = 'varsel_accept_seconds_count{outcome="refused",verb="report_leak"}'
            assert figures[refused] == 1
            assert "xxxx" not in page

    asyncio.run(story())


def test_notices_duties_and_feeds_are_counted_party_by_party(tmp_path: Path) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            await seen.up.take(*told("joker", "kiwi"))
            await seen.up.settled()
            await seen.again()  # a door opened now counts at once
            figures = await seen.counted()
            assert figures["varsel_notices_undelivered"] == 2
            since = [row["since"] for row in awaiting.deliveries(seen.up.running.parts.views.rows)]
            oldest = (datetime.now(UTC) - min(map(datetime.fromisoformat, since))).total_seconds()
            assert 0 < figures["varsel_oldest_undelivered_seconds"] <= oldest
            assert figures['varsel_duties_overdue{law="gdpr"}'] == 0
            assert figures['varsel_feed_behind{party="joker"}'] > 0
            assert figures['varsel_feed_behind{party="(others)"}'] == 0

    asyncio.run(story())


def test_the_age_of_the_oldest_notice_is_reckoned_from_when_it_was_given(tmp_path: Path) -> None:
    later = timedelta(hours=5)

    async def story() -> None:
        async with watched(tmp_path) as seen:
            parts = seen.up.running.parts
            clock = parts.clock
            await seen.again()
            assert (await seen.counted())["varsel_oldest_undelivered_seconds"] == 0
            await seen.up.take(*told("joker", "kiwi"))
            await seen.up.settled()
            parts.clock = lambda: clock() + later
            await seen.again()
            oldest = (await seen.counted())["varsel_oldest_undelivered_seconds"]
            assert later.total_seconds() <= oldest < later.total_seconds() + 60

    asyncio.run(story())


def test_a_projector_says_nothing_of_a_broker_or_a_folder_that_it_does_not_use(
    tmp_path: Path,
) -> None:
    (tmp_path / "key").write_text("11" * 32)
    (tmp_path / "key").chmod(0o600)
    settings = Settings(
        data=tmp_path / "data",
        role=Role.PROJECTOR,
        database_url=database(),
        master_key_file=tmp_path / "key",
        nats_url=f"nats://127.0.0.1:{free_port()}",
        ops_port=0,
    )

    async def story() -> None:
        async with running(settings) as one, httpx2.AsyncClient(timeout=20) as http:
            figures: dict[str, float] = {}

            async def reads() -> bool:
                figures.update(samples((await http.get(f"{one.ops}/metrics")).text))
                return "varsel_views_position" in figures

            await until(reads)
            assert [name for name in figures if 'role="projector"' in name]
            assert "varsel_broker_connected" not in figures
            assert "varsel_disk_free_bytes" not in figures
            ready = (await http.get(f"{one.ops}/readyz")).json()
            assert "broker" not in {each["part"] for each in ready["degraded"]}

    asyncio.run(story())


@pytest.mark.parametrize("shown", [0, 1])
def test_as_many_parties_are_named_as_the_settings_say(tmp_path: Path, shown: int) -> None:
    async def story() -> None:
        async with watched(tmp_path, ops_parties=shown) as seen:
            await seen.up.take(*told("joker", "kiwi"))
            await seen.up.settled()
            await seen.again()  # a door opened now counts at once
            found = await seen.counted()
            behind = {one: many for one, many in found.items() if "varsel_feed_behind" in one}
            rest = behind.pop('varsel_feed_behind{party="(others)"}')
            assert len(behind) == shown
            assert all(many >= rest / 5 for many in behind.values()), "the furthest are named"
            assert rest > 0

    asyncio.run(story())


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"http_port": 0}, "degraded"),
        ({}, "missing"),
        ({"role": "relay", "http_port": 0}, "missing"),
    ],
    ids=["with-another-door", "with-no-other-door", "where-the-feed-is-the-work"],
)
def test_a_broker_that_is_down_is_told_and_matters_where_it_is_needed(
    tmp_path: Path, settings: dict[str, Any], where: str
) -> None:
    async def story() -> None:
        turns = NotedTurns(OwnTurns())
        async with watched(tmp_path, turns=turns, **settings) as seen, turns.turn("relay"):
            seen.broker = False
            answer = await seen.get("/readyz")
            assert answer.status_code == (503 if where == "missing" else 200)
            assert answer.json()["status"] == ("unready" if where == "missing" else where)
            parts = {name: answer.json()[name] for name in ("missing", "degraded")}
            assert parts.pop(where) == [{"part": "broker", "why": "NATS is not connected"}]
            assert list(parts.values()) == [[]]
            assert (await seen.get("/healthz")).status_code == 200
            assert (await seen.figures())["varsel_broker_connected"] == 0

    asyncio.run(story())


def test_a_ledger_that_does_not_answer_is_named_and_its_figures_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down() -> int:
        raise Unavailable("the database does not answer")

    async def story() -> None:
        async with watched(tmp_path) as seen:
            with monkeypatch.context() as broken:
                ledger = seen.up.running.parts.ledger
                broken.setattr(ledger, "position", down)
                broken.setattr(ledger._recorder, "takes_writes", down)
                answer = await seen.get("/readyz")
                assert answer.status_code == 503
                assert answer.json()["status"] == "unready"
                [missing] = answer.json()["missing"]
                assert missing["part"] == "ledger"
                assert "the database does not answer" in missing["why"]
                assert (await seen.get("/healthz")).status_code == 200, "a new start helps nobody"
                figures = await seen.figures()
                assert "varsel_ledger_position" not in figures
                assert figures['varsel_readable{figures="ledger"}'] == 0
                assert figures['varsel_readable{figures="process"}'] == 1
            await until(lambda: bool(seen.up.running.platform.health()["ok"]))
            assert (await seen.get("/readyz")).status_code == 200

    asyncio.run(story())


def test_a_ledger_that_takes_no_writes_keeps_requests_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            recorder = seen.up.running.parts.ledger._recorder
            monkeypatch.setattr(recorder, "takes_writes", lambda: False)
            answer = await seen.get("/readyz")
            assert answer.status_code == 503
            [missing] = answer.json()["missing"]
            assert "takes no writes" in missing["why"]

    asyncio.run(story())


def test_a_ledger_that_hangs_is_told_in_time_and_asked_once_by_any_number_of_probes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PATIENCE", 0.2)
    asked, over = list[int](), threading.Event()

    def hang() -> bool:
        asked.append(1)
        return over.wait(20)

    async def story() -> None:
        async with watched(tmp_path) as seen:
            monkeypatch.setattr(seen.up.running.parts.ledger._recorder, "takes_writes", hang)
            for answer in await asyncio.gather(*(seen.get("/readyz") for _ in range(5))):
                assert answer.status_code == 503
                assert "no answer within" in answer.json()["missing"][0]["why"]
            assert len(asked) == 1
            over.set()

            async def ready() -> bool:
                return (await seen.get("/readyz")).status_code == 200

            await until(ready)

    asyncio.run(story())


def test_a_stuck_projector_is_named_with_what_is_in_its_way_and_takes_no_api_out_of_service(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            views = seen.up.running.parts.views

            def poisoned() -> int:
                raise ValueError("poison")

            views.advance = poisoned  # type: ignore[method-assign]  # a batch that cannot be taken
            await seen.up.take(a_leak())
            await until(lambda: seen.up.running.parts.projector.trouble is not None)
            answer = await seen.get("/readyz")
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
            assert answer.json()["missing"] == []
            [why] = [one["why"] for one in answer.json()["degraded"] if one["part"] == "views"]
            assert "stuck" in why
            assert await seen.up.take(a_leak("another")), "what it says is so"
            figures = await seen.figures()
            assert figures["varsel_projector_lag_events"] > 0
            assert figures["varsel_projector_lag_seconds"] >= 0
            assert figures['varsel_trouble{part="projector"}'] == 1

    asyncio.run(story())


def test_a_thread_that_has_ended_makes_the_process_a_dead_one() -> None:
    alive = {*THREADS, "another"}
    life = Life(lambda: set(alive))
    alive.discard("another")
    assert life.missing() == []
    alive.discard("projector")
    assert [one.part for one in life.missing()] == ["projector"]


def test_a_thread_that_a_process_never_had_is_not_missed() -> None:
    assert Life(set).missing() == []


def test_a_door_whose_address_is_taken_names_the_option(tmp_path: Path) -> None:
    async def story() -> None:
        async with watched(tmp_path) as seen:
            with socket.create_server(("127.0.0.1", 0)) as taken:
                error = await raised(seen.again(taken.getsockname()[1]))
            assert isinstance(error, Unavailable)
            assert error.field == "--ops"

    asyncio.run(story())


def test_which_turns_are_held_is_shown_and_only_their_holder_counts(tmp_path: Path) -> None:
    async def story() -> None:
        noted = NotedTurns(OwnTurns())
        async with watched(tmp_path, turns=noted) as seen:
            assert "varsel_notices_undelivered" not in await seen.figures()
            async with noted.turn("relay") as lost:
                assert (await seen.figures())['varsel_turn_held{turn="relay"}'] == 1
                lost.set()
                assert (await seen.figures())['varsel_turn_held{turn="relay"}'] == 0
            assert noted.held() == {"relay": False}

    asyncio.run(story())


def test_the_health_check_of_the_compose_file_tells_one_that_lives_from_one_that_does_not(
    tmp_path: Path,
) -> None:
    said = yaml.safe_load((Path(__file__).parents[3] / "docker-compose.yml").read_text())
    program, *words = said["services"]["api"]["healthcheck"]["test"][1:]
    assert program == "python"

    def probe(url: str) -> int:
        known = [word.replace("http://127.0.0.1:9464", url) for word in words]
        return subprocess.run([sys.executable, *known], check=False, capture_output=True).returncode

    async def story() -> str:
        async with watched(tmp_path) as seen:
            assert await asyncio.to_thread(probe, seen.url) == 0
            return seen.url

    assert probe(asyncio.run(story())) != 0


def test_where_every_thread_waits_for_views_one_is_left_to_ask_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)

    async def story() -> None:
        async with watched(tmp_path) as seen:
            over = threading.Event()
            waiting = [asyncio.create_task(asyncio.to_thread(over.wait, 20)) for _ in range(64)]
            try:
                answer = await seen.get("/readyz")
                assert answer.status_code == 200
                parts = {one["part"] for one in answer.json()["degraded"]}
                assert parts == {"views", "evidence"}
            finally:
                over.set()
                await asyncio.gather(*waiting)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("role", "where"), [("relay", "missing"), ("projector", "degraded"), ("all", "degraded")]
)
def test_a_turn_that_is_held_by_one_who_cannot_begin_its_work_is_named(
    tmp_path: Path, role: str, where: str
) -> None:
    async def story() -> None:
        turns = NotedTurns(OwnTurns())
        async with (
            watched(tmp_path, turns=turns, role=role, http_port=0) as seen,
            turns.turn("relay"),
        ):
            seen.ailing = ("relay: the cluster is unsafe",)
            answer = await seen.get("/readyz")
            assert answer.status_code == (503 if where == "missing" else 200)
            assert answer.json()[where] == [{"part": "turns", "why": seen.ailing[0]}]
            assert (await seen.figures())['varsel_trouble{part="turns"}'] == 1

    asyncio.run(story())


class Held:
    """Turns that another process holds, and keeps."""

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:  # noqa: ARG002 - the port's
        await asyncio.Event().wait()
        yield asyncio.Event()


def test_a_relay_is_ready_while_it_stands_by_and_not_before(tmp_path: Path) -> None:
    async def story() -> None:
        turns = NotedTurns(Held())
        async with watched(tmp_path, turns=turns, role="relay", http_port=0) as seen:
            answer = await seen.get("/readyz")
            assert answer.status_code == 503
            [missing] = answer.json()["missing"]
            assert missing["part"] == "turns"
            async with AsyncExitStack() as stack:
                waiting = asyncio.create_task(stack.enter_async_context(turns.turn("relay")))
                await until(lambda: "relay" in turns.held())
                assert (await seen.get("/readyz")).status_code == 200
                await end(waiting)

    asyncio.run(story())
