"""How Varsel says no: what was got, what was expected, what to do next; on every wire alike."""

from __future__ import annotations

import pytest

from domain.errors import KINDS, Invalid, Refused, VarselError, from_problem


def an_error(kind: type[VarselError] = Invalid) -> VarselError:
    return kind(
        "this lies in the future",
        field="happened",
        got="2030-01-01",
        expected="a time not after now",
        next_step="check the date and the zone",
    )


def test_an_error_is_one_sentence_after_another() -> None:
    assert str(an_error()) == (
        "happened: this lies in the future; got: 2030-01-01; "
        "expected: a time not after now; next: check the date and the zone"
    )


def test_an_error_may_be_short() -> None:
    assert str(Refused("no")) == "no"
    assert Refused("no").problem() == {
        "type": "urn:varsel:error:refused",
        "status": 409,
        "title": "no",
    }


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_an_error_survives_the_wire(kind: type[VarselError]) -> None:
    back = from_problem(an_error(kind).problem())
    assert type(back) is kind
    assert str(back) == str(an_error(kind))
    assert back.problem() == an_error(kind).problem()


def test_an_error_of_a_kind_not_known_here_is_still_an_error() -> None:
    assert type(from_problem({"type": "urn:varsel:error:brand-new"})) is VarselError
    assert str(from_problem({})) == "the platform reported an error"


def test_what_was_got_is_shown_short() -> None:
    shown = str(Invalid("too much", got="x" * 500).problem()["got"])
    assert len(shown) == 120
    assert shown.endswith("...")


def test_what_was_got_moves_no_cursor_and_rings_no_bell() -> None:
    assert "\x1b" not in str(Invalid("no", got="\x1b[2J\x07"))


def test_what_was_got_need_not_be_text() -> None:
    assert "got: ['a', 'a']" in str(Invalid("twice", got=["a", "a"]))
    assert "got: False" in str(Invalid("no country", got=False))
