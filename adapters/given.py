"""What `--given FACT=VALUE` says of a duty, as the facts that the law is asked about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from domain.errors import Invalid
from domain.law.applies import takes
from domain.law.facts import Facts, Now
from domain.law.matter import Happening, Matter, Profile
from domain.law.pack import Duty
from domain.law.rules import Rules
from domain.law.terms import FACTS, EntityKind
from domain.values import Count, DataMatrix, People, When
from domain.words import Affected, DataKind, Outcome

NOBODY = UUID(int=0)
PARTY = "you"
Instant = Callable[[str, ZoneInfo, str], datetime]

_MANY: TypeAdapter[Any] = TypeAdapter(tuple[EntityKind, ...])
_DATA: TypeAdapter[Any] = TypeAdapter(tuple[DataKind, ...])
_RISK: TypeAdapter[Any] = TypeAdapter(Outcome)
_YES_NO: TypeAdapter[Any] = TypeAdapter(Affected)
EXPECTED = {
    "time": "a time, as --from takes it",
    "number": "a number",
    "entity": "kinds of entity, with commas between them",
    "data": "kinds of data, with commas between them",
    "risk": "unlikely, risk or high",
    "yes": "yes, no or unknown",
}


def taken(duty: Duty) -> tuple[str, ...]:
    """The facts that a duty's deadline turns on besides its start."""
    own = ("within",) if duty.starts == "contract" else ()
    return (*own, *(name for name in takes([duty]) if name != duty.fact))


def facts(  # noqa: PLR0913, PLR0917 - all that a deadline is asked with
    duty: Duty,
    start: datetime,
    zone: ZoneInfo,
    country: str | None,
    given: Mapping[str, str],
    rules: Rules,
    instant: Instant,
) -> Facts:
    """The facts given, of a party of which nothing else is known; raises `Invalid` for others."""
    known = {n: _parsed(n, text, zone, instant) for n, text in given.items() if n != "within"}
    happenings = [_happening(name, value, start) for name, value in known.items()]
    if duty.fact:
        happenings.append(_happening(duty.fact, start, start))
    data = known.get("data")
    row = People(group="people", role="exposed", data=DataMatrix(present=data or ()))
    entity = known.get("entity", ())
    profile = Profile(id=PARTY, country=country, zone=zone.key, laws=(duty.law,), entity=entity)
    matter = Matter(
        party=PARTY,
        incident=NOBODY,
        vendor="vendor",
        happenings=tuple(one for one in happenings if one),
    )
    return Facts(profile, matter, rules, Now(start), (row,) if data else ())


def refuse_unknown(duties: Sequence[Duty], given: Mapping[str, str]) -> None:
    """Refuse a fact that the duty (the first; its drafts follow) does not turn on, naming those."""
    known = dict.fromkeys(fact for duty in duties for fact in taken(duty))
    unknown = sorted(set(given) - set(known))
    if unknown:
        contract = "within=PT24H, for contract.notice alone"
        raise Invalid(
            f"{duties[0].name} does not turn on this",
            field="--given",
            got=", ".join(f"{name}={given[name]}" for name in unknown),
            expected="; ".join(map(described, known)) or f"nothing ({contract})",
            next_step="leave it out",
        )


def described(name: str) -> str:
    """A fact and what it takes: `significant=yes (the incident is significant)`."""
    if name == "within":
        return "within=PT24H"
    meant = f" ({FACTS[name]})" if name in FACTS else ""
    return f"{name}={EXPECTED[_kind(name)]}{meant}"


def _kind(name: str) -> str:
    if name in {"entity", "data", "risk"}:
        return name
    said = FACTS.get(name, "when")
    return "number" if "(value)" in said else "time" if said.endswith("when") else "yes"


def _parsed(name: str, text: str, zone: ZoneInfo, instant: Instant) -> Any:
    kind = _kind(name)
    if kind == "time":
        return instant(text, zone, f"--given {name}")
    try:
        match kind:
            case "number":
                return Count.model_validate(int(text))
            case "entity":
                return _MANY.validate_python(text.split(","))
            case "data":
                return _DATA.validate_python(text.split(","))
            case "risk":
                return _RISK.validate_python(text)
            case _:
                return _YES_NO.validate_python(text)
    except (ValidationError, ValueError):
        raise Invalid(
            "is not what this fact takes",
            field="--given",
            got=f"{name}={text}",
            expected=described(name),
            next_step="correct it",
        ) from None


def _happening(name: str, value: Any, at: datetime) -> Happening | None:
    """What a party would have recorded to say so."""
    match name:
        case "entity" | "data":
            return None
        case "risk":
            return _recorded("RiskAssessed", at, outcome=value)
        case "aware":
            since = {"at": value.astimezone(UTC).isoformat()}
            return _recorded("AwarenessStated", at, awareness={"stage": "aware", "when": since})
        case _ if isinstance(value, datetime):
            when = When.model_validate(value.astimezone(UTC).isoformat())
            said = _recorded("FactStated", max(at, value), fact=name, holds="yes")
            return said.model_copy(update={"happened": when})
        case _ if isinstance(value, Count):
            count = value.model_dump(mode="json")
            return _recorded("FactStated", at, fact=name, holds="yes", value=count)
        case _:
            return _recorded("FactStated", at, fact=name, holds=value)


def _recorded(kind: str, at: datetime, **data: Any) -> Happening:
    return Happening(id=NOBODY, type=kind, at=at, by=PARTY, data=data)
