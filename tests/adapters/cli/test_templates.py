"""Templates: what is printed for a verb is taken as it stands."""

from __future__ import annotations

import re

import pytest

from adapters.reading import parse as read
from adapters.templates import BY_VERB, FIELDS, WIDTH, listing, template_for
from domain.commands import VERBS, Command
from domain.errors import Invalid
from domain.parsing import parse


def fields_of(verb: str) -> set[str]:
    return {field.alias or name for name, field in VERBS[verb].model_fields.items()}


def understood(verb: str, *, whole: bool) -> Command:
    return parse(VERBS[verb], read(template_for(verb, whole=whole), verb).content)


@pytest.mark.parametrize("verb", VERBS)
def test_a_template_is_accepted_as_it_stands(verb: str) -> None:
    assert isinstance(understood(verb, whole=False), VERBS[verb])


@pytest.mark.parametrize("verb", VERBS)
def test_a_template_is_accepted_with_everything_in_it(verb: str) -> None:
    assert isinstance(understood(verb, whole=True), VERBS[verb])


@pytest.mark.parametrize("verb", VERBS)
def test_a_template_shows_every_field_with_an_example(verb: str) -> None:
    shown = set(re.findall(r"^#?(\w+):(?: \S|$)", template_for(verb), re.MULTILINE))
    assert fields_of(verb) <= shown


@pytest.mark.parametrize("verb", VERBS)
def test_an_optional_field_can_be_let_in_by_taking_its_hash_away(verb: str) -> None:
    apart = re.compile("^#(?:controllers|scope):", re.MULTILINE)  # they go with another value
    hash_before_yaml = re.compile(r"^#(?! \S)", re.MULTILINE)
    head, *fields = template_for(verb).split("\n\n")
    whole = "\n".join(hash_before_yaml.sub("", one) for one in fields if not apart.search(one))
    assert isinstance(parse(VERBS[verb], read(f"{head}\n{whole}", verb).content), VERBS[verb])


@pytest.mark.parametrize("verb", VERBS)
def test_a_template_fits_on_a_screen(verb: str) -> None:
    assert max(map(len, template_for(verb).splitlines())) <= WIDTH


def test_no_example_is_for_a_field_that_no_verb_has() -> None:
    known = {name for verb in VERBS for name in fields_of(verb)}
    assert set(FIELDS) <= known
    assert all(name in fields_of(verb) for verb, name in BY_VERB)


def test_a_report_lists_the_data_kinds_and_what_claims_can_be_about() -> None:
    shown = template_for("report_leak")
    assert "# data kinds:" in shown
    assert " delivery_address " in shown
    assert "# claims can be about:" in shown


def test_the_list_names_every_verb_with_its_purpose() -> None:
    lines = dict(line.split(maxsplit=1) for line in listing().splitlines())
    assert lines.keys() == VERBS.keys()
    assert lines["acknowledge"] == "A client confirms that it has read the vendor's word."


def test_an_unknown_verb_names_its_neighbours() -> None:
    with pytest.raises(Invalid) as refused:
        template_for("nottify_clients")
    assert refused.value.expected == "did you mean notify_clients, name_clients, notify_regulator?"
    assert refused.value.next_step == "varsel template lists them all"
