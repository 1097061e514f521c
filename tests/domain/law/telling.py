"""A client under some laws, aware at AWARE, and what it states; read through the real desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.law.rules import Rules
from tests.builders import Step, a_leak, a_notice, a_party, moment, step
from tests.projections.reading import RULES, Act, Views, a_story, delivery, read

LATE = "2040-01-01T00:00Z"


def a_fact(fact: str, when: Any = None, by: str = "us", **more: Any) -> Step:
    said = {"incident": "leak", "fact": fact, **({"when": when} if when else {}), **more}
    return step(by, "state_fact", **said)


def us(*laws: str, aware: str, acts: Sequence[Act] = (), **more: Any) -> Views:
    """A client `us` under these laws, told at `aware`, and what happened then."""
    leak: dict[str, Any] = more.pop("leak", {})
    began = moment(aware)
    return read(
        a_story(
            a_party("us", "client", laws=list(laws), **more),
            a_leak(**leak).at(began.isoformat()),
            a_notice("us"),
            delivery("us", at=began.isoformat()),
            *acts,
        )
    )


def duty(views: Views, name: str, *, now: str | None = None, rules: Rules = RULES) -> Any:
    return views.duty("us", name, now=now, rules=rules)


def due(views: Views, name: str) -> dict[str, str]:
    """The deadlines of a duty by convention, the seconds left out."""
    return {one["convention"]: one["at"][:16] for one in duty(views, name)["due"]}
