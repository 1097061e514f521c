"""What the page of a vendor's incident shows, beyond what it has in common with a client's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_datetime
from markupsafe import Markup

from adapters.console import case as cases
from adapters.console import history
from adapters.console import vendor_board as board
from adapters.console.case import Case, Row
from adapters.console.i18n import mark, tongue
from adapters.console.picture import drawn
from adapters.console.render import incident_link
from adapters.console.telling import Teller
from adapters.console.vendor_case import SAID, VendorCase, questions, told
from adapters.console.visit import Visitor, not_here

LATEST = 100  # lines of the timeline, and open questions, on the page
WHILE_OPEN = {
    "revise_facts": mark("Revise the facts"),
    "name_clients": mark("Name clients that are touched"),
    "notify_clients": mark("Tell the clients"),
    "update_client": mark("Tell one client something new"),
    "clear_client": mark("Clear a client"),
}
ALWAYS = {
    "state_awareness": mark("Since when you know"),
    "notify_regulator": mark("Notify the supervisory authority, and record it"),
    "record_reply": mark("Record what the authority answered"),
    "take_measure": mark("Record a measure"),
    "make_statement": mark("Record a public statement"),
    "inform_others": mark("Record whom else you told"),
    "record_delay": mark("Record that a duty is lawfully delayed"),
    "state_fact": mark("State a fact that duties turn on"),
    "erase": mark("Erase your free text"),
}
ENDING = {
    "close_incident": mark("Close the incident"),
    "withdraw": mark("Withdraw the report"),
}
RUNS = ("overdue", "open", "delayed", "undetermined")
ACTED = (
    *("StatementMade", "MeasureTaken", "OthersInformed", "RegulatorNotified"),
    *("AuthorityReplied", "DelayRecorded", "AwarenessStated"),
)
ACTS = {  # what one command told many clients
    "notified": mark("told what happened"),
    "updated": mark("told what is new"),
    "cleared": mark("told that they are not touched"),
    "answered": mark("answered"),
    "shared": mark("given a copy"),
    "corrected": mark("told of a correction"),
    "erased": mark("told of an erasure"),
}


async def shown(visit: Visitor, case: VendorCase) -> dict[str, Any]:
    """All of it, for the address as it stands: which clients, which page, how much timeline."""
    asked = visit.request.query_params
    show, after = asked.get("show", "touched"), asked.get("after")
    if show not in board.FILTERS:
        raise not_here()
    tell = Teller(tongue(visit.language), visit.zone, visit.now)
    lines = board.lines(case.clients, case.entries)
    entries, whole = told(case.entries), asked.get("timeline") == "all"
    answered = [one for one in entries if one.entry["type"] == "QuestionAnswered"][-LATEST:]
    return {
        "case": case,
        "strands": history.strands(case.of(*SAID)),
        "of": history.of,
        "alarm": cases.alarm,
        "runs": RUNS,
        "duties": [one for one in case.clocks if one["owed_to"] not in names(case)],
        "promised": owed_to_clients(case),
        "lines": lines,
        "counted": board.counted(lines),
        "part": board.part(lines, show, after),
        "show": show,
        "stages": board.STAGES,
        "needs": board.NEEDS,
        "short": partial(short, tell),
        "link": link,
        "answered": answered,
        "texts": await visit.texts([one.entry["data"] for one in answered]),
        "questions": await questions(visit, case, LATEST),
        "told": entries if whole else entries[-LATEST:],
        "acted": [
            one for one in entries if one.entry["type"] in ACTED and is_mine(one.entry, case)
        ],
        "earlier": 0 if whole else max(0, len(entries) - LATEST),
        "picture": drawn(pictured(case), tell),
        "acts": ACTS,
        "own_claim": partial(own_claim, tell),
        "steps": steps(case, board.counted(lines)),
        "verbs": {**(WHILE_OPEN if case.is_open else {}), **ALWAYS, **ending(case)},
    }


def link(**asked: str) -> str:
    """The board, shown in another way."""
    return f"?{urlencode(asked)}#board"


def is_mine(entry: Row, case: VendorCase) -> bool:
    """Whether the vendor itself said it."""
    return bool(entry["by"] == case.party)


def names(case: VendorCase) -> frozenset[str]:
    """The clients on the board."""
    return frozenset(str(one["client"]) for one in case.clients)


def ending(case: VendorCase) -> Mapping[str, str]:
    """How an open incident may end."""
    return ENDING if case.is_open else {}


def own_claim(tell: Teller, claim: Row) -> str:
    """A claim without its topic, which heads its row, and without "for now", which is a tag."""
    bare = {name: value for name, value in claim.items() if name != "provisional"}
    topic = tell.word(claim["about"], "topic")
    return tell.claim(bare).removeprefix(topic).removeprefix(": ") or topic


def short(tell: Teller, at: str) -> Markup:
    """A time for a narrow cell: its zone stands above the table, the whole in its title."""
    moment = datetime.fromisoformat(at)
    local, here = moment.astimezone(tell.zone), tell.now.astimezone(tell.zone)
    day = "d.M." if tell.tongue.code == "fi" else "d MMM"
    pattern = f"{day} HH:mm" if local.year == here.year else f"{day} y HH:mm".replace(". y", ".y")
    said = format_datetime(local, pattern, locale=tell.tongue.locale)
    machine = moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    full = tell.clock(moment)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, full, said)


@dataclass(frozen=True)
class Promised:
    """A duty owed to clients one by one: those of one status together, and the most urgent."""

    duty: Row
    clients: Sequence[str]


def owed_to_clients(case: VendorCase) -> list[Promised]:
    """What is owed to each client by itself, by duty and status, the most urgent first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for one in case.clocks:
        if one["owed_to"] in names(case):
            found.setdefault((one["duty"], one["status"]), []).append(one)
    return [Promised(same[0], [str(one["owed_to"]) for one in same]) for same in found.values()]


def pictured(case: VendorCase) -> Case:
    """The case as its picture shows it: what many clients were told or did at once is one mark."""
    seen: set[tuple[str, str]] = set()
    entries: list[Row] = []
    for one in case.entries:
        alike = one["type"], str(one["recorded_at"])[:16]
        if alike not in seen or (one["by"] == case.party and one["type"] not in _MANY):
            entries.append(one)
        seen.add(alike)
    alone = [one for one in case.obligations if one["owed_to"] not in names(case)]
    return replace(case, entries=entries, obligations=[*alone, *_first(case)])


_MANY = ("ClientNotified", "ClientUpdated", "ClientCleared", "QuestionAnswered")


def _first(case: VendorCase) -> list[Row]:
    return [one.duty for one in owed_to_clients(case)]


@dataclass(frozen=True)
class Step:
    """One thing that waits for the vendor: how many clients for it, where to do it."""

    label: str
    address: str
    many: int
    due: str | None = None


def steps(case: VendorCase, counted: Mapping[str, int]) -> list[Step]:
    """What is open, the most pressing first."""
    found: list[Step] = []
    board_at = incident_link(case.incident)
    if counted["answer"]:
        found.append(Step(mark("Answer questions"), "#questions", counted["answer"]))
    if case.is_open:
        found += _telling(case, counted)
    for duty in case.clocks:
        due = cases.alarm(duty)
        if duty["status"] in {"open", "overdue"} and duty["authority"] and due:
            stage = "complete" if duty["duty"].endswith("33-4") else "new"
            asked = urlencode({"authority": duty["authority"], "stage": stage})
            address = incident_link(case.incident, "notify_regulator") + f"?{asked}"
            found.append(Step(ALWAYS["notify_regulator"], address, 0, str(due["at"])))
    for need, label in _SILENT.items():
        if counted[need]:
            found.append(Step(label, f"{board_at}?show={need}#board", counted[need]))
    if any(one["kind"] == "contradicts" for one in case.contradictions):
        address = incident_link(case.incident, "make_statement")
        found.append(Step(mark("Correct a public statement that collides"), address, 0))
    return found


_SILENT = {
    "undelivered": mark("Reach clients in another way: the notice has not arrived"),
    "unacknowledged": mark("Ask clients that have not acknowledged"),
}


def _telling(case: VendorCase, counted: Mapping[str, int]) -> list[Step]:
    if not case.clients:
        address = incident_link(case.incident, "name_clients")
        return [Step(WHILE_OPEN["name_clients"], address, 0)]
    if counted["untold"]:
        address = incident_link(case.incident, "notify_clients")
        return [Step(WHILE_OPEN["notify_clients"], address, counted["untold"])]
    return []
