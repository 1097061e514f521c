"""Logs: one JSON line an occurrence, to stderr; no free text of users, no secrets."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from adapters.absent import absent
from domain.errors import Invalid

with absent("rich"):  # for coloured tracebacks, which no log of ours has: a tenth of a start
    import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

    Log = FilteringBoundLogger
else:
    Log = Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SECRET = frozenset({"with", "body", "text", "why", "words", "seed", "creds", "api_key", "secret"})


def configure(level: str = "INFO") -> None:
    """Set up structlog for this process; `level` is DEBUG, INFO, WARNING or ERROR."""
    if level not in LEVELS:
        raise Invalid(
            "there is no such level",
            field="VARSEL_LOG_LEVEL",
            got=level,
            expected=", ".join(LEVELS),
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_words,
            _without_secrets,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get(**bound: object) -> Log:
    """A logger with these fields on every line."""
    return structlog.get_logger(**bound)  # type: ignore[no-any-return]


def _without_words(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An exception by its kind and place alone: its words may quote what a user wrote."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["exception"] = list(_traced(error))
    return event


def _traced(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A last guard: fields that may carry free text or secrets never reach a line."""
    return {name: part for name, part in event.items() if name not in SECRET}
