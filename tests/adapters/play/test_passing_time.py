"""Time that passes while a scenario plays: reminders fall due at their own instants."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from adapters.play.scenario import Scenario, load
from tests.adapters.play.lab import SMALL, TESTS, Staged
from tests.builders import moment

AWARE = """
  - at: 2024-03-04T11:00+01:00
    by: shop
    do: state_awareness
    with: {incident: leak, stage: aware, when: 2024-03-04T10:00+01:00, how: vendor_notice}
"""
FILED = """
  - at: %s
    by: shop
    do: notify_regulator
    with: {incident: leak, authority: NO/datatilsynet, stage: new, capacity: own_controller}
"""


def a_scenario(folder: Path, *steps: str) -> Scenario:
    """The small world, whose shop knows on the 4th at 10:00 in Oslo; and these steps."""
    path = folder / "longer.yaml"
    path.write_text("".join([SMALL.read_text().rstrip(), AWARE, *steps]))
    return load(str(path))


def said(staged: Staged, client: str = "shop") -> list[tuple[str, str]]:
    timeline: list[dict[str, Any]] = staged.outcome()["clients"][client]["timeline"]
    kinds = "Duty|Regulator|Escalated"
    return [
        (one["type"], one["recorded_at"].removesuffix("+00:00"))
        for one in timeline
        if re.search(kinds, one["type"])
    ]


def test_reminders_fall_due_between_the_steps_in_their_own_time(tmp_path: Path) -> None:
    filed = FILED % "2024-03-07T12:00+01:00"
    with Staged(a_scenario(tmp_path, filed), tmp_path / "data") as staged:
        assert said(staged) == [
            ("ClientEscalated", "2024-03-05T09:00:00"),
            ("DutyDueSoon", "2024-03-06T09:00:00"),
            ("DutyDueSoon", "2024-03-07T03:00:00"),
            ("DutyOverdue", "2024-03-07T09:00:00"),
            ("RegulatorNotified", "2024-03-07T11:00:00"),
        ]


def test_who_acts_at_the_very_deadline_is_not_called_late(tmp_path: Path) -> None:
    filed = FILED % "2024-03-07T10:00+01:00"
    end = moment("2024-03-10T00:00Z")
    with Staged(a_scenario(tmp_path, filed), tmp_path / "data", until=end) as staged:
        assert [kind for kind, _ in said(staged)][-1] == "RegulatorNotified"


def test_after_the_last_step_no_time_passes(tmp_path: Path) -> None:
    with Staged(a_scenario(tmp_path), tmp_path / "data") as staged:
        assert said(staged) == []
        assert staged.player.platform.parts.clock() == moment("2024-03-04T10:00Z")


def test_the_clock_runs_on_to_where_it_is_told(tmp_path: Path) -> None:
    zoopit = load(str(TESTS.parent / "scenarios" / "zoopit.yaml"))
    end = moment("2023-03-04T12:00+01:00")
    with Staged(zoopit, tmp_path / "data", until=end) as staged:
        assert said(staged, "joker")[-3:] == [
            ("DutyDueSoon", "2023-03-02T11:00:00"),
            ("DutyDueSoon", "2023-03-03T05:00:00"),
            ("DutyOverdue", "2023-03-03T11:00:00"),
        ]
        assert staged.player.platform.parts.clock() == end
        found = staged.outcome()["clients"]["joker"]["obligations"]
        assert [one["status"] for one in found if one["duty"] == "gdpr.33-1"] == ["overdue"]
        feed = staged.player.feeds["zoopit"]
        seen = [one["data"] for one in feed if one["data"]["type"].startswith("Duty")]
        assert {one["with"]["duty"] for one in seen} <= {"gdpr.33-1"}
        assert all(one["with"]["due_at"] != "2023-03-03T11:00:00Z" for one in seen)  # not Joker's


def test_a_silence_lands_in_the_feed_of_the_second_contact_whoever_is_listed_first(
    tmp_path: Path,
) -> None:
    shop = "{id: shop, roles: [client], country: NO, zone: Europe/Oslo"
    chain = "  - {id: chain, roles: [client], group: family}"
    path = tmp_path / "family.yaml"
    listed = f"{shop}, group: family, second_contact: chain}}\n{chain}"
    path.write_text(SMALL.read_text().replace(shop + "}", listed))
    end = moment("2024-03-06T00:00Z")
    with Staged(load(str(path)), tmp_path / "data", until=end) as staged:
        types = [one["data"]["type"] for one in staged.player.feeds["chain"]]
        own = {"PartyRegistered", "CredentialIssued"}
        assert [one for one in types if one not in own] == ["ClientEscalated"]
