"""Which credentials are there, whose are they, and which of them end soon?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain import events as e
from domain.envelope import Recorded
from domain.party import API_KEY, PERSON
from domain.use_cases.credentials import SHORT
from projections.rows import Row, Rows

CREDENTIALS, KEYS, ENDS = "credentials", "api-keys", "credential-ends"
PERSONS = "persons"
SOON = timedelta(days=14)
HANDLED: frozenset[type[e.Event]] = frozenset({e.CredentialIssued, e.CredentialRevoked})


def project(recorded: Recorded, rows: Rows) -> None:
    """One row a credential, kept when it is cut off: who did it is asked afterwards."""
    match recorded.event:
        case e.CredentialIssued() as issued:
            _keep(issued, recorded, rows)
        case e.CredentialRevoked() as cut:
            row = rows.get(CREDENTIALS, cut.party, cut.credential) or {}
            at = recorded.envelope.recorded_at.isoformat()
            new = {**row, "revoked_at": at, "revoked_by": _by(recorded)}
            rows.put(CREDENTIALS, cut.party, cut.credential, new)
            rows.drop(ENDS, "", f"{row.get('expires_at')}/{cut.credential}")
        case _:
            pass


def _keep(issued: e.CredentialIssued, recorded: Recorded, rows: Rows) -> None:
    ends = issued.expires_at.astimezone(UTC).isoformat() if issued.expires_at else None
    row: Row = {
        "party": issued.party,
        "credential": issued.credential,
        "kind": issued.kind,
        "issued_at": recorded.envelope.recorded_at.isoformat(),
        "issued_by": _by(recorded),
        "expires_at": ends,
        "revoked_at": None,
        "revoked_by": None,
    }
    rows.put(CREDENTIALS, issued.party, issued.credential, row)
    if issued.kind == API_KEY:
        rows.put(KEYS, "", issued.credential, {"party": issued.party})
    if issued.kind == PERSON:
        rows.put(PERSONS, issued.credential, issued.party, {"party": issued.party})
    if ends is not None:
        named = {"party": issued.party, "credential": issued.credential}
        rows.put(ENDS, "", f"{ends}/{issued.credential}", named)


def _by(recorded: Recorded) -> Row:
    """Who did it, by which command; no person is named but by an opaque id."""
    envelope = recorded.envelope
    user = envelope.actor.user if envelope.actor else None
    return {"party": envelope.party, "user": user, "command": envelope.command}


def holder(digest: str, rows: Rows, now: datetime) -> str | None:
    """The party whose API key has this SHA-256 (hex) and opens at `now`; None for any other.

    Unknown, cut off and expired are told apart to nobody. The key is looked up by its digest,
    never compared: how long that takes tells nothing of any key.
    """
    found = rows.get(KEYS, "", digest)
    row = rows.get(CREDENTIALS, found["party"], digest) if found else None
    return row["party"] if row is not None and _opens(row, now) else None


def let_in(digest: str, rows: Rows, now: datetime) -> list[str]:
    """The parties for which the person with this digest may log in at `now`, by id."""
    parties = [party for party, _ in rows.all(PERSONS, digest)]
    found = [(party, rows.get(CREDENTIALS, party, digest)) for party in parties]
    return [party for party, row in found if row is not None and _opens(row, now)]


def _opens(row: Row, now: datetime) -> bool:
    if row["revoked_at"] is not None:
        return False
    return row["expires_at"] is None or now < datetime.fromisoformat(row["expires_at"])


def last_cut(party: str, rows: Rows) -> datetime | None:
    """When (UTC) a party last lost a credential: what was let in before that is let out."""
    cut = [row["revoked_at"] for _, row in rows.all(CREDENTIALS, party) if row["revoked_at"]]
    return datetime.fromisoformat(max(cut)) if cut else None


def of(party: str, rows: Rows) -> list[Row]:
    """A party's credentials, oldest first, the cut-off ones too; `short` is what to call one."""
    found = [_shown(row) for _, row in rows.all(CREDENTIALS, party)]
    return sorted(found, key=lambda row: (row["issued_at"], row["kind"], row["short"]))


def expiring(rows: Rows, now: datetime, within: timedelta = SOON) -> list[Row]:
    """What ends by itself within so long from `now`, the first first."""
    first, last = (_seconds(at) for at in (now, now + within))
    named = [row for key, row in rows.all(ENDS, "", after=first) if key <= f"{last}/~"]
    found = [rows.get(CREDENTIALS, one["party"], one["credential"]) or {} for one in named]
    parts = ("party", "short", "kind", "expires_at")
    return [
        {part: shown[part] for part in parts}
        for shown in (_shown(row) for row in found if _opens(row, now))
    ]


def _seconds(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _shown(row: Row) -> Row:
    rest = {name: value for name, value in row.items() if name != "credential"}
    return {"short": row["credential"][:SHORT], **rest}
