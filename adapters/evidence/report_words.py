"""The audit report in words: a title page, and chapters of tables, the same for HTML and PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.console import i18n
from adapters.console.case import Case
from adapters.console.picture import drawn
from adapters.console.telling import Teller
from adapters.evidence.report import Chapter, Found, Row, is_reference, references
from domain.law.loader import load_packs

Table = dict[str, Any]  # title, note, head, shares of the width, rows of {id, tone, cells}
TONES = {"overdue": "bad", "met_late": "bad", "open": "due", "met": "good"}
STYLE = """<style>
text { font: 11px "Libertinus Serif", serif; fill: #444 }
.mark { fill: #1f4f8f } .notice { fill: #5a4fb0 } .act { fill: #1d7a86 } .told { fill: #2c7a3f }
.gone { opacity: .4 } .due { fill: #b36b00 } .overdue { fill: #a4161a } .met { fill: #2c7a3f }
</style>"""


def teller(found: Found) -> Teller:
    """Who tells it: in English, in the zone of whoever asked."""
    return Teller(i18n.tongue("en"), found.zone, found.at)


def told(found: Found, tell: Teller) -> dict[str, Any]:
    """The whole report as plain data: text alone (but for `picture`), which is escaped later."""
    t = tell.tongue.gettext
    made = {"time": tell.clock(found.now), "party": found.asked_by}
    return {
        "language": tell.tongue.code,
        "title": t("Audit report: %(party)s") % {"party": found.party},
        "lead": [
            [t("Party"), found.party],
            [t("As of"), tell.clock(found.at)],
            [t("Made"), t("%(time)s, for %(party)s") % made],
            [t("Times"), t("in the zone %(zone)s") % {"zone": found.zone.key}],
            [t("Incidents"), "\n".join(_name(one, found) for one in found.chapters)],
        ],
        "laws": list(_laws(found, tell)),
        "checkpoint": found.checkpoint or "",
        "chapters": [_chapter(one, found, tell) for one in found.chapters],
    }


def _laws(found: Found, tell: Teller) -> Iterator[str]:
    """With which law packs duties were computed, and whether somebody has reviewed them."""
    t, status = tell.tongue.gettext, {one.law_version: one.status for one in _packs()}
    duties = (one for chapter in found.chapters for one in chapter.obligations)
    for name in dict.fromkeys(one["law_version"] for one in duties):
        yield f"{name}: {status.get(name, t('status not known here'))}"
    yield t("Unreviewed: nobody competent in law has compared it with its source yet.")
    yield t("This report is no legal advice.")


def _packs() -> Sequence[Any]:
    rules = load_packs()
    return [*rules.packs.values(), *rules.drafts]


def _chapter(one: Chapter, found: Found, tell: Teller) -> dict[str, Any]:
    case = Case(
        one.incident,
        found.party,
        one.facts,
        one.entries,
        one.obligations,
        one.contradictions,
        found.texts,
    )
    tables = [
        *(_knew(known, tell) for known in one.knowledge),
        *(_aware(known, tell) for known in one.knowledge[:1]),
        _duties(one, tell),
        _collisions(one, found, tell),
        _breach(one, tell),
        _events(one, found, tell),
    ]
    return {
        "title": _name(one, found),
        "incident": one.incident,
        "picture": _picture(case, tell),
        "tables": [table for table in tables if table["rows"]],
    }


def _name(one: Chapter, found: Found) -> str:
    """What people call it: the report's title where it may be read, else its vendor's name."""
    reports = (entry["data"].get("report") or entry["event"] for entry in one.entries)
    titles = (found.texts.get(f"{report}/title") for report in reports)
    return next(filter(None, titles), None) or one.name or one.incident


def _picture(case: Case, tell: Teller) -> str:
    """The timeline with colours of its own; its marks lead to the events of the report."""
    svg = str(drawn(case, tell)).replace('href="/events/', 'href="#e-')
    head, closed, rest = svg.partition(">")
    return f"{head}{closed}{STYLE}{rest}"


def _table(title: str, note: str, head: dict[str, int], rows: list[Table]) -> Table:
    return {
        "title": title,
        "note": note,
        "head": [*head],
        "shares": [*head.values()],
        "rows": rows,
    }


def _line(*cells: str, of: str = "", tone: str = "") -> Table:
    return {"id": of, "tone": tone, "cells": list(cells)}


# --- who knew what when --------------------------------------------------------------------------


def _knew(known: Row, tell: Teller) -> Table:
    t, asked = tell.tongue.gettext, {"party": known["party"], "time": tell.clock(known["at"])}
    vendor = known["role"] == "vendor"
    said = (
        t("What %(party)s claimed at %(time)s") if vendor else t("What %(party)s knew at %(time)s")
    )
    note = (
        t("On its own record, and to whom it was told; with what took its place since.")
        if vendor
        else t("Known is what had arrived by then; with what took its place since.")
    )
    head = {t("What"): 5, t("Whose word"): 2, t("Told"): 4, t("Arrived"): 4, t("Since"): 5}
    rows = [
        _line(
            f"{tell.field(one['what'])}: {_value(one['what'], one['says'], tell)}",
            one["source"],
            f"{tell.kind(one['type'])}, {one['by']}, {tell.clock(one['recorded_at'])}",
            "\n".join(_arrival(each, tell) for each in one["to"]),
            "\n".join(_since(each, one["what"], tell) for each in one["since"]),
        )
        for one in known["items"]
    ]
    return _table(said % asked, note, head, rows)


def _arrival(one: Row, tell: Teller) -> str:
    t = tell.tongue.gettext
    if one["knew"]:
        return (
            f"{one['client']}: {tell.clock(one['arrived_at'])} ({tell.word(one['door'], 'door')})"
        )
    word = t("not arrived by then") if one["knew"] is False else t("nobody looks whether it does")
    return f"{one['client']}: {word}"


def _since(one: Row, what: str, tell: Teller) -> str:
    why = f" ({tell.word(one['why'], 'reason')})" if one["why"] else ""
    where = f"{tell.kind(one['type'])}, {tell.clock(one['recorded_at'])}{why}"
    return f"{where}: {_value(what, one['says'], tell)}"


def _value(what: str, says: Any, tell: Teller) -> str:
    """One fact in words."""
    match what:
        case "claims":
            return tell.claim(says)
        case "people" | "totals":
            one = tell.people if what == "people" else tell.total
            return "; ".join(map(one, says))
        case "sure" | "state" | "discovered_by":
            return tell.word(says, {"discovered_by": "source"}.get(what, what))
        case "nature":
            return tell.listed(says, "nature")
        case "systems":
            return ", ".join(
                f"{one['name']} ({tell.word(one['affected'], 'affected')})" for one in says
            )
        case _:
            return tell.value("", what, says)


def _aware(known: Row, tell: Teller) -> Table:
    t = tell.tongue.gettext
    title = t("Since when %(party)s may be held to have known") % {"party": known["party"]}
    note = t("Every instant that the record offers; the earliest starts a clock.")
    rows = [_line(tell.clock(one["at"]), one["why"], one["by"]) for one in known["aware"]]
    return _table(title, note, {t("When"): 3, t("Why"): 6, t("Event"): 5}, rows)


# --- duties, collisions, the record --------------------------------------------------------------


def _duties(chapter: Chapter, tell: Teller) -> Table:
    t = tell.tongue.gettext
    head = {
        t("Duty"): 4,
        t("Owed to"): 3,
        t("Clock since"): 3,
        t("Due"): 4,
        t("Status"): 2,
        t("Why"): 5,
    }
    rows = [
        _line(
            f"{tell.duty(one['duty'])} ({one['duty']})\n{one['citation']}, {one['law_version']}",
            tell.word(one["owed_to"], "owed_to"),
            tell.clock(one["started_at"]) if one["started_at"] else "",
            "\n".join(_due(each, tell) for each in one["due"]),
            tell.word(one["status"], "status")
            + (f"\n{tell.clock(one['met_at'])}" if one["met_at"] else ""),
            one["why"],
            tone=TONES.get(one["status"], ""),
        )
        for one in chapter.obligations
    ]
    note = t("Each deadline by every convention; the alarm is the earliest.")
    return _table(t("Duties"), note, head, rows)


def _due(one: Row, tell: Teller) -> str:
    alarm = f" ({tell.tongue.gettext('alarm')})" if one["alarm"] else ""
    return f"{one['convention']}: {tell.clock(one['at'])}{alarm}"


def _collisions(chapter: Chapter, found: Found, tell: Teller) -> Table:
    t = tell.tongue.gettext
    head = {t("Statement"): 3, t("Claim"): 3, t("How"): 3, t("Against"): 4, t("Words"): 6}
    rows = [
        _line(
            one["statement"],
            one["claim"],
            tell.word(one["kind"], "contradiction"),
            one["against"],
            found.texts.get(one["words"], one["words"])
            if is_reference(one["words"])
            else one["words"],
        )
        for one in chapter.contradictions
    ]
    note = t("A flag is a question for people, not a verdict.")
    return _table(t("Public words that collide"), note, head, rows)


def _breach(chapter: Chapter, tell: Teller) -> Table:
    """The record of Art. 33(5) GDPR: its parts, each with the events that tell of it."""
    t, breach = tell.tongue.gettext, chapter.breach
    if breach is None:
        return _table("", "", {}, [])
    effects = breach["effects"]
    parts: list[tuple[str, str, list[Row]]] = [
        (t("Effects"), "RiskAssessed", [effects] if effects else []),
        (t("Remedial action"), "MeasureTaken", breach["remedial_action"]),
        (t("Authority"), "RegulatorNotified", breach["notifications"]),
        (t("People told"), "CustomersNotified", breach["people_told"]),
        (t("Waived"), "NotificationWaived", breach["waivers"]),
    ]
    rows = [
        _line(
            label, tell.clock(one["at"]), tell.line({"type": kind, "data": _own(one)}), one["event"]
        )
        for label, kind, acts in parts
        for one in acts
    ]
    head = {t("Part"): 2, t("When"): 3, t("What"): 6, t("Event"): 5}
    note = t("First known at %(time)s") % {"time": tell.clock(breach["first_known_at"])}
    return _table(t("Record of breaches (Art. 33(5) GDPR)"), note, head, rows)


def _own(act: Row) -> Row:
    return {name: part for name, part in act.items() if name not in {"event", "at", "by"}}


# --- events --------------------------------------------------------------------------------------


def _events(chapter: Chapter, found: Found, tell: Teller) -> Table:
    t = tell.tongue.gettext
    head = {t("Recorded"): 3, t("What"): 3, t("By"): 2, t("It says"): 8, t("Event"): 5}
    rows = [
        _line(
            tell.clock(one["recorded_at"]),
            tell.kind(one["type"]),
            one["by"],
            "\n".join([tell.line(one), *_quoted(one, found)]).strip(),
            one["event"],
            of=f"e-{one['event']}",
            tone="gone" if one["superseded_by"] else "",
        )
        for one in chapter.entries
    ]
    note = t("All that the party may see, in the order in which it was recorded.")
    return _table(t("Events"), note, head, rows)


def _quoted(entry: Row, found: Found) -> Iterator[str]:
    """The free text of an event, or that it was erased."""
    for reference in references(entry["data"]):
        if reference in found.texts:
            yield found.texts[reference]
