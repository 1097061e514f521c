"""Traces: a span for each piece of work, one trace for a request, and no word of any user."""

from __future__ import annotations

import asyncio
import builtins
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from adapters.observing import Work, unobserved
from adapters.ops.tracing import Tracing, over_otlp
from domain.errors import Invalid, Refused
from tests.adapters.running import raised, up_with
from tests.builders import a_leak, told


@pytest.fixture
def sent() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(sent: InMemorySpanExporter) -> Iterator[Tracing]:
    made = Tracing(sent, "all", unobserved)
    yield made
    made.close()


def spans(tracing: Tracing, sent: InMemorySpanExporter) -> list[ReadableSpan]:
    """Everything that was begun and has ended."""
    tracing._provider.force_flush()
    return list(sent.get_finished_spans())


def test_a_command_its_commit_and_what_follows_each_have_a_span(
    tmp_path: Path, tracing: Tracing, sent: InMemorySpanExporter
) -> None:
    async def story() -> None:
        async with up_with(tmp_path) as up:
            up.running.platform.observe = tracing
            await up.take(*told("joker"))
            await up.settled()
        found = spans(tracing, sent)
        assert {one.name for one in found} == {"accept", "append", "relay", "project"}
        [accept] = [
            one for one in found if (one.attributes or {}).get("varsel.verb") == "report_leak"
        ]
        assert accept.context is not None
        commits = [one for one in found if one.name == "append" and one.parent == accept.context]
        assert len(commits) == 1, "the commit is part of its request, though another thread's"

    asyncio.run(story())


def test_what_a_user_wrote_is_in_no_span(
    tmp_path: Path, tracing: Tracing, sent: InMemorySpanExporter
) -> None:
    async def story() -> None:
        async with up_with(tmp_path) as up:
            up.running.platform.observe = tracing
            wrong = a_leak(nature=["secretofzoopit"])
            assert "secretofzoopit" in str(await raised(up.take(wrong)))
        [accept] = [one for one in spans(tracing, sent) if one.name == "accept"]
        assert dict(accept.attributes or {}) == {
            "varsel.verb": "report_leak",
            "error.type": "invalid",
        }
        assert "zoopit" not in accept.to_json()

    asyncio.run(story())


def test_a_log_line_written_meanwhile_says_the_trace(
    tracing: Tracing, sent: InMemorySpanExporter
) -> None:
    with tracing("accept", "ask"):
        said: dict[str, Any] = structlog.contextvars.get_contextvars()
    [span] = spans(tracing, sent)
    assert span.context is not None
    assert said == {"trace_id": f"{span.context.trace_id:032x}"}
    assert structlog.contextvars.get_contextvars() == {}


def test_what_is_traced_is_measured_as_well(sent: InMemorySpanExporter) -> None:
    measured: list[tuple[Work, str]] = []

    def meter(work: Work, verb: str = "") -> nullcontext[None]:
        measured.append((work, verb))
        return nullcontext()

    tracing = Tracing(sent, "api", meter)
    with pytest.raises(Refused), tracing("accept", "ask"):
        raise Refused("no")
    tracing.close()
    assert measured == [("accept", "ask")]
    [span] = sent.get_finished_spans()
    assert span.resource.attributes["service.name"] == "varsel-api"


def test_without_the_extra_an_endpoint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Invalid, match="extra otel"):
        over_otlp("http://127.0.0.1:4318", "all", unobserved)
