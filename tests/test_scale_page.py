"""docs/scale.md says what its own figures come to, and the simulation that measures them runs."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from adapters import platform
from adapters.sql.postgres import Database
from adapters.store import mapper
from benchmarks.scaling import model, page
from benchmarks.scaling.inputs import CITED, Measured
from benchmarks.scaling.model import SIZES, Load

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
MEASURED = page.read(PAGE)
LARGE = SIZES[-1]
SMALL = {30: 1_000, 100: 5_000, 200: 50_000}  # reports of a small run, and of a full one


@pytest.mark.parametrize("block", ["derived", "ceilings"])
def test_what_the_page_derives_follows_from_the_figures_on_it(block: str) -> None:
    assert page.block(PAGE, block) == getattr(page, block)(MEASURED)


def test_the_page_s_figures_are_written_as_the_script_writes_them() -> None:
    assert page.block(PAGE, "measured") == page.inputs(MEASURED)


def test_figures_measured_elsewhere_are_those_that_are_cited() -> None:
    elsewhere = {one.name for one in fields(Measured) if one.metadata["source"] != "here"}
    assert elsewhere == CITED.keys()
    assert {name: getattr(MEASURED, name) for name in elsewhere} == CITED


def test_a_small_run_prints_every_figure_that_the_page_holds() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", "--small"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    said = [json.loads(line) for line in run.stdout.splitlines()]
    here = {one.name for one in fields(Measured)} - CITED.keys()
    assert here <= {_as_in_a_full_run(one["figure"]) for one in said}
    assert all(one["value"] >= 0 for one in said)


def _as_in_a_full_run(name: str) -> str:
    for small, full in SMALL.items():
        name = name.replace(f"_{small}_", f"_{full}_")
    return name


# --- the arithmetic ----------------------------------------------------------------------------


def test_a_report_reaches_its_last_client_after_all_that_one_process_does() -> None:
    m = replace(MEASURED, accept_50000_s=10.0, project_50000_s=20.0, relay_us=100.0)
    m = replace(m, messages_per_notice=2.0, publish_per_s=20_000.0)
    m = replace(m, client_calls_50000_ms=1.0, vendor_calls_50000_ms=5_000.0)
    assert model.relay_s(LARGE, m) == pytest.approx(10.0)
    assert model.told_by_one_process_s(LARGE, m) == pytest.approx(10 + 20 + 10 + 55)


def test_with_roles_the_slower_of_projector_and_relay_counts() -> None:
    m = replace(MEASURED, accept_50000_s=10.0, project_50000_s=20.0, relay_us=100.0)
    m = replace(m, messages_per_notice=2.0, publish_per_s=20_000.0)
    assert model.told_by_roles_s(LARGE, m) == pytest.approx(30.0)


def test_more_projector_parts_do_not_outrun_the_first_one() -> None:
    m = replace(MEASURED, project_50000_s=50.0, part_whole_us=1000.0, part_decode_us=100.0)
    m = replace(m, part_ordered_us=400.0, part_parties_us=700.0)
    assert [model.parts_s(LARGE, m, parts) for parts in (1, 2, 3, 9)] == [50, 35, 20, 20]
    assert model.parts_worth(LARGE, m) == 3


def test_a_stream_that_flushes_slowly_holds_up_a_quick_relay() -> None:
    m = replace(MEASURED, relay_us=1.0, messages_per_notice=1.0, publish_per_s=100.0)
    assert model.relay_s(LARGE, m) == pytest.approx(500.0)


def test_a_year_has_the_events_of_every_report_to_every_client() -> None:
    m = replace(MEASURED, calls_per_client=3.0)
    load = Load(reports=2, revisions=1, acts=4)
    # two notices, two deliveries, four acts and three reminders, twice a year
    assert model.events_a_year(LARGE, load, m) == 100_000 * 2 * (2 + 2 + 4 + 3)


def test_the_resolver_holds_every_size() -> None:
    assert [model.resolver_holds(size) for size in SIZES] == [True, True, True]
    assert not model.resolver_holds(LARGE, 110_000)


# --- the code's own limits ---------------------------------------------------------------------


def test_limits_that_the_arithmetic_uses_are_those_of_the_code() -> None:
    conf = (ROOT / "adapters" / "nats" / "conf.py").read_text(encoding="utf-8")
    node = (ROOT / "docker" / "nats" / "nats.conf").read_text(encoding="utf-8")
    assert f"limit: {model.RESOLVER_LIMIT}\n" in conf
    assert f"limit: {model.RESOLVER_LIMIT}\n" in node
    assert mapper.LARGEST == model.LARGEST
    assert platform.PATIENCE == model.PATIENCE
    assert inspect.signature(Database).parameters["size"].default == model.POOL
