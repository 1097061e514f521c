"""A process killed at any moment loses no receipt that it gave, and records nothing by halves."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from domain.ports import Receipt
from tests.adapters.store.lab import open_ledger, shut, whole

ROOT = Path(__file__).parents[3]
WRITER = """
import sys
from itertools import count
from pathlib import Path
from tests.adapters.store.lab import *

ledger = open_ledger(Path(sys.argv[1]))
life = sys.argv[2]
for number in count():
    stream = streams.incident_id("zoopit", f"{life}-{number}")
    both = {stream: (0, [a_draft(a_question(f"Why {number}?"), stream)]),
            streams.notice_id(stream, "joker"): (0, [a_draft(incident=stream)])}
    receipt = ledger.append(several(both, main=stream), signed(f"{life}/{number}", "joker"),
                            datetime.now(UTC))
    print(receipt.model_dump_json(), flush=True)
"""


def receipts_until_killed(folder: Path, life: int, after: float) -> list[Receipt]:
    """Every receipt a writer printed before it was killed, `after` seconds past its first."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(life)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    with writer, writer.stdout as pipe:
        first = pipe.readline()
        killing = threading.Timer(after, writer.send_signal, [signal.SIGKILL])
        killing.start()
        printed = [first, *pipe]
        killing.join()
    assert writer.returncode == -signal.SIGKILL
    return [Receipt.model_validate_json(line) for line in printed if line.endswith(b"\n")]


@pytest.fixture
def lives(tmp_path: Path) -> list[Receipt]:
    """Three lives of one ledger, each cut off at another moment."""
    moments = (0.083, 0.271, 0.457)
    return [
        receipt
        for life, after in enumerate(moments)
        for receipt in receipts_until_killed(tmp_path, life, after)
    ]


def test_what_was_accepted_before_a_kill_is_there_once_and_whole(
    lives: list[Receipt], tmp_path: Path
) -> None:
    ledger = open_ledger(tmp_path)
    log = whole(ledger)
    at = {read.id: read for read in log}
    assert len(lives) > 3
    assert len(at) == len(log)
    for receipt in lives:
        [own] = receipt.events
        assert at[own.id].position == own.position
        assert ledger.sealer.open(at[own.id], "text").startswith("Why ")
        kept = ledger.receipt("joker", receipt.command)
        assert kept is not None
        assert kept.receipt == receipt
    shut(ledger)


def test_after_kills_the_log_has_no_gap_no_half_command_and_no_time_going_back(
    lives: list[Receipt], tmp_path: Path
) -> None:
    ledger = open_ledger(tmp_path)
    log = whole(ledger)
    commands = [read.envelope.command for read in log]
    times = [read.envelope.recorded_at for read in log]
    assert [read.position for read in log] == list(range(1, len(log) + 1))
    assert all(commands.count(command) == 2 for command in commands[:6] + commands[-6:])
    assert len(commands) == 2 * len(set(commands))
    assert all(ledger.receipt("joker", command) for command in set(commands))
    assert len(set(commands)) - len(lives) in range(4)
    assert times == sorted(times)
    shut(ledger)
