"""What the loader promises: the packs that ship, a folder of one's own, and refusals that point."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from domain.law.loader import _line_of, load_packs
from domain.law.rules import LAWS, LawError
from tests.domain.law.packs import a_folder, a_pack_text

EEA = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE"),
    *("IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)


# --- what ships --------------------------------------------------------------------------------


DUTIES = """
contract.notice          processor  counterparty          contract        client_notified    -
cra.early-warning        entity     authority             aware           authority_notified PT24H
cra.final-incident       entity     authority             after           final_report       P1M
cra.final-vulnerability  entity     authority             fact            final_report       P14D
cra.notification         entity     authority             aware           second_report      PT72H
dora.clients             entity     clients               aware           people_told        -
dora.final               entity     authority             after           final_report       P1M
dora.initial             entity     authority             fact            authority_notified PT4H
dora.intermediate        entity     authority             after           second_report      PT72H
eprivacy-611.initial     controller authority             aware           authority_notified PT24H
gdpr.33-1                controller supervisory_authority aware           authority_notified PT72H
gdpr.33-2                processor  controller            processor_aware client_notified    -
gdpr.33-4                controller supervisory_authority first_report    report_completed   -
gdpr.33-5                controller the_record            aware           documented         -
gdpr.34-1                controller data_subjects         high_risk       people_notified    -
glba.ftc                 controller authority             discovered      authority_notified P30D
hipaa.associate          processor  controller            processor_aware client_notified    P60D
hipaa.hhs-large          controller authority             discovered      authority_notified P60D
hipaa.hhs-small          controller authority             discovered      authority_notified P60D
hipaa.individuals        controller data_subjects         discovered      people_told        P60D
hipaa.media              controller media                 discovered      media_told         P60D
nis2.early-warning       entity     authority             aware           authority_notified PT24H
nis2.final-report        entity     authority             after           final_report       P1M
nis2.notification        entity     authority             aware           second_report      PT72H
nis2.recipients          entity     recipients            aware           people_told        -
no-dsl.notice            entity     authority             aware           authority_notified PT24H
sec.item-1.05            entity     authority             fact            authority_notified P4D
uk-gdpr.33-1             controller supervisory_authority aware           authority_notified PT72H
uk-gdpr.33-2             processor  controller            processor_aware client_notified    -
uk-gdpr.34-1             controller data_subjects         high_risk       people_notified    -
uk-pecr.initial          controller authority             aware           authority_notified PT72H
us-ca.attorney-general   controller authority             after           authority_notified P15D
us-ca.consumers          controller data_subjects         discovered      people_told        P30D
us-ca.owner              processor  controller            processor_aware client_notified    -
us-ny.authorities        controller authority             discovered      authority_notified -
us-ny.owner              processor  controller            processor_aware client_notified    P30D
us-ny.residents          controller data_subjects         discovered      people_told        P30D
us-tx.attorney-general   controller authority             fact            authority_notified P30D
us-tx.owner              processor  controller            processor_aware client_notified    -
us-tx.residents          controller data_subjects         fact            people_told        P60D
"""


def test_who_owes_what_to_whom_from_when_and_no_other_number_than_the_law_s() -> None:
    rules = load_packs()
    told = [line.split() for line in DUTIES.strip().splitlines()]
    assert sorted(name for name, *_ in told) == list(rules.names)
    for name, *facts in told:
        duty = rules.duty(name)
        number = "-" if duty.period is None else duty.period.iso
        assert [duty.debtor, duty.owed_to, duty.starts, duty.met_by, number] == facts


def test_every_law_has_its_pack_and_every_duty_its_own() -> None:
    rules = load_packs()
    assert {name.split(".")[0] for name in rules.names} == set(LAWS)
    assert len(rules.names) == 40


def test_the_numbers_changed_with_the_law() -> None:
    rules = load_packs()
    days = {
        "uk-pecr.initial": (date(2025, 8, 19), "PT24H", date(2025, 8, 20), "PT72H"),
        "us-ca.consumers": (date(2025, 12, 31), "None", date(2026, 1, 1), "P30D"),
    }
    for name, (day, before, later, after) in days.items():
        assert str(rules.duty(name, day).period) == before
        assert str(rules.duty(name, later).period) == after


def test_only_33_1_and_34_1_fall_away_on_a_stated_ground() -> None:
    rules = load_packs()
    grounds = {name: rules.duty(name).waivable_by for name in rules.names}
    assert {name: each for name, each in grounds.items() if each} == {
        f"{law}.{duty}": each
        for law in ("gdpr", "uk-gdpr")
        for duty, each in {
            "33-1": ("unlikely_risk",),
            "34-1": ("34-3-a", "34-3-b", "34-3-c"),
        }.items()
    }


def test_gdpr_is_counted_both_ways_and_a_contract_never_by_the_regulation() -> None:
    rules = load_packs()
    assert rules.duty("gdpr.33-1").computation == ("strict", "r1182")
    assert rules.duty("contract.notice").computation == ("strict",)


def test_every_duty_cites_its_article_its_source_and_its_version() -> None:
    duty = load_packs().duty("gdpr.33-1")
    assert duty.citation == "GDPR Art. 33(1)"
    assert duty.source == "https://eur-lex.europa.eu/eli/reg/2016/679/oj"
    assert duty.law_version == "gdpr 2018-05-25 v1"


def test_the_gdpr_has_no_duties_before_it_applied() -> None:
    rules = load_packs()
    assert rules.in_force("gdpr", date(2018, 5, 24)) == ()
    assert len(rules.in_force("gdpr", date(2018, 5, 25))) == 5


def test_what_nobody_has_compared_with_its_source_does_not_call_itself_reviewed() -> None:
    rules = load_packs()
    assert {rules.duty(name).reviewed for name in rules.names} == {False}


def test_every_country_of_the_eea_has_its_authority() -> None:
    rules = load_packs()
    ids = {rules.authority_for(country) for country in EEA}
    assert len(ids) == len(EEA) == 30
    assert not [name for name in ids if name.endswith("/supervisory-authority")]
    assert {"NO/datatilsynet", "FI/tietosuojavaltuutettu"} <= ids


def test_loading_twice_gives_the_same_fingerprint() -> None:
    assert load_packs().fingerprint == load_packs().fingerprint


# --- drafts -----------------------------------------------------------------------------------


def test_a_draft_is_read_only_when_asked_for_and_stands_beside_the_law() -> None:
    assert load_packs().drafts == ()
    rules = load_packs(drafts=["omnibus-2025"])
    (draft,) = rules.drafted("gdpr.33-1")
    assert (draft.law_version, draft.stage, str(draft.period)) == (
        "omnibus-2025 (draft)",
        "draft omnibus-2025",
        "PT96H",
    )
    assert str(rules.duty("gdpr.33-1").period) == "PT72H"
    assert rules.names == load_packs().names
    assert rules.fingerprint != load_packs().fingerprint


def test_an_unknown_draft_is_refused_naming_those_there_are() -> None:
    with pytest.raises(LawError, match=r"no such draft; got: omnibus; .*omnibus-2025"):
        load_packs(drafts=["omnibus"])


# --- a folder of one's own ---------------------------------------------------------------------


def test_a_folder_adds_laws_without_touching_those_that_ship(tmp_path: Path) -> None:
    nis1 = a_pack_text({"effective_from": "2018-05-10", "effective_to": "2024-10-17"})
    rules = load_packs(a_folder(tmp_path, nis1=nis1))
    day = date(2024, 10, 17)
    assert rules.duty("nis2.notification", day).law_version == "nis2 2018-05-10 v1"
    assert rules.duty("gdpr.33-1").law == "gdpr"
    assert rules.fingerprint != load_packs().fingerprint


def test_a_folder_may_replace_an_authority_and_add_a_country(tmp_path: Path) -> None:
    entry = '[[authority]]\ncountry = "{0}"\nid = "{0}/{1}"\nname = "Its name"\n'
    text = 'status = "unreviewed"\n' + entry.format("DE", "baylda") + entry.format("GB", "ico")
    rules = load_packs(a_folder(tmp_path, authorities=text))
    assert [rules.authority_for(cc) for cc in ("DE", "GB", "NO")] == [
        "DE/baylda",
        "GB/ico",
        "NO/datatilsynet",
    ]


def test_files_that_are_not_toml_by_name_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("not a pack", encoding="utf-8")
    assert load_packs(tmp_path).fingerprint == load_packs().fingerprint


def test_a_second_version_beside_one_that_ships_is_refused_naming_both_files(
    tmp_path: Path,
) -> None:
    folder = a_folder(tmp_path, mine=a_pack_text({"law": '"gdpr"', "version": "2"}))
    with pytest.raises(LawError) as refused:
        load_packs(folder)
    said = str(refused.value)
    assert str(folder / "mine.toml") in said
    assert "gdpr 2024-10-18 v2, while gdpr 2018-05-25 v1 (gdpr.toml) is in force" in said


_ONE_LINE = a_pack_text().split("\n[[")[0] + "\nduty = {}"
STARTS = "duty 2, starts"


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "field", "got"),
    [
        (a_pack_text({"law": '"gdrp"'}), ", line 1", "law", "gdrp"),
        (a_pack_text({"status": None}), "", "status", "nothing"),
        (a_pack_text({"colour": '"red"'}), ", line 8", "colour", "red"),
        (a_pack_text({}) + "[colour]", ", line 21", "colour", "{}"),
        (a_pack_text({}, {}, {"id": '"x"', "starts": '"moon"'}), ", line 27", STARTS, "moon"),
        (a_pack_text({}, {"why": None}), ", line 9", "duty 1, why", "nothing"),
        (a_pack_text({}, {"waivable_by": '["x"]'}), ", line 21", "duty 1, waivable_by 1", "x"),
        (_ONE_LINE.format("[3]"), ", line 9", "duty 1", "3"),
        (_ONE_LINE.format("3"), ", line 9", "duty", "3"),
        (_ONE_LINE.format("[3]").replace("duty", '"duty"'), "", "duty 1", "3"),
    ],
)
def test_a_malformed_pack_is_refused_naming_file_line_and_field(
    tmp_path: Path, text: str, place: str, field: str, got: str
) -> None:
    folder = a_folder(tmp_path, bad=text)
    with pytest.raises(LawError) as refused:
        load_packs(folder)
    found = refused.value
    assert found.message == f"{folder / 'bad.toml'}{place}: refused"
    assert (found.field, str(found.got)) == (field, got)
    assert found.next_step == "correct the file and load it again"


def test_a_fault_of_the_pack_as_a_whole_has_no_line() -> None:
    assert _line_of(a_pack_text(), ()) is None


def test_a_pack_with_several_faults_counts_the_others(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, bad=a_pack_text({"law": '"gdrp"', "version": "0"}))
    with pytest.raises(LawError, match=r"refused \(and 1 more\)"):
        load_packs(folder)


@pytest.mark.parametrize(("text", "place"), [("law = \nx", ", line 1"), ("law = 'a", "")])
def test_what_is_not_toml_is_refused_naming_the_line_where_it_is_known(
    tmp_path: Path, text: str, place: str
) -> None:
    folder = a_folder(tmp_path, bad=text)
    with pytest.raises(LawError) as refused:
        load_packs(folder)
    assert refused.value.message.startswith(f"{folder / 'bad.toml'}{place}")
    assert refused.value.message.endswith(": not TOML")


def test_a_file_that_is_not_utf_8_or_not_a_file_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_bytes(b'law = "\xff"')
    with pytest.raises(LawError, match=r"bad.toml: cannot be read; .* expected: a TOML file"):
        load_packs(tmp_path)
    bad.unlink()
    bad.mkdir()
    with pytest.raises(LawError, match=r"bad.toml: cannot be read"):
        load_packs(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LawError, match=r"not there; got: .*nowhere; .* VARSEL_LAW_DIR"):
        load_packs(tmp_path / "nowhere")
