"""Several processes admit parties: nobody's push undoes what another process has cut off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters import confirming, logs
from adapters.accounts import MISSED, Accounts
from adapters.admission import Admission
from adapters.nats import mint
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import AccountRefused, CredentialsRefused, Disconnected, Unanswered
from adapters.nats.tenancy import Tenancy
from adapters.store.vault import MemoryVault, Vault
from domain.desk import Request
from domain.errors import Refused, Unavailable
from projections import feed_index
from projections.rows import MemoryRows, Row, Rows
from tests.adapters.nats.lab import TOLERATED, now, until
from tests.adapters.running import Up, raised, up_with

pytestmark = TOLERATED
GONE = (CredentialsRefused, Disconnected, Unanswered)


class Held(Tenancy):
    """What another process pushes, held back until it is let go; `dies` when it has pushed."""

    def __init__(self, tenancy: Tenancy) -> None:
        self.__dict__.update(tenancy.__dict__)
        self.reached, self.gate, self.dies = asyncio.Event(), asyncio.Event(), False

    async def push_account(self, jwt: str) -> None:
        self.reached.set()
        await self.gate.wait()
        await super().push_account(jwt)
        if self.dies:
            raise KilledError


class KilledError(Exception):
    """The process ends here."""


@asynccontextmanager
async def another(platform: Up) -> AsyncGenerator[tuple[Admission, Held]]:
    """The admission of another process: the same ledger and vault, a connection of its own."""
    here, parts = platform.admission, platform.running.parts
    creds = Credentials.parse(here._trust.system_creds(now()))
    system = await connect(platform.running.url, creds, name="another")
    try:
        held = Held(Tenancy(system, platform.nc))
        accounts = Accounts(here.floors._vault)
        yield (
            Admission(
                parts.desk,
                here.floors._vault,
                accounts,
                here._trust,
                held,
                parts.clock,
                parts.write,
                platform.running.url,
            ),
            held,
        )
    finally:
        await system.close()


def request(verb: str, command: str, **fields: str) -> Request:
    return Request("operator", verb, command, {"id": "joker", **fields})


async def is_out(platform: Up, creds: str) -> bool:
    try:
        caller = await platform.speak("joker", creds)
    except GONE:
        return True
    await caller._nc.close()
    return False


def play(folder: Path, story: Callable[[Up, Admission, Held], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with up_with(folder) as platform, another(platform) as (admission, held):
            await story(platform, admission, held)

    asyncio.run(scenario())


async def overtaken(platform: Up, admission: Admission, held: Held) -> str:
    """One process gives, and before it has told NATS, another one revokes; the creds cut off."""
    cut = str(platform.given["joker"]["creds"])
    short = platform.given["joker"]["credentials"][0]["short"]
    giving = asyncio.create_task(admission.give(request("party_issue", "slow")))
    await held.reached.wait()
    await platform.admission.revoke(request("party_revoke", "quick", credential=short))
    assert await is_out(platform, cut)
    held.gate.set()
    await asyncio.wait({giving})
    held.failed = giving.exception()  # type: ignore[attr-defined]  # for whoever looks
    return cut


def test_an_older_push_that_comes_last_does_not_undo_a_revocation(tmp_path: Path) -> None:
    async def story(platform: Up, admission: Admission, held: Held) -> None:
        cut = await overtaken(platform, admission, held)
        assert held.failed is None  # type: ignore[attr-defined]  # see there
        assert await is_out(platform, cut)

    play(tmp_path, story)


def test_nor_where_the_process_that_was_overtaken_ends_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "LOOK", 0.1)

    async def story(platform: Up, admission: Admission, held: Held) -> None:
        held.dies = True
        cut = await overtaken(platform, admission, held)
        assert isinstance(held.failed, KilledError)  # type: ignore[attr-defined]  # see there
        assert not await is_out(platform, cut)
        await until(lambda: is_out(platform, cut))

    play(tmp_path, story)


def test_a_process_that_ends_before_it_has_told_nats_has_cut_off_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirming, "LOOK", 0.1)
    monkeypatch.setattr(confirming, "AFTER", 0.1)

    async def story(platform: Up, _: Admission, __: Held) -> None:
        old, parts = platform.callers["joker"], platform.running.parts
        revoke = request("party_revoke", "crashed")
        await parts.write(lambda: parts.desk.give(revoke, (), parts.clock()))
        await until(lambda: not old._nc.is_connected)
        assert await is_out(platform, str(platform.given["joker"]["creds"]))

    play(tmp_path, story)


def test_a_retry_at_another_process_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    async def story(platform: Up, admission: Admission, held: Held) -> None:
        held.gate.set()
        asked = request("party_issue", "lost")
        given = await platform.admission.give(asked)
        assert await platform.admission.give(asked) == given
        error = await raised(admission.give(asked))
        assert isinstance(error, Refused)
        assert "varsel party issue joker" in (error.next_step or "")
        await platform.speak("joker", given["creds"])

    play(tmp_path, story)


# --- accounts ----------------------------------------------------------------------------------


class Counting(MemoryVault):
    """Counts how often all names are asked for."""

    looks = 0

    def names(self, prefix: str) -> list[str]:
        self.looks += 1
        return super().names(prefix)


def test_a_party_that_another_process_let_in_is_known_at_once() -> None:
    vault = MemoryVault()
    here, there = Accounts(vault), Accounts(vault)
    joker = mint.public_key(there.seed_of("joker"))
    assert here.party_of(joker) == "joker"
    kiwi = mint.public_key(there.seed_of("kiwi"))
    assert here.key_of("kiwi") == kiwi
    assert here.all() == ["joker", "kiwi"]


def test_a_key_that_is_nobodys_is_looked_for_once_a_second() -> None:
    vault, time = Counting(), [10.0]
    accounts = Accounts(vault, lambda: time[0])
    before = vault.looks
    for _ in range(3):
        assert accounts.party_of("nobody's") is None
    assert vault.looks == before + 1
    time[0] += MISSED
    assert accounts.party_of("nobody's") is None
    assert vault.looks == before + 2


def test_a_missed_key_keeps_no_other_from_being_looked_for() -> None:
    vault = MemoryVault()
    here, there = Accounts(vault), Accounts(vault)
    assert here.party_of("nobody's") is None
    assert here.party_of(mint.public_key(there.seed_of("joker"))) == "joker"


def test_two_processes_that_make_an_account_at_once_make_the_same() -> None:
    class Quicker(MemoryVault):
        """Between a look and what follows, the other process makes the account."""

        def get(self, name: str) -> bytes | None:
            found = super().get(name)
            if found is None:
                super().put(name, mint.new_seed("account").encode())
            return found

    vault: Vault = Quicker()
    made = Accounts(vault).seed_of("joker")
    assert Accounts(vault).seed_of("joker") == made


def test_one_account_that_nats_refuses_keeps_nobody_else_out_and_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with up_with(tmp_path / "data") as platform, another(platform) as (_, held):
            admission, jwts = platform.admission, list[str]()
            full = AccountRefused("the resolver did not take an account", got="store is full")

            async def push(jwt: str) -> None:
                if not jwts:
                    jwts.append(jwt)
                    raise full
                jwts.append(jwt)

            held.push_account = push  # type: ignore[method-assign]  # a resolver that is full
            admission._tenancy = held
            await admission.admit_all()

            assert len(jwts) == len(admission._accounts.all())
            assert len(admission.refused) == 1
            (trouble,) = platform.running.platform.health()["troubles"]
            assert "NATS refused 1 accounts" in trouble

    asyncio.run(story())


def test_a_known_account_that_the_vault_has_lost_is_kept_again() -> None:
    vault = MemoryVault()
    accounts = Accounts(vault)
    seed = accounts.seed_of("joker")
    vault.destroy("account/joker")  # the database failed over to one that was behind
    assert accounts.seed_of("joker") == seed
    assert Accounts(vault).seed_of("joker") == seed


def test_an_account_that_another_process_made_since_takes_the_place_of_the_known_one() -> None:
    vault = MemoryVault()
    accounts = Accounts(vault)
    accounts.seed_of("joker")
    key = accounts.key_of("joker")
    assert key is not None
    vault.destroy("account/joker")
    other = Accounts(vault).seed_of("joker")
    assert accounts.seed_of("joker") == other
    assert accounts.key_of("joker") == mint.public_key(other)
    assert accounts.party_of(key) is None


def test_a_change_on_a_page_before_one_that_cannot_be_read_is_confirmed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pages = list[int]()

    def failing(number: int, _limit: int, _rows: Rows) -> list[Row]:
        pages.append(number)
        if len(pages) == 2:
            raise Unavailable("no connection of the pool is free")
        row = {"feed": "joker", "number": 1, "subject": "feed.joker._.CredentialRevoked"}
        return [row] if number == 0 else []

    monkeypatch.setattr(feed_index, "after", failing)

    async def admit(party: str) -> None:
        raise AssertionError(party)

    following = confirming.Confirming(MemoryRows, admit, logs.get())
    with pytest.raises(Unavailable):
        following._changed()
    assert following._changed() == {"joker"}
