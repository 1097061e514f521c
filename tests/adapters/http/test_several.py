"""Each request may land on another process: who is logged in here is logged in there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from adapters.http.calendars import Calendars
from adapters.http.oidc import Oidc
from adapters.http.sessions import LINK_LASTS, Sessions
from adapters.store.vault import MemoryVault
from domain.party import API_KEY
from projections import credentials
from projections.rows import MemoryRows
from tests.adapters.http.identity_provider import IdentityProvider
from tests.adapters.http.lab import Door
from tests.adapters.http.test_oidc import admit, browser, log_in, play, token_of
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED
NOW = datetime(2026, 2, 27, 12, 0, tzinfo=UTC)


class House:
    """What the processes of one platform share: a vault, and when a party last lost a key."""

    def __init__(self) -> None:
        self.vault, self.now = MemoryVault(), NOW
        self.cut: dict[str, datetime] = {}

    def process(self) -> Sessions:
        return Sessions(self.vault, lambda: self.now, self.cut.get)


def test_a_session_that_one_process_begins_is_found_and_ended_at_any() -> None:
    house = House()
    here, there = house.process(), house.process()
    token = here.begin("joker", "a-person")
    found = there.find(token)
    assert found is not None
    assert (found.party, found.user) == ("joker", "a-person")
    there.end(token)
    assert here.find(token) is None


def test_a_login_link_opens_once_at_whichever_process() -> None:
    house = House()
    here, there = house.process(), house.process()
    token = here.link("joker")
    entered = there.enter(token)
    assert entered is not None
    assert here.find(entered) is not None
    assert here.enter(token) is None


def test_what_is_over_is_over_at_every_process() -> None:
    house = House()
    here, there = house.process(), house.process()
    link, session = here.link("joker"), here.begin("joker")
    house.cut["joker"] = NOW
    assert (there.find(session), there.enter(link)) == (None, None)
    house.cut.clear()
    house.now += LINK_LASTS
    assert there.enter(link) is None
    there.sweep()
    assert [*house.vault.names("login/")] == []
    assert here.find(session) is not None


def test_a_person_may_set_out_at_one_process_and_come_back_to_another(tmp_path: Path) -> None:
    async def story(door: Door, idp: IdentityProvider) -> None:
        await admit(door, idp)
        here = door.house.oidc
        assert here is not None
        there = object.__new__(Oidc)
        there.__dict__.update(here.__dict__)
        there._sessions = Sessions(here._vault, here._clock, lambda _: None)

        async def elsewhere(_: object) -> None:
            """After the first answer, the other process is asked."""
            object.__setattr__(door.house, "oidc", there)

        async with browser(door) as client:
            client.event_hooks["response"] = [elsewhere]
            answer = await log_in(client)
        assert door.house.oidc is there
        session = door.house.sessions.find(token_of(answer))
        assert session is not None
        assert session.party == "joker"

    play(tmp_path, story)


# --- calendars ---------------------------------------------------------------------------------


def calendars() -> tuple[MemoryVault, list[Calendars]]:
    """Two processes, and a party that holds a key."""
    vault, rows = MemoryVault(), MemoryRows()
    held = {"credential": "k", "kind": API_KEY, "issued_at": "2026-02-27", "revoked_at": None}
    rows.put(credentials.CREDENTIALS, "joker", "k", held)
    return vault, [Calendars(vault, lambda: rows, "https://here") for _ in range(2)]


def secret_in(link: str) -> str:
    return link.rpartition("/")[2].removesuffix(".ics")


def test_a_calendars_address_is_good_at_every_process_until_any_ends_it() -> None:
    vault, (here, there) = calendars()
    secret = secret_in(here.link("joker"))
    assert there.party_of(secret) == "joker"
    assert there.unlink("joker")
    assert here.party_of(secret) is None
    assert not here.unlink("joker")
    assert vault.names("calendar") == []


def test_of_two_addresses_made_at_once_one_leads_somewhere() -> None:
    vault, (here, there) = calendars()
    secrets: list[str] = []
    plain = vault.put

    def overtaken(name: str, secret: bytes) -> None:
        """The other process makes one between the two things that are put."""
        plain(name, secret)
        if not secrets:
            secrets.append("")
            secrets[0] = secret_in(there.link("joker"))

    vault.put = overtaken  # type: ignore[method-assign]  # the moment between
    secrets.append(secret_in(here.link("joker")))
    assert [here.party_of(one) for one in secrets] == [None, "joker"]
    assert there.unlink("joker")
    assert [there.party_of(one) for one in secrets] == [None, None]
