"""What a party did about a duty: it met it, waived it, delayed it, or the facts lifted it."""

from __future__ import annotations

from collections.abc import Callable

from domain.law.facts import Aim, Facts
from domain.law.filings import Met, filings, first
from domain.law.matter import Happening
from domain.law.pack import Duty
from domain.values import When

__all__ = ["MET_BY", "Facts", "Met", "delay", "filings", "lifted"]

# --- what meets a duty -------------------------------------------------------------------------


def _report_completed(facts: Facts, aim: Aim) -> Met | None:
    """Met by a complete report, until the vendor says more (that it is closed is no more)."""
    whole = {one.id for one in filings(facts, aim) if one.data["stage"] == "complete"}
    said = facts.matter.living("RegulatorNotified", "ClientUpdated")
    for one in reversed(list(said)):
        if one.id in whole:
            how = "the complete report was filed"
            return Met(one.latest(facts.profile.clock), one.id, how)
        if one.type == "ClientUpdated" and "incident_state" not in one.data:
            return None
    return None


def _documented(facts: Facts, _: Aim) -> Met | None:
    """Art. 33(5): facts, effects (an assessment) and remedy (a measure) are on record."""
    parts = [facts.matter.last("RiskAssessed"), facts.matter.last("MeasureTaken")]
    on_record = [one for one in parts if one]
    if len(on_record) < len(parts):
        return None
    last = max(on_record, key=lambda one: one.at)
    return Met(last.at, last.id, "facts, effects and remedial action are on record")


def _people_notified(facts: Facts, _: Aim) -> Met | None:
    told = facts.matter.last("CustomersNotified")
    assessed = facts.matter.last("RiskAssessed")
    if told is None or assessed is None or assessed.data["outcome"] != "high":
        return None
    audience = ", ".join(told.data["audience"])
    return Met(told.latest(facts.profile.clock), told.id, f"told {audience}")


def _people_told(facts: Facts, _: Aim) -> Met | None:
    zone = facts.profile.clock
    told = facts.matter.living("CustomersNotified")
    one = min(told, key=lambda one: one.latest(zone), default=None)
    return Met(one.latest(zone), one.id, f"told {', '.join(one.data['audience'])}") if one else None


def _media_told(facts: Facts, _: Aim) -> Met | None:
    """Met by a statement of one's own to the press or the public."""
    for one in facts.matter.living("StatementMade"):
        if one.by == facts.profile.id and {"press", "media", "public"} & {*one.data["audience"]}:
            how = f"told {', '.join(one.data['audience'])}"
            return Met(one.latest(facts.profile.clock), one.id, how)
    return None


MET_BY: dict[str, Callable[[Facts, Aim], Met | None]] = {
    "authority_notified": lambda facts, aim: first(facts, aim, "first"),
    "second_report": lambda facts, aim: first(facts, aim, "second"),
    "final_report": lambda facts, aim: first(facts, aim, "final"),
    "report_completed": _report_completed,
    "documented": _documented,
    "people_notified": _people_notified,
    "people_told": _people_told,
    "media_told": _media_told,
}


# --- what lifts or moves a duty ----------------------------------------------------------------


def lifted(duty: Duty, facts: Facts) -> tuple[str, str] | None:
    """The status and reason of a duty that does not bind, or no longer."""
    for waiver in facts.matter.living("NotificationWaived"):
        ground = waiver.data["ground"]
        fits = waiver.data["duty"] == duty.name and ground in duty.waivable_by
        if fits and not _disproved(waiver, facts):
            return "waived", f"waived on the ground {ground}"
    if duty.owed_to == "the_record":
        return None
    return _no_breach_here(facts) or _no_risk(duty, facts)


def _disproved(waiver: Happening, facts: Facts) -> bool:
    """Whether the client has since assessed as likelier a risk that it called unlikely here."""
    said = list(facts.matter.living("NotificationWaived", "RiskAssessed"))
    later = [one for one in said[said.index(waiver) :] if one.type == "RiskAssessed"]
    newest = later[-1].data["outcome"] if later else "unlikely"
    return waiver.data["ground"] == "unlikely_risk" and newest != "unlikely"


def _no_breach_here(facts: Facts) -> tuple[str, str] | None:
    word = facts.matter.last("ClientCleared", "ClientNotified")
    if word and word.type == "ClientCleared":
        return "not_required", f"the vendor stated at {word.at.isoformat()}: not touched after all"
    states = [one.data.get("incident_state") for one in facts.matter.living("ClientUpdated")]
    if "withdrawn" in states or facts.matter.last("IncidentWithdrawn"):
        return "not_required", "the vendor withdrew its report"
    return None


def _no_risk(duty: Duty, facts: Facts) -> tuple[str, str] | None:
    assessed = facts.matter.last("RiskAssessed")
    if assessed is None:
        return None
    outcome = assessed.data["outcome"]
    if "unlikely_risk" in duty.waivable_by and outcome == "unlikely":
        return "not_required", "a risk was assessed as unlikely"
    if duty.starts == "high_risk" and outcome != "high":
        return "not_required", f"the risk was assessed as {outcome}, not high"
    return None


def delay(duty: Duty, facts: Facts) -> str | None:
    """Why the party does this duty lawfully later, by its own word, for as long as that holds."""
    for one in facts.matter.living("DelayRecorded"):
        until = one.data.get("until")
        end = When.model_validate(until).latest(facts.profile.clock) if until else None
        mine = one.by == facts.profile.id and one.data["duty"] == duty.name
        if mine and (end is None or not facts.now.past(end)):
            return f"lawfully delayed: {one.data['ground']}"
    return None
