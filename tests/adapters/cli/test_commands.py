"""Every command: what machines read on stdout, what people read, and how it says no."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.cli import app
from tests.adapters.cli.conftest import Ran, Varsel
from tests.adapters.play.lab import SMALL, Staged

SCRIPT = Path(sys.executable).with_name("varsel")

COMMANDS = [
    "serve",
    "party",
    "report",
    "do",
    "template",
    "follow",
    "timeline",
    "obligations",
    "register",
    "board",
    "contradictions",
    "play",
    "deadline",
    "doctor",
    "rebuild",
]
OF_PARTY = ["add", "rotate", "revoke", "list", "engage"]


def script(*words: str | Path, said: str | None = None, **env: str) -> Ran:
    """The real console script in a process of its own."""
    done = subprocess.run(
        [SCRIPT, *map(str, words)],
        input=said,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def written(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


# --- help --------------------------------------------------------------------------------------


def test_help_lists_every_command_and_no_hidden_one() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    assert all(f"│ {command} " in shown for command in COMMANDS)
    assert "│ demo" not in shown


@pytest.mark.parametrize(
    "words", [*([one] for one in COMMANDS), *(["party", one] for one in OF_PARTY), ["demo"]]
)
def test_every_command_explains_itself(words: list[str]) -> None:
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Usage: " in shown.output


def test_the_script_alone_prints_its_help() -> None:
    ran = script()
    assert "Usage: varsel" in ran.out + ran.err


# --- what machines read ------------------------------------------------------------------------


def asked(party: str, *words: str) -> tuple[str, ...]:
    return (party, *words)


@pytest.mark.parametrize(
    "words",
    [
        asked("shop", "timeline", "shop"),
        asked("shop", "timeline", "shop", "--as-of", "2024-03-04T09:30+01:00"),
        asked("shop", "timeline", "shop", "--incident", "leak"),
        asked("shop", "obligations"),
        asked("shop", "obligations", "--as-of", "2024-03-10"),
        asked("eye", "obligations", "shop"),
        asked("shop", "register", "shop"),
        asked("vend", "board", "leak"),
        asked("shop", "contradictions"),
        asked("shop", "follow", "--from", "1", "--limit", "1"),
        asked("operator", "party", "list"),
        asked("operator", "doctor"),
        asked("operator", "rebuild"),
    ],
    ids=" ".join,
)
def test_json_is_all_there_is_on_stdout(
    small: Staged, varsel: Varsel, words: tuple[str, ...]
) -> None:
    by, *command = words
    key = ("--data", small.data) if by == "operator" else ("--creds", small.creds(by))
    ran = varsel(*command, *key, "--json")
    assert ran.json() is not None
    assert not ran.err


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (asked("shop", "timeline", "shop"), "confidentiality; customers exposed (about 1200)"),
        (asked("shop", "obligations"), "gdpr.33-1"),
        (asked("shop", "register", "shop"), "known since"),
        (asked("vend", "board", "leak"), "shop suspected unknown 2024-03-04 10:00 CET"),
        (asked("shop", "contradictions"), "against"),
        (asked("shop", "follow", "--from", "1", "--limit", "5"), "title: A door left open"),
        (asked("operator", "party", "list"), "eye auditor eye sees shop"),
        (asked("operator", "doctor"), "ok: True"),
        (asked("operator", "rebuild"), "views are now"),
    ],
    ids=str,
)
def test_people_read_it_in_words(
    small: Staged, varsel: Varsel, words: tuple[str, ...], shown: str
) -> None:
    by, *command = words
    key = ("--data", small.data) if by == "operator" else ("--creds", small.creds(by))
    ran = varsel(*command, *key)
    assert ran.code == 0, ran.err
    assert shown in " ".join(ran.out.split())


@pytest.mark.usefixtures("folder")
def test_what_is_said_is_receipted(small: Staged, varsel: Varsel) -> None:
    leak = written(
        "leak.yaml",
        "incident: second\nnature: [integrity]\npeople: [{group: staff, role: exposed}]\n",
    )
    vend = ("--creds", small.creds("vend"))
    first = varsel("report", leak, "--id", "r-2", *vend, "--json").json()
    assert [one["type"] for one in first["events"]] == ["VendorReportedLeak"]
    assert varsel("report", leak, "--id", "r-2", *vend, "--json").json() == first
    ran = varsel("report", leak, "--id", "r-2", *vend)
    assert "accepted: VendorReportedLeak\n" in ran.out
    assert first["incident"] in ran.out


@pytest.mark.usefixtures("folder")
def test_what_happened_earlier_is_said_so(small: Staged, varsel: Varsel) -> None:
    asking = written("ask.yaml", "incident: leak\nquestion: when\ntext: When was it?\n")
    shop = ("--creds", small.creds("shop"))
    happened = "2024-03-04T10:30+01:00"
    varsel("do", "ask", asking, "--happened", happened, *shop, "--json").json()
    newest = varsel("timeline", "shop", *shop, "--json").json()[-1]
    assert newest["type"] == "QuestionAsked"
    assert newest["happened"] == "2024-03-04T10:30:00+01:00"
    assert newest["recorded_at"] > newest["happened"].replace("T10", "T09")


def test_a_party_is_let_in_given_a_task_and_cut_off(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    operator = ("--data", small.data)
    who = ("kiwi", "--role", "client", "--name", "Kiwi", "--country", "NO", "--zone", "Europe/Oslo")
    added = varsel("party", "add", *who, *operator, "--json").json()
    assert added["party"] == "kiwi"
    assert added["api_key"].startswith("varsel_")
    creds = folder / "kiwi.creds"
    assert creds.stat().st_mode & 0o777 == 0o600
    notice = ("--notice", "PT24H:aware")
    assert varsel("party", "engage", "vend", "kiwi", *notice, *operator, "--json").json()
    assert varsel("timeline", "kiwi", "--creds", creds, "--json").json()
    varsel("party", "rotate", "kiwi", *operator, "--creds", "new.creds", "--json").json()
    assert varsel("timeline", "kiwi", "--creds", "new.creds", "--json").json()
    assert varsel("timeline", "kiwi", "--creds", creds, "--json").problem()
    assert varsel("party", "revoke", "kiwi", *operator, "--json").json()["revoked"] > 0
    assert varsel("timeline", "kiwi", "--creds", "new.creds", "--json").problem()


# --- how it says no ----------------------------------------------------------------------------


def test_a_refusal_is_a_problem_document_on_stderr(small: Staged, varsel: Varsel) -> None:
    shop = ("--creds", small.creds("shop"), "--json")
    problem = varsel("board", "leak", *shop).problem()
    assert problem["type"] == "urn:varsel:error:not-found"
    assert problem["status"] == 404
    assert {"title", "field", "got", "expected", "next"} <= problem.keys()


def test_a_refusal_is_one_line_for_people(small: Staged, varsel: Varsel) -> None:
    ran = varsel("board", "leak", "--creds", small.creds("shop"))
    assert ran.code == 1
    assert not ran.out
    assert ran.err.startswith("refused: incident: no such incident")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("timeline", "shop"), "--creds"),
        (("timeline", "shop", "--creds", "none.creds"), "--creds"),
        (("template", "nottify_clients"), "VERB"),
        (("deadline", "gdpr.33-1", "--from", "noon"), "--from"),
        (("deadline", "gdpr.33-1", "--from", "2024-01-01T00:00Z", "--given", "x"), "--given"),
        (("serve", "--nats", "here"), "--nats"),
        (("party", "add", "x", "--role", "client", "--creds", "no/x.creds"), "--creds"),
        (("party", "rotate", "x", "--creds", "."), "--creds"),
    ],
    ids=str,
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_says_which_option(
    varsel: Varsel, words: tuple[str, ...], field: str
) -> None:
    ran = varsel(*words)
    assert ran.code == 1
    assert ran.err.startswith(f"refused: {field}: ")
    assert "; next: " in ran.err


def test_credentials_are_never_written_over(varsel: Varsel, folder: Path) -> None:
    (folder / "kiwi.creds").write_text("precious")
    ran = varsel("party", "add", "kiwi", "--role", "client")
    assert "the credentials file exists" in ran.err
    assert (folder / "kiwi.creds").read_text() == "precious"


@pytest.mark.usefixtures("folder")
def test_an_operator_needs_a_folder_that_a_platform_ran_on(varsel: Varsel) -> None:
    ran = varsel("doctor", "--data", "nothing")
    assert ran.code == 1
    assert "no platform was ever started on this data folder" in ran.err


@pytest.mark.parametrize("words", [("party", "add"), ("tmeline",), ("board",), ("do", "ask", "-x")])
def test_a_command_line_that_is_none_is_refused_in_both_ways(
    varsel: Varsel, words: tuple[str, ...]
) -> None:
    for_people, for_machines = varsel(*words), varsel(*words, "--json")
    assert (for_people.code, for_machines.code) == (2, 2)
    assert "Usage: varsel" in for_people.err
    assert "Traceback" not in for_people.err
    assert for_machines.problem()["next"] == "see --help of this command"


# --- files, through the real script ------------------------------------------------------------

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
