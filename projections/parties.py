"""Who is who: profiles, engagements, and what a vendor promised each client."""

from __future__ import annotations

from collections.abc import Collection

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Profile, Promise
from domain.naming import folded_name
from projections import changes
from projections.rows import Rows

PROFILES, NAMES, PROMISES = "profiles", "names", "promises"
HANDLED: frozenset[type[e.Event]] = frozenset[type[e.Event]](
    {e.PartyRegistered, e.AuditScopeSet, e.EngagementAgreed}
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Keep the newest word about a party and its engagements."""
    match recorded.event:
        case e.PartyRegistered() as one:
            profile = Profile.model_validate(
                one.model_dump(exclude={"laws_presumed", "second_contact"})
            )
            rows.put(PROFILES, "", one.id, profile.model_dump(mode="json"))
            rows.put(NAMES, folded_name(one.name), one.id, {})
        case e.AuditScopeSet() as one:
            row = rows.get(PROFILES, "", one.auditor) or {}
            rows.put(PROFILES, "", one.auditor, {**row, "scope": list(one.scope)})
        case e.EngagementAgreed() as one:
            notice = one.contract_notice
            promise = Promise(
                role=one.role,
                within=notice.within if notice else None,
                starts=notice.from_ if notice else None,
            )
            rows.put(PROMISES, one.vendor, one.client, promise.model_dump(mode="json"))
            changes.changed(one.vendor, changes.PROMISES, recorded, rows)
        case _:
            pass


def profile(party: str, rows: Rows) -> Profile | None:
    """A registered party's profile."""
    row = rows.get(PROFILES, "", party)
    return Profile.model_validate(row) if row else None


def everybody(rows: Rows, after: str = "", limit: int | None = None) -> list[Profile]:
    """All registered parties, by id: from behind the party `after` on, `limit` at most."""
    found = rows.all(PROFILES, "", after=after, limit=limit)
    return [Profile.model_validate(row) for _, row in found]


def count(rows: Rows) -> int:
    """How many parties are registered."""
    return rows.count(PROFILES, "")


def named(words: Collection[str], rows: Rows) -> dict[str, frozenset[str]]:
    """Which of these words are names of parties, and whose."""
    found = {word: frozenset(key for key, _ in rows.all(NAMES, word)) for word in words}
    return {word: owners for word, owners in found.items() if owners}


def promises(vendor: str, rows: Rows) -> dict[str, Promise]:
    """What a vendor promised, by client."""
    return {key: Promise.model_validate(row) for key, row in rows.all(PROMISES, vendor)}
