"""No page's source holds anything of another tenant, however far its reader follows the links."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adapters.http.house import House
from tests.adapters.running import up
from tests.browser.chrome import Chrome
from tests.browser.crawling import Source, pages
from tests.builders import (
    a_customer_notice,
    a_leak,
    a_notice,
    a_question,
    an_acknowledgement,
    an_assessment,
    people,
    step,
)

# Names that are no words: two vendors, three clients, and auditors of some of them.
QUILL, FENNIC, BROME, ZINNA, OSMUND = "quillor", "fennick", "bromeli", "zinnarr", "osmundr"
MARIT, TORVE, OPERATOR = "maritau", "torvelin", "operator"
SCOPES = {MARIT: [BROME], TORVE: [ZINNA, FENNIC]}
MAY_SEE = {
    QUILL: {BROME, ZINNA, OSMUND},
    FENNIC: {ZINNA},
    BROME: {QUILL},
    ZINNA: {QUILL, FENNIC},
    OSMUND: set[str](),  # named by quillor, and told nothing yet
    MARIT: {BROME, QUILL},
    TORVE: {ZINNA, FENNIC, QUILL},
}


@asynccontextmanager
async def two_incidents(folder: Path) -> AsyncGenerator[House]:
    """Each vendor has one; zinnarr hears of both. Everybody's texts hold the name of the writer."""
    async with up(folder, http_port=0, log_level="ERROR", rate="off") as platform:
        for vendor in (QUILL, FENNIC):
            await platform.add(vendor, "vendor", name=f"{vendor} AS")
        for client in (BROME, ZINNA, OSMUND):
            await platform.add(client, "client", name=f"{client} Oy")
        for auditor, scope in SCOPES.items():
            await platform.add(auditor, "auditor", scope=scope)
        rows = [people(data={"present": ["email"]})]
        await platform.take(
            a_leak("one", by=QUILL, people=rows, title=f"{QUILL} lost a copy"),
            a_leak("two", by=FENNIC, people=rows, title=f"{FENNIC} lost a letter"),
            step(
                QUILL,
                "name_clients",
                incident="one",
                clients=[{"client": OSMUND, "sure": "suspected"}],
            ),
            a_notice(BROME, ZINNA, by=QUILL, incident="one"),
            a_notice(ZINNA, by=FENNIC, incident="two"),
        )
        for client in (BROME, ZINNA):
            await platform.take(
                an_acknowledgement(client).having(incident="one"),
                an_assessment(client, incident="one", why=f"{client} judges so"),
                a_customer_notice(client, incident="one", words=f"{client} is sorry"),
                a_question(client, incident="one", text=f"{client} asks"),
            )
        await platform.settled()
        house = platform.running.house
        assert house is not None
        yield house


@pytest.fixture(scope="module")
def house(chrome: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from chrome.held(two_incidents(tmp_path_factory.mktemp("tenants")))


@pytest.fixture(scope="module")
def crawled(chrome: Chrome, house: House) -> dict[str, list[Source]]:
    """By party: every page that it can come to."""

    async def story() -> dict[str, list[Source]]:
        found: dict[str, list[Source]] = {}
        for party in (*MAY_SEE, OPERATOR):
            async with chrome.desk(house, party) as desk:
                found[party] = [page async for page in pages(desk)]
        return found

    return chrome.run(story())


@pytest.mark.parametrize("party", MAY_SEE)
def test_no_page_of_a_party_holds_the_name_of_another_tenant(
    crawled: dict[str, list[Source]], party: str
) -> None:
    found = crawled[party]
    assert len([one for one in found if "<html" in one.html]) >= 4
    others = MAY_SEE.keys() - {party} - MAY_SEE[party]
    seen = {(one.path, name) for one in found for name in others if name in one.html.lower()}
    assert seen == set()
    mine = {name for one in found for name in MAY_SEE[party] if name in one.html.lower()}
    assert mine == MAY_SEE[party]


@pytest.mark.parametrize("party", [*MAY_SEE, OPERATOR])
def test_no_link_of_a_party_is_broken(crawled: dict[str, list[Source]], party: str) -> None:
    found = crawled[party]
    assert [(one.status, one.path) for one in found if one.status != 200] == []
    events = [one for one in found if one.path.startswith("/events/")]
    assert bool(events) == (party not in {OSMUND, OPERATOR})


def test_the_operator_reads_no_free_text(crawled: dict[str, list[Source]]) -> None:
    found = crawled[OPERATOR]
    for words in ("lost a copy", "lost a letter", "judges so", "is sorry", "bromeli asks"):
        assert [one.path for one in found if words in one.html] == []
