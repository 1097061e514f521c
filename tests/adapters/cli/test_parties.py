"""The operator's commands about credentials and scopes: what they write, show and refuse."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.cli.lab import Ran, Varsel
from tests.adapters.play.lab import Staged


@pytest.fixture
def operate(small: Staged, varsel: Varsel, folder: Path) -> Varsel:
    """Commands of the operator, run in an empty folder."""
    assert folder.exists()

    def run(*words: str | Path) -> Ran:
        return varsel("party", *words, "--data", small.data)

    return run


def plain(ran: Ran) -> str:
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def added(operate: Varsel, party: str, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = operate("add", party, "--role", "client", *more, "--json").json()
    return found


def living(operate: Varsel, party: str) -> list[str]:
    """The names of a party's credentials that were not cut off."""
    shown = operate("show", party, "--json").json()["credentials"]
    return [one["short"] for one in shown if one["revoked_at"] is None]


# --- how long they open something --------------------------------------------------------------


def test_credentials_end_when_it_is_said(operate: Varsel) -> None:
    given = added(operate, "rema", "--expires", "2080-06-30", "--zone", "Europe/Oslo")
    assert given["expires_at"] == "2080-06-30T21:59:59+00:00"
    assert "until 2080" in plain(operate("rotate", "rema", "--expires", "2080-01-01"))
    shown = plain(operate("show", "rema"))
    assert shown.count("expires 2080-06-30 23:59 CEST revoked") == 2
    assert shown.count("expires 2080-01-01 23:59 CET") == 2


def test_without_an_end_they_do_not_end_and_the_help_says_so(operate: Varsel) -> None:
    assert added(operate, "spar")["expires_at"] is None
    assert plain(operate("show", "spar")).count("expires never") == 2
    assert "else never" in plain(operate("add", "--help"))


@pytest.mark.parametrize("end", ["2020-01-01", "soon", "P0D", "2080-01-01T12:00"])
def test_an_end_that_is_none_lets_nobody_in(operate: Varsel, folder: Path, end: str) -> None:
    ran = operate("add", "nobody", "--role", "client", "--expires", end)
    assert ran.code == 1
    assert ran.err.startswith("refused: expires: ")
    assert not (folder / "nobody.creds").exists()
    assert "no such party" in operate("show", "nobody").err


def test_expired_creds_say_so(operate: Varsel, varsel: Varsel, folder: Path) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()
    added(operate, "brief", "--expires", end)
    while True:
        ran = varsel("timeline", "brief", "--creds", folder / "brief.creds")
        if ran.code:
            break
    assert "the creds of brief expired" in ran.err
    assert "varsel party issue brief" in ran.err


def test_the_doctor_names_what_ends_soon(operate: Varsel, varsel: Varsel, small: Staged) -> None:
    given = added(operate, "extra", "--expires", "P7D")
    ran = varsel("doctor", "--data", small.data)
    short = given["credentials"][0]["short"]
    assert re.search(rf"expiring: extra nats {short} ends \d{{4}}-", plain(ran))


# --- several -----------------------------------------------------------------------------------


def test_a_party_swaps_credentials_without_a_gap(
    operate: Varsel, varsel: Varsel, folder: Path
) -> None:
    old = added(operate, "coop")
    issued = operate("issue", "coop", "--creds", "coop-2.creds", "--json").json()
    assert (folder / "coop-2.creds").stat().st_mode & 0o777 == 0o600
    for creds in ("coop.creds", "coop-2.creds"):
        assert varsel("timeline", "coop", "--creds", folder / creds).code == 0
    for one in old["credentials"]:
        said = plain(operate("revoke", "coop", "--credential", one["short"]))
        assert said == "1 credentials of coop revoked"
    assert {*living(operate, "coop")} == {one["short"] for one in issued["credentials"]}
    assert varsel("timeline", "coop", "--creds", folder / "coop.creds").code == 1
    assert varsel("timeline", "coop", "--creds", folder / "coop-2.creds").code == 0


def test_one_kind_may_be_given_or_renewed_alone(operate: Varsel, folder: Path) -> None:
    added(operate, "meny")
    key = operate("issue", "meny", "--only", "api-key", "--json").json()
    assert key.keys() == {"party", "api_key", "expires_at", "credentials"}
    file = operate("rotate", "meny", "--only", "nats", "--json").json()
    assert file.keys() == {"party", "creds", "expires_at", "credentials"}
    assert (folder / "meny.creds").stat().st_mode & 0o777 == 0o600
    assert "credentials in" not in plain(operate("rotate", "meny", "--only", "api-key"))
    assert "API key" not in plain(operate("rotate", "meny", "--only", "nats"))


def test_no_secret_is_ever_shown_again(operate: Varsel, folder: Path) -> None:
    given = added(operate, "obs")
    seed = re.findall(r"^SU\w+", (folder / "obs.creds").read_text(), re.MULTILINE)[0]
    for shown in (operate("show", "obs").out, operate("show", "obs", "--json").out):
        assert given["api_key"] not in shown
        assert seed not in shown


# --- files and failures ------------------------------------------------------------------------


def test_more_credentials_are_not_written_over_others(operate: Varsel, folder: Path) -> None:
    added(operate, "joh")
    before = (folder / "joh.creds").read_text()
    ran = operate("issue", "joh")
    assert "the credentials file exists" in ran.err
    assert (folder / "joh.creds").read_text() == before
    assert len(living(operate, "joh")) == 2


def test_a_file_that_is_written_over_is_for_its_owner_alone(operate: Varsel, folder: Path) -> None:
    added(operate, "bunn")
    (folder / "bunn.creds").chmod(0o644)
    operate("rotate", "bunn", "--json").json()
    assert (folder / "bunn.creds").stat().st_mode & 0o777 == 0o600


def test_credentials_that_could_not_be_written_are_replaced_and_cut_off(
    operate: Varsel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("adapters.folder.write_private", full)
        ran = operate("add", "full", "--role", "client", "--json")
    problem = ran.problem()
    assert "could not be written: No space left on device" in problem["title"]
    lost = re.findall(r"varsel party revoke full --credential (\w+)", problem["next"])
    assert sorted(lost) == sorted(living(operate, "full"))
    operate("issue", "full", "--json").json()
    for one in lost:
        assert operate("revoke", "full", "--credential", one, "--json").json()["revoked"] == 1
    assert len(living(operate, "full")) == 2


def test_a_command_about_credentials_is_done_once_under_its_id(operate: Varsel) -> None:
    added(operate, "once", "--id", "add-once")
    again = ("--creds", "again.creds", "--id", "add-once", "--role", "client")
    operate("add", "once", *again, "--json").json()
    assert len(living(operate, "once")) == 2


# --- scopes ------------------------------------------------------------------------------------


def test_an_auditors_scope_is_said_anew(operate: Varsel, varsel: Varsel, small: Staged) -> None:
    eye = ("--creds", small.creds("eye"), "--json")
    assert varsel("timeline", "shop", *eye).json()
    try:
        assert plain(operate("scope", "eye", "--scope", "shut")) == "eye sees shut"
        assert varsel("timeline", "shop", *eye).problem()["status"] == 403
        assert varsel("timeline", "shut", *eye).json()
        assert plain(operate("scope", "eye", "--none")) == "eye sees nobody"
        assert varsel("timeline", "shut", *eye).problem()["status"] == 403
    finally:
        receipt = operate("scope", "eye", "--scope", "shop", "--json").json()["receipt"]
    assert [one["type"] for one in receipt["events"]] == ["AuditScopeSet"]
    assert "eye auditor eye sees shop" in plain(operate("show", "eye"))


@pytest.mark.parametrize("words", [(), ("--none", "--scope", "shop")])
def test_a_scope_has_to_be_said(operate: Varsel, words: tuple[str, ...]) -> None:
    ran = operate("scope", "eye", *words)
    assert ran.code == 1
    assert ran.err.startswith("refused: --scope: ")


def test_what_is_shown_is_json_where_it_is_asked_for(operate: Varsel) -> None:
    shown = json.loads(operate("show", "shop", "--json").out)
    assert shown.keys() == {"party", "credentials"}
