"""Saying something in public: held against facts, notice and itself before it is recorded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from pydantic import TypeAdapter
from starlette.responses import Response

from adapters.console import words
from adapters.console.case import Case, gather
from adapters.console.client_forms import CLAIM_PARTS
from adapters.console.controls import (
    Area,
    Control,
    Labels,
    Line,
    Mistakes,
    Number,
    Rows,
    Typed,
    first,
    read_all,
)
from adapters.console.forms import Form, blank, finish, received, show
from adapters.console.i18n import mark
from adapters.console.render import incident_link
from adapters.console.visit import Visiting, Visitor
from domain.errors import VarselError
from domain.known import Known
from domain.parsing import parse_value
from domain.statements import Contradiction, Statement, contradictions, in_own_voice
from domain.suggestions import suggest
from domain.values import Claim, Count, Facts

routes = APIRouter(include_in_schema=False)
Read = Mapping[str, Any]
CHECKED, SEEN = "checked", "seen"
_CLAIMS: TypeAdapter[Any] = TypeAdapter(tuple[Claim, ...])


def _common() -> tuple[Control, ...]:
    return (
        Labels(
            name="audience",
            label=mark("To whom"),
            required=True,
            suggest="audience",
            options=words.LISTS["audience"],
            help=mark("Several with commas between them."),
        ),
        Line(
            name="channel",
            label=mark("By which channel"),
            required=True,
            suggest="channel",
            options=words.LISTS["channel"],
        ),
        Area(
            name="words",
            label=mark("The text, word for word"),
            rows=8,
            help=mark("Name no persons. The text is sealed and can be erased; all else stays."),
        ),
        Rows(
            name="claims",
            label=mark("What it claims"),
            parts=CLAIM_PARTS,
            least=0,
            help=mark("Suggested from the text when you check it. Change what is wrong."),
        ),
        Labels(
            name="advice",
            label=mark("Advice to the people"),
            suggest="advice",
            options=words.LISTS["advice"],
        ),
    )


def notify_customers() -> Form:
    """The people concerned were told."""
    return Form(
        "notify_customers",
        mark("Tell the people concerned"),
        mark("Record that they were told"),
        (
            *_common()[:2],
            Number(name="count", label=mark("How many people"), required=True),
            *_common()[2:],
        ),
        intro=mark(
            "Varsel sends nothing to your customers: check your text here, send it yourself, "
            "then record that you did."
        ),
        template="saying.html",
    )


def make_statement() -> Form:
    """Something was said in public."""
    slug = "[A-Za-z0-9][A-Za-z0-9._\\-]*"
    return Form(
        "make_statement",
        mark("Record a public statement"),
        mark("Record the statement"),
        (
            Line(
                name="id",
                label=mark("A short name for the statement"),
                required=True,
                maxlength=100,
                pattern=slug,
                help=mark("Letters, digits and hyphens, such as customer-notice-2."),
            ),
            *_common(),
            Line(
                name="corrects",
                label=mark("Name of the earlier statement that it corrects"),
                maxlength=100,
                pattern=slug,
            ),
        ),
        template="saying.html",
    )


FORMS = {"notify_customers": notify_customers, "make_statement": make_statement}


def _route(verb: str) -> None:
    """A form's two routes, at one address."""

    async def ask(visit: Visiting, incident: str) -> Response:
        return await shown(visit, incident, FORMS[verb]())

    async def say(visit: Visiting, incident: str) -> Response:
        return await said(visit, incident, FORMS[verb]())

    routes.add_api_route(f"/incidents/{{incident}}/{verb}", ask, methods=["GET"])
    routes.add_api_route(f"/incidents/{{incident}}/{verb}", say, methods=["POST"])


for each in FORMS:
    _route(each)


async def shown(visit: Visitor, incident: str, made: Form) -> Response:
    """The form, not checked yet."""
    case = await gather(visit, incident)
    filled = blank(made, visit.request.url.path, back=incident_link(case.incident))
    return show(visit, filled, case=case, found=None, mark_of="")


async def said(visit: Visitor, incident: str, made: Form) -> Response:
    """Checked first; recorded once its writer has seen what it collides with."""
    case = await gather(visit, incident)
    back = incident_link(case.incident)
    filled = await received(visit, made, back)
    if filled.notice or first(filled.typed, "more"):
        status = 422 if filled.notice else 200
        return show(visit, filled, status, case=case, found=None, mark_of="")
    if not any(name.startswith("claims.") for name in filled.typed):
        filled = replace(filled, typed={**filled.typed, **suggested(first(filled.typed, "words"))})
    try:
        fields = fields_of(read_all(made.controls, filled.typed, "", visit.zone))
        found = collisions(case, fields)
    except Mistakes as wrong:
        at = wrong.by_name
        return show(visit, replace(filled, wrong=at), 422, case=case, found=None, mark_of="")
    except VarselError as refused:
        return show(
            visit, replace(filled, error=refused), refused.status, case=case, found=None, mark_of=""
        )
    stamp = stamp_of(fields)
    seen = first(filled.typed, CHECKED) == stamp and (not found or first(filled.typed, SEEN))
    if not seen:
        return show(visit, filled, case=case, found=found, mark_of=stamp)
    return await finish(
        visit,
        filled,
        {**fields, "incident": case.incident},
        lambda receipt: f"{back}?done={receipt['events'][0]['id']}",
        case=case,
        found=found,
        mark_of=stamp,
    )


def suggested(text: str) -> Typed:
    """Rows of claims that a text seems to make, to be changed or left."""
    typed: Typed = {}
    for n, one in enumerate(suggest(text)):
        row: Typed = {
            "about": [one.about],
            "holds": [one.holds or ""],
            "present": [", ".join(one.data.present) if one.data else ""],
            "absent": [", ".join(one.data.absent) if one.data else ""],
            "words": [" ".join(one.words.split())],
            **_number(one.value),
        }
        typed |= {f"claims.{n}.{name}": value for name, value in row.items()}
    return typed


def _number(value: Any) -> Typed:
    if not isinstance(value, Count) or not value.known:
        return {}
    for kind in ("exact", "about"):
        if getattr(value, kind) is not None:
            return {"value.kind": [kind], "value.n": [str(getattr(value, kind))]}
    low, high = value.between or (0, 0)
    return {"value.kind": ["between"], "value.n": [str(low)], "value.n2": [str(high)]}


def fields_of(read: Read) -> dict[str, Any]:
    """The command's fields; each claim gets an id of its own."""
    return {**read, "claims": [_claim(n, one) for n, one in enumerate(read.get("claims") or ())]}


def _claim(n: int, one: Read) -> dict[str, Any]:
    kept = {name: one[name] for name in ("about", "holds", "value", "words") if name in one}
    lists = {name: one[name] for name in ("present", "absent") if name in one}
    return {"id": f"c{n + 1}", **kept, **({"data": lists} if lists else {})}


def collisions(case: Case, fields: Read) -> list[Contradiction]:
    """What these claims would collide with if they were said now; raises `VarselError`."""
    claims = _claims([{k: v for k, v in one.items() if k != "words"} for one in fields["claims"]])
    heard = [
        claim
        for one in case.living("StatementMade")
        if one["source"] == "vendor"
        for claim in one["data"].get("claims", ())
    ]
    own = case.vendor == case.party
    now = Known(
        party=case.party,
        vendor=own,
        facts=Facts.model_validate(case.facts.get("facts", {})),
        count=Count.model_validate(case.facts.get("count", "unknown")),
        state=case.facts.get("state", "open"),
        notice=None
        if own or not case.facts
        else in_own_voice(_claims(list(map(_without_words, heard)))),
    )
    return contradictions(Statement("new", claims), now, now)


def _claims(said: Sequence[Read]) -> tuple[Claim, ...]:
    return tuple(parse_value(_CLAIMS, list(said), "claims"))


def _without_words(claim: Read) -> Read:
    return {name: value for name, value in claim.items() if name != "words"}


def stamp_of(fields: Read) -> str:
    """What was checked: changed since, it is checked anew."""
    said = {name: fields.get(name) for name in ("words", "claims")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]
