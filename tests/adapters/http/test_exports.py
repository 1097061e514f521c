"""What people take along: tables, and a calendar at a secret address."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from icalendar import Calendar

from adapters.evidence import bundle_parts, verify
from tests.adapters.http.lab import Door, problem, tell
from tests.adapters.http.test_commands import play
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED


def test_timeline_duties_and_register_come_as_tables(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        for name in ("timeline", "obligations", "register"):
            answer = await joker.get(f"/v1/{name}.csv")
            assert answer.headers["content-type"].startswith("text/csv")
            assert answer.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
            rows = list(csv.DictReader(io.StringIO(answer.text)))
            assert len(rows) == len((await joker.get(f"/v1/{name}")).json()[name])
        refused = await joker.get("/v1/timeline.csv", params={"party": "kiwi"})
        assert problem(refused)["status"] == 403

    play(tmp_path, story)


def test_a_calendar_is_read_by_whoever_has_its_address(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        made = await (await door.by("joker")).post("/v1/calendar")
        nobody = await door.client(None)
        first = await nobody.get(made.json()["url"])
        assert first.headers["content-type"].startswith("text/calendar")
        assert list(Calendar.from_ical(first.content).walk("VEVENT"))
        tag = {"If-None-Match": first.headers["etag"]}
        assert (await nobody.get(made.json()["url"], headers=tag)).status_code == 304

    play(tmp_path, story)


def test_a_new_address_ends_the_old_one_and_so_does_taking_it_back(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker, nobody = await door.by("joker"), await door.client(None)
        first = (await joker.post("/v1/calendar")).json()["url"]
        second = (await joker.post("/v1/calendar")).json()["url"]
        assert problem(await nobody.get(first))["status"] == 404
        assert (await nobody.get(second)).status_code == 200
        assert (await joker.delete("/v1/calendar")).json() == {"revoked": True}
        assert problem(await nobody.get(second)) == problem(await nobody.get(first))
        assert (await joker.delete("/v1/calendar")).json() == {"revoked": False}

    play(tmp_path, story)


def test_a_party_that_is_cut_off_has_no_calendar_any_more(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker, nobody = await door.by("joker"), await door.client(None)
        url = (await joker.post("/v1/calendar")).json()["url"]
        await door.platform.operator.call("party_revoke", {"with": {"id": "joker"}})
        assert problem(await nobody.get(url))["status"] == 404

    play(tmp_path, story)


def test_an_audit_bundle_comes_in_parts_and_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_parts, "PART", 50_000)

    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        answer = await joker.get("/v1/export", params={"incident": "leak", "with_texts": True})
        assert answer.headers["content-type"] == "application/zip"
        assert len(answer.content) == int(answer.headers["content-length"]) > 50_000
        assert verify.verify(answer.content).findings == []
        refused = await joker.get("/v1/export", params={"party": "kiwi"})
        assert problem(refused)["status"] == 403

    play(tmp_path, story)
