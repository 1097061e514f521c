"""Traces by OpenTelemetry: the extra `otel`, and loaded only where an endpoint is set.

A span says which verb and how it ended; no party, no words: an error's message may quote a user.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog

from adapters.observing import Observe, Work
from domain.errors import Invalid, VarselError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter


class Tracing:
    """An `Observe` that opens a span around another one; log lines within say its `trace_id`."""

    def __init__(self, exporter: SpanExporter, role: str, within: Observe) -> None:
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - only with the extra
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        ours = {"service.name": f"varsel-{role}", "service.version": version("varsel")}
        self._provider = TracerProvider(resource=Resource.create(ours), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("varsel")
        self._within = within

    @contextlib.contextmanager
    def __call__(self, work: Work, verb: str = "") -> Generator[None]:
        """See `Observe`."""
        with (
            self._tracer.start_as_current_span(
                work, record_exception=False, set_status_on_exception=False
            ) as span,
            structlog.contextvars.bound_contextvars(
                trace_id=f"{span.get_span_context().trace_id:032x}"
            ),
            self._within(work, verb),
        ):
            if verb:
                span.set_attribute("varsel.verb", verb[:60])
            try:
                yield
            except Exception as error:
                kind = error.kind if isinstance(error, VarselError) else type(error).__name__
                span.set_attribute("error.type", kind)
                raise

    def close(self) -> None:
        """Send what is left, and end."""
        self._provider.shutdown()


def over_otlp(endpoint: str, role: str, within: Observe) -> Tracing:
    """Traces to a collector's OTLP endpoint over HTTP (`http://collector:4318`)."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
    except ImportError:
        raise Invalid(
            "traces need the extra otel",
            field="VARSEL_OTLP_ENDPOINT",
            got="set",
            expected="OpenTelemetry beside Varsel",
            next_step="install varsel[otel], or unset it",
        ) from None
    return Tracing(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces"), role, within)
