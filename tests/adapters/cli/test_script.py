"""The real console script: files that are not understood, plays, the demo."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.cli.lab import Varsel, script, written
from tests.adapters.play.lab import SMALL, Staged

# --- files -------------------------------------------------------------------------------------

FILES: dict[str, tuple[str, str]] = {
    "a tab": ("incident: leak\n\tquestion: x\n", "is not YAML: .*line 2"),
    "a field twice": ("incident: leak\nincident: leak\n", "line 2: incident is given twice"),
    "no mapping": ("- leak\n", "holds no mapping"),
    "an unknown field": ("incident: leak\nquestoin: x\ntext: y\n", "did you mean question"),
    "nothing": ("", "holds no mapping"),
}


@pytest.mark.parametrize("what", FILES)
@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_understood_leaves_nothing(
    small: Staged, varsel: Varsel, what: str
) -> None:
    text, why = FILES[what]
    before = small.position()
    ran = varsel("do", "ask", written("ask.yaml", text), "--creds", small.creds("shop"))
    assert ran.code == 1
    assert small.position() == before
    assert re.search(why, ran.err), ran.err


def test_a_file_of_50_mb_is_refused_by_the_script(small: Staged, folder: Path) -> None:
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    before = small.position()
    ran = script("report", folder / "huge.yaml", "--creds", small.creds("vend"), "--json")
    problem = ran.problem()
    assert ran.code == 1
    assert "huge.yaml is too large" in problem["title"]
    assert problem["next"] == "split it"
    assert small.position() == before


def test_a_verb_by_the_wrong_party_is_refused_by_the_script(small: Staged, folder: Path) -> None:
    (folder / "risk.yaml").write_text("incident: leak\noutcome: high\nwhy: It is bad\n")
    before = small.position()
    ran = script("do", "assess_risk", folder / "risk.yaml", "--creds", small.creds("vend"))
    assert ran.code == 1
    assert "assess_risk is not for vend" in ran.err
    assert "Traceback" not in ran.err
    assert small.position() == before


def test_json_may_come_through_standard_input(small: Staged) -> None:
    said = {"incident": "leak", "question": "by-pipe", "text": "Et spørsmål?"}
    shop = ("--creds", small.creds("shop"), "--json")
    ran = script("do", "ask", "-", *shop, said=json.dumps(said, ensure_ascii=False))
    assert ran.json()["verb"] == "ask"


# --- play --------------------------------------------------------------------------------------


def test_steps_out_of_time_order_are_refused_before_anything_plays(folder: Path) -> None:
    path = folder / "drill.yaml"
    path.write_text(SMALL.read_text().replace("2024-03-04T10:00", "2024-03-04T08:00"))
    problem = script("play", path, "--json").problem()
    assert "drill.yaml step 2, line 23: comes before the step it follows" in problem["title"]
    assert problem["field"] == "at"


def test_a_step_that_is_refused_stops_the_play_and_says_where(folder: Path) -> None:
    path = folder / "drill.yaml"
    path.write_text(SMALL.read_text().replace("clients: [shop, shut]", "clients: [shop]"))
    problem = script("play", path, "--json").problem()
    assert "drill.yaml step 3, line " in problem["title"]
    assert "no such incident" in problem["title"]


@pytest.mark.parametrize("as_of", ["noon", "2024-03-04T10:00"])
def test_a_play_as_of_no_time_is_refused_before_anything_plays(varsel: Varsel, as_of: str) -> None:
    problem = varsel("play", SMALL, "--as-of", as_of, "--json").problem()
    assert problem["field"] == "as_of"


@pytest.mark.parametrize(
    ("until", "words"),
    [("noon", ""), ("2024-03-04T10:59+01:00", "lies before the last step")],
)
def test_a_play_does_not_run_on_to_no_time_nor_back(varsel: Varsel, until: str, words: str) -> None:
    problem = varsel("play", SMALL, "--until", until, "--json").problem()
    assert problem["field"] == "--until"
    assert words in problem["title"]


def test_a_play_runs_on_to_a_time_and_silence_is_brought_up(varsel: Varsel) -> None:
    played: dict[str, Any] = varsel("play", SMALL, "--until", "2024-03-06", "--json").json()
    board = {line["client"]: line for line in played["incidents"]["leak"]["board"]}
    assert board["shop"]["escalated_at"] == "2024-03-05T09:00:00Z"
    assert board["shop"]["escalated_why"] == "unacknowledged"


def test_a_silence_shows_on_the_board_for_people(varsel: Varsel) -> None:
    ran = varsel("play", SMALL, "--until", "2024-03-06")
    assert "(unacknowledged)" in re.sub(r"\s+", " ", ran.out)


def test_a_play_prints_json_and_nothing_else_and_leaves_nothing_behind(folder: Path) -> None:
    ran = script("play", SMALL, "--json", TMPDIR=str(folder))
    played: dict[str, Any] = ran.json()
    assert played["clients"].keys() == {"shop", "shut", "idle"}
    assert not ran.err
    assert not list(folder.iterdir())


def test_a_play_is_told_to_people_party_by_party(varsel: Varsel) -> None:
    ran = varsel("play", SMALL)
    assert ran.code == 0, ran.err
    for heading in ("leak: vend's board", "vend: duties", "shop: timeline", "idle: timeline"):
        assert heading in ran.out


def test_the_demo_tells_both_cases_from_each_side(folder: Path) -> None:
    ran = script("demo", "--exit", TMPDIR=str(folder))
    assert ran.code == 0, ran.err
    for heading in (
        "zoopit (vendor): the board",
        "joker (client): its feed",
        "tokmanni (client): its feed",
        "where its public words collide",
        "tilsyn (auditor): duties in its scope",
        "what joker knew at 2023-02-28T12:30",
    ):
        assert heading in ran.out
    assert not list(folder.iterdir())
