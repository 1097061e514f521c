"""Logs are JSON lines that say who, what and where; never what anybody wrote, and no secret."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters import logs
from adapters.compose import system_clock
from adapters.play import scenario as scenarios
from adapters.play.player import stage
from domain.errors import Invalid
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import seed_in, up_with
from tests.builders import a_leak, a_notice, a_question

pytestmark = TOLERATED
ZOOPIT = Path(__file__).parents[2] / "scenarios" / "zoopit.yaml"


def lines(err: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in err.splitlines()]


def texts_in(said: Any) -> set[str]:
    """Every text of some length that a scenario's parties write."""
    if isinstance(said, dict):
        own = {str(said[name]) for name in ("text", "why", "words", "title") if name in said}
        return own.union(*(texts_in(part) for part in said.values()))
    if isinstance(said, list):
        return set[str]().union(*(texts_in(part) for part in said))
    return set()


def test_a_line_is_json_with_what_is_bound_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.get(party="joker").info("intake.answered", position=7)
    [line] = lines(capsys.readouterr().err)
    assert {**line, "timestamp": ""} == {
        "event": "intake.answered",
        "level": "info",
        "party": "joker",
        "position": 7,
        "timestamp": "",
    }
    assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None


def test_nothing_is_written_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.get().error("anything")
    assert capsys.readouterr().out == ""


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("WARNING")
    logs.get().info("small talk")
    logs.get().warning("worth a line")
    assert [line["event"] for line in lines(capsys.readouterr().err)] == ["worth a line"]


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(Invalid, match="VARSEL_LOG_LEVEL"):
        logs.configure("LOUD")


def test_fields_that_may_carry_text_or_secrets_never_reach_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()
    logs.get().info("x", **dict.fromkeys(logs.SECRET, "hush"))
    assert "hush" not in capsys.readouterr().err


def test_an_exception_is_told_by_kind_and_place_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure()

    def inner() -> None:
        raise KeyError("what a user wrote")

    def outer() -> None:
        try:
            inner()
        except KeyError as cause:
            raise ValueError("what a user wrote, again") from cause

    try:
        outer()
    except ValueError:
        logs.get().exception("went wrong")
    [line] = lines(capsys.readouterr().err)
    assert "what a user wrote" not in str(line)
    assert [part for part in line["exception"] if not part.startswith(" ")] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert any("test_logs.py" in part for part in line["exception"])


def test_a_command_leaves_a_line_with_party_verb_command_incident_and_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> list[dict[str, Any]]:
        async with up_with(tmp_path / "data") as platform:
            return await platform.take(a_leak().under("c-1"), a_notice("joker").under("c-2"))

    _, told = asyncio.run(scenario())
    found = lines(capsys.readouterr().err)
    line = next(one for one in found if one.get("command") == "c-2")
    assert {key: line[key] for key in ("event", "party", "verb", "incident", "position")} == {
        "event": "intake.answered",
        "party": "zoopit",
        "verb": "notify_clients",
        "incident": told["incident"],
        "position": told["events"][0]["position"],
    }


def test_a_refusal_leaves_a_line_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            with pytest.raises(Invalid):
                await platform.take(a_leak(nature=["gossip"]).under("c-1"))

    asyncio.run(scenario())
    line = next(one for one in lines(capsys.readouterr().err) if one.get("command") == "c-1")
    assert (line["event"], line["party"], line["kind"]) == ("intake.refused", "zoopit", "invalid")
    assert line["field"].startswith("nature")


def test_what_a_caller_makes_up_is_not_repeated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = "Ola Nordmann, Storgata 1"

    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            for step in (
                a_leak().having(**{made_up: 1}),
                a_leak(made_up),
                a_notice(made_up),
                a_leak(country=made_up),
                a_question(name=made_up, text=made_up),
            ):
                with pytest.raises(Invalid):
                    await platform.take(step.having(nature=[made_up]))
            odd = made_up.replace(" ", "-")
            with pytest.raises(Invalid):
                await platform.callers["zoopit"].call(odd, {})

    asyncio.run(scenario())
    err = capsys.readouterr().err
    assert "Nordmann" not in err
    assert "Storgata" not in err


def test_a_whole_play_logs_no_text_and_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played = scenarios.load(str(ZOOPIT))
    hushed = {one for one in texts_in(yaml.safe_load(ZOOPIT.read_text())) if len(one) > 6}
    assert len(hushed) > 5

    async def scenario() -> None:
        async with stage(played, tmp_path, system_clock, log_level="DEBUG") as (player, _):
            await player.play()
            admission = player.platform.platform.admission
            assert admission is not None
            accounts = admission._accounts
            hushed.update(accounts.seed_of(party) for party in accounts.all())

    asyncio.run(scenario())
    hushed.update(seed_in(path.read_text()) for path in tmp_path.rglob("*.creds"))
    err = capsys.readouterr().err
    assert len(lines(err)) > len(played.steps)
    assert "varsel_" not in err  # how API keys begin
    for secret in hushed:
        assert secret not in err


def test_times_are_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    logs.get().info("now")
    [line] = lines(capsys.readouterr().err)
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == UTC.utcoffset(None)
