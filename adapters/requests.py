"""From a request's body, as it came in through any door, to what the desk takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from uuid import uuid4

from adapters.admission import OPERATOR
from domain.desk import Request
from domain.envelope import PLATFORM
from domain.errors import Invalid


def fields_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a request says: `with`, which may be left out."""
    found = body.get("with", {})
    if not isinstance(found, dict):
        raise Invalid("is not a mapping", field="with", got=found, expected="field: value")
    return cast("dict[str, Any]", found)


def request_of(party: str, verb: str, body: Mapping[str, Any]) -> Request:
    """What a party asks of the desk; raises `Invalid` for a body that cannot be read so."""
    return Request(
        party=_signer(party),
        verb=verb,
        command=_command(body),
        body=fields_of(body),
        happened=body.get("happened"),
        actor=body.get("actor"),
    )


def _command(body: Mapping[str, Any]) -> str:
    """The id that its sender gave it, or a new one: only the former may be sent again."""
    given = body.get("command")
    if given is None:
        return str(uuid4())
    if not isinstance(given, str):
        raise Invalid(
            "is no text",
            field="command",
            got=given,
            expected="an id of its own for every new command",
            next_step="put it in quotes, or leave it out",
        )
    return given


def _signer(party: str) -> str:
    """Under which name a command is recorded: the operator of this platform speaks as itself."""
    return PLATFORM if party == OPERATOR else party
