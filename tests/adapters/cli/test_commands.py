"""Every command: what machines read on stdout, what people read, and how it says no."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_group
from typer.testing import CliRunner

from adapters.cli import app
from adapters.cli.later import Later
from tests.adapters.cli.lab import Varsel, script, written
from tests.adapters.play.lab import Staged

COMMANDS = sorted(get_group(app).commands)
OF_PARTY = ["add", "issue", "rotate", "revoke", "show", "list", "scope", "engage"]


# --- help --------------------------------------------------------------------------------------


def test_help_lists_every_command_and_no_hidden_one() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output
    _, _, commands = shown.partition("Commands:")
    assert set(re.findall(r"^  (\w[\w-]*)", commands, re.MULTILINE)) == {*COMMANDS} - {"demo"}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    listed = get_group(app).commands[name]
    assert isinstance(listed, Later)
    itself = listed.load()
    sentence = " ".join(itself.help.split("\n\n")[0].split())
    assert listed.short_help == ("" if listed.hidden else sentence)
    assert itself.name in {name, None, ""}


@pytest.mark.parametrize(
    "words", [*([one] for one in COMMANDS), *(["party", one] for one in OF_PARTY)], ids=" ".join
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
        asked("operator", "foreign"),
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
        (asked("operator", "foreign"), "0 in all"),
        (asked("operator", "foreign", "--settle"), "0 settled, 0 open"),
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
    ran = varsel("do", "ask", asking, "--happened", happened, "--id", "[/b]", *shop)
    assert "command [/b]\n" in ran.out
    newest = varsel("timeline", "shop", *shop, "--json").json()[-1]
    assert newest["type"] == "QuestionAsked"
    assert newest["happened"] == "2024-03-04T10:30:00+01:00"
    assert newest["recorded_at"] > newest["happened"].replace("T10", "T09")


def test_a_party_is_let_in_given_a_task_and_cut_off(
    small: Staged, varsel: Varsel, folder: Path
) -> None:
    operator = ("--data", small.data)
    who = (
        "kiwi",
        "--role",
        "client",
        "--name",
        "Kiwi [/b]",
        "--country",
        "NO",
        "--zone",
        "Europe/Oslo",
    )
    added = varsel("party", "add", *who, *operator, "--json").json()
    assert added["party"] == "kiwi"
    assert added["api_key"].startswith("varsel_")
    creds = folder / "kiwi.creds"
    assert creds.stat().st_mode & 0o777 == 0o600
    assert "Kiwi [/b]" in varsel("party", "list", *operator).out
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
    problem = varsel("severity", "no-such-leak", *shop).problem()
    assert problem["type"] == "urn:varsel:error:not-found"
    assert problem["status"] == 404
    assert {"title", "field", "got", "expected", "next"} <= problem.keys()


def test_a_refusal_is_one_line_for_people(small: Staged, varsel: Varsel) -> None:
    ran = varsel("severity", "no-such-leak", "--creds", small.creds("shop"))
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
