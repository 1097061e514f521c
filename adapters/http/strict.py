"""What a request may bring in its address: what a route does not know, it refuses.

A misspelt `as-of` that is passed over answers another question than was asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from domain.errors import Invalid
from domain.words import near

LISTS = frozenset({"with_draft"})  # may be given several times


async def known_parameters(request: Request) -> None:
    """Refuse query parameters that the route does not take, or that are given twice."""
    route = request.scope.get("route")
    known = set(_names(route.dependant)) if isinstance(route, APIRoute) else set[str]()
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        if name not in known:
            raise Invalid(
                "there is no such parameter here",
                field=name,
                got=name,
                expected=near(name, sorted(known)) if known else "no parameters",
                next_step="take it out, or correct its name",
            )
        if times > 1 and name not in LISTS:
            raise Invalid("is given twice", field=name, expected="each parameter once")


def _names(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _names(inner)
