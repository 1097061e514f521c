"""The OpenAPI document against the running platform: whatever is sent, nothing undocumented."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from limits import RateLimitItemPerMinute
from schemathesis.engine import Status, events, from_schema

from adapters.http import streaming, throttle
from tests.adapters.http.lab import OPS, Door, open_door, tell
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED
EXAMPLES = 1  # for each operation, beside those of the document and of its schemas
ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "422", "429"]
"""Of what fits its schema. 422: some rules go across fields, which no schema can say."""


@pytest.fixture(autouse=True)
def unswept() -> Iterator[None]:
    """Schemathesis parses all the time: swept meanwhile, CPython breaks (see `swept`)."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def config(key: str, mode: str) -> schemathesis.Config:
    """Every value that the schemas tell apart, in its turn: the same at each run, and to an end.

    What fits no schema is refused whoever sends it: one role has the `mode` for that too. Chance
    has its turn at the desk, a hundred times quicker (`test_fuzz`).
    """
    return schemathesis.Config.from_dict(
        {
            "headers": {"Authorization": f"Bearer {key}"},
            "seed": 1,
            "request-timeout": 20,
            "workers": 2,
            "generation": {"mode": mode, "max-examples": EXAMPLES, "database": "none"},
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "phases": {"fuzzing": {"enabled": False}, "stateful": {"enabled": False}},
        }
    )


def failures(url: str, key: str, mode: str) -> list[str]:
    """What a whole run over the document finds."""
    schema = schemathesis.openapi.from_url(f"{url}/v1/openapi.json", config=config(key, mode))
    found: list[str] = []
    sent: Counter[str] = Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            sent[str(event.label)] += len(event.recorder.interactions)
            if event.status is Status.FAILURE:
                found += failed(event)
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(f"{type(event).__name__}: {getattr(event, 'value', event)}")
    tried = [label for label, times in sent.items() if times]
    assert len(tried) == schema.statistic.operations.total, "some operations were not tried"
    return found


def failed(event: Any) -> list[str]:
    recorder = event.recorder
    return [
        f"{event.label}: {check.name}: {check.failure_info.failure}\n"
        f"{check.failure_info.code_sample}"
        for checks in recorder.checks.values()
        for check in checks
        if check.failure_info is not None
    ]


@pytest.mark.parametrize(
    ("party", "mode"),
    [("zoopit", "all"), ("joker", "positive"), ("tilsyn", "positive"), (OPS, "positive")],
)
def test_nothing_that_is_sent_is_answered_otherwise_than_documented(
    party: str, mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "LASTS", 0.0)  # else a stream is no answer that ends
    monkeypatch.setattr(throttle, "FAILURES", RateLimitItemPerMinute(100_000))

    async def story(door: Door) -> list[str]:
        await tell(door)
        return await asyncio.to_thread(failures, door.house.url, door.key(party), mode)

    async def whole() -> list[str]:
        async with open_door(tmp_path, rate="off") as door:
            return await story(door)

    found = asyncio.run(whole())
    assert not found, "\n\n".join(found[:5])
