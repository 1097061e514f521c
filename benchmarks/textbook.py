"""The pipeline as tutorials have it: correct, and an event at a time.

A command is validated and saved through `Application.save` of the eventsourcing library, flushed
with each commit. A relay polls the notification log and gathers awaited publishes. A projector
fetches from a durable pull consumer and writes each event, with its position, in a transaction of
its own. Its commands do not come over NATS, which is in its favour.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import nats
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from nats.errors import TimeoutError as NothingYet
from nats.js import JetStreamContext

from domain.commands.vendor import ReportLeak

PAGE: Final = 100  # events of the log, or messages, at a time
LOOK: Final = 0.005  # seconds between two looks at the log
STREAM: Final = "TEXTBOOK"


class Incident(Aggregate):
    """A reported incident, as the library's tutorial writes an aggregate."""

    class Reported(Aggregate.Created):
        """It was reported."""

        said: dict[str, Any]

    @event(Reported)
    def __init__(self, said: dict[str, Any]) -> None:
        self.said = said


class Reports(Application[UUID]):
    """Keeps the incidents; its log is read by the page."""

    log_section_size = PAGE


def run(url: str, folder: Path, bodies: list[bytes]) -> float:
    """Events a second from the first command until the last one is in the view."""
    return asyncio.run(_run(url, folder, bodies))


async def _run(url: str, folder: Path, bodies: list[bytes]) -> float:
    names = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "es.db")}
    application = Reports(env=names)
    nc = await nats.connect(url)
    try:
        js = nc.jetstream(timeout=30)
        await js.add_stream(name=STREAM, subjects=["textbook.>"])
        begin = time.perf_counter()
        await asyncio.gather(
            asyncio.to_thread(_accept, application, bodies),
            _relay(application, js, len(bodies)),
            _project(js, folder / "view.db", len(bodies)),
        )
        return len(bodies) / (time.perf_counter() - begin)
    finally:
        await nc.close()
        application.close()


def _accept(application: Application[UUID], bodies: list[bytes]) -> None:
    for body in bodies:
        command = ReportLeak.model_validate_json(body)
        application.save(Incident(command.model_dump(mode="json")))


async def _relay(application: Application[UUID], js: JetStreamContext, count: int) -> None:
    sent = 0
    while sent < count:
        found = application.notification_log.select(sent + 1, PAGE)
        await asyncio.gather(*(js.publish("textbook.reported", one.state) for one in found))
        sent += len(found)
        await asyncio.sleep(0 if found else LOOK)


async def _project(js: JetStreamContext, path: Path, count: int) -> None:
    pulled = await js.pull_subscribe("textbook.>", durable="view", stream=STREAM)
    with closing(sqlite3.connect(path, isolation_level=None)) as view:
        view.execute("PRAGMA journal_mode=WAL")
        view.execute("CREATE TABLE incidents (position INTEGER PRIMARY KEY, slug TEXT, said TEXT)")
        seen = 0
        while seen < count:
            try:
                messages = await pulled.fetch(PAGE, timeout=1)
            except NothingYet:
                continue
            for message in messages:
                said = json.loads(message.data)["said"]
                row = (message.metadata.sequence.stream, said["incident"], json.dumps(said))
                view.execute("INSERT INTO incidents VALUES (?,?,?)", row)
                await message.ack()
                seen += 1
