"""What command models share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    StringConstraints,
)

from domain.basics import (
    CLAIMS,
    CLIENTS,
    COMMAND_ID,
    LABELS,
    ROWS,
    WORD,
    AtMost,
    one_line,
)
from domain.law.calendar import Period
from domain.law.rules import LAWS
from domain.values import (
    Claim,
    Label,
    PartyId,
    People,
    Total,
    Value,
)
from domain.words import (
    Short,
    one_of,
)

SHOWN = 5  # of the clients named twice, in the refusal


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Labels = Annotated[tuple[Label, ...], AtMost(LABELS), BeforeValidator(_as_list)]
IncidentRef = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(one_line)
]
CommandId = Annotated[str, StringConstraints(pattern=COMMAND_ID)]
PeopleRows = Annotated[tuple[People, ...], AtMost(ROWS)]
Totals = Annotated[tuple[Total, ...], AtMost(ROWS)]


def _period(text: str) -> str:
    try:
        Period.parse(text)
    except ValueError:
        msg = f"{text!r} is no period; expected hours, days, weeks or months: PT24H, P3D, P1M"
        raise ValueError(msg) from None
    return text


Duration = Annotated[str, Short, AfterValidator(_period)]
DutyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9.-]+$", max_length=WORD)]
Law = Annotated[str, Short, AfterValidator(one_of(LAWS, "law"))]


class Command(Value):
    """Base of every command."""

    VERB: ClassVar[str]


def once(clients: Any) -> Any:
    """Refuse a list that names a client twice: ids, or rows with a `client`."""
    twice = _twice(getattr(one, "client", one) for one in clients)
    if twice:
        more = f" and {len(twice) - SHOWN} more" if len(twice) > SHOWN else ""
        msg = f"names {', '.join(twice[:SHOWN])}{more} twice; name each client once"
        raise ValueError(msg)
    return clients


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _each_its_id(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    twice = _twice(claim.id for claim in claims)
    if twice:
        msg = f"claim {twice[0]} is there twice; give each claim an id of its own"
        raise ValueError(msg)
    return claims


Claims = Annotated[tuple[Claim, ...], AtMost(CLAIMS), AfterValidator(_each_its_id)]
PartyIds = Annotated[tuple[PartyId, ...], AtMost(CLIENTS), AfterValidator(once)]
