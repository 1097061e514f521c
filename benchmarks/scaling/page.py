"""The tables of docs/scale.md: what was measured, and what follows from it for three sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields
from pathlib import Path

from benchmarks.scaling import model
from benchmarks.scaling.inputs import Measured
from benchmarks.scaling.model import SIZES, Load, Size

BLOCK = "<!-- {name} -->\n{body}<!-- end of {name} -->\n"
ROW = re.compile(r"^\| `(\w+)` \| ([\d.]+) \|", re.MULTILINE)
Tell = Callable[[Size], str]


def write(path: Path, m: Measured) -> None:
    """Put the figures, and all that follows from them as they are printed, into the page."""
    text = replaced(path.read_text(encoding="utf-8"), "measured", inputs(m))
    text = replaced(text, "derived", derived(read(text)))
    text = replaced(text, "ceilings", ceilings(read(text)))
    path.write_text(text, encoding="utf-8")


def read(text: str) -> Measured:
    """The figures on a page; raises `TypeError` where one is missing or unknown."""
    found = {name: float(said) for name, said in ROW.findall(block(text, "measured"))}
    return Measured(**found)


def block(text: str, name: str) -> str:
    """What stands between a page's markers; raises `ValueError` where they are not there."""
    _, _, behind = text.partition(f"<!-- {name} -->\n")
    body, end, _ = behind.partition(f"<!-- end of {name} -->\n")
    if not end:
        raise ValueError(f"the page has no block {name}")
    return body


def replaced(text: str, name: str, body: str) -> str:
    """The page with another body between its markers."""
    old = BLOCK.format(name=name, body=block(text, name))
    return text.replace(old, BLOCK.format(name=name, body=body))


def inputs(m: Measured) -> str:
    """The table of figures, three digits each."""
    lines = ["| figure | value | what | from |", "|---|--:|---|---|"]
    said = asdict(m)
    for one in fields(Measured):
        what, source = one.metadata["what"], one.metadata["source"]
        lines.append(f"| `{one.name}` | {three(said[one.name])} | {what} | {source} |")
    return "\n".join(lines) + "\n"


def derived(m: Measured) -> str:
    """The table of what follows, for each size."""
    names = " | ".join(size.name for size in SIZES)
    lines = [f"| what | {names} | by |", "|---|" + "--:|" * len(SIZES) + "---|"]
    for what, by, tell in _rows(Load(), m):
        cells = " | ".join(tell(size) for size in SIZES)
        lines.append(f"| {what} | {cells} | {by} |")
    return "\n".join(lines) + "\n"


def ceilings(m: Measured) -> str:
    """The numbers at which something is refused or no longer keeps up."""
    said = (
        ("clients on a board that is one answer over NATS", model.board_in_one_answer(m)),
        ("parties that the resolver takes", model.RESOLVER_LIMIT - 3),
        ("events that an hourly pass of the watch can rebuild", model.events_a_watch(Load(), m)),
        ("deliveries and acknowledgements a second of the one writer", model.acts_at_most(m)),
        ("parties whose idle R3 consumers fill one core of a node", model.parties_a_core(m)),
        ("connections of one nats-server, by its own default", model.NATS_CONNECTIONS),
        (
            "connections to PostgreSQL of three API processes and two projector parts",
            model.postgres_connections(3, 2),
        ),
    )
    rows = [f"| {what} | {_thousands(at)} |\n" for what, at in said]
    return "".join(["| what | at |\n|---|--:|\n", *rows])


def three(value: float) -> str:
    """A number with three digits that count; never an exponent, so that people can read it."""
    if value == 0:
        return "0"
    if value >= 1000:  # noqa: PLR2004 - whole numbers from here on
        digits = len(str(int(value)))
        return str(round(value, 3 - digits)).removesuffix(".0")
    return f"{value:.3g}" if value >= 0.001 else f"{value:.5f}"  # noqa: PLR2004 - as above


def _number(value: float) -> str:
    whole, dot, rest = three(value).partition(".")
    return _thousands(int(whole)) + dot + rest


def _thousands(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _seconds(value: float) -> str:
    for limit, unit, length in ((120, "s", 1), (7200, "min", 60), (172_800, "h", 3600)):
        if value < limit:
            return f"{_number(value / length)} {unit}"
    return f"{_number(value / 86_400)} days"


def _accounts(size: Size) -> str:
    said = _number(model.accounts(size))
    if model.resolver_holds(size):
        return said
    return f"{said}, refused"


def _rows(load: Load, m: Measured) -> Iterator[tuple[str, str, Tell]]:
    yield from _of_a_year(load, m)
    yield from _of_a_report(load, m)
    yield from _of_parties(m)


def _of_a_year(load: Load, m: Measured) -> Iterator[tuple[str, str, Tell]]:
    yield "parties", "", lambda s: _number(s.parties)
    yield "largest report touches", "", lambda s: _number(s.touched)
    yield "events a year", "`events_a_year`", lambda s: _number(model.events_a_year(s, load, m))
    yield "events a day, mean", "", lambda s: _number(model.events_a_day(s, load, m))
    yield (
        "ledger, GB a year",
        "`ledger_gb_a_year`",
        lambda s: _number(model.ledger_gb_a_year(s, load, m)),
    )
    yield "views, GB a year", "", lambda s: _number(model.views_gb_a_year(s, load, m))
    yield "transparency log, GB a year", "", lambda s: _number(model.evidence_gb_a_year(s, load, m))
    yield (
        "FEED, GB a year on each node, at most",
        "`feed_gb_a_year`",
        lambda s: _number(model.feed_gb_a_year(s, load, m)),
    )
    yield (
        "online copy of a year's ledger and log",
        "`backup_s`",
        lambda s: _seconds(model.backup_s(s, load, m)),
    )
    yield (
        "views of a year built anew",
        "`rebuild_s`",
        lambda s: _seconds(model.rebuild_s(s, load, m)),
    )


def _of_a_report(load: Load, m: Measured) -> Iterator[tuple[str, str, Tell]]:
    yield "report accepted", "`accept_s`", lambda s: _seconds(model.accept_s(s, m))
    yield "… in the views", "`project_s`", lambda s: _seconds(model.project_s(s, m))
    yield (
        "everybody's questions are refused for",
        "`unanswered_s`",
        lambda s: _seconds(model.unanswered_s(s, m)),
    )
    yield "… in the stream", "`relay_s`", lambda s: _seconds(model.relay_s(s, m))
    yield "… looked at by the timer", "`timer_s`", lambda s: _seconds(model.timer_s(s, m))
    yield (
        "**report to last client's message**, one process",
        "`told_by_one_process_s`",
        lambda s: _seconds(model.told_by_one_process_s(s, m)),
    )
    yield (
        "the same, three roles",
        "`told_by_roles_s`",
        lambda s: _seconds(model.told_by_roles_s(s, m)),
    )
    yield (
        "projector parts worth having",
        "`parts_worth`",
        lambda s: str(model.parts_worth(s, m)),
    )
    yield (
        "the same with those parts",
        "`told_by_roles_s`",
        lambda s: _seconds(model.told_by_roles_s(s, m, model.parts_worth(s, m))),
    )
    yield (
        "deliveries and acknowledgements a second, all within an hour",
        "`acts_per_s`",
        lambda s: _number(model.acts_per_s(s, load)),
    )
    yield (
        "cores of the writer for them",
        "`cores_for_acts`",
        lambda s: _number(model.cores_for_acts(s, load, m)),
    )
    yield (
        "one reminder to each of its clients",
        "`reminders_s`",
        lambda s: _seconds(model.reminders_s(s, m)),
    )
    yield (
        "its board read over HTTP, page by page",
        "`board_pages_s`",
        lambda s: _seconds(model.board_pages_s(s, m)),
    )


def _of_parties(m: Measured) -> Iterator[tuple[str, str, Tell]]:
    yield "registered one by one", "`register_s`", lambda s: _seconds(model.register_s(s, m))
    yield "account JWTs in the resolver", "`accounts`", _accounts
    yield (
        "start, before anybody is answered",
        "`start_s`",
        lambda s: _seconds(model.start_s(s, m)),
    )
    for name, r3 in (("R3", True), ("R1", False)):
        yield (
            f"{name} consumers: GB on each node",
            "`node_gb`",
            lambda s, r3=r3: _number(model.node_gb(s, m, r3=r3)),  # type: ignore[misc]
        )
        yield (
            f"{name} consumers: idle cores on each node",
            "`idle_cores`",
            lambda s, r3=r3: _number(model.idle_cores(s, m, r3=r3)),  # type: ignore[misc]
        )
        yield (
            f"{name} consumers: a feed made anew",
            "`admission_s`",
            lambda s, r3=r3: _seconds(model.admission_s(s, m, r3=r3)),  # type: ignore[misc]
        )
    yield (
        f"connections on a node of {model.NODES}, and of {model.NODES - 1}",
        "`connections_a_node`",
        lambda s: " / ".join(
            _number(model.connections_a_node(s, nodes=nodes))
            for nodes in (model.NODES, model.NODES - 1)
        ),
    )
