"""The audit report: what a party knew, did and owed, in one file that needs nothing else."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence import report, report_html, report_pdf, report_words
from domain.errors import NotFound, Unavailable
from tests.adapters.test_platform import Desk, play
from tests.builders import (
    Step,
    a_claim,
    a_filing,
    a_leak,
    a_notice,
    a_party,
    a_question,
    a_revision,
    a_statement,
    an_acknowledgement,
    an_assessment,
    step,
)

HOSTILE = '<script>alert(1)</script> #panic("x") ]*_ <img src=http://evil.example/x>'
STORY = (
    a_leak(
        title=f"Old data {HOSTILE}",
        people=[{"group": "customers", "role": "exposed", "data": {"present": ["email"]}}],
        claims=[a_claim("live", "live_systems_accessed", holds="no_sign", source="expert")],
    ),
    a_notice("joker"),
    an_acknowledgement(),
    a_revision(
        reason="reversal",
        claims=[a_claim("live", "live_systems_accessed", holds="yes", source="expert")],
    ),
    an_assessment(why=HOSTILE),
    a_filing("joker", reference="24/01234"),
    a_statement(
        "joker",
        "page",
        words="No e-mail address was taken.",
        claims=[a_claim("none", "data", holds="no", data={"present": ["email"]})],
    ),
    a_question(text="How many of ours?"),
)


async def gathered(made: Desk, by: str = "joker", party: str = "joker", **more: Any) -> Any:
    async def ask(question: str, about: dict[str, Any]) -> Any:
        return (await made.ask(by, question, **about))[question]

    asked = {"incident": None, "as_of": None, **more}
    return await report.gather(ask, party, asked["incident"], asked["as_of"], made.now)


def told(
    root: Path, *more: Step, by: str = "joker", party: str = "joker", **asked: Any
) -> dict[str, Any]:
    """A report's words."""
    found: list[dict[str, Any]] = []

    async def story(made: Desk) -> None:
        made_of = await gathered(made, by, party, **asked)
        found.append(report_words.told(made_of, report_words.teller(made_of)))

    play(root, story, *STORY, *more)
    return found[0]


def table(said: dict[str, Any], begins: str) -> list[list[str]]:
    [found] = [one for one in said["chapters"][0]["tables"] if one["title"].startswith(begins)]
    return [row["cells"] for row in found["rows"]]


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.said: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"href", "src", "action", "data", "poster", "srcset"}:
                self.addresses.append(str(value))
            if name == "id":
                self.ids.add(str(value))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(said: dict[str, Any]) -> Page:
    return Page(report_html.html(said).decode())


# --- what it says --------------------------------------------------------------------------------


def test_it_names_the_party_the_instant_and_the_law_packs_that_nobody_reviewed(
    said: dict[str, Any],
) -> None:
    lead = dict(said["lead"])
    assert lead["Party"] == "joker"
    assert lead["As of"] == "Mon 4 Mar 2024, 09:12 CET"
    assert "gdpr 2018-05-25 v1: unreviewed" in said["laws"]
    assert any("no legal advice" in one for one in said["laws"])


def test_it_says_what_the_party_knew_by_whose_word_and_whether_that_had_arrived(
    said: dict[str, Any],
) -> None:
    [claim] = [row for row in table(said, "What joker knew") if "no sign" in row[0]]
    assert claim[1] == "expert"
    assert "Client notified, zoopit" in claim[2]
    assert "acknowledgement" in claim[3]
    assert "Client updated" in claim[4]
    [newer] = [row for row in table(said, "What joker knew") if "yes" in row[0]]
    assert newer[3] == "joker: not arrived by then"


def test_it_lists_duties_with_both_conventions_the_reason_and_the_citation(
    said: dict[str, Any],
) -> None:
    [duty] = [row for row in table(said, "Duties") if "gdpr.33-1" in row[0]]
    assert "GDPR Art. 33(1)" in duty[0]
    assert {line.split(":")[0] for line in duty[3].split("\n")} == {"strict", "r1182"}
    assert duty[4].startswith("met")


def test_it_quotes_what_collides(said: dict[str, Any]) -> None:
    [collision] = table(said, "Public words")
    assert collision[:3] == ["page", "none", "contradicts"]
    assert "No e-mail address was taken." in collision[4]


def test_it_holds_the_record_of_breaches_and_every_event_with_its_id(said: dict[str, Any]) -> None:
    assert [row[0] for row in table(said, "Record of breaches")] == ["Effects", "Authority"]
    events = table(said, "Events")
    assert all(re.fullmatch(r"[0-9a-f-]{36}", row[4]) for row in events)
    assert any("How many of ours?" in row[3] for row in events)


def test_an_auditor_that_sees_the_vendor_too_reads_both_sides(tmp_path: Path) -> None:
    found = told(tmp_path, a_party("eye", "auditor", scope=["joker", "zoopit"]), by="eye")
    assert table(found, "What zoopit claimed")


def test_an_auditor_that_does_not_see_the_vendor_reads_one(tmp_path: Path) -> None:
    titles = [one["title"] for one in told(tmp_path, by="auditor")["chapters"][0]["tables"]]
    assert not [one for one in titles if "zoopit" in one]


def test_as_of_an_earlier_instant_it_holds_nothing_later(tmp_path: Path) -> None:
    found = told(tmp_path, as_of="2024-03-04T09:07:30+01:00", incident="leak")
    assert dict(found["lead"])["As of"] == "Mon 4 Mar 2024, 09:07 CET"
    assert [row[1] for row in table(found, "Events")] == [
        "Client notified",
        "Notice acknowledged",
    ]


def test_of_a_party_without_a_part_there_is_nothing_to_report(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        with pytest.raises(NotFound, match="nothing to report"):
            await gathered(made, "tokmanni", "tokmanni")

    play(tmp_path, story, *STORY)


def test_erased_text_is_not_in_it_and_that_it_was_erased_is(tmp_path: Path) -> None:
    erased = step("joker", "erase", incident="leak", why="mistake")
    page = report_html.html(told(tmp_path, erased)).decode()
    assert "How many of ours?" not in page
    assert "No e-mail address was taken." not in page
    assert "this text was erased on 2024-03-04" in page


# --- HTML ----------------------------------------------------------------------------------------


def test_the_page_has_no_script_and_fetches_nothing(page: Page) -> None:
    assert not {"script", "link", "iframe", "img", "object", "embed", "form"} & {*page.tags}
    assert page.addresses
    assert [one for one in page.addresses if not one.startswith("#")] == []


def test_marks_of_the_picture_lead_to_events_of_the_report(page: Page) -> None:
    assert "svg" in page.tags
    assert {one.removeprefix("#") for one in page.addresses} <= page.ids


def test_hostile_text_is_shown_as_it_was_written(page: Page) -> None:
    assert HOSTILE in "".join(page.said)


# --- PDF -----------------------------------------------------------------------------------------


def test_the_pdf_is_one_that_archives_take(said: dict[str, Any]) -> None:
    made = report_pdf.pdf(said, Desk().now)
    assert made.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in made
    assert b"Audit report: joker" in made  # its title, in metadata that are not compressed


def test_the_same_words_make_the_same_bytes(said: dict[str, Any]) -> None:
    assert report_pdf.pdf(said, Desk().now) == report_pdf.pdf(said, Desk().now)


def test_every_word_is_on_its_pages_and_nothing_is_taken_for_markup(said: dict[str, Any]) -> None:
    """Hostile text that Typst took for markup would stop it, and a picture shows more than none."""
    pages = report_pdf.pages(said, 40)
    assert len(pages) >= 2
    assert all(page.startswith(b"\x89PNG") for page in pages)


def test_without_typst_the_refusal_names_the_extra(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Unavailable, match=r"pip install varsel\[reports\]"):
        report_pdf.pdf(said, Desk().now)
