"""A vendor's forms: the worst day's first report, naming, telling, revising, ending."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.adapters.console.browsing import Browser, browser, incident, inputs, main_of, told
from tests.adapters.running import Up, up_with
from tests.builders import a_claim, a_leak, a_naming, a_revision, people

LEAK = {"incident": "leak", "nature": "confidentiality"}
ROW = {"people__0__group": "customers", "people__0__role": "exposed"}


async def types(platform: Up, party: str = "zoopit") -> list[str]:
    await platform.settled()
    return [row["type"] for row in await platform.ask(party, "timeline")]


async def sent(reader: Browser, path: str, **said: Any) -> None:
    """Send a form that is to be taken."""
    await reader.send(path, **said)
    assert reader.status == 303, main_of(reader.page)


def test_a_first_report_needs_no_more_than_a_name_what_was_harmed_and_who(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            up_with(tmp_path, http_port=0) as platform,
            browser(platform, "zoopit") as reader,
        ):
            await sent(reader, "/report", **LEAK, **ROW)
            await reader.open(reader.headers["location"])
            assert "Name clients that are touched" in main_of(reader.page)
            assert await types(platform) == ["VendorReportedLeak"]

    asyncio.run(story())


def test_a_first_report_can_hold_all_that_is_known(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            up_with(tmp_path, http_port=0) as platform,
            browser(platform, "zoopit") as reader,
        ):
            data = {
                "people__0__data__present": ["name", "email"],
                "people__0__data__absent": "health",
            }
            claim = {"claims__0__about": "cause", "claims__0__says": "an open door"}
            knew = {"aware__stage": "aware", "aware__when__day": "2026-03-01"}
            total = {"totals__0__of": "exposed", "totals__0__count__n": "1 200"}
            system = {"systems__0__name": "archive", "systems__0__affected": "yes"}
            period = {"data_period__kind": "before", "data_period__day": "2022"}
            more = {**claim, **knew, **total, **system, **period, "stem": "abc"}
            await sent(reader, "/report", **LEAK, **ROW, **data, **more)
            assert await types(platform) == ["VendorReportedLeak", "AwarenessStated"]
            facts = (await platform.ask("zoopit", "facts", incident="leak"))["facts"]
            assert facts["people"][0]["data"]["present"] == ["name", "email"]
            assert facts["claims"][0]["value"] == "an open door"
            assert facts["totals"][0]["count"] == 1200
            assert facts["systems"][0]["name"] == "archive"
            assert facts["data_period"] == {"before": "2022"}

    asyncio.run(story())


def test_a_report_that_lacks_something_keeps_what_was_typed(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            up_with(tmp_path, http_port=0) as platform,
            browser(platform, "zoopit") as reader,
        ):
            typed = {"title": "A copy is for sale", "people__0__data__present": "email"}
            await reader.send("/report", **typed, people__0__group="customers", upstream="other")
            assert reader.status == 422
            for name in ("incident", "nature", "people.0.role"):
                assert f'href="#{name}"' in reader.page
            assert inputs(reader.page)["title"] == "A copy is for sale"
            assert 'value="email" aria-label="e-mail address: there" checked' in reader.page
            assert '<details class="field" open>' in reader.page  # what is typed there is in sight
            assert await types(platform) == []

    asyncio.run(story())


def test_of_many_pasted_clients_the_unknown_one_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            path = f"{await incident(platform, 'zoopit')}/name_clients"
            await reader.send(path, clients="kiwi\nnobody-here", sure="suspected")
            assert reader.status >= 400
            assert "Look for this line: nobody-here" in reader.page
            assert "kiwi\nnobody-here</textarea>" in reader.page

    asyncio.run(story())


def test_clients_are_named_as_they_are_pasted_with_their_numbers(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            path = f"{await incident(platform, 'zoopit')}/name_clients"
            await sent(reader, path, clients="Kiwi, 1 200\r\n\r\njoker;\r\n", sure="confirmed")
            await platform.settled()
            board = await platform.ask("zoopit", "board", incident="leak")
            said = {line["client"]: (line["sure"], line["count"]) for line in board["clients"]}
            assert said == {
                "joker": ("confirmed", "unknown"),
                "kiwi": ("confirmed", 1200),
            }

    asyncio.run(story())


def test_a_line_that_names_no_client_is_sent_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            path = f"{await incident(platform, 'zoopit')}/name_clients"
            await reader.send(path, clients="kiwi = 12", sure="confirmed")
            assert reader.status == 422
            assert "one client a line" in reader.page

    asyncio.run(story())


def test_telling_offers_those_that_are_named_and_were_not_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"))
            await platform.settled()
            path = f"{await incident(platform, 'zoopit')}/notify_clients"
            assert "kiwi</textarea>" in (await reader.open(path)).page
            await sent(reader, path, whom="listed", clients="kiwi", channel="phone")
            assert "ClientNotified" in await types(platform, "kiwi")

    asyncio.run(story())


def test_telling_all_leaves_nobody_out(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"))
            await platform.settled()
            path = f"{await incident(platform, 'zoopit')}/notify_clients"
            await sent(reader, path, whom="all", channel="platform")
            assert "ClientNotified" in await types(platform, "kiwi")

    asyncio.run(story())


def test_a_revised_claim_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_revision(claims=[a_claim("c1", "cause", value="an open door")]))
            await platform.settled()
            path = f"{await incident(platform, 'zoopit')}/revise_facts?claim=c1"
            await reader.open(path)
            assert '<option value="c1" selected>' in reader.page
            stem = inputs(reader.page)["stem"]
            claim = {"claims__0__about": "cause", "claims__0__says": "a stolen key"}
            more = {**claim, "claims__0__supersedes": "c1", "stem": stem}
            await sent(reader, path, reason="correction", **more)
            await platform.settled()
            claims = (await platform.ask("joker", "facts", incident="leak"))["facts"]["claims"]
            assert [one["value"] for one in claims] == ["a stolen key"]

    asyncio.run(story())


def test_a_revision_sent_twice_is_recorded_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            path = f"{await incident(platform, 'zoopit')}/revise_facts"
            hidden = inputs((await reader.open(path)).page)
            said = {name: hidden[name] for name in ("csrf", "command", "stem")}
            said |= {"reason": "new_knowledge", "claims.0.about": "cause", "claims.0.holds": "yes"}
            for _ in range(2):
                assert (await reader.post(path, said)).status == 303
            assert (await types(platform)).count("FactsRevised") == 1

    asyncio.run(story())


def test_news_for_one_client_reach_it_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"))
            await platform.settled()
            path = f"{await incident(platform, 'zoopit')}/update_client?client=joker"
            count = {"count__kind": "about", "count__n": "300"}
            await sent(reader, path, client="joker", reason="We counted.", **count)
            assert "ClientUpdated" in await types(platform, "joker")
            assert "ClientUpdated" not in await types(platform, "kiwi")

    asyncio.run(story())


def test_a_vendors_statement_is_held_against_its_own_facts(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            up_with(tmp_path, http_port=0) as platform,
            browser(platform, "zoopit") as reader,
        ):
            await platform.take(a_leak(people=[people(data={"present": ["email"]})]))
            await platform.settled()
            path = f"{await incident(platform, 'zoopit')}/make_statement"
            said = {"id": "press", "audience": "press", "channel": "interview"}
            words = "Your e-mail address was not exposed."
            await reader.send(path, **said, words=words, visibility="shared")
            assert reader.status == 200
            assert "contradicts" in main_of(reader.page)
            assert "StatementMade" not in await types(platform)

    asyncio.run(story())


def test_every_other_verb_of_a_vendor_can_be_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            at = await incident(platform, "zoopit")
            knew = {"stage": "aware", "when__day": "2026-03-01", "how": "a call"}
            await sent(reader, f"{at}/state_awareness", **knew)
            await sent(reader, f"{at}/take_measure", kind="fix", status="done", visibility="shared")
            await sent(reader, f"{at}/inform_others", who="police")
            filed = {"authority": "NO/datatilsynet", "stage": "new", "capacity": "own_controller"}
            await sent(reader, f"{at}/notify_regulator", **filed)
            await sent(reader, f"{at}/record_reply", authority="NO/datatilsynet", kind="receipt")
            await sent(reader, f"{at}/clear_client", client="joker", reason="Not its data.")
            await sent(reader, f"{at}/close_incident", reason="All is done.")
            said = set(await types(platform))
            assert said >= {
                *("AwarenessStated", "MeasureTaken", "OthersInformed", "RegulatorNotified"),
                *("AuthorityReplied", "ClientCleared", "IncidentClosed"),
            }
            assert f"{at}/revise_facts" not in (await reader.open(at)).page

    asyncio.run(story())
