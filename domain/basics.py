"""The base of every value, and the plain words values are made of: ids, labels, free text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import core_schema

from domain import characters


class Value(BaseModel):
    """Base of every value: frozen, closed, compared by content."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, serialize_by_alias=True
    )


def spelled_out(value: Any, kind: type[Value]) -> bool:
    """Whether a value with a short form was given in its long one."""
    return isinstance(value, Mapping | kind)


STORED = "stored"  # validation context of the ledger's mapper: what stands there was judged before


def _stored(info: ValidationInfo) -> bool:
    """History stays readable when a limit becomes stricter: limits are for doors."""
    return bool(info.context == STORED)


def _text(text: str, info: ValidationInfo) -> str:
    if not _stored(info) and characters.misleads(text):
        msg = (
            "holds control or text-direction characters, or invisible tags; "
            "remove them and send it again"
        )
        raise ValueError(msg)
    return text


def one_line(text: str, info: ValidationInfo) -> str:
    """A line as it is kept: one spelling for each word, nothing in it that cannot be seen."""
    if _stored(info):
        return text
    if len(text.splitlines()) > 1 or "\t" in text:
        msg = "holds a line break or a tab; keep it on one line"
        raise ValueError(msg)
    text = characters.one_spelling(_text(text, info))
    if characters.hides(text):
        msg = "holds characters that cannot be seen; remove them and send it again"
        raise ValueError(msg)
    if not 0 < len(text) <= LINE:
        msg = f"is {len(text)} characters long once composed; expected 1 to {LINE}"
        raise ValueError(msg)
    return text


@dataclass(frozen=True)
class AtMost:
    """So many entries at most in a list of a command; longer ones are to be split."""

    entries: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        return core_schema.with_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "maxItems": self.entries}

    def _check(self, value: Any, info: ValidationInfo) -> Any:
        """Counted before the entries are read: a long list costs no more than its length."""
        if isinstance(value, list | tuple) and not _stored(info):
            size = len(cast("Sequence[Any]", value))
            if size > self.entries:
                msg = f"has {size} entries; expected at most {self.entries}: split it into several"
                raise ValueError(msg)
        return cast("Any", value)


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


COMMAND_ID = r"^[!-~]([ -~]{0,198}[!-~])?$"  # printable ASCII, 200 characters at most
LINE = 120  # characters of a label
TEXT = 10_000  # characters of free text
WORD = 60  # characters of a word out of a closed list; none is longer
KINDS = 200  # words out of one closed list, such as kinds of data: more than any list has
ROWS = 500  # rows of people, of totals, or of systems in one command
CLAIMS = 500  # claims in one command
LABELS = 50  # labels in one list: audiences, advice, ways
CLIENTS = 50_000  # clients in one command: the largest fan-out that Varsel is built for

PartyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=LINE), AfterValidator(one_line)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), BeforeValidator(_country)]
Zone = Annotated[str, StringConstraints(max_length=WORD), AfterValidator(_zone)]


class Text(Value):
    """Free text: plain only between the door and the ledger, sealed for ever after.

    `plain` is what the author wrote (at most 10 000 characters). The ledger stores `sealed`
    alone: base64 of nonce and AES-256-GCM ciphertext. No door lets sealed text in.
    """

    plain: (
        Annotated[str, StringConstraints(min_length=1, max_length=TEXT), AfterValidator(_text)]
        | None
    ) = None
    sealed: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return {"plain": value}
        if isinstance(value, Text) or _stored(info):
            return value
        msg = "expected text"
        raise ValueError(msg)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": TEXT}
