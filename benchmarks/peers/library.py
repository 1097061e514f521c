"""The eventsourcing library as its documentation has one use it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict

STOCK: Final = {"IS_SNAPSHOTTING_ENABLED": "no"}


class Incident(Aggregate):
    """Events with a body; the aggregate keeps the newest."""

    class Reported(Aggregate.Created):
        payload: dict[str, Any]

    @event(Reported)
    def __init__(self, payload: dict[str, Any]) -> None:
        self.payload = payload

    class Updated(Aggregate.Event):
        payload: dict[str, Any]

    @event(Updated)
    def update(self, payload: dict[str, Any]) -> None:
        """One more event."""
        self.payload = payload


class Library:
    """One application; every append saves a new aggregate."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.application = Application[UUID]({**STOCK, **environment})

    def append(self, bodies: Sequence[bytes]) -> None:
        """The first body creates the aggregate, the others are updates of it."""
        first, *more = (json.loads(body) for body in bodies)
        incident = Incident(payload=first)
        for body in more:
            incident.update(payload=body)
        self.application.save(incident)


def on_sqlite(folder: Path) -> Library:
    """In a file."""
    path = str(folder / "library.sqlite")
    return Library({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path})


def on_postgres(url: str) -> Library:
    """In a database."""
    at = conninfo_to_dict(url)
    return Library(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(at["dbname"]),
            "POSTGRES_HOST": str(at["host"]),
            "POSTGRES_PORT": str(at["port"]),
            "POSTGRES_USER": str(at["user"]),
            "POSTGRES_PASSWORD": "trusted",
        }
    )
