"""Assessing the risk: the severity worksheet, and its interval moving as one chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import words
from adapters.console.case import Case, gather
from adapters.console.controls import (
    Area,
    Choice,
    Control,
    Group,
    Hidden,
    Line,
    Mistakes,
    Number,
    Several,
    Typed,
    read_all,
)
from adapters.console.forms import Form, blank, received, show, take_as
from adapters.console.i18n import Tongue, mark, tongue
from adapters.console.render import incident_link, page
from adapters.console.visit import Visiting
from domain.errors import VarselError
from domain.severity_tables import ADJUSTMENTS, CIRCUMSTANCES, SITUATIONS

routes = APIRouter(include_in_schema=False)
Sheet = Mapping[str, Any]
VERB = "assess_risk"


def form(sheet: Sheet, tongue: Tongue) -> Form:
    """The form for what a worksheet holds; the labels of its elements are in the reader's words."""
    return Form(
        VERB,
        mark("Assess the risk to people"),
        mark("Record the assessment"),
        (
            *_worksheet(sheet, tongue),
            Choice(
                name="outcome",
                label=mark("Your judgement: the risk to people's rights and freedoms"),
                of="outcome",
                options=words.LISTS["outcome"],
                radio=True,
                required=True,
                help=mark("A high risk means that the people have to be told (Art. 34)."),
            ),
            Area(
                name="why",
                label=mark("Why"),
                required=True,
                help=mark("Name no persons. The text is sealed and can be erased; all else stays."),
            ),
        ),
        intro=mark(
            "Only you see this. The score informs your judgement and decides nothing: "
            "no level is a legal threshold."
        ),
        template="assess.html",
    )


def _worksheet(sheet: Sheet, tongue: Tongue) -> Sequence[Control]:
    categories = [_category(n, one) for n, one in enumerate(sheet.get("categories", ()))]
    identifiers = [
        _identifier(n, one, tongue) for n, one in enumerate(sheet.get("identifiers", ()))
    ]
    circumstances = [_element(name, tongue) for name in CIRCUMSTANCES]
    return (
        *categories,
        *identifiers,
        *circumstances,
        Choice(
            name="complete",
            label=mark("Are these all the kinds of data that are touched?"),
            of="affected",
            options=("yes", "no"),
            radio=True,
            truth=True,
        ),
        Number(name="people", label=mark("How many people")),
        Choice(
            name="unintelligible",
            label=mark("Are the data unreadable for others (encrypted, say)?"),
            of="affected",
            options=words.LISTS["affected"],
            radio=True,
        ),
    )


def _category(n: int, one: Sheet) -> Control:
    name = one.get("name")
    points = tuple(map(str, ADJUSTMENTS[name])) if name else ()
    return Group(
        name=f"category{n}",
        label=mark("What the data tell"),
        parts=(
            Hidden(name="name"),
            Hidden(name="kinds"),
            Choice(
                name="points",
                label=mark("These data"),
                options=points,
                say=lambda tell, said: f"{_reason(tell, name, said)} ({int(said):+d})",
            ),
            Line(name="reason", label=mark("Why so, in a sentence")),
        ),
    )


def _reason(tell: Any, category: Any, points: str) -> str:
    return dict(words.reasons(tell.tongue, category))[int(points)]


def _identifier(n: int, one: Sheet, tongue: Tongue) -> Control:
    name = one["name"]
    return Group(
        name=f"identifier{n}",
        label=words.word(tongue, "identifier", name),
        parts=(
            Hidden(name="name"),
            Several(
                name="situation",
                label=mark("How people can be found by it"),
                options=tuple(SITUATIONS[name]),
                say=lambda tell, said: dict(words.situations(tell.tongue, name))[said],
                help=mark("Tick all that is possible; nothing means not known."),
            ),
        ),
    )


def _element(name: str, tongue: Tongue) -> Control:
    return Several(
        name=name,
        label=words.word(tongue, "element", name),
        options=tuple(CIRCUMSTANCES[name]),
        say=lambda tell, said: dict(words.circumstances(tell.tongue, name))[said],
        help=mark("Tick all that is possible; nothing means not known."),
    )


def typed_from(sheet: Sheet) -> Typed:
    """What the form shows of a worksheet that the facts filled in."""
    found: Typed = {}
    for n, one in enumerate(sheet.get("categories", ())):
        found[f"category{n}.name"] = [one.get("name") or ""]
        found[f"category{n}.kinds"] = [" ".join(one.get("kinds", ()))]
    for n, one in enumerate(sheet.get("identifiers", ())):
        found[f"identifier{n}.name"] = [one["name"]]
        found[f"identifier{n}.situation"] = list(one.get("situation") or ())
    for name, said in sheet.get("circumstances", {}).items():
        found[name] = list(said or ())
    if sheet.get("complete") is not None:
        found["complete"] = ["yes" if sheet["complete"] else "no"]
    found["unintelligible"] = [str(sheet.get("unintelligible", "unknown"))]
    return found | _counted(sheet.get("people", "unknown"))


def _counted(count: Any) -> Typed:
    if not isinstance(count, Mapping):
        known = count != "unknown"
        return {"people.kind": ["exact" if known else "unknown"]} | (
            {"people.n": [str(count)]} if known else {}
        )
    parts = cast("Sheet", count)
    kind = next((name for name in ("about", "between", "exact") if name in parts), "unknown")
    numbers = parts[kind] if kind == "between" else [parts.get(kind, "")]
    shown = {f"people.{name}": [str(n)] for name, n in zip(("n", "n2"), numbers, strict=False)}
    return {"people.kind": [kind], **shown, "people.unit": [parts.get("unit", "people")]}


def sheet_of(read: Sheet) -> dict[str, Any]:
    """The worksheet that was filled in, as the platform takes it."""
    return {
        "categories": [_read_category(read[k]) for k in read if k.startswith("category")],
        "identifiers": [
            {"name": read[k]["name"], "situation": read[k].get("situation")}
            for k in read
            if k.startswith("identifier")
        ],
        "circumstances": {name: read[name] for name in CIRCUMSTANCES if name in read},
        "complete": read.get("complete"),
        "people": read.get("people", "unknown"),
        "unintelligible": read.get("unintelligible", "unknown"),
    }


def _read_category(one: Sheet) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.get("name"), "kinds": str(one.get("kinds", "")).split()}
    if "points" in one:
        reason = {"reason": one["reason"]} if "reason" in one else {}
        found["adjusted"] = [{"points": int(one["points"]), **reason}]
    return found


def fields_of(read: Sheet) -> dict[str, Any]:
    """The command's fields."""
    return {"outcome": read["outcome"], "why": read["why"], "worksheet": sheet_of(read)}


async def _prefilled(visit: Visiting, case: Case) -> dict[str, Any]:
    return dict(await visit.ask("severity", incident=case.incident))


@routes.get("/incidents/{incident}/assess_risk")
async def ask(visit: Visiting, incident: str) -> Response:
    """The worksheet, filled in as far as the facts tell."""
    case = await gather(visit, incident)
    found = await _prefilled(visit, case)
    sheet = found["worksheet"]
    back = incident_link(case.incident)
    filled = blank(
        form(sheet, tongue(visit.language)), visit.request.url.path, typed_from(sheet), back
    )
    return show(visit, filled, case=case, severity=found, sheet=sheet, trouble=None)


@routes.post("/incidents/{incident}/assess_risk")
async def say(visit: Visiting, incident: str) -> Response:
    """The assessment."""
    case = await gather(visit, incident)
    found = await _prefilled(visit, case)
    sheet, back = found["worksheet"], incident_link(case.incident)
    return await take_as(
        visit,
        form(sheet, tongue(visit.language)),
        lambda read: {**fields_of(read), "incident": case.incident},
        lambda receipt: f"{back}?done={receipt['events'][0]['id']}",
        back,
        case=case,
        severity=found,
        sheet=sheet,
        trouble=None,
    )


@routes.post("/incidents/{incident}/assess_risk/interval")
async def interval(visit: Visiting, incident: str) -> Response:
    """The interval of the worksheet as it stands in the form; nothing is recorded."""
    found = await _prefilled(visit, await gather(visit, incident))
    made = form(found["worksheet"], tongue(visit.language))
    filled = await received(visit, made)
    trouble: str | None = None
    try:
        controls = tuple(one for one in made.controls if one.name not in {"outcome", "why"})
        read = read_all(controls, filled.typed, "", visit.zone)
        asked = {"incident": incident, "worksheet": sheet_of(read)}
        found = dict(await visit.ask("severity", **asked))
    except Mistakes as wrong:
        trouble = wrong.message
    except VarselError as refused:
        trouble = refused.message
    return page(visit, "interval.html", severity=found, trouble=trouble)
