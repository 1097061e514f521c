"""A scenario the project was not built around plays from the verb table alone."""

from __future__ import annotations

import pytest

from adapters.play.checks import OPERATORS
from adapters.play.scenario import load
from domain.commands import VERBS
from tests.adapters.play.lab import TESTS, Staged
from tests.scenarios.reading import (
    Played,
    current,
    deadlines,
    owed,
    people,
    require_structure,
    the,
    timeline,
)

UNSEEN = "tests/scenarios/unseen.yaml"
pytestmark = pytest.mark.parametrize("played", [UNSEEN], indirect=True)

EMPLOYERS = {f"k{n:02}" for n in range(1, 41)}


def statuses(found: Played, client: str, duty: str = "gdpr.33-1") -> list[str]:
    return [one["status"] for one in owed(found, client, duty)]


def as_of(played: Staged, client: str, at: str) -> Played:
    """One client's duties as of a time, in the place they have in the whole."""
    return {"clients": {client: {"obligations": played.ask(client, "obligations", as_of=at)}}}


def types(found: Played, client: str) -> list[str]:
    return [one["type"] for one in timeline(found, client)]


def test_it_has_the_public_structure(found: Played) -> None:
    require_structure(found)
    assert found["clients"].keys() == EMPLOYERS | {"lohnwerk"}
    assert found["vendors"].keys() == {"wolke", "lohnwerk"}
    assert found["incidents"].keys() == {"storage-2025", "lohn-2025", "portal-2025"}


@pytest.mark.usefixtures("played")
def test_it_speaks_every_verb_but_the_operators() -> None:
    spoken = {step.do for step in load(str(TESTS.parent / UNSEEN)).steps}
    assert spoken == set(VERBS) - OPERATORS


# --- who was told ------------------------------------------------------------------------------


def test_forty_clients_are_on_the_board_each_with_its_own_imprecise_number(found: Played) -> None:
    board = {line["client"]: line for line in found["incidents"]["lohn-2025"]["board"]}
    assert board.keys() == EMPLOYERS
    numbers = [board[client]["count"] for client in ("k01", "k05", "k07", "k08", "k09")]
    assert numbers == [
        {"about": 400},
        1200,
        {"between": [10, 20]},
        "unknown",
        {"exact": 900, "unit": "records"},
    ]
    assert board["k03"]["count"] == 417
    since = {str(line["since"]) for line in board.values()}
    assert len(since) == 7


def test_a_client_that_takes_nothing_in_was_told_and_has_no_clock(found: Played) -> None:
    duty = current(found, "k39", "gdpr.33-1")
    assert (duty["status"], duty["started_at"], duty["due"]) == ("not_started", None, [])
    assert "nothing has been delivered yet" in duty["why"]
    board = {line["client"]: line for line in found["incidents"]["lohn-2025"]["board"]}
    assert (board["k39"]["standing"], board["k39"]["delivered_at"]) == ("told", None)


def test_a_call_starts_the_clock_at_the_earliest_that_it_can_have_been(found: Played) -> None:
    duty = current(found, "k38", "gdpr.33-1")
    assert duty["started_at"] == "2025-09-01T10:30:00+03:00"
    assert "by phone" in duty["why"]


def test_no_employer_sees_another(found: Played) -> None:
    for client in EMPLOYERS:
        said = str(found["clients"][client])
        assert not [other for other in EMPLOYERS - {client} if f"'{other}'" in said]


# --- a chain of vendors ------------------------------------------------------------------------


def test_the_middle_of_the_chain_is_a_client_and_a_vendor(found: Played) -> None:
    assert timeline(found, "lohnwerk", "ClientNotified")[0]["by"] == "wolke"
    as_client = current(
        found,
        "lohnwerk",
        "gdpr.33-1",
        incident=found["incidents"]["storage-2025"]["facts"]["incident"],
    )
    assert as_client["started_at"] == "2025-09-01T09:00:00+02:00"
    report = the(
        [
            one
            for one in timeline(found, "lohnwerk", "VendorReportedLeak")
            if one["data"]["slug"] == "lohn-2025"
        ]
    )
    assert report["data"]["chained"] == {
        "link": "upstream",
        "incident": found["incidents"]["storage-2025"]["facts"]["incident"],
    }


def test_each_vendor_has_its_own_awareness_and_the_clients_clock_is_neither(found: Played) -> None:
    host = the(owed(found, "wolke", "gdpr.33-2"))
    payroll = the(owed(found, "lohnwerk", "gdpr.33-2", owed_to="k01"))
    assert host["started_at"] == "2025-09-01T08:15:00+02:00"
    assert payroll["started_at"] == "2025-09-01T09:00:00+02:00"
    assert current(found, "k01", "gdpr.33-1")["started_at"] == "2025-09-01T13:00:00+02:00"


def test_a_contract_has_a_clock_of_its_own(found: Played) -> None:
    from_aware = the(owed(found, "lohnwerk", "contract.notice", owed_to="k01"))
    assert (from_aware["status"], deadlines(from_aware)) == (
        "met",
        {"strict": "2025-09-02T09:00:00+02:00"},
    )
    from_named = the(owed(found, "lohnwerk", "contract.notice", owed_to="k11"))
    assert from_named["started_at"] == "2025-09-01T12:00:00+02:00"
    assert deadlines(from_named) == {"strict": "2025-09-03T23:59:59+02:00"}
    from_confirmed = the(owed(found, "wolke", "contract.notice"))
    assert from_confirmed["started_at"] == "2025-09-01T08:40:00+02:00"
    assert owed(found, "lohnwerk", "contract.notice", owed_to="k21") == []


def test_a_joint_controller_is_owed_no_processors_notice(found: Played) -> None:
    assert owed(found, "lohnwerk", "gdpr.33-2", owed_to="k37") == []


# --- awareness dated anew ----------------------------------------------------------------------


def test_an_awareness_dated_anew_leaves_its_old_deadlines_visible(found: Played) -> None:
    duty = current(found, "k02", "gdpr.33-1")
    assert duty["started_at"] == "2025-08-31T06:00:00+02:00"
    old = [one["started_at"] for one in owed(found, "k02", "gdpr.33-1", status="superseded")]
    assert old == ["2025-09-01T13:00:00+02:00", "2025-08-30T00:00:00+02:00"]
    first, second = timeline(found, "k02", "AwarenessStated")
    assert (first["superseded_by"], second["superseded_by"]) == (second["event"], None)


def test_it_was_otherwise_before(played: Staged) -> None:
    then = as_of(played, "k02", "2025-09-01T15:30+02:00")
    assert current(then, "k02", "gdpr.33-1")["started_at"] == "2025-08-30T00:00:00+02:00"


# --- filings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["k01", "k02", "k03", "k04", "k05", "k07", "k08", "k20"])
def test_a_filing_under_a_mandate_meets_the_clients_duty(found: Played, client: str) -> None:
    duty = current(found, client, "gdpr.33-1")
    assert duty["status"] == "met"
    assert "lohnwerk under its mandate" in duty["why"]


def test_each_controller_hears_of_itself_alone(found: Played) -> None:
    filing = the(timeline(found, "k03", "RegulatorNotified"))
    assert filing["data"]["controllers"] == ["k03"]


def test_a_filing_taken_back_meets_nothing_and_stays_readable(
    found: Played, played: Staged
) -> None:
    assert current(found, "k06", "gdpr.33-1")["status"] == "overdue"
    filing = the(timeline(found, "k06", "RegulatorNotified"))
    undone = the(timeline(found, "k06", "EventCorrected"))
    assert (undone["corrects"], filing["superseded_by"]) == (filing["event"], undone["event"])
    then = as_of(played, "k06", "2025-09-02T10:30+02:00")
    assert current(then, "k06", "gdpr.33-1")["status"] == "met"


def test_the_others_stay_unmet(found: Played) -> None:
    assert {current(found, f"k{n}", "gdpr.33-1")["status"] for n in range(21, 30)} == {"overdue"}


def test_a_delay_is_not_lateness(found: Played, played: Staged) -> None:
    assert statuses(found, "k13") == ["delayed"]
    assert statuses(as_of(played, "k13", "2025-12-02"), "k13") == ["overdue"]


# --- reversal, clearing, withdrawal ------------------------------------------------------------


def test_a_reversal_reaches_every_client_that_was_told_and_none_that_was_cleared(
    found: Played,
) -> None:
    for client in EMPLOYERS:
        reversals = [
            one
            for one in timeline(found, client, "ClientUpdated")
            if one["data"].get("reason") == "reversal" and one["data"]["claims"]
        ]
        assert len(reversals) == (client != "k30")
    claims = found["incidents"]["lohn-2025"]["facts"]["facts"]["claims"]
    assert the([one for one in claims if one["about"] == "misuse"])["holds"] == "yes"
    clerks = the(people(found["incidents"]["lohn-2025"]["facts"], "payroll clerks"))
    assert clerks["count"] == {"between": [40, 60]}


def test_a_cleared_client_owes_nothing_to_the_authority(found: Played) -> None:
    assert statuses(found, "k30") == ["not_required"]
    assert types(found, "k30")[-2:] == ["ClientCleared", "NoticeDelivered"]


def test_a_withdrawn_report_is_owed_nothing(found: Played) -> None:
    portal = found["incidents"]["portal-2025"]["facts"]
    assert portal["state"] == "withdrawn"
    duty = current(found, "k14", "gdpr.33-1", incident=portal["incident"])
    assert duty["status"] == "not_required"


def test_a_statement_true_when_made_is_overtaken_by_the_reversal(
    found: Played, played: Staged
) -> None:
    kinds = {one["claim"]: one["kind"] for one in found["clients"]["k11"]["contradictions"]}
    assert kinds == {"safe": "contradicts", "unused": "overtaken"}
    then = played.ask("k11", "contradictions", as_of="2025-09-03T18:00+02:00")
    assert {one["claim"] for one in then} == {"safe"}


# --- a closed case -----------------------------------------------------------------------------


def test_a_later_word_of_the_vendor_opens_a_closed_case_again(found: Played) -> None:
    happened = types(found, "k10")
    closed, reopened = happened.index("CaseClosed"), happened.index("CaseReopened")
    assert happened[closed + 1 : reopened] == ["ClientUpdated"]
    assert happened.index("RegulatorNotified") > reopened


def test_a_waiver_holds_until_the_risk_is_judged_otherwise(found: Played, played: Staged) -> None:
    assert statuses(as_of(played, "k10", "2025-09-03"), "k10") == ["waived"]
    duty = current(found, "k10", "gdpr.33-1")
    assert (duty["status"], duty["met_at"]) == ("met_late", "2025-09-05T10:00:00+02:00")


def test_a_client_that_does_everything_owes_little(found: Played) -> None:
    duties = {one["duty"]: one["status"] for one in found["clients"]["k11"]["obligations"]}
    assert duties == {
        "gdpr.33-1": "met",
        "gdpr.33-4": "open",
        "gdpr.33-5": "met",
        "gdpr.34-1": "met",
    }
    assert current(found, "k11", "gdpr.33-1")["met_at"] == "2025-09-03T10:00:00+02:00"


# --- as of another time ------------------------------------------------------------------------


def test_a_view_as_of_an_earlier_time_never_shows_more(found: Played, played: Staged) -> None:
    then = played.outcome("2025-09-01T12:30+02:00")
    for client in EMPLOYERS:
        before, after = types(then, client), types(found, client)
        assert before == after[: len(before)]
    assert current(then, "k12", "gdpr.33-1")["started_at"] == "2025-09-01T11:00:00+02:00"
    assert owed(then, "k01", "gdpr.33-1") == []
    assert then["incidents"].keys() == {"storage-2025", "lohn-2025"}
