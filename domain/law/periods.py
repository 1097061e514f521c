"""How long a law gives: one amount of one unit, written as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

Unit = Literal["hours", "days", "weeks", "months", "years"]

_ISO = re.compile(r"P(?:T([1-9][0-9]{0,6})(H)|([1-9][0-9]{0,6})([DWMY]))")
_UNITS: Mapping[str, Unit] = {
    "H": "hours",
    "D": "days",
    "W": "weeks",
    "M": "months",
    "Y": "years",
}
_LETTERS: Mapping[Unit, str] = {unit: letter for letter, unit in _UNITS.items()}
_A_CENTURY: Mapping[Unit, int] = {
    "hours": 876_600,
    "days": 36_525,
    "weeks": 5_218,
    "months": 1_200,
    "years": 100,
}


class Period(BaseModel):
    """A length of time in one unit; written and stored as ISO 8601 (`PT72H`, `P14D`, `P1M`).

    One unit only, because Reg. (EEC, Euratom) 1182/71 Art. 3 counts each kind of unit by a rule
    of its own. A century at most: more is a slip of the pen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit
    amount: int = Field(ge=1, strict=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The period that an ISO 8601 duration names; ValueError for any other text."""
        return cls.model_validate(text)

    @property
    def iso(self) -> str:
        """The period as an ISO 8601 duration."""
        clock = "T" if self.unit == "hours" else ""
        return f"P{clock}{self.amount}{_LETTERS[self.unit]}"

    @property
    def words(self) -> str:
        """The period as people say it: `72 hours`, `1 month`."""
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    def __str__(self) -> str:
        return self.iso

    @model_validator(mode="before")
    @classmethod
    def _from_iso(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _ISO.fullmatch(value)
        if found is None:
            msg = (
                f"got {value!r}; expected an ISO 8601 duration of one unit, at least 1, such as "
                "PT72H, P14D, P2W, P1M or P1Y; write the period in its one largest unit"
            )
            raise ValueError(msg)
        hours, hour, days, letter = found.groups()
        return {"unit": _UNITS[hour or letter], "amount": int(hours or days)}

    @field_validator("amount")
    @classmethod
    def _no_longer_than_a_century(cls, amount: int, info: ValidationInfo) -> int:
        unit: Unit | None = info.data.get("unit")
        if unit is not None and amount > _A_CENTURY[unit]:
            msg = f"got {amount} {unit}; expected a century at most ({_A_CENTURY[unit]} {unit})"
            raise ValueError(msg)
        return amount

    @model_serializer
    def _to_iso(self) -> str:
        return self.iso
