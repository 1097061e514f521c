"""docs/operations.md says what the code says, and has a paragraph for every alert."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main
import yaml

from adapters.cli import app
from adapters.roles import Role
from adapters.settings import Served

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| ([^|]*) \| [^|]+ \|$", re.MULTILINE)
ALERTS = yaml.safe_load((ROOT / "docker" / "prometheus" / "alerts.yml").read_text())


def section(title: str) -> str:
    """A section's own text."""
    found = re.search(rf"^## {title}$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found.group(1)


def anchors() -> set[str]:
    """What links can lead to."""
    titles = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in titles}


def test_the_table_of_settings_is_the_code_s() -> None:
    said = dict(ROW.findall(section("Settings")))
    defaults = {name: field.default for name, field in Served.model_fields.items()}
    written = {
        name: "\u2013" if value is None else str(getattr(value, "value", value))
        for name, value in defaults.items()
    }
    assert said == written


def test_every_role_is_explained() -> None:
    assert {role.value for role in Role} <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))


@pytest.mark.parametrize("rule", ALERTS["groups"][0]["rules"], ids=lambda rule: rule["alert"])
def test_an_alert_leads_to_its_paragraph(rule: dict[str, dict[str, str]]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/operations.md"
    assert anchor in anchors()


def test_every_command_that_is_named_is_there() -> None:
    known = set(typer.main.get_group(app).commands)
    named = set(re.findall(r"`varsel ([a-z-]+)", PAGE)) | set(
        re.findall(r"^varsel ([a-z-]+)", PAGE, re.MULTILINE)
    )
    assert named
    assert named <= known


def test_every_figure_that_is_named_is_in_an_alert_or_a_panel() -> None:
    asked = (ROOT / "docker" / "prometheus" / "alerts.yml").read_text()
    asked += (ROOT / "docker" / "grafana" / "dashboards" / "varsel.json").read_text()
    named = set(re.findall(r"`(varsel_[a-z_]+)", PAGE))
    assert named
    assert [name for name in sorted(named) if name not in asked] == []


def commands_of_docker() -> list[list[str]]:
    """Every line of a block that calls `docker compose`, in words."""
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    joined = "\n".join(blocks).replace("\\\n", " ")
    lines = re.findall(r"^docker compose (.*)$", joined, re.MULTILINE)
    return [re.sub(r"\s[<>#].*|'.*", "", one).split() for one in lines]


def services(words: list[str]) -> list[str]:
    """The services that a command is about: what comes behind its options."""
    rest, found = iter(words), list[str]()
    for word in rest:
        if word in {"-p", "--env", "--name", "--volume", "--entrypoint"}:
            next(rest)
        elif not word.startswith("-"):
            found.append(word)
    many = found[0] in {"up", "stop", "restart", "build", "pull", "down"}
    return found[1:] if many else found[1:2]


def test_every_service_that_a_command_names_is_in_the_compose_file() -> None:
    known = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    named = [services(words) for words in commands_of_docker()]
    assert len(named) > 20
    assert {one for each in named for one in each} <= known


def test_no_command_holds_a_password() -> None:
    assert re.findall(r"://[^\s@/]+:[^\s@/]+@", PAGE) == []
    assert "PGPASSWORD" not in PAGE


def test_every_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:docker|docs|tests)/[\w/.-]+)`", PAGE)) - {"docker/secrets"}
    named = {name for name in named if not name.startswith("docker/secrets/")}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
