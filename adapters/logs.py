"""Logs: one JSON line an occurrence, to stderr; no free text of users, no secrets."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

    Log = FilteringBoundLogger
else:
    Log = Any

SECRET = frozenset({"with", "body", "text", "why", "words", "seed", "creds", "api_key", "secret"})


def configure(level: str = "INFO") -> None:
    """Set up structlog for this process; `level` is DEBUG, INFO, WARNING or ERROR."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
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


def _without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A last guard: fields that may carry free text or secrets never reach a line."""
    return {name: part for name, part in event.items() if name not in SECRET}
