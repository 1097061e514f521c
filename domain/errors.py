"""Every way Varsel says no, each saying what was got, what was expected and what to do next.

VarselError
├── Invalid          the input is not what the operation takes
├── Refused          well formed, but the rules forbid it now
├── Forbidden        this party may not do or see this
├── NotFound         no such thing within what this party may know
├── CommandReused    a command id was used before with another body
├── Conflict         somebody else wrote the stream first (retried by the desk)
├── TooMany          this party asks for more at once, or faster, than it may
└── Unavailable      a part of the platform does not answer
"""

from __future__ import annotations

from reprlib import Repr
from typing import Any

GLIMPSE = 120  # characters shown of what was got, and of a field's name
SENTENCE = 1_000  # characters of the message itself

_GLANCE = Repr()  # looks at no more of a large value than is shown of it
_GLANCE.maxlist = _GLANCE.maxtuple = _GLANCE.maxdict = _GLANCE.maxset = GLIMPSE // 4
_GLANCE.maxstring = _GLANCE.maxother = _GLANCE.maxlong = GLIMPSE


class VarselError(Exception):
    """Base of all errors that a user may see; `problem()` is its machine-readable form."""

    kind = "error"
    status = 500

    def __init__(  # noqa: PLR0913 - these are the parts of an error
        self,
        message: str,
        *,
        field: str | None = None,
        got: object = None,
        expected: str | None = None,
        next_step: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = _plain(message)
        self.field = None if field is None else _plain(field, GLIMPSE)
        self.got = got
        self.expected = None if expected is None else _plain(expected)
        self.next_step = None if next_step is None else _plain(next_step)
        self.retry_after = retry_after  # seconds, where waiting is what helps

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
            "retry_after": self.retry_after,
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


class TooMany(VarselError):
    """This party asks for more at once, or faster, than it may; nothing was accepted."""

    kind = "too-many"
    status = 429


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
        TooMany,
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
        retry_after=problem.get("retry_after"),
    )


def _short(value: object) -> str:
    """A glimpse of what came in: it neither fills a screen nor moves its cursor."""
    if isinstance(value, str):
        return _cut(value if value.isprintable() else repr(value[:GLIMPSE]), GLIMPSE)
    return _cut(_GLANCE.repr(value), GLIMPSE)


def _plain(sentence: str, most: int = SENTENCE) -> str:
    """Our own words, in which something that came in may be quoted."""
    cut = _cut(sentence, most)
    return cut if cut.isprintable() else _cut(repr(cut)[1:-1], most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
