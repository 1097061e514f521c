"""The vendor's pages: what it sees of its incident, its clients and what was said before."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.adapters.console.browsing import browser, incident, main_of, told
from tests.adapters.running import up_with
from tests.builders import (
    a_claim,
    a_concern,
    a_leak,
    a_mandate,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    an_acknowledgement,
    people,
    step,
)


def test_the_first_page_counts_the_clients_of_each_own_incident(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"), an_acknowledgement())
            await platform.settled()
            page = main_of((await reader.open("/")).page)
            assert "A copy of old data" in page
            for said in ("2 touched", "1 told", "1 acknowledged", "named, but not told"):
                assert said in page

    asyncio.run(story())


def test_the_board_shows_who_is_silent_and_leads_to_the_events_behind_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"), an_acknowledgement())
            await platform.settled()
            at = await incident(platform, "zoopit")
            page = main_of((await reader.open(at)).page)
            board = await platform.ask("zoopit", "board", incident="leak")
            lines = {line["client"]: line for line in board["clients"]}
            for event in (lines["joker"]["notified_by"], lines["joker"]["acknowledged_by"]):
                assert f'href="/events/{event}"' in page
            rows = page[page.index('id="board"') :]
            assert "not told" in rows
            assert rows.index(">kiwi ") < rows.index(">joker ")  # who needs attention stands first

    asyncio.run(story())


def test_the_board_is_filtered_by_the_address_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_naming("kiwi"))
            await platform.settled()
            at = await incident(platform, "zoopit")
            for show, there, lacking in (("told", "joker", "kiwi"), ("untold", "kiwi", "joker")):
                await reader.open(f"{at}?show={show}")
                board = reader.page[reader.page.index('class="stack plain board"') :]
                board = board[: board.index("</table>")]
                assert there in board
                assert lacking not in board
            assert (await reader.open(f"{at}?show=nonsense")).status == 404

    asyncio.run(story())


def test_a_fact_shows_what_was_said_of_it_before(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            guess = a_claim("c1", "cause", value="an open door")
            better = a_claim("c2", "cause", value="a stolen key", supersedes="c1")
            await platform.take(a_revision(claims=[guess]), a_revision(claims=[better]))
            await platform.settled()
            at = await incident(platform, "zoopit")
            page = main_of((await reader.open(at)).page)
            facts = page[
                page.index('id="facts"') : page.index("</section>", page.index('id="facts"'))
            ]
            assert "a stolen key" in facts
            gone = re.findall(r'<div class="gone">(.*?)</div>', facts, re.DOTALL)
            assert any("an open door" in one for one in gone)

    asyncio.run(story())


def test_an_open_question_stands_first_and_its_text_beside_the_answer(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            await platform.take(a_question())
            await platform.settled()
            at = await incident(platform, "zoopit")
            page = main_of((await reader.open(at)).page)
            assert "How many of ours?" in page
            path = f"{at}/answer?client=joker&question=how-many"
            assert "How many of ours?" in main_of((await reader.open(path)).page)
            said = {"client": "joker", "question": "how-many", "text": "About a hundred."}
            await reader.send(path, **said)
            assert reader.status == 303
            await platform.settled()
            board = await platform.ask("zoopit", "board", incident="leak")
            assert board["clients"][0]["open_questions"] == []

    asyncio.run(story())


def test_a_concern_is_answered_with_a_report(tmp_path: Path) -> None:
    async def story() -> None:
        async with up_with(tmp_path, http_port=0) as platform:
            await platform.take(a_concern("joker", text="Odd letters arrive."))
            await platform.settled()
            async with browser(platform, "zoopit") as reader:
                page = main_of((await reader.open("/")).page)
                assert "Odd letters arrive." in page
                found = re.search(r"/report\?answers=([0-9a-f-]+)", page)
                assert found is not None
                said = {"incident": "leak", "nature": "confidentiality", "answers": found[1]}
                row = {"people__0__group": "customers", "people__0__role": "exposed"}
                await reader.send(found.group(), **said, **row)
                assert reader.status == 303
                await platform.settled()
                facts = await platform.ask("joker", "facts", incident="leak")
                assert facts["facts"]["people"][0]["group"] == "customers"
                assert "/report?answers=" not in main_of((await reader.open("/")).page)

    asyncio.run(story())


def test_a_mandate_in_force_can_be_chosen_and_none_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            path = f"{await incident(platform, 'zoopit')}/notify_regulator"
            assert 'name="controllers"' not in (await reader.open(path)).page
            await platform.take(a_notice("kiwi"), a_mandate())
            await platform.settled()
            await reader.open(path)
            assert 'name="controllers" value="joker"' in reader.page
            assert 'value="kiwi"' not in reader.page
            said = {"authority": "NO/datatilsynet", "stage": "new", "capacity": "for_controllers"}
            await reader.send(path, **said, controllers="joker")
            assert reader.status == 303

    asyncio.run(story())


def test_a_vendor_that_is_a_client_too_sees_both_sides(tmp_path: Path) -> None:
    async def story() -> None:
        async with up_with(tmp_path, http_port=0) as platform:
            await platform.add("mailer", "vendor", "client")
            await platform.take(
                a_leak(title="Of the one above"),
                a_notice("mailer"),
                a_leak("mine", by="mailer", title="Of its own"),
            )
            await platform.settled()
            async with browser(platform, "mailer") as reader:
                page = main_of((await reader.open("/")).page)
                assert page.index("Of its own") < page.index("Of the one above")
                rows = await platform.ask("mailer", "timeline", incident="leak")
                at = f"/incidents/{rows[0]['incident']}"
                assert f'href="{at}/acknowledge' in (await reader.open(at)).page
                await reader.send(f"{at}/acknowledge")
                assert reader.status == 303

    asyncio.run(story())


def test_another_vendors_incident_is_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform:
            await platform.add("mailer", "vendor")
            at = await incident(platform, "zoopit")
            async with browser(platform, "mailer") as stranger:
                for path in (at, f"{at}/revise_facts", f"{at}/make_statement"):
                    assert (await stranger.open(path)).status == 404

    asyncio.run(story())


def test_many_clients_are_shown_page_by_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            extra = [f"shop-{n:02}" for n in range(55)]
            for one in extra:
                await platform.operator.call(
                    "party_add", {"with": {"id": one, "roles": ["client"]}}
                )
            await platform.take(a_naming(*extra))
            await platform.settled()
            at = await incident(platform, "zoopit")
            shown: set[str] = set()
            path, pages = at, 0
            while path:
                page = main_of((await reader.open(path)).page)
                shown |= set(re.findall(r'<th scope="row">(shop-\d\d|joker) ', page))
                found = re.search(r'href="(\?show=touched&amp;after=[^"#]+)', page)
                path, pages = (at + found[1].replace("&amp;", "&") if found else ""), pages + 1
            assert shown == {*extra, "joker"}
            assert pages == 2

    asyncio.run(story())


def test_no_page_of_a_vendor_needs_an_inline_script_or_style(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            at = await incident(platform, "zoopit")
            await reader.open(at)
            linked = set(re.findall(rf'href="({at}/[a-z_]+)"', reader.page))
            assert f"{at}/revise_facts" in linked
            for path in ("/", at, "/report", *sorted(linked)):
                await reader.open(path)
                assert reader.status == 200, path
                assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|<script>", reader.page)

    asyncio.run(story())


def test_a_hostile_question_is_shown_as_text(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as reader:
            hostile = "<script>alert(1)</script>"
            await platform.take(
                a_question(text=hostile),
                step("joker", "raise_concern", vendor="zoopit", concern="odd", text=hostile),
            )
            await platform.settled()
            for path in ("/", await incident(platform, "zoopit")):
                await reader.open(path)
                assert "&lt;script&gt;alert(1)" in main_of(reader.page)
                assert "<script>alert" not in reader.page

    asyncio.run(story())


def test_a_row_of_people_is_revised_from_what_stands_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with up_with(tmp_path, http_port=0) as platform:
            row = people(count={"about": 1200}, data={"present": ["email"], "absent": ["health"]})
            await platform.take(a_leak(people=[row]))
            await platform.settled()
            async with browser(platform, "zoopit") as reader:
                at = await incident(platform, "zoopit")
                await reader.open(f"{at}/revise_facts?people=customers&role=exposed")
                assert 'name="people.0.count.n" value="1200"' in reader.page
                ticked = re.findall(r'name="([^"]+)" value="([^"]+)"[^>]* checked', reader.page)
                assert ("people.0.data.present", "email") in ticked
                assert ("people.0.data.absent", "health") in ticked

    asyncio.run(story())
