"""Credentials: given out, renewed, cut off. Their secrets never come here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain import commands as c
from domain import events as e
from domain import streams
from domain.envelope import Context
from domain.errors import Invalid, NotFound, Refused
from domain.expiry import ends
from domain.party import Party
from domain.use_cases.operator import register_party
from domain.work import Work

SHORT = 12  # characters by which people name a credential


@dataclass(frozen=True)
class Credential:
    """A new credential: its public key or the hash of its secret, and its kind."""

    name: str
    kind: str


New = Sequence[Credential]


def admit(command: c.AdmitParty, new: New, work: Work) -> None:
    """Let a party in with its first credentials: both or neither."""
    register_party(command, work)
    _issue(command.id, ZoneInfo(command.zone), new, command.expires, work)


def issue(command: c.IssueCredentials, new: New, work: Work) -> None:
    """Give a party more credentials; those it has stay."""
    party = _registered(command.id, work)
    _issue(party.id, party.zone, new, command.expires, work)


def admit_person(command: c.AdmitPerson, new: New, work: Work) -> None:
    """Let a person log in for a party: its credential is the hash of who vouches for whom."""
    party = _registered(command.id, work)
    for one in new:
        if one.name in party.credentials:
            raise Refused(
                "this person may log in for this party already",
                field="subject",
                got=one.name[:SHORT],
                next_step=f"see varsel party show {party.id}",
            )
    _issue(party.id, party.zone, new, command.expires, work)


def rotate(command: c.RotateCredentials, new: New, work: Work) -> None:
    """Give a party new credentials for all old ones of the same kinds."""
    party = _registered(command.id, work)
    kinds = {one.kind for one in new}
    _revoke(party.id, [name for name, old in party.credentials.items() if old.kind in kinds], work)
    _issue(party.id, party.zone, new, command.expires, work)


def revoke(command: c.RevokeCredentials, _: New, work: Work) -> None:
    """Cut off all credentials of a party, or the one whose name begins so."""
    party = _registered(command.id, work)
    start = command.credential or ""
    found = [name for name in party.credentials if name.startswith(start)]
    if start and len(found) != 1:
        raise _unclear(start, found, party)
    _revoke(party.id, found, work)


def _registered(name: str, work: Work) -> Party:
    party = work.party(name)
    if party is None:
        raise NotFound("no such party", field="id", got=name, next_step="varsel party list")
    return party


def _unclear(start: str, found: list[str], party: Party) -> NotFound | Invalid:
    held = ", ".join(name[:SHORT] for name in found or party.credentials) or "none"
    if not found:
        return NotFound(
            f"{party.id} holds no such credential",
            field="credential",
            got=start,
            expected=f"one that was not revoked: {held}",
            next_step=f"look it up: varsel party show {party.id}",
        )
    return Invalid(
        "several credentials begin so",
        field="credential",
        got=start,
        expected=f"more characters of one of: {held}",
    )


def _issue(party: str, zone: ZoneInfo, new: New, expires: str | None, work: Work) -> None:
    end = None if expires is None else ends(expires, work.now, zone)
    for one in new:
        event = e.CredentialIssued(party=party, credential=one.name, kind=one.kind, expires_at=end)
        work.add(streams.party_stream(party), event, Context(), [party])


def _revoke(party: str, names: Iterable[str], work: Work) -> None:
    for name in names:
        event = e.CredentialRevoked(party=party, credential=name)
        work.add(streams.party_stream(party), event, Context(), [party])
