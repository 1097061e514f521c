"""docs/performance.md: the tables of a run, what each floor is, and a picture.

The lines of the run stand beside the page as JSON. All that is between the page's markers follows
from them and from the modules' docstrings; the rest is written by hand and left as it is.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

from benchmarks import figures, picture
from benchmarks.running import Line, modules
from benchmarks.scaling.page import replaced

Kind = Literal["usual", "slow"]
KINDS: Final[Mapping[Kind, str]] = {"usual": "make bench", "slow": "make bench-slow-disk"}
NOTHING: Final = "\N{EN DASH}"
_MINUTE: Final = 60
_FINE: Final = 100  # below it, three digits; from there on whole numbers


@dataclass(frozen=True)
class Run:
    """On what machine it was made; of each module when (UTC), in how many seconds; its lines."""

    machine: Mapping[str, str]
    dates: Mapping[str, str]
    seconds: Mapping[str, int]
    lines: Sequence[Line]

    def renewed(self, newer: Run) -> Run:
        """With the modules of a newer run in the place of their old ones."""
        kept = [line for line in self.lines if line["module"] not in newer.dates]
        return Run(
            newer.machine,
            {**self.dates, **newer.dates},
            {**self.seconds, **newer.seconds},
            [*kept, *newer.lines],
        )

    def of(self, there: Sequence[str]) -> Run:
        """What is of these modules, in their order; others are gone since."""
        left = [name for name in there if name in self.dates]
        return Run(
            self.machine,
            {name: self.dates[name] for name in left},
            {name: self.seconds[name] for name in left},
            [line for name in left for line in self.lines if line["module"] == name],
        )


def write(path: Path, run: Run, kind: Kind) -> None:
    """Put what a run measured beside the page and into it; the rest stays."""
    runs = read(path.with_suffix(".json"))
    runs[kind] = runs[kind].renewed(run) if kind in runs else run
    render(path, runs)


def render(path: Path, runs: Mapping[Kind, Run]) -> None:
    """Make the page, its JSON and its picture from these runs; what is by hand stays."""
    there = sorted(modules(), key=place)
    runs = {kind: run.of(there) for kind, run in sorted(runs.items())}
    said = json.dumps(
        {kind: asdict(run) for kind, run in runs.items()}, ensure_ascii=False, indent=1
    )
    path.with_suffix(".json").write_text(said + "\n", encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    for name, body in blocks(runs).items():
        text = replaced(text, name, body)
    path.write_text(text, encoding="utf-8")
    lines = runs["usual"].lines if "usual" in runs else ()
    path.with_suffix(".svg").write_text(picture.drawn(lines), encoding="utf-8")


def read(data: Path) -> dict[Kind, Run]:
    """The runs that are stored beside the page; none before the first."""
    if not data.exists():
        return {}
    said = json.loads(data.read_text(encoding="utf-8"))
    return {kind: Run(**run) for kind, run in said.items()}


def blocks(runs: Mapping[Kind, Run]) -> dict[str, str]:
    """What stands between the page's markers, by name."""
    found = {"floors": floors()}
    for kind, how in KINDS.items():
        run = runs.get(kind)
        found[f"{kind} machine"] = machine(run) if run else f"Not measured yet: `{how}` does.\n"
        found[f"{kind} figures"] = table(run.lines) if run else ""
    return found


def machine(run: Run) -> str:
    """When and where the run was made."""
    took = sum(run.seconds.values())
    dates = " to ".join(sorted({min(run.dates.values()), max(run.dates.values())}))
    said = {"date": dates, **run.machine, "time": f"{took // _MINUTE} min {took % _MINUTE} s"}
    rows = [f"| {name} | {what} |\n" for name, what in said.items()]
    return "".join(["| part | here |\n|---|---|\n", *rows])


def table(lines: Sequence[Line]) -> str:
    """Each figure with its floor and what came of its target."""
    head = "| figure | value | floor | ratio | target | |\n|---|--:|--:|--:|--:|---|\n"
    rows = [
        f"| {figure(line)} | {_measured(line, 'value')} | {_measured(line, 'floor')}"
        f" | {_number(line['ratio'])} | {_target(line)} | {_told(line)} |\n"
        for line in lines
    ]
    return "".join([head, *rows])


def _target(line: Line) -> str:
    """As it is said; with the unit where it bounds the value itself."""
    said = str(line["target"])
    return said if said.endswith("floor") else f"{said} {line['unit']}"


def figure(line: Line) -> str:
    """A figure's name, as people read it."""
    return str(line["figure"]).replace("_", " ")


def verdict(line: Line) -> str:
    """Whether the target is met, and by how much it is missed."""
    if line["met"] is None:
        return f"not measured: not installed, `{line['not_installed']}`"
    if line["met"]:
        return "met"
    return f"missed, {_number(1 / line['margin'])} times off"


def _told(line: Line) -> str:
    return f"**{verdict(line)}**" if line["met"] is False else verdict(line)


def floors() -> str:
    """What each module measures against what, in its own words."""
    return "\n".join(_floor(name) for name in sorted(modules(), key=place))


def docstring(module: str) -> str:
    """What a module says of itself; raises `ValueError` where it says nothing."""
    source = (Path(figures.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")
    said = ast.get_docstring(ast.parse(source))
    if not said:
        raise ValueError(f"benchmarks/figures/{module}.py has no docstring")
    return said


def place(module: str) -> tuple[int, str]:
    """Where a module stands on the page; raises `ValueError` where its docstring has no number."""
    found = re.match(r"Figure (\d+): ", docstring(module))
    if found is None:
        raise ValueError(f"benchmarks/figures/{module}.py does not begin with 'Figure N: '")
    return int(found[1]), module


def _floor(module: str) -> str:
    first, *rest = docstring(module).split("\n\n")
    body = "".join(f"{part if part.startswith('- ') else _flowing(part)}\n\n" for part in rest)
    return f"### {_flowing(first)}\n\n{body}`benchmarks/figures/{module}.py`\n"


def _flowing(paragraph: str) -> str:
    return " ".join(paragraph.split())


def _measured(line: Line, part: str) -> str:
    value: float | None = line[part]
    return NOTHING if value is None else f"{_number(value)} {line['unit']}"


def _number(value: float | None) -> str:
    """Three digits that count, thousands apart; never an exponent, so that people can read it."""
    if value is None:
        return NOTHING
    if value >= _FINE:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:.3g}" if value >= 0.001 else f"{value:.6f}"  # noqa: PLR2004 - as above
