"""The player: under the scenario's own clock, everything settled before the next step."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from adapters.play.player import ScenarioClock
from adapters.play.scenario import load, merged
from tests.adapters.play.lab import SMALL, Staged
from tests.builders import moment


def test_a_scenarios_clock_stands_still_until_it_is_moved() -> None:
    now = moment("2024-03-04T09:00Z")
    clock = ScenarioClock(now, lambda: moment("2030-01-01T00:00Z"))
    assert (clock(), clock()) == (now, now)
    clock.set(now + timedelta(hours=1))
    assert clock() == moment("2024-03-04T10:00Z")


def test_a_scenarios_clock_that_runs_goes_on_from_where_it_stood_until_it_is_set_again() -> None:
    true = moment("2030-01-01T00:00Z")
    clock = ScenarioClock(moment("2024-03-04T09:00Z"), lambda: true)
    clock.run()
    true += timedelta(minutes=5)
    assert clock() == moment("2024-03-04T09:05Z")
    clock.set(moment("2024-03-05T00:00Z"))
    true += timedelta(minutes=5)
    assert clock() == moment("2024-03-05T00:00Z")


def test_every_event_is_stamped_with_its_steps_time(small: Staged) -> None:
    board = small.outcome()["incidents"]["leak"]["board"]
    shop = next(line for line in board if line["client"] == "shop")
    assert shop["notified_at"] == shop["delivered_at"] == "2024-03-04T09:00:00Z"


def test_each_follower_has_its_whole_feed_in_order(small: Staged) -> None:
    feeds = small.player.feeds
    assert feeds.keys() == {"vend", "shop", "shut", "idle"}
    for party, feed in feeds.items():
        assert [int(one["sequence"]) for one in feed] == list(range(1, len(feed) + 1))
        assert {one["feed"] for one in feed} == {party}


def test_two_incidents_of_one_name_are_told_apart_by_their_vendors(tmp_path: Path) -> None:
    twin = re.sub(r"\b(vend|shop|shut|idle|eye)\b", r"\1-2", SMALL.read_text())
    (tmp_path / "twin.yaml").write_text(twin)
    both = merged([load(str(SMALL)), load(str(tmp_path / "twin.yaml"))])
    with Staged(both, tmp_path / "data") as staged:
        assert staged.outcome()["incidents"].keys() == {"vend/leak", "vend-2/leak"}
