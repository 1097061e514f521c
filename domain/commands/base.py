"""What command models share."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    StringConstraints,
)

from domain.law.calendar import Period
from domain.law.rules import LAWS
from domain.values import (
    Claim,
    Label,
    PartyId,
    Value,
)
from domain.words import (
    one_of,
)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Labels = Annotated[tuple[Label, ...], BeforeValidator(_as_list)]
IncidentRef = Annotated[str, StringConstraints(min_length=1, max_length=100)]


def _period(text: str) -> str:
    try:
        Period.parse(text)
    except ValueError:
        msg = f"{text!r} is no period; expected hours, days, weeks or months: PT24H, P3D, P1M"
        raise ValueError(msg) from None
    return text


Duration = Annotated[str, AfterValidator(_period)]
DutyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9.-]+$")]
Law = Annotated[str, AfterValidator(one_of(LAWS, "law"))]


class Command(Value):
    """Base of every command."""

    VERB: ClassVar[str]


def once(clients: Any) -> Any:
    """Refuse a list that names a client twice: ids, or rows with a `client`."""
    names = [getattr(one, "client", one) for one in clients]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"names {', '.join(twice)} twice; name each client once"
        raise ValueError(msg)
    return clients


def _each_its_id(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    ids = [claim.id for claim in claims]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        msg = f"claim {twice[0]} is there twice; give each claim an id of its own"
        raise ValueError(msg)
    return claims


Claims = Annotated[tuple[Claim, ...], AfterValidator(_each_its_id)]
PartyIds = Annotated[tuple[PartyId, ...], AfterValidator(once)]
