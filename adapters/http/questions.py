"""Every projection as GET /v1/<question>, as of any instant, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import JSONResponse, Response

from adapters import paging
from adapters.http import components, shapes, shapes_knowledge
from adapters.http.bodies import json_body
from adapters.http.identity import TheHouse, Who
from adapters.http.replies import answered
from adapters.http.schema import accepted, asks, body, operation
from adapters.http.strict import known_parameters
from domain.worksheet import Worksheet

routes = APIRouter(prefix="/v1", tags=["questions"], dependencies=[Depends(known_parameters)])
NAME: Final[dict[str, Any]] = {"min_length": 1, "max_length": 200}

Party = Annotated[
    str | None, Query(description="whose view; else your own", examples=["joker"], **NAME)
]
Incident = Annotated[
    str | None,
    Query(
        description="only this one: the vendor's name for it, or its id",
        examples=["old-deliveries"],
        **NAME,
    ),
]
AsOf = Annotated[
    str | None,
    Query(
        description="what was known then: an instant with its zone, or a date (its end)",
        examples=["2023-02-28T12:30:00+01:00"],
        **NAME,
    ),
]
At = Annotated[
    str | None,
    Query(
        description="at which instant; else now: an instant with its zone, or a date (its end)",
        examples=["2023-02-28T12:30:00+01:00"],
        **NAME,
    ),
]
After = Annotated[
    str | None, Query(description="`next` of the page before", min_length=1, max_length=1000)
]
Limit = Annotated[int, Query(ge=1, le=1000, description="rows in a page")]
Draft = Annotated[
    list[Annotated[str, Query(**NAME)]] | None,
    Query(alias="with_draft", description="a proposal to show beside the law", max_length=20),
]
Reference = Annotated[
    str,
    Path(description="the vendor's name for it, or its id", examples=["old-deliveries"], **NAME),
]


class Asked:
    """What most questions take."""

    def __init__(self, party: Party = None, incident: Incident = None, as_of: AsOf = None) -> None:
        self.body = {"party": party, "incident": incident, "as_of": as_of}


class Page:
    """Which part of a long list."""

    def __init__(self, after: After = None, limit: Limit = 200) -> None:
        self.after, self.limit = after, limit

    def of(self, name: str, rows: list[Any], key: Callable[[Any], str]) -> dict[str, Any]:
        """This page of the rows, as the answer shows it."""
        found, cursor = paging.page(rows, key, self.after, self.limit, name)
        return {name: found, "next": cursor}


Ask = Annotated[Asked, Depends()]
Pages = Annotated[Page, Depends()]


@routes.get("/timeline", **asks("timeline", shapes.Timeline, "what happened, in order"))
async def timeline(request: Request, behind: TheHouse, who: Who, ask: Ask, part: Pages) -> Response:
    """What happened, as far as the party may see it."""
    rows = await behind.ask(who.party, "timeline", **ask.body)
    return answered(request, part.of("timeline", rows, lambda row: str(row["event"])))


@routes.get(
    "/obligations",
    **asks("obligations", shapes.Obligations, "what is owed, by when, whether it was met"),
)
async def obligations(
    request: Request, behind: TheHouse, who: Who, ask: Ask, part: Pages, with_draft: Draft = None
) -> Response:
    """What a party must do, by when, by which rule."""
    rows = await behind.ask(who.party, "obligations", **ask.body, with_draft=with_draft)
    return answered(request, part.of("obligations", rows, lambda row: str(row["id"])))


@routes.get("/register", **asks("register", shapes.Register, "breach by breach, oldest first"))
async def register(
    request: Request,
    behind: TheHouse,
    who: Who,
    part: Pages,
    party: Party = None,
    as_of: AsOf = None,
) -> Response:
    """A controller's record of breaches (GDPR Art. 33(5))."""
    rows = await behind.ask(who.party, "register", party=party, as_of=as_of)
    return answered(request, part.of("register", rows, lambda row: str(row["incident"])))


@routes.get(
    "/contradictions",
    **asks("contradictions", shapes.Contradictions, "public words that collide"),
)
async def contradictions(request: Request, behind: TheHouse, who: Who, ask: Ask) -> Response:
    """Where a party's public words collide with facts, notice or themselves."""
    rows = await behind.ask(who.party, "contradictions", **ask.body)
    return answered(request, {"contradictions": rows})


@routes.get(
    "/incidents/{incident}/board",
    **asks("board", shapes.Board, "how far each client has come"),
)
async def board(
    request: Request,
    behind: TheHouse,
    who: Who,
    incident: Reference,
    part: Pages,
    as_of: AsOf = None,
) -> Response:
    """A vendor's clients: told, delivered, acknowledged, asked, regulator, customers."""
    place = paging.behind(part.after, "clients")
    asked = {"incident": incident, "as_of": as_of, "after": place, "limit": part.limit}
    found = await behind.ask(who.party, "board", **asked)
    more = paging.cursor(found["next"], "clients")
    return answered(request, {"board": {**found, "next": more}})


@routes.get("/incidents/{incident}/facts", **asks("facts", shapes.Facts, "what the party was told"))
async def facts(
    request: Request,
    behind: TheHouse,
    who: Who,
    incident: Reference,
    party: Party = None,
    as_of: AsOf = None,
) -> Response:
    """What a party was told of an incident."""
    found = await behind.ask(who.party, "facts", incident=incident, party=party, as_of=as_of)
    return answered(request, {"facts": found})


@routes.get(
    "/incidents/{incident}/knowledge",
    **asks("knowledge", shapes_knowledge.Knowledge, "what it knew then, and what came after"),
)
async def knowledge(
    request: Request,
    behind: TheHouse,
    who: Who,
    incident: Reference,
    party: Party = None,
    at: At = None,
) -> Response:
    """What a party knew of an incident at an instant, and what superseded it since."""
    found = await behind.ask(who.party, "knowledge", incident=incident, party=party, at=at)
    return answered(request, {"knowledge": found})


@routes.get(
    "/incidents/{incident}/severity",
    **asks("severity", shapes.Severity, "how grave, as an interval"),
)
async def severity(
    request: Request,
    behind: TheHouse,
    who: Who,
    incident: Reference,
    party: Party = None,
    as_of: AsOf = None,
) -> Response:
    """How grave an incident is for a party's people (ENISA's method), from the facts told."""
    found = await behind.ask(who.party, "severity", incident=incident, party=party, as_of=as_of)
    return answered(request, {"severity": found})


@routes.post(
    "/incidents/{incident}/severity",
    operation_id="score",
    response_class=JSONResponse,
    responses=accepted(shapes.Severity, "the score of your worksheet"),
    **operation(
        "severity",
        **body(
            {
                "type": "object",
                "required": ["worksheet"],
                "properties": {"worksheet": components.takes(Worksheet)},
                "additionalProperties": False,
            },
            example={"worksheet": {"categories": [{"name": "simple"}], "complete": True}},
        ),
    ),
)
async def score(
    request: Request, behind: TheHouse, who: Who, incident: Reference, party: Party = None
) -> Response:
    """The score of a worksheet that you fill in; nothing is recorded."""
    worksheet = (await json_body(request, ("worksheet",))).get("worksheet", {})
    asked = {"incident": incident, "party": party, "worksheet": worksheet}
    return JSONResponse({"severity": await behind.ask(who.party, "severity", **asked)})


@routes.get(
    "/texts/{text:path}",
    **asks("text", shapes.TextAnswer, "the text, while its key exists"),
)
async def text(
    request: Request,
    behind: TheHouse,
    who: Who,
    text: Annotated[
        str,
        Path(
            description="a reference from a feed or a timeline",
            examples=["01869a3f-2f00-7abc-8def-0123456789ab/title"],
            **NAME,
        ),
    ],
) -> Response:
    """Free text that a feed or a timeline refers to."""
    return answered(request, {"text": await behind.ask(who.party, "text", text=text)})


@routes.get("/whoami", **asks("whoami", shapes.Whoami, "the caller's profile"))
async def whoami(request: Request, behind: TheHouse, who: Who) -> Response:
    """For whom the platform takes you."""
    return answered(request, {"whoami": await behind.ask(who.party, "whoami")})
