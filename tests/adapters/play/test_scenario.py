"""A scenario is checked whole before it plays: each mistake says which file, step and line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.play.scenario import Scenario, load, merged
from domain.errors import Forbidden, Invalid, NotFound, VarselError

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"

HEAD = """\
scenario: A drill
parties:
  - {id: vend, roles: [vendor], country: NO, zone: Europe/Oslo}
  - {id: shop, roles: [client], country: NO, zone: Europe/Oslo}
  - {id: eye, roles: [auditor], scope: [shop]}
engagements:
  - {vendor: vend, client: shop, mandate: none}
steps:
"""
REPORT = """\
  - id: reported
    at: 2024-03-04T09:00+01:00
    by: vend
    do: report_leak
    with:
      incident: leak
      nature: [confidentiality]
      people:
        - group: customers
          role: exposed
          count: 12
"""
TELL = """\
  - at: 2024-03-04T10:00+01:00
    by: vend
    do: notify_clients
    with: {incident: leak, clients: [shop], channel: platform}
"""
WHOLE = HEAD + REPORT + TELL


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str, name: str = "drill.yaml") -> Scenario:
    Path(name).write_text(text)
    return load(name)


def refusal(text: str, name: str = "drill.yaml") -> VarselError:
    with pytest.raises(VarselError) as refused:
        loaded(text, name)
    return refused.value


def mistaken(old: str, new: str) -> VarselError:
    assert old in WHOLE
    return refusal(WHOLE.replace(old, new, 1))


# --- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zoopit", "tokmanni", "amca-2019"])
def test_every_scenario_that_is_shipped_can_be_loaded(name: str) -> None:
    assert load(str(SCENARIOS / f"{name}.yaml")).steps


@pytest.mark.usefixtures("folder")
def test_a_step_knows_its_place_and_the_id_of_its_command() -> None:
    steps = loaded(WHOLE).steps
    assert [str(step.place) for step in steps] == [
        "drill.yaml step 1, line 9",
        "drill.yaml step 2, line 20",
    ]
    assert [step.command for step in steps] == ["reported", "step-2"]


@pytest.mark.usefixtures("folder")
def test_a_scenario_may_be_json() -> None:
    scenario = loaded(WHOLE)
    said: dict[str, Any] = scenario.model_dump(mode="json", exclude_none=True)
    for step in said["steps"]:
        del step["place"]
    assert loaded(json.dumps(said), "drill.json").parties == scenario.parties


@pytest.mark.usefixtures("folder")
def test_a_party_without_a_name_is_called_by_its_id() -> None:
    assert loaded(WHOLE).parties[1].registration()["name"] == "shop"


@pytest.mark.usefixtures("folder")
def test_two_scenarios_become_one_in_the_order_of_time() -> None:
    first = loaded(WHOLE)
    later = loaded(WHOLE.replace("T09:00", "T09:30").replace("T10:00", "T11:00"), "b.yaml")
    both = merged([first, later])
    assert [step.at[11:16] for step in both.steps] == ["09:00", "09:30", "10:00", "11:00"]
    assert both.starts == first.starts


# --- mistakes in a step ------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("old", "new", "place", "field", "expected"),
    [
        ("do: notify_clients", "do: notify_client", "step 2, line 22", "do", "notify_clients"),
        ("do: notify_clients", "do: register_party", "step 2, line 22", "do", "at the head"),
        ("clients: [shop]", "client: [shop]", "step 2, line 23", "client", "did you mean clients"),
        ("do: notify_clients", "doo: notify_clients", "step 2, line 22", "doo", "did you mean do"),
        ("    with: {", "    # with: {", "step 2, line 20", "with", "this field"),
        ("[shop], channel", "[shop, shop], channel", "step 2, line 23", "clients", "once"),
        ("channel: platform", "channel: fax", "step 2, line 23", "channel", "'platform'"),
        ("count: 12", "count: -1", "step 1, line 19", "people.0.count.exact", "or equal to 0"),
        ("role: exposed", "role: victim", "step 1, line 18", "people.0.role", "'exposed'"),
        (
            "count: 12",
            "data: {present: [name, emial]}",
            "step 1, line 19",
            "people.0.data.present.1",
            "did you mean email",
        ),
        ("T10:00+01:00", "T10:00", "step 2, line 20", "at", "T10:00Z"),
        ("2024-03-04T10:00+01:00", "2024-03-04", "step 2, line 20", "at", "its zone"),
        ("at: 2024-03-04T10:00+01:00", "at: soon", "step 2, line 20", "at", "with its zone"),
        (
            "at: 2024-03-04T10:00+01:00",
            "at: 2024-03-04T10:00+03:00",
            "step 2, line 20",
            "at",
            "not before 2024-03-04T09:00",
        ),
        (
            "    do: notify",
            "    happened: soon\n    do: notify",
            "step 2, line 22",
            "happened.at",
            "an instant with its zone",
        ),
        ("by: vend\n    do: notify", "by: vendd\n    do: notify", "step 2, line 21", "by", "vend?"),
        (
            "by: vend\n    do: notify",
            "by: shop\n    do: notify",
            "step 2, line 22",
            "do",
            "the role vendor",
        ),
        ("  - at: ", "  - id: reported\n    at: ", "step 2, line 20", "id", "each id once"),
        ("id: reported", "id: step-2", "step 2, line 20", "id", "each id once"),
        ("id: reported", "id: reported\n    line: 7", "step 1, line 10", "line", "known: at, by"),
    ],
)
def test_a_mistake_in_a_step_names_file_step_line_and_field(
    old: str, new: str, place: str, field: str, expected: str
) -> None:
    error = mistaken(old, new)
    assert error.message.startswith(f"drill.yaml {place}: ")
    assert error.field == field
    assert error.expected
    assert expected in error.expected
    assert error.next_step


@pytest.mark.usefixtures("folder")
def test_a_mistake_in_step_40_of_45_says_so() -> None:
    asks = [
        f"  - at: 2024-03-04T11:{n:02}+01:00\n    by: shop\n    do: ask\n"
        f"    with: {{incident: leak, question: q{n}, text: Why}}\n"
        for n in range(43)
    ]
    asks[37] = asks[37].replace("question: q37", "question: q 37")
    error = refusal(WHOLE + "".join(asks))
    assert error.message.startswith("drill.yaml step 40, line 175: ")
    assert error.field == "question"
    assert error.got == "q 37"


@pytest.mark.usefixtures("folder")
def test_the_place_of_a_step_is_not_for_its_writer_to_say() -> None:
    error = mistaken("id: reported", "id: reported\n    place: nowhere")
    assert (error.field, error.got) == ("place", "nowhere")


@pytest.mark.usefixtures("folder")
def test_a_mistake_in_a_json_scenario_names_the_step() -> None:
    scenario = loaded(WHOLE).model_dump(mode="json", exclude={"steps": {"__all__": {"place"}}})
    scenario["steps"][1]["do"] = "nothing"
    error = refusal(json.dumps(scenario), "drill.json")
    assert error.message == "drill.json step 2: there is no such verb"


# --- mistakes around the steps -----------------------------------------------------------------


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("old", "new", "line", "kind", "field"),
    [
        ("id: shop", "id: vend", 4, Invalid, "id"),
        ("id: shop", "id: Shop", 4, Invalid, "parties.1.id"),
        ("country: NO", "country: Norway", 3, Invalid, "parties.0.country"),
        ("country: NO", "land: NO", 3, Invalid, "parties.0.land"),
        ("zone: Europe/Oslo", "zone: Oslo", 3, Invalid, "parties.0.zone"),
        ("roles: [client]", "roles: [customer]", 4, Invalid, "parties.1.roles.0"),
        ("scope: [shop]", "scope: [shopp]", 5, NotFound, "scope"),
        ("client: shop,", "client: shopp,", 7, NotFound, "client"),
        ("client: shop,", "client: vend,", 7, Invalid, "client"),
        ("mandate: none", "mandate: some", 7, Invalid, "engagements.0.mandate"),
        ("steps:", "step:", 9, Invalid, "step"),
        ("scenario: A drill\n", "", 1, Invalid, "scenario"),
    ],
)
def test_a_mistake_around_the_steps_names_file_and_line(
    old: str, new: str, line: int, kind: type[VarselError], field: str
) -> None:
    error = mistaken(old, new)
    assert error.message.startswith(f"drill.yaml, line {line}: ")
    assert (type(error), error.field) == (kind, field)


@pytest.mark.usefixtures("folder")
def test_an_unknown_field_names_its_neighbours_in_every_part() -> None:
    for old, new in (("roles: [v", "role: [v"), ("mandate:", "mandat:"), ("steps:", "stepz:")):
        expected = mistaken(old, new).expected or ""
        assert expected.startswith(f"did you mean {old.split(':')[0]}")


@pytest.mark.usefixtures("folder")
def test_a_scenario_needs_steps() -> None:
    for text in (HEAD, HEAD.replace("steps:\n", ""), HEAD.replace("steps:", "steps: []")):
        error = refusal(text)
        assert error.field == "steps"
        assert "nothing was played" in (error.next_step or "")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", ["", "- a", "word"])
def test_a_file_that_holds_something_else_is_no_scenario(text: str) -> None:
    assert refusal(text).message == "drill.yaml holds no scenario"


@pytest.mark.usefixtures("folder")
def test_a_wrong_role_is_forbidden_before_anything_plays() -> None:
    error = mistaken("by: vend\n    do: notify", "by: eye\n    do: notify")
    assert isinstance(error, Forbidden)
    assert "notify_clients is not for eye, which is auditor" in error.message
