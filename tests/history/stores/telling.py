"""What the stored samples hold: a few commands of two parties, with free text and an erased one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.store.ledger import EventLedger
from domain.envelope import Context, Draft
from domain.errors import NotFound
from domain.ports import Changes, Signature
from tests.history.samples import example

HERE = Path(__file__).parent
MASTER = bytes(range(32))
NOW = datetime(2023, 2, 28, 11, 0, tzinfo=UTC)
INCIDENT = UUID("5a3b6c1e-1c9d-5f0e-9a5c-2f6b7d8e9f01")
NOTICE = UUID("0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11")
COMMANDS: tuple[tuple[str, str, dict[UUID, tuple[str, ...]]], ...] = (
    ("zoopit", "report-1", {INCIDENT: ("VendorReportedLeak",), NOTICE: ("ClientNotified",)}),
    ("joker", "ask-1", {NOTICE: ("NoticeAcknowledged", "QuestionAsked")}),
    ("zoopit", "answer-1", {NOTICE: ("QuestionAnswered",)}),
    ("zoopit", "close-1", {INCIDENT: ("IncidentClosed",)}),
)


def tell(ledger: EventLedger) -> None:
    """The whole story; joker's text is erased at its end."""
    versions: dict[UUID, int] = {INCIDENT: 0, NOTICE: 0}
    for number, (party, command, streams) in enumerate(COMMANDS):
        about = Context(incident=INCIDENT, vendor="zoopit", client="joker")
        changes = Changes(
            streams={
                stream: (
                    versions[stream],
                    [
                        Draft(event=example(f"varsel.{n}"), about=about, visibility=(party,))
                        for n in names
                    ],
                )
                for stream, names in streams.items()
            },
            incident=INCIDENT,
            main=next(iter(streams)),
        )
        for stream, names in streams.items():
            versions[stream] += len(names)
        by = Signature(party, command, f"digest of {command}", "report_leak")
        ledger.append(changes, by, NOW + timedelta(minutes=number))
    key = ledger.seal("joker", INCIDENT)
    assert key is not None
    assert ledger.sealer.erase("joker", str(INCIDENT), key)


def read_back(ledger: EventLedger) -> dict[str, Any]:
    """Everything that must still be there after any upgrade."""
    rows, log = ledger.rows_since(0, 100), ledger.since(0, 100)
    kept = [ledger.receipt(party, command) for party, command, _ in COMMANDS]
    return {
        "rows": [
            [row.position, str(row.stream), row.version, row.topic, row.state.decode()]
            for row in rows
        ],
        "texts": [_text(ledger, one) for one in log if "text" in type(one.event).model_fields],
        "receipts": [[one.digest, one.receipt.model_dump(mode="json")] for one in kept if one],
        "next": _next(ledger),
    }


def _text(ledger: EventLedger, recorded: Any) -> str:
    try:
        return ledger.sealer.open(recorded, "text")
    except NotFound:
        return "erased"


def _next(ledger: EventLedger) -> str:
    """With which time an event would be stamped whose clock is behind."""
    nothing = Changes(streams={})
    by = Signature("zoopit", "nothing", "", "report_leak")
    return ledger.append(nothing, by, NOW - timedelta(days=1)).recorded_at.isoformat()


def expected(folder: Path) -> dict[str, Any]:
    """What was read back when a sample was made."""
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return found
