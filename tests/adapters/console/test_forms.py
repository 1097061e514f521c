"""Forms: nothing typed is lost, nothing is done twice, nothing comes from elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.adapters.console.browsing import browser, incident, inputs, main_of, told

HOSTILE = '"><script>alert(1)</script>'


def test_a_form_sent_twice_is_one_command(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            await reader.open(f"{at}/ask")
            hidden = inputs(reader.page)
            said = {"csrf": hidden["csrf"], "command": hidden["command"]}
            said |= {"question": "who-else", "text": "Who else?"}
            first = (await reader.post(f"{at}/ask", said)).headers["location"]
            assert (await reader.post(f"{at}/ask", said)).headers["location"] == first
            rows = await platform.ask("joker", "timeline")
            assert [row["type"] for row in rows].count("QuestionAsked") == 1

    asyncio.run(story())


def test_a_mistake_keeps_what_was_typed_and_says_at_its_field_what_to_do(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            await reader.send(f"{at}/ask", question=f"no slug {HOSTILE}", text=HOSTILE)
            assert reader.status == 422
            kept = inputs(reader.page)["question"]
            assert kept == f"no slug {HOSTILE}"
            assert 'id="question-wrong"' in reader.page
            assert 'aria-invalid="true"' in reader.page
            assert "<script>alert" not in reader.page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in reader.page

    asyncio.run(story())


def test_every_field_left_blank_that_must_not_be_is_named(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            await reader.send(f"{at}/state_awareness")
            assert reader.status == 422
            for name in ("stage", "when", "how"):
                assert f'href="#{name}"' in reader.page

    asyncio.run(story())


def test_a_form_without_the_sessions_token_is_shown_again_and_not_recorded(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            said = {"csrf": "0" * 64, "command": "c-1", "question": "q", "text": "kept"}
            await reader.post(f"{at}/ask", said)
            assert reader.status == 422
            assert "kept</textarea>" in reader.page
            rows = await platform.ask("joker", "timeline")
            assert "QuestionAsked" not in {row["type"] for row in rows}

    asyncio.run(story())


def test_what_another_site_sends_is_refused_even_with_the_token(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            await reader.open(f"{at}/acknowledge")
            hidden = inputs(reader.page)
            said = {"csrf": hidden["csrf"], "command": hidden["command"]}
            await reader.post(f"{at}/acknowledge", said, **{"sec-fetch-site": "same-site"})
            assert reader.status == 403
            rows = await platform.ask("joker", "timeline")
            assert "NoticeAcknowledged" not in {row["type"] for row in rows}

    asyncio.run(story())


def test_a_form_sent_after_the_session_was_lost_leads_to_the_login_and_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            reader.http.cookies.clear()
            await reader.post(f"{at}/ask", {"question": "q", "text": "typed"})
            assert reader.status == 303
            to = reader.headers["location"]
            assert to.endswith("%2Fask&lost=1")
            assert "nothing was recorded" in main_of((await reader.open(to)).page)

    asyncio.run(story())


def test_a_time_is_read_in_the_readers_zone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            said = {"when__kind": "at", "when__day": "2026-03-01", "when__hour": "09:30"}
            await reader.send(f"{at}/state_awareness", stage="aware", how="a call", **said)
            assert reader.status == 303
            rows = await platform.ask("joker", "timeline")
            [stated] = [row for row in rows if row["type"] == "AwarenessStated"]
            assert stated["data"]["awareness"]["when"] == "2026-03-01T09:30:00+01:00"

    asyncio.run(story())


def test_an_hour_that_the_clocks_leave_out_is_refused_at_its_field(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            said = {"when__kind": "at", "when__day": "2026-03-29", "when__hour": "02:30"}
            await reader.send(f"{at}/state_awareness", stage="aware", how="a call", **said)
            assert reader.status == 422
            assert "does not exist on that day" in reader.page

    asyncio.run(story())


def test_a_public_text_is_held_against_the_facts_before_it_is_recorded(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            path = f"{await incident(platform)}/notify_customers"
            said = {"audience": "customers", "channel": "email", "count.n": "1200"}
            said |= {"words": "Your personal data are safe. Your e-mail address was exposed."}
            await reader.send(path, **{k.replace(".", "__"): v for k, v in said.items()})
            assert reader.status == 200
            assert "contradicts" in main_of(reader.page)
            rows = await platform.ask("joker", "timeline")
            assert "CustomersNotified" not in {row["type"] for row in rows}

    asyncio.run(story())


def test_a_text_that_collides_is_recorded_once_its_writer_has_looked_at_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            path = f"{await incident(platform)}/make_statement"
            said = {"id": "press-1", "audience": "press", "channel": "website"}
            claims = {"claims.0.about": "personal_data_safe", "claims.0.holds": "yes"}
            claims |= {"claims.1.about": "personal_data", "claims.1.holds": "yes"}
            await reader.open(path)
            hidden = inputs(reader.page)
            own = {"csrf": hidden["csrf"], "command": hidden["command"]}
            await reader.post(path, {**own, **said, **claims})
            assert "contradicts" in main_of(reader.page)
            stamp = inputs(reader.page)["checked"]
            await reader.post(path, {**own, **said, **claims, "checked": stamp})
            assert reader.status == 200  # the collision was not looked at
            await reader.post(path, {**own, **said, **claims, "checked": stamp, "seen": "yes"})
            assert reader.status == 303
            rows = await platform.ask("joker", "timeline")
            assert [row["type"] for row in rows].count("StatementMade") == 1

    asyncio.run(story())


def test_a_mandate_is_granted_to_one_of_the_vendors_on_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            offered = main_of((await reader.open("/mandates/grant")).page)
            assert '<option value="zoopit">' in offered
            await reader.send("/mandates/grant", vendor="zoopit", scope="full")
            assert reader.status == 303
            assert '<option value="zoopit">' in (await reader.open("/mandates/revoke")).page
            assert 'value="zoopit"' in (await reader.open("/concern")).page

    asyncio.run(story())


def test_a_refusal_is_told_in_the_readers_language(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            reader.http.cookies.set("varsel_language", "fi")
            at = await incident(platform)
            said = {"when__kind": "at", "when__day": "2999-03-01", "when__hour": "09:30"}
            await reader.send(f"{at}/state_awareness", stage="aware", how="a call", **said)
            assert reader.status == 422
            assert "tämä on tulevaisuudessa" in reader.page

    asyncio.run(story())
