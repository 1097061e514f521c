"""A ledger small enough for one test: who writes what, about which incident, under which id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from adapters.sql.postgres import Database
from adapters.store.ledger import EventLedger
from adapters.store.mapper import Entry
from adapters.store.sealing import Sealer
from adapters.store.vault import SealedVault, vault_file
from domain import events as e
from domain import streams
from domain.desk import Desk, Request
from domain.envelope import PLATFORM, Context, Draft, Envelope, Recorded
from domain.ports import Changes, Receipt, Signature
from domain.values import Text

NOW = datetime(2023, 2, 28, 11, 0, tzinfo=UTC)
MASTER = bytes(range(32))
INCIDENT = streams.incident_id("zoopit", "zoopit-2023")
NOTICE = streams.notice_id(INCIDENT, "joker")


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def words(text: str) -> Text:
    return Text.model_validate(text)


def a_question(text: str = "Which data?") -> e.QuestionAsked:
    return e.QuestionAsked(question="which-data", text=words(text))


def a_draft(event: e.Event | None = None, incident: UUID | None = INCIDENT) -> Draft:
    about = Context(incident=incident, vendor="zoopit", client="joker")
    return Draft(event=event or e.NoticeAcknowledged(), about=about, visibility=("joker",))


def changes(*drafts: Draft, stream: UUID = INCIDENT, expected: int = 0) -> Changes:
    return several({stream: (expected, drafts or (a_draft(),))}, main=stream)


def several(
    each: Mapping[UUID, tuple[int, Sequence[Draft]]], main: UUID | None = INCIDENT
) -> Changes:
    return Changes(streams=each, incident=INCIDENT, main=main)


def signed(command: str = "c-1", party: str = "zoopit", digest: str = "its body") -> Signature:
    return Signature(party=party, command=command, digest=digest, verb="report_leak")


def an_envelope(party: str = "joker", incident: UUID | None = INCIDENT) -> Envelope:
    return Envelope(
        id=UUID("018697f0-0000-7000-8000-000000000001"),
        party=party,
        command="c-1",
        recorded_at=NOW,
        about=Context(incident=incident),
        visibility=(party,),
        salt="00" * 16,
    )


def open_ledger(folder: Path) -> EventLedger:
    """The real ledger and vault in a folder; close it with `shut`."""
    vault = SealedVault(vault_file(folder / "vault.sqlite"), MASTER)
    return EventLedger(folder / "ledger.sqlite", vault)


def on_postgres(database: Database) -> EventLedger:
    """The same on PostgreSQL, in one database; several may be open at once."""
    return EventLedger(database, SealedVault(database.store(), MASTER))


def shut(ledger: EventLedger) -> None:
    ledger.close()
    vault = ledger.sealer._vault
    if isinstance(vault, SealedVault):
        vault.close()


def whole(ledger: EventLedger) -> list[Recorded]:
    return ledger.since(0, 100_000)


def as_recorded(entry: Entry) -> Recorded:
    return Recorded(
        stream=entry.originator_id,
        version=entry.originator_version,
        envelope=entry.envelope,
        event=entry.event,
    )


def spoken(value: Any, reveal: Callable[[str], str], path: str = "") -> Any:
    """A value with its types, every text in it in plain words: what it says, sealed or not."""
    if isinstance(value, Text):
        return reveal(path) if value.sealed else value.plain
    if isinstance(value, BaseModel):
        steps = ((name, f"{path}/{name}" if path else name) for name in type(value).model_fields)
        return type(value), {
            name: spoken(getattr(value, name), reveal, step) for name, step in steps
        }
    if isinstance(value, tuple):
        return [spoken(part, reveal, f"{path}/{n}") for n, part in enumerate(value)]
    return value


def opened(sealer: Sealer, recorded: Recorded) -> Any:
    return spoken(recorded.event, lambda path: sealer.open(recorded, path))


def unsealed(event: e.Event) -> Any:
    return spoken(event, lambda path: f"{path} was sealed too early")


class Nobody:
    """A directory without entries: a vendor finds its own incidents without one."""

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:  # noqa: ARG002
        return ()

    def named(self, words: Collection[str]) -> dict[str, frozenset[str]]:  # noqa: ARG002
        return {}

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:  # noqa: ARG002
        return ()

    def event(self, party: str, reference: str) -> UUID | None:  # noqa: ARG002
        return None


def a_desk(ledger: EventLedger) -> Desk:
    return Desk(ledger, Nobody(), key=b"the key of digests")


def register_zoopit(desk: Desk, now: datetime = NOW) -> Receipt:
    body = {"id": "zoopit", "roles": ["vendor"], "country": "NO"}
    return desk.handle(Request(PLATFORM, "register_party", "register zoopit", body), now)


def a_report(command: str, slug: str = "zoopit-2023", text: str = "We closed a hole.") -> Request:
    people = [{"group": "customers", "role": "exposed", "data": {"present": ["name"]}}]
    body = {"incident": slug, "nature": ["confidentiality"], "people": people, "text": text}
    return Request("zoopit", "report_leak", command, body)
