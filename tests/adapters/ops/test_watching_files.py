"""What Prometheus and Grafana are given asks for figures that there are."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.engines.turns import OwnTurns
from adapters.ops.turns import NotedTurns
from adapters.roles import Role
from domain.errors import Invalid
from tests.adapters.ops.lab import watched
from tests.adapters.running import raised
from tests.builders import a_leak, told

ROOT = Path(__file__).parents[3]
ALERTS = yaml.safe_load((ROOT / "docker" / "prometheus" / "alerts.yml").read_text())
RULES: list[dict[str, Any]] = ALERTS["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "docker" / "grafana" / "dashboards" / "varsel.json").read_text())
NAME = re.compile(r"\bvarsel_[a-z_]+")
LABELS = re.compile(r"(varsel_[a-z_]+)(?:\{([^}]*)\})?")


def queries() -> Iterator[tuple[str, str]]:
    """Every query of an alert or a panel, by what asks."""
    yield from ((rule["alert"], rule["expr"]) for rule in RULES)
    for panel in DASHBOARD["panels"]:
        yield from ((panel["title"], one["expr"]) for one in panel.get("targets", []))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every figure that a platform at work shows, and the labels it has."""

    async def story() -> dict[str, float]:
        turns = NotedTurns(OwnTurns())
        folder = tmp_path_factory.mktemp("shown")
        async with watched(folder, turns=turns) as seen, turns.turn("relay"):
            await seen.again()
            await seen.up.take(*told("joker"))
            assert isinstance(await raised(seen.up.take(a_leak(people=1))), Invalid)
            await seen.up.ask("joker", "timeline", client="joker")
            await seen.up.settled()
            return await seen.counted()

    figures: dict[str, set[str]] = {}
    for one in asyncio.run(story()):
        name, _, labels = one.partition("{")
        figures.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    return figures


@pytest.mark.parametrize(("asks", "query"), list(queries()), ids=lambda each: str(each)[:40])
def test_a_query_asks_for_figures_and_labels_that_there_are(
    asks: str, query: str, shown: dict[str, set[str]]
) -> None:
    named = NAME.findall(query)
    assert named or asks == "VarselProcessDown", "every query is about the platform"
    assert [name for name in named if name not in shown] == []
    for name, selected in LABELS.findall(query):
        assert set(re.findall(r"(\w+)=~?\"", selected)) <= shown[name]
    grouped = re.findall(r"by \(([a-z, ]+)\)", query)
    own = {label.strip() for one in grouped for label in one.split(",")} - {"instance"}
    assert own <= set().union(*(shown[name] for name in named))


def test_every_figure_is_looked_at_by_a_panel_or_an_alert(shown: dict[str, set[str]]) -> None:
    asked = {
        re.sub(r"_(bucket|count)$", "", name) for _, one in queries() for name in NAME.findall(one)
    }
    kept = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in shown}
    assert {name for name in kept - asked if name.startswith("varsel_")} <= {"varsel_refused"}


def test_alerts_are_told_apart_and_say_what_to_do() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["runbook"].startswith("docs/operations.md#")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["why"], "a threshold that nobody can argue with helps nobody"


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.ALL])
def test_a_role_that_is_gone_altogether_is_missed(role: str) -> None:
    missing = [rule["expr"] for rule in RULES if rule["expr"].startswith("absent(")]
    assert f'absent(varsel_build_info{{role=~"{role}|all"}})' in missing


def test_how_to_tell_somebody_is_shown_as_prometheus_reads_it() -> None:
    said = (ROOT / "docker" / "prometheus" / "prometheus.yml").read_text()
    _, _, block = said.partition("# alerting:\n")
    shown = [line for line in block.splitlines() if line.startswith("#")]
    read = yaml.safe_load("\n".join(["alerting:", *(line[2:] for line in shown)]))
    [manager] = read["alerting"]["alertmanagers"]
    assert manager["static_configs"] == [{"targets": ["alertmanager:9093"]}]


def test_panels_do_not_lie_over_each_other() -> None:
    taken = set[tuple[int, int]]()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
