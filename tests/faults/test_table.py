"""docs/reliability.md lists exactly the faults that are caused here, and shows no loss."""

from __future__ import annotations

import re

from tests.faults.causes import ENGINES, EVERY
from tests.faults.table import PAGE

SECTION = re.compile(r"^## On (.+?)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def rows() -> dict[tuple[str, str], list[str]]:
    """The cells of each row behind its name, by engine and fault."""
    found: dict[tuple[str, str], list[str]] = {}
    for engine, section in SECTION.findall(PAGE.read_text(encoding="utf-8")):
        for row in ROW.findall(section)[1:]:
            fault, *cells = row.split(" | ")
            assert (engine, fault) not in found
            found[engine, fault] = cells
    return found


def test_the_page_lists_exactly_the_faults_that_there_are() -> None:
    assert set(rows()) == {(engine, one.name) for one in EVERY for engine in one.engines}
    assert {engine for engine, _ in SECTION.findall(PAGE.read_text(encoding="utf-8"))} == {*ENGINES}


def test_each_was_caused_as_its_description_says_and_nothing_was_lost_or_doubled() -> None:
    how = {one.name: one.how for one in EVERY}
    for (_, fault), (said, times, accepted, *harm, typical, worst) in rows().items():
        assert said == how[fault]
        assert int(times) > 0
        assert int(accepted) > 0
        assert harm == ["0", "0", "0"], fault
        assert 0 <= float(typical.removesuffix(" s")) <= float(worst.removesuffix(" s"))
