"""docs/law.md: every rule as a row that a lawyer can hold against its source.

Run by hand after a pack has changed:  .venv/bin/python -m adapters.law_page --write
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from domain.law.loader import load_packs
from domain.law.pack import Duty, Pack
from domain.law.rules import LAWS, Rules
from domain.law.terms import ENTITY_KINDS, FACTS

PAGE = Path(__file__).parent.parent / "docs" / "law.md"
DRAFTS = ("omnibus-2025",)
HEAD = """# The law, rule by rule

Made from `domain/law/packs/*.toml` by `python -m adapters.law_page --write`: change the packs, not
this page. **Not legal advice.** A rule is `unreviewed` until somebody competent in law has compared
it with its source. Where a duty has no period the law gives no number, or none that was confirmed.

Conventions: `strict` counts hours as elapsed time and longer periods to the end of their last day;
`r1182` is Regulation (EEC, Euratom) 1182/71 Art. 3; `relief` is a law's own move from a day off to
noon of the next working day; `business_days` are those of EDGAR. The alarm is always the earliest.
A duty whose condition is not known is `undetermined`: it names what is missing, and its alarm runs.
"""
COLUMNS = (
    "Duty",
    "Who tells whom",
    "Starts, and what meets it",
    "Period, counted",
    "Needs and exceptions",
    "Citation and source",
    "Why",
    "Reviewed?",
)
STARTS = {
    "aware": "when the debtor is aware: told by the vendor, or reasonably certain itself",
    "processor_aware": "when the processor is aware",
    "first_report": "with the first report",
    "high_risk": "when the risk was assessed as high",
    "contract": "as the engagement says",
    "discovered": "at discovery (as stated, else awareness; its agent's discovery is its own)",
}
MET = {
    "authority_notified": "any filing with its authority",
    "second_report": "a follow-up or complete filing with its authority",
    "final_report": "a complete filing with its authority",
    "client_notified": "the notice to the client",
    "report_completed": "a complete filing, until the vendor says more",
    "documented": "an assessment and a measure on record",
    "people_notified": "telling the people, after the risk was assessed as high",
    "people_told": "telling them",
    "media_told": "a statement to press or public",
}


def page(rules: Rules) -> str:
    """The whole page."""
    packs = sorted(
        (*rules.packs.values(), *rules.drafts),
        key=lambda pack: (LAWS.index(pack.law), pack.draft or "", pack.effective_from),
    )
    parts = [HEAD, *(_pack(pack) for pack in packs), _facts(), _authorities(rules)]
    return "\n".join(parts)


def _pack(pack: Pack) -> str:
    to = pack.effective_to.isoformat() if pack.effective_to else "on"
    force = (
        f"**A proposal, shown only when asked for: `--with-draft {pack.draft}`.**"
        if pack.draft
        else f"In force from {pack.effective_from.isoformat()} {'to ' if to != 'on' else ''}{to}."
    )
    counted = f"Counted: {', '.join(pack.computation)}"
    analogy = " (r1182 by analogy: national law governs)" if pack.by_analogy else ""
    where = f" Authorities of: {pack.place}." if pack.place else ""
    head = f"{force} {counted}{analogy}.{where} {pack.status.capitalize()}. <{pack.source}>"
    rows = [_row(duty) for duty in pack.duties]
    return f"## {pack.title}: `{pack.law_version}`\n\n{head}\n\n{_table(COLUMNS, rows)}"


def _row(duty: Duty) -> tuple[str, ...]:
    stage = f" ({duty.stage})" if duty.stage and duty.stage != duty.title else ""
    return (
        f"`{duty.name}`{stage}: {duty.title}",
        f"{duty.debtor} → {duty.owed_to.replace('_', ' ')}",
        f"{_starts(duty)}; met by {MET[duty.met_by]}",
        "; ".join(_period(duty)),
        "; ".join(_conditions(duty)) or "none",
        f"{duty.citation} <{duty.source}>",
        duty.why,
        "yes" if duty.reviewed else "**no**",
    )


def _starts(duty: Duty) -> str:
    if duty.fact:
        runs = f" (open: the alarm runs from when it was {duty.open_from})"
        return f"when stated: `{duty.fact}`{runs if duty.open_from else ''}"
    if duty.after:
        which = "latest filing for" if duty.latest else "meeting of"
        return f"with the {which} `{duty.law}.{duty.after}`"
    return STARTS[duty.starts]


def _period(duty: Duty) -> Iterator[str]:
    if duty.starts == "contract":
        yield "the engagement's own"
    elif duty.period is None:
        yield "no number"
    else:
        yield duty.period.words + (" from the end of that year" if duty.from_year_end else "")
    for own in duty.periods:
        yield f"{', '.join(own.entity)}: {own.period.words}"
    for cap in duty.caps:
        yield f"at most {cap.period.words} from being {cap.starts}, unless it starts later"
    if duty.restart:
        yield f"while `{duty.restart.when}`: anew from `{duty.restart.from_}`"
    if duty.no_relief_for:
        yield f"no relief for {', '.join(duty.no_relief_for)}"


def _conditions(duty: Duty) -> Iterator[str]:
    for need in duty.needs:
        yield f"needs {need.words}" if need.kind != "unless" else need.words
    if duty.waivable_by:
        yield f"falls away on: {', '.join(duty.waivable_by)}"
    if duty.late_reasons:
        yield "late: with reasons"


def _facts() -> str:
    rows = [(f"`{name}`", meant) for name, meant in FACTS.items()]
    kinds = ", ".join(f"`{kind}`" for kind in ENTITY_KINDS)
    said = f"Kinds of entity (`varsel party add --entity`): {kinds}."
    table = _table(("Fact", "What it says"), rows)
    return f"## Facts that duties turn on (`state_fact`)\n\n{said}\n\n{table}"


def _authorities(rules: Rules) -> str:
    rows = [
        (
            one.country,
            ", ".join(one.laws),
            ", ".join(f"`{name}`" for name in (one.id, *one.also)),
            one.name,
            "; ".join(filter(None, [one.channel, ", ".join(one.languages)])),
            "; ".join(_remarks(one.note, others=one.others)),
        )
        for one in sorted(rules.authorities, key=lambda one: (one.country, one.laws))
    ]
    columns = ("Place", "Laws", "Ids", "Name", "Channel and languages", "Notes")
    return f"## Authorities (unreviewed)\n\n{_table(columns, rows)}"


def _remarks(note: str | None, *, others: bool) -> Iterator[str]:
    if note:
        yield note
    if others:
        yield "unlisted authorities of this place count too"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = [*columns]
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit(__doc__)
    PAGE.write_text(page(load_packs(drafts=DRAFTS)), encoding="utf-8")
