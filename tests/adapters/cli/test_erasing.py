"""varsel erase, knew and audit-report, on a running platform."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.play.scenario import load
from tests.adapters.cli.lab import Varsel
from tests.adapters.play.lab import SMALL, Staged


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Generator[Staged, None, None]:
    """The small world, of which these tests erase something."""
    with Staged(load(str(SMALL)), tmp_path_factory.mktemp("own")) as staged:
        staged.say("shop", "ask", {"incident": "leak", "question": "why", "text": "Why us?"})
        yield staged


def by(staged: Staged, party: str) -> tuple[str, str]:
    return ("--creds", str(staged.creds(party)))


def test_what_a_client_knew_is_told_with_its_sources(varsel: Varsel, own: Staged) -> None:
    ran = varsel("knew", "shop", "leak", *by(own, "shop"))
    assert ran.code == 0, ran.err
    assert "shop knew at" in ran.out
    assert "ClientNotified by vend" in ran.out
    assert "said itself: QuestionAsked" in ran.out


def test_what_a_vendor_claimed_is_told_to_whom(varsel: Varsel, own: Staged) -> None:
    found = varsel("knew", "vend", "leak", "--json", *by(own, "vend")).json()
    assert found["role"] == "vendor"
    assert "shop" in {one["client"] for item in found["items"] for one in item["to"]}


def test_an_instant_is_given_with_its_zone(varsel: Varsel, own: Staged) -> None:
    ran = varsel("knew", "shop", "leak", "--at", "yesterday", "--json", *by(own, "shop"))
    assert ran.problem()["field"] == "at"


@pytest.mark.parametrize(("form", "begins"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-1.7")])
def test_the_report_is_one_file(
    varsel: Varsel, own: Staged, folder: Path, form: str, begins: bytes
) -> None:
    ran = varsel("audit-report", "shop", "--format", form, "-o", "report", *by(own, "eye"))
    assert ran.code == 0, ran.err
    made = (folder / "report").read_bytes()
    assert made.startswith(begins)
    assert f"report: {len(made)} bytes" in ran.out


def test_a_report_that_is_refused_leaves_no_file(varsel: Varsel, own: Staged, folder: Path) -> None:
    ran = varsel("audit-report", "vend", "-o", "report", *by(own, "shop"))
    assert ran.code == 1
    assert not (folder / "report").exists()


def test_an_erasure_says_what_it_cannot_reach_and_a_follower_that_the_text_is_gone(
    varsel: Varsel, own: Staged
) -> None:
    ran = varsel("erase", "leak", "--why", "mistake", "--reference", "7/24", *by(own, "shop"))
    assert ran.code == 0, ran.err
    assert "accepted: ContentErased" in ran.out
    assert "note: copies of vault.sqlite" in ran.out
    shown = varsel("follow", "--from", "1", "--limit", "8", *by(own, "shop"))
    assert "Why us?" not in shown.out
    assert "this text was erased on" in shown.out
    assert "all free text that shop had written here is gone (mistake)" in shown.out


def test_the_operator_erases_with_the_data_folders_credentials(varsel: Varsel, own: Staged) -> None:
    own.say("shop", "ask", {"incident": "leak", "question": "again", "text": "And now?"})
    incident = own.ask("shop", "timeline")[-1]["incident"]
    words = ("--party", "shop", "--why", "order", "--data", str(own.data))
    url = ("--url", own.player.platform.url)
    found = varsel("erase", str(incident), *words, *url, "--json").json()
    assert found["events"][0]["type"] == "ContentErased"
    assert found["caveats"]


def test_an_unknown_reason_is_refused_with_the_known_ones(varsel: Varsel, own: Staged) -> None:
    ran = varsel("erase", "leak", "--why", "because", "--json", *by(own, "shop"))
    assert ran.problem()["field"] == "why"
