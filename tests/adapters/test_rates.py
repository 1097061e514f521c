"""How often a party may ask: counted per party, through all doors, told with the time to wait."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.rates import Rates
from adapters.settings import Settings
from domain.errors import Invalid, TooMany, from_problem
from tests.adapters.nats.lab import until
from tests.adapters.running import raised, up_with
from tests.builders import a_leak


def test_a_party_within_its_rate_is_not_held_up() -> None:
    rates = Rates("3/hour")
    for _ in range(3):
        rates.ask("joker")


def test_a_party_beyond_its_rate_is_told_after_how_many_seconds_it_may_ask_again() -> None:
    rates = Rates("3/hour")
    for _ in range(3):
        rates.ask("joker")
    with pytest.raises(TooMany, match="more often than is allowed") as refused:
        rates.ask("joker")
    wait = refused.value.retry_after
    assert wait is not None
    assert 1 <= wait <= 3600
    assert f"after {wait} seconds" in str(refused.value)
    assert refused.value.expected == "at most 3/hour"


def test_one_party_s_rate_is_nobody_else_s() -> None:
    rates = Rates("1/hour")
    rates.ask("joker")
    rates.ask("kiwi")


def test_the_operator_may_always_act() -> None:
    rates = Rates("1/hour")
    for _ in range(10):
        rates.ask("operator")


def test_a_rate_may_be_off() -> None:
    rates = Rates("off")
    for _ in range(10_000):
        rates.ask("joker")


def test_every_one_of_several_rates_holds() -> None:
    rates = Rates("100/second; 2/hour")
    rates.ask("joker")
    rates.ask("joker")
    with pytest.raises(TooMany):
        rates.ask("joker")


def test_a_party_that_waited_is_let_in_again() -> None:
    rates = Rates("1/second")

    def let_in() -> bool:
        try:
            rates.ask("joker")
        except TooMany:
            return False
        return True

    async def scenario() -> None:
        assert let_in()
        await until(let_in)

    asyncio.run(scenario())


@pytest.mark.parametrize("wrong", ["", "fast", "0/minute", "-1/minute", "10/fortnight", "on"])
def test_what_is_no_rate_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(Invalid, match="6000/minute") as refused:
        Rates(wrong)
    assert refused.value.field == "VARSEL_RATE"


def test_the_default_rate_is_met_by_no_honest_system() -> None:
    assert Settings().rate == "6000/minute"


def test_the_time_to_wait_survives_the_wire() -> None:
    error = TooMany("too fast", retry_after=7)
    assert error.problem()["retry_after"] == 7
    back = from_problem(error.problem())
    assert isinstance(back, TooMany)
    assert (back.retry_after, back.status) == (7, 429)


def test_a_flooding_party_is_refused_nothing_is_stored_and_others_go_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", rate="20/hour", log_level="ERROR") as up:
            for _ in range(20):
                await up.ask("joker", "whoami")
            before = up.running.parts.ledger.position()
            concern = {"vendor": "zoopit", "concern": "odd-mail"}
            error = await raised(up.callers["joker"].call("raise_concern", {"with": concern}))
            assert isinstance(error, TooMany)
            assert error.retry_after
            assert up.running.parts.ledger.position() == before
            await up.take(a_leak())
            assert (await up.ask("kiwi", "whoami"))["id"] == "kiwi"
            assert await up.operator.call("health", {})

    asyncio.run(scenario())
