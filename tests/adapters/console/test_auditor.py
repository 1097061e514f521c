"""What an auditor sees of the parties in its scope, and that every number leads to its events."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.adapters.console.auditing import across, links, scoped
from tests.adapters.console.browsing import browser, main_of, told
from tests.adapters.running import Up
from tests.builders import (
    a_claim,
    a_clearing,
    a_concern,
    a_leak,
    a_notice,
    an_acknowledgement,
    step,
)

SAID = "We are told that names and delivery times may be out."


async def collided(platform: Up) -> None:
    """The client says in public more than the vendor's notice to it."""
    notice = a_claim("n", about="data", holds="possible", data={"present": ["name"]})
    said = a_claim(
        "j", about="data", holds="possible", data={"present": ["name", "delivery_time"]}, words=SAID
    )
    shared = {"incident": "leak", "id": "notice", "audience": "clients", "channel": "notice"}
    await platform.take(
        step("zoopit", "make_statement", **shared, claims=[notice], visibility="shared"),
        step("joker", "make_statement", **{**shared, "id": "to-all", "claims": [said]}),
    )
    await platform.settled()


def test_each_count_opens_its_list_and_each_entry_there_leads_to_an_event(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(an_acknowledgement())
            await platform.settled()
            await reader.open("/")
            lists = links(reader.page, "/scope/duties?")
            assert any("status=open" in one for one in lists)
            for one in lists:
                await reader.open(one)
                events = links(reader.page, "/events/")
                assert events, one
                for event in dict.fromkeys(events):
                    assert event.endswith("?party=joker")
                    assert (await reader.open(event)).status == 200

    asyncio.run(story())


def test_the_counts_are_those_of_the_duties_as_they_stand(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(an_acknowledgement())
            await platform.settled()
            duties = await platform.ask("joker", "obligations")
            running = [one for one in duties if one["status"] == "open"]
            await reader.open("/")
            found = re.search(r'status=open[^"]*">(\d+)<', reader.page)
            assert found is not None
            assert int(found.group(1)) == len(running)
            await reader.open("/scope/duties?status=open&duty=gdpr.33-1")
            assert main_of(reader.page).count("GDPR Art. 33(1)") == 1
            assert "GDPR Art. 33(5)" not in main_of(reader.page)

    asyncio.run(story())


def test_nobody_outside_the_scope_is_named_or_reached(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(a_notice("kiwi"))
            await platform.settled()
            at = await across(reader)
            for path in ("/", at, "/scope/duties", "/scope/collisions", "/scope/registers"):
                assert (await reader.open(path)).status == 200
                assert "kiwi" not in reader.page.lower(), path
            for path in ("/scope/duties?party=kiwi", "/scope/kiwi/timeline.csv"):
                assert (await reader.open(path)).status == 404

    asyncio.run(story())


def test_for_whoever_is_no_auditor_there_are_no_such_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            for path in ("/scope", "/scope/duties", "/scope/collisions", "/scope/registers"):
                assert (await reader.open(path)).status == 404
            assert (await reader.open("/scope/joker/register.csv")).status == 404

    asyncio.run(story())


def test_an_incident_is_shown_as_each_party_in_scope_saw_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(a_notice("kiwi"), an_acknowledgement("kiwi"))
            await scoped(platform, "zoopit", "joker", "kiwi")
            await across(reader)
            for party in ("zoopit", "joker", "kiwi"):
                assert f"?party={party}" in reader.page
            assert "The notice was not acknowledged." in reader.page
            heads = re.findall(r'<text x="4" y="\d+">([^<]+)</text>', reader.page)
            assert sorted(heads) == ["joker", "kiwi", "zoopit"]
            [marked] = set(
                re.findall(r'<a href="(/events/[^"?]+\?party=zoopit)" aria', reader.page)[:1]
            )
            assert (await reader.open(marked)).status == 200

    asyncio.run(story())


def test_with_many_parties_each_has_a_row(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            more = [f"shop-{n}" for n in range(4)]
            for shop in more:
                await platform.add(shop, "client")
            await platform.take(a_notice(*more))
            await scoped(platform, "joker", *more)
            await reader.open("/")
            [at] = dict.fromkeys(links(reader.page, "/scope/incidents/"))
            await reader.open(at)
            assert main_of(reader.page).count("NATS feed") == 0
            for shop in more:
                assert f'<th scope="row">{shop}' in reader.page

    asyncio.run(story())


def test_a_collision_names_what_collides_and_leads_to_both_events(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await collided(platform)
            said = {
                one["data"].get("statement"): one["event"]
                for one in await platform.ask("joker", "timeline")
            }
            for path in ("/scope/collisions", await across(reader)):
                await reader.open(path)
                assert "delivery time: the vendor&#39;s notice says nothing of it" in reader.page
                assert SAID in reader.page
                for statement in ("to-all", "notice"):
                    assert f'href="/events/{said[statement]}?party=joker"' in reader.page

    asyncio.run(story())


def test_what_a_party_learnt_stands_with_the_instant_and_with_who_did_not(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            revision = {"incident": "leak", "reason": "new_knowledge"}
            cause = a_claim("why", about="cause", value="a hole")
            revised = step("zoopit", "revise_facts", **revision, claims=[cause])
            await platform.take(a_clearing(), revised)
            await scoped(platform, "zoopit", "joker")
            await across(reader)
            row = next(
                one
                for one in re.findall(r"<tr>.*?</tr>", reader.page, re.DOTALL)
                if "a hole" in one
            )
            assert "zoopit: <a" in row
            assert "not told: joker" in row

    asyncio.run(story())


def test_the_registers_of_the_scope_can_be_read_and_taken_along(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await reader.open("/scope/registers?party=joker")
            assert "Records of breaches" in reader.page
            [at] = links(reader.page, "/scope/joker/register.csv")
            await reader.open(at)
            assert reader.headers["content-type"].startswith("text/csv")
            assert reader.page.startswith("incident,vendor,first_known_at")
            assert "zoopit" in reader.page
            await reader.open("/scope/joker/timeline.csv?as_of=2020-01-01")
            assert reader.page.count("\n") == 1
            assert (await reader.open("/scope/joker/board.csv")).status == 404

    asyncio.run(story())


def test_an_incident_that_nobody_in_scope_knows_is_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(a_leak("other"), a_notice("kiwi").having(incident="other"))
            await platform.settled()
            rows = await platform.ask("kiwi", "timeline")
            theirs = next(one["incident"] for one in rows if one["incident"])
            for incident in (theirs, "00000000-0000-4000-8000-000000000000"):
                assert (await reader.open(f"/incidents/{incident}")).status == 404

    asyncio.run(story())


def test_what_a_client_knew_before_the_vendor_spoke_counts_as_known(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.add("spar", "client")
            knew = {"stage": "aware", "when": "2024-03-01", "how": "odd mails"}
            await platform.take(a_concern("spar", aware=knew))
            await platform.settled()
            [concern] = [
                one["incident"]
                for one in await platform.ask("spar", "timeline")
                if one["type"] == "ClientRaisedConcern"
            ]
            await platform.take(a_leak("odd", answers=concern))
            await scoped(platform, "spar")
            rows = await platform.ask("spar", "timeline")
            [about] = [one["incident"] for one in rows if one["type"] == "ClientNotified"]
            await reader.open(f"/scope/incidents/{about}")
            assert "1 Mar 2024, odd mails" in main_of(reader.page)

    asyncio.run(story())
