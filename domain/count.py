"""Imprecise numbers: exact, about, between, or unknown; of people or of records."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from domain.basics import Value, spelled_out


def _number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        msg = "expected a number, {about: n}, {between: [low, high]} or unknown"
        raise ValueError(msg)
    return value


MOST = 2**53 - 1  # JSON numbers are exact up to here (RFC 8259 section 6)
Natural = Annotated[int, BeforeValidator(_number), Field(ge=0, le=MOST)]


class Count(Value):
    """How many, as well as it is known: exact, about, between, or unknown; people or records."""

    exact: Natural | None = None
    about: Natural | None = None
    between: tuple[Natural, Natural] | None = None
    unit: str = Field(default="people", pattern="^(people|records)$")

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if value == "unknown":
            return {}
        return value if spelled_out(value, Count) else {"exact": _number(value)}

    @property
    def known(self) -> bool:
        """Whether anything at all is known of the number."""
        return not (self.exact is None and self.about is None and self.between is None)

    @model_validator(mode="after")
    def _one_shape(self) -> Count:
        if sum(part is not None for part in (self.exact, self.about, self.between)) > 1:
            msg = "expected only one of exact, about and between"
            raise ValueError(msg)
        if self.between and self.between[0] > self.between[1]:
            msg = f"between {self.between[0]} and {self.between[1]} is empty; put the lower first"
            raise ValueError(msg)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0}
        pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        unit = {"enum": ["people", "records"]}
        parts = {"exact": number, "about": number, "between": pair, "unit": unit}
        whole = {"type": "object", "properties": parts, "additionalProperties": False}
        return {"anyOf": [number, {"const": "unknown"}, whole]}

    @model_serializer(mode="plain")
    def _short(self) -> int | str | dict[str, Any]:
        parts: dict[str, Any] = {}
        for name in ("exact", "about", "between"):
            if getattr(self, name) is not None:
                parts[name] = getattr(self, name)
        if self.unit != "people":
            return {**parts, "unit": self.unit}
        if self.exact is not None:
            return self.exact
        return parts or "unknown"
