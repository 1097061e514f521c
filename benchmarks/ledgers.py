"""A large ledger out of a small one: a played incident, copied with names and ids of its own.

Playing an act takes a millisecond, so 300 000 events would take five minutes. What is copied are
the stored bytes; in each copy the incident, its events, its vendor, its clients, its commands and
its times are others. Sealed texts are copied as they stand: nobody opens them here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from adapters.store.stored import StoredRow
from benchmarks.scaling.lab import LEAK, Lab
from domain import streams
from domain.use_cases.platform import Delivery

TOUCHED: Final = 100  # clients of one incident
CLIENTS: Final = 2_000
VENDORS: Final = 50
STEP: Final = 37  # clients further on, in each copy
PAGE: Final = 20_000  # events in one commit
_TOKEN: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|vendor-\d{5}|client-\d{6}"
    r'|leak-\d{5}|(?<="command":")[^"]+|20\d\d-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)'
)
_INSERT: Final = (
    "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
)


_Owner = Callable[[UUID, Sequence[str]], UUID]
"""The stream of an event in a copy, from the copy's incident and tokens."""


class _Template(NamedTuple):
    """One stored event: whose stream it is in, and its bytes cut at whatever differs in a copy."""

    stream: _Owner
    version: int
    topic: str
    texts: Sequence[str]
    tokens: Sequence[int]


def fill(folder: Path, events: int) -> int:
    """Make a ledger of at least so many events in this folder; returns how many it holds.

    Many incidents, each with most of the verbs; the vault that it was sealed with is gone.
    """
    here = Lab(folder)
    try:
        here.register_many(map(_client, range(CLIENTS)), "client")
        here.register_many(map(_vendor, range(VENDORS)), "vendor")
        here.follow()
        before = here.ledger.position()
        _play(here)
        rows = here.ledger.rows_since(before, 10 * TOUCHED)
        last = here.ledger.position()
    finally:
        here.close()
    copies = -(-(events - last) // len(rows))
    _insert(folder / "ledger.sqlite", rows, copies)
    return last + max(copies, 0) * len(rows)


def _client(number: int) -> str:
    return f"client-{number % CLIENTS:06}"


def _vendor(number: int) -> str:
    return f"vendor-{number % VENDORS:05}"


def _play(here: Lab) -> None:
    """One incident from the first report until it is closed."""
    vendor, leak = _vendor(0), {"incident": "leak-00000"}
    told = [_client(number) for number in range(TOUCHED)]
    here.do(vendor, "report_leak", **leak, **LEAK)
    named = [{"client": one, "sure": "suspected"} for one in told]
    here.do(vendor, "name_clients", **leak, clients=named)
    here.do(vendor, "notify_clients", **leak, clients="all", channel="platform")
    here.follow()
    for number, client in enumerate(told):
        _arrive(here, vendor, client)
        here.do(client, "acknowledge", **leak)
        here.follow()
        _act(here, vendor, client, number)
    claim = {"id": "misuse", "about": "misuse", "holds": "no_sign", "source": "expert"}
    here.do(vendor, "revise_facts", **leak, reason="new_knowledge", claims=[claim])
    here.do(vendor, "take_measure", **leak, kind="contain", status="done", text="Closed the hole.")
    here.do(vendor, "close_incident", **leak)
    here.follow()


def _arrive(here: Lab, vendor: str, client: str) -> None:
    incident = streams.incident_id(vendor, "leak-00000")
    notice = here.ledger.read(streams.notice_id(incident, client))[0].id
    here.desk.observe_delivery(
        Delivery(incident, vendor, client, notice, "nats", here.now, "acknowledged"), here.now
    )


def _act(here: Lab, vendor: str, client: str, number: int) -> None:
    """What some clients do: every fifth asks, every second assesses, every fourth files."""
    leak = {"incident": "leak-00000"}
    if number % 5 == 0:
        here.do(client, "ask", **leak, question="which", text="Which of our customers?")
        here.follow()
        answer = {"client": client, "question": "which", "text": "Those with a delivery."}
        here.do(vendor, "answer", **leak, **answer)
    if number % 2 == 0:
        here.do(client, "assess_risk", **leak, outcome="risk", why="Addresses were copied.")
    if number % 4 == 0:
        filed = {"authority": "NO/datatilsynet", "stage": "new", "capacity": "own_controller"}
        here.do(client, "notify_regulator", **leak, **filed)
    if number % 10 == 0:
        said = {"audience": ["customers"], "channel": "mail", "count": {"about": 400}}
        here.do(client, "notify_customers", **leak, **said)


def _insert(path: Path, rows: Sequence[StoredRow], copies: int) -> None:
    templates, tokens = _templates(rows)
    ledger = sqlite3.connect(path, isolation_level=None)
    try:
        ledger.execute("PRAGMA synchronous=OFF")
        ledger.execute("BEGIN")
        for copy in range(1, copies + 1):
            ledger.executemany(_INSERT, _copied(templates, tokens, copy))
        ledger.execute("COMMIT")
    finally:
        ledger.close()


def _templates(rows: Sequence[StoredRow]) -> tuple[list[_Template], list[str]]:
    """The rows cut at their tokens, and the tokens, each once."""
    known: dict[str, int] = {}
    found: list[_Template] = []
    incident = streams.incident_id(_vendor(0), "leak-00000")
    owners: dict[UUID, _Owner] = {incident: _of_incident}
    for number in range(TOUCHED):
        name = _client(number)
        place = known.setdefault(name, len(known))
        owners[streams.notice_id(incident, name)] = _of(streams.notice_id, place)
        owners[streams.case_id(incident, name)] = _of(streams.case_id, place)
    for row in rows:
        state = row.state.decode()
        texts = _TOKEN.split(state)
        tokens = [known.setdefault(one, len(known)) for one in _TOKEN.findall(state)]
        found.append(_Template(owners[row.stream], row.version, row.topic, texts, tokens))
    return found, list(known)


def _of_incident(incident: UUID, _: Sequence[str]) -> UUID:
    return incident


def _of(stream: Callable[[UUID, str], UUID], place: int) -> _Owner:
    return lambda incident, tokens: stream(incident, tokens[place])


def _copied(
    templates: Sequence[_Template], tokens: Sequence[str], copy: int
) -> Iterator[tuple[Any, ...]]:
    first = streams.incident_id(_vendor(0), "leak-00000")
    incident = streams.incident_id(_vendor(copy), f"leak-{copy:05}")
    ours = [str(incident) if one == str(first) else _renamed(one, copy) for one in tokens]
    for one in templates:
        parts = [*one.texts]
        for place, token in enumerate(one.tokens):
            parts[place] += ours[token]
        state = "".join(parts).encode()
        yield one.stream(incident, ours).hex, one.version, one.topic, state


def _renamed(token: str, copy: int) -> str:
    """What stands in a copy where this stood."""
    if token.startswith("client-"):
        return _client(int(token[7:]) + STEP * copy)
    if token.startswith("vendor-"):
        return _vendor(copy)
    if token.startswith("leak-"):
        return f"leak-{copy:05}"
    if token.startswith("20") and "T" in token:
        later = (datetime.fromisoformat(token) + timedelta(hours=copy)).isoformat()
        return later.replace("+00:00", "Z") if token.endswith("Z") else later
    if len(token) == len(str(UUID(int=0))) and token.count("-") == 4:  # noqa: PLR2004 - a UUID
        return f"{0x019B0000 + copy:08x}{token[8:]}"  # as if made later: they sort by time
    return f"{token}-{copy}"
