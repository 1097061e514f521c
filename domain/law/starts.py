"""When a controller's clock starts: every candidate, the earliest of them, and what it replaced.

EDPB Guidelines 9/2022 (v2.0), section II.A.4: in principle when the processor has informed the
controller; sooner where the controller was reasonably certain otherwise (II.A.2). The vendor's
own awareness does not start it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.law.matter import Happening, Matter
from domain.values import Value, When

KNOWING = ("aware", "should_have_known")
STATING = ("AwarenessStated", "ClientRaisedConcern")
TURNING = (*STATING, "ClientNotified", "NoticeDelivered", "NoticeAcknowledged", "EventCorrected")


class Start(Value):
    """An instant (UTC) from which a clock may run, by which event, and why."""

    at: datetime
    by: UUID
    why: str


def candidates(matter: Matter, zone: ZoneInfo) -> tuple[Start, ...]:
    """Every start that the facts offer, in the order they became known."""
    return tuple(
        start for one in matter.happenings for start in _starts(one, matter, zone) if start
    )


def start(matter: Matter, zone: ZoneInfo) -> Start | None:
    """The earliest candidate; None for a client that is not aware."""
    return min(candidates(matter, zone), key=lambda one: one.at, default=None)


def replaced(matter: Matter, zone: ZoneInfo) -> tuple[Start, ...]:
    """The starts that held for a while and were then replaced, each once, oldest first."""
    held: dict[datetime, Start] = {}
    for count, one in enumerate(matter.happenings, start=1):
        now = start(matter.until(count), zone) if one.type in TURNING else None
        if now:
            held.setdefault(now.at, now)
    current = start(matter, zone)
    return tuple(one for one in held.values() if current is None or one.at != current.at)


def _starts(one: Happening, matter: Matter, zone: ZoneInfo) -> Iterator[Start | None]:
    if one.id in matter.undone:
        return
    match one.type:
        case "NoticeDelivered":
            yield _delivered(one)
        case "ClientNotified":
            yield _given(one, zone)
        case "NoticeAcknowledged":
            at = one.earliest(zone)
            yield Start(at=at, by=one.id, why=f"{one.by} acknowledged the vendor's notice")
        case "AwarenessStated" | "ClientRaisedConcern":
            yield _stated(one, matter, zone)
        case _:
            return


def _delivered(one: Happening) -> Start:
    at = datetime.fromisoformat(one.data["delivered_at"])
    found = "" if one.data["observed"] == "seen" else ", found by reconciliation"
    why = f"the vendor's notice was delivered ({one.data['door']}{found})"
    return Start(at=min(at, one.at), by=one.id, why=why)


def _given(one: Happening, zone: ZoneInfo) -> Start | None:
    channel = one.data["channel"]
    if channel == "platform":
        return None
    why = f"the vendor gave its notice by {channel}"
    return Start(at=one.earliest(zone), by=one.id, why=why)


def _stated(one: Happening, matter: Matter, zone: ZoneInfo) -> Start | None:
    """The party's own word, until it says anew since when it has been at the same stage."""
    stage = _stage(one)
    if stage not in KNOWING or not _is_newest(one, matter):
        return None
    when = When.model_validate(one.data["awareness"]["when"])
    at = one.model_copy(update={"happened": when}).earliest(zone)
    why = f"{one.by} stated that it was {stage.replace('_', ' ')}"
    return Start(at=at, by=one.id, why=why if when.earliest(zone) else f"{why}, by then at latest")


def _is_newest(one: Happening, matter: Matter) -> bool:
    own = (each for each in matter.living(*STATING) if each.by == matter.party)
    return [each for each in own if _stage(each) == _stage(one)][-1:] == [one]


def _stage(one: Happening) -> str:
    return str(one.data.get("awareness", {}).get("stage", ""))
