"""The benchmarks run to their end and print what they found; how fast it is, no test says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import page, picture, running
from benchmarks.figures import parties
from benchmarks.measuring import (
    Figure,
    Target,
    against,
    at_least,
    at_most,
    no_more_than,
    tell,
    tell_missing,
)
from benchmarks.running import Failed, Line, run

LINE = {"figure", "unit", "value", "floor", "ratio", "target", "met", "margin", "rounds"}


def test_letting_parties_in_is_measured_round_by_round() -> None:
    line = parties.measured(parties=3, each=1).line()
    assert line.keys() == LINE
    assert line["figure"] == "party_add_1000th"
    assert len(line["rounds"]) == 3
    assert all(taken > 0 for each in line["rounds"] for taken in each)


def test_product_and_floor_go_first_in_turn() -> None:
    order: list[str] = []

    def noting(name: str, value: float) -> float:
        order.append(name)
        return value

    found = against("it", "s", lambda: noting("product", 3), lambda: noting("floor", 2), at_most(2))
    assert order == ["product", "floor", "floor", "product", "product", "floor"]
    assert (found.value, found.floor, found.ratio, found.met) == (3, 2, 1.5, True)


@pytest.mark.parametrize(
    ("target", "margin"),
    [
        (at_most(3), 1.5),
        (at_most(1), 0.5),
        (at_least(1), 2),
        (at_least(4), 0.5),
        (no_more_than(5), 0.5),
        (no_more_than(10), 1),
    ],
)
def test_a_margin_of_one_or_more_is_a_target_met(target: Target, margin: float) -> None:
    line = Figure("it", "s", target, [(10.0, 5.0)]).line()
    assert (line["met"], line["margin"]) == (margin >= 1, margin)


# --- one module after another, each in a process of its own ------------------------------------


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which a test puts its own modules."""
    package = tmp_path / "made_up"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(running, "figures", __import__("made_up"))
    yield package
    del sys.modules["made_up"]


def test_a_module_s_lines_are_passed_on_with_its_name(figures: Path) -> None:
    (figures / "one.py").write_text("""print('{"figure": "a"}')\nprint('{"figure": "b"}')""")
    assert [*run("one")] == [
        {"figure": "a", "module": "one"},
        {"figure": "b", "module": "one"},
    ]


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("raise SystemExit(3)", "status 3"),
        ("print('a word')", "printed what is no figure: a word"),
        ("pass", "printed no figure"),
    ],
)
def test_a_module_that_measures_nothing_has_failed(figures: Path, program: str, why: str) -> None:
    (figures / "one.py").write_text(program)
    failed = [one.why for one in run("one") if isinstance(one, Failed)]
    assert any(why in one for one in failed)


def test_a_module_that_does_not_end_is_ended(figures: Path) -> None:
    (figures / "one.py").write_text("import time\ntime.sleep(60)")
    assert [*run("one", bound=0.3)] == [Failed("one", "did not end within 0.3 s")]


def test_a_module_that_is_left_early_cleans_up(figures: Path) -> None:
    (figures / "one.py").write_text(
        "import pathlib, time\n"
        "try:\n"
        """    print('{"figure": "a"}', flush=True)\n"""
        "    time.sleep(60)\n"
        "finally:\n"
        "    pathlib.Path(__file__).with_name('clean').touch()"
    )
    found = run("one")
    next(found)
    found.close()
    assert (figures / "clean").exists()


# --- what is said at the end -------------------------------------------------------------------


def a_line(figure: str, ratio: float, capsys: pytest.CaptureFixture[str]) -> Line:
    tell(Figure(figure, "ms", at_most(2), [(ratio, 1.0)]))
    line: Line = json.loads(capsys.readouterr().out)
    return line


def test_the_end_says_what_was_met_missed_and_failed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [a_line("quick_one", 1.0, capsys), a_line("slow_one", 8.0, capsys)]
    said = bench.summary(lines, [Failed("other", "broke")], 61.2)
    assert said.splitlines() == [
        "1 of 2 targets met, in 61 s.",
        "slow one: missed, 4 times off",
        "failed: other broke",
    ]


def test_what_is_not_installed_is_named_with_what_installs_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell_missing("ahead_of_it", "appends/s", at_least(1), "apt-get install it")
    line = json.loads(capsys.readouterr().out)
    assert line.keys() == LINE | {"not_installed"}
    said = "not measured: not installed, `apt-get install it`"
    assert bench.summary([line], [], 1).splitlines() == [
        "0 of 0 targets met, in 1 s.",
        f"ahead of it: {said}",
    ]
    assert said in page.table([line])


def test_the_picture_says_in_words_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = picture.drawn([a_line("quick_one", 1.0, capsys), a_line("slow_one", 8.0, capsys)])
    assert "1 of 2 targets met. quick one 2; slow one 0.25, missed." in drawn
    assert drawn.count('class="met"') == drawn.count('class="missed"') == 1
