"""The base of every value, and the plain words values are made of: ids, labels, free text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    model_validator,
)


class Value(BaseModel):
    """Base of every value: frozen, closed, compared by content."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, serialize_by_alias=True
    )


def spelled_out(value: Any, kind: type[Value]) -> bool:
    """Whether a value with a short form was given in its long one."""
    return isinstance(value, Mapping | kind)


_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def _printable(text: str) -> str:
    if _UNSEEN.search(text):
        msg = "holds control or text-direction characters; remove them and send it again"
        raise ValueError(msg)
    return text


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or "\t" in text:
        msg = "holds a line break or a tab; keep it on one line"
        raise ValueError(msg)
    return _printable(text)


def _country(code: Any) -> Any:
    if isinstance(code, bool):
        msg = "expected a two-letter country code in quotes: YAML 1.1 readers take NO for false"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field error
    return code.strip().upper() if isinstance(code, str) else code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        msg = f"unknown time zone {name!r}; expected an IANA name such as Europe/Oslo"
        raise ValueError(msg) from unknown
    return name


PartyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
Country = Annotated[str, BeforeValidator(_country), StringConstraints(pattern=r"^[A-Z]{2}$")]
Zone = Annotated[str, AfterValidator(_zone)]


STORED = "stored"  # validation context of the ledger's mapper: sealed text is let in


class Text(Value):
    """Free text: plain only between the door and the ledger, sealed for ever after.

    `plain` is what the author wrote (at most 10 000 characters). The ledger stores `sealed`
    alone: base64 of nonce and AES-256-GCM ciphertext. No door lets sealed text in.
    """

    plain: (
        Annotated[
            str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_printable)
        ]
        | None
    ) = None
    sealed: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return {"plain": value}
        if isinstance(value, Text) or info.context == STORED:
            return value
        msg = "expected text"
        raise ValueError(msg)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 10_000}
