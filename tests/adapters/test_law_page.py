"""docs/law.md says what the packs say."""

from __future__ import annotations

from adapters.law_page import DRAFTS, PAGE, page
from domain.law.loader import load_packs

RULES = load_packs(drafts=DRAFTS)


def test_the_page_is_made_from_the_packs() -> None:
    said = PAGE.read_text(encoding="utf-8")
    assert said == page(RULES), "write it anew: .venv/bin/python -m adapters.law_page --write"


def test_every_duty_has_its_row_with_what_a_lawyer_checks() -> None:
    rows = page(RULES).splitlines()
    for pack in (*RULES.packs.values(), *RULES.drafts):
        for duty in pack.duties:
            number = duty.period.words if duty.period else "no number"
            number = "the engagement's own" if duty.starts == "contract" else number
            said = (f"`{duty.name}`", duty.why, f"{duty.citation} <{duty.source}>", number)
            assert [row for row in rows if all(part in row for part in said)], duty.name
