"""Every way Varsel says no, each saying what was got, what was expected and what to do next.

VarselError
├── Invalid          the input is not what the operation takes
├── Refused          well formed, but the rules forbid it now
├── Forbidden        this party may not do or see this
├── NotFound         no such thing within what this party may know
├── CommandReused    a command id was used before with another body
├── Conflict         somebody else wrote the stream first (retried by the desk)
└── Unavailable      a part of the platform does not answer
"""

from __future__ import annotations

from typing import Any


class VarselError(Exception):
    """Base of all errors that a user may see; `problem()` is its machine-readable form."""

    kind = "error"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        got: object = None,
        expected: str | None = None,
        next_step: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.got = got
        self.expected = expected
        self.next_step = next_step

    def problem(self) -> dict[str, Any]:
        """The error as a problem document (after RFC 9457): absent parts are left out."""
        parts = {
            "type": f"urn:varsel:error:{self.kind}",
            "status": self.status,
            "title": self.message,
            "field": self.field,
            "got": None if self.got is None else _short(self.got),
            "expected": self.expected,
            "next": self.next_step,
        }
        return {key: value for key, value in parts.items() if value is not None}

    def __str__(self) -> str:
        lines = [self.message if self.field is None else f"{self.field}: {self.message}"]
        if self.got is not None:
            lines.append(f"got: {_short(self.got)}")
        if self.expected is not None:
            lines.append(f"expected: {self.expected}")
        if self.next_step is not None:
            lines.append(f"next: {self.next_step}")
        return "; ".join(lines)


class Invalid(VarselError):
    """The input is not what the operation takes."""

    kind = "invalid"
    status = 422


class Refused(VarselError):
    """Well formed, but the rules forbid it in the present state."""

    kind = "refused"
    status = 409


class Forbidden(VarselError):
    """This party may not do or see this."""

    kind = "forbidden"
    status = 403


class NotFound(VarselError):
    """No such thing within what this party may know."""

    kind = "not-found"
    status = 404


class CommandReused(VarselError):
    """A command id was used before with another body."""

    kind = "command-reused"
    status = 409


class Conflict(VarselError):
    """Somebody else wrote one of the streams first; deciding anew may succeed."""

    kind = "conflict"
    status = 409


class Unavailable(VarselError):
    """A part of the platform does not answer; nothing was accepted."""

    kind = "unavailable"
    status = 503


KINDS: dict[str, type[VarselError]] = {
    error.kind: error
    for error in (
        VarselError,
        Invalid,
        Refused,
        Forbidden,
        NotFound,
        CommandReused,
        Conflict,
        Unavailable,
    )
}


def from_problem(problem: dict[str, Any]) -> VarselError:
    """The error that a problem document describes (unknown kinds become `VarselError`)."""
    kind = str(problem.get("type", "")).rsplit(":", 1)[-1]
    return KINDS.get(kind, VarselError)(
        str(problem.get("title", "the platform reported an error")),
        field=problem.get("field"),
        got=problem.get("got"),
        expected=problem.get("expected"),
        next_step=problem.get("next"),
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text if len(text) <= 120 else text[:117] + "..."  # noqa: PLR2004
