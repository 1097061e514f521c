"""What a pack says: one version of one law, its duties, and what may be said about each."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from domain.law.calendar import COMPUTED, Convention, Period
from domain.law.terms import Cap, EntityKind, Entry, FactName, Need, PeriodFor, Restart, Sentence
from domain.words import WaiverGround, near

__all__ = ["COUNTED_BY_1182", "LAWS", "Duty", "DutyEntry", "Entry", "Pack", "Sentence"]

LAWS = (
    "gdpr",
    "uk-gdpr",
    "uk-pecr",
    "contract",
    "nis2",
    "no-dsl",
    "dora",
    "cra",
    "hipaa",
    "sec",
    "us-ca",
    "us-ny",
    "us-tx",
    "glba",
    "eprivacy-611",
)
"""The laws a pack may be about and a party may be under."""

COUNTED_BY_1182 = frozenset(
    {"gdpr", "uk-gdpr", "uk-pecr", "nis2", "no-dsl", "dora", "cra", "eprivacy-611"}
)
"""The laws Reg. 1182/71 counts, itself or by analogy: EU, EEA and UK acts, never a contract."""

Debtor = Literal["controller", "processor", "entity"]
OwedTo = Literal[
    "supervisory_authority",
    "authority",
    "controller",
    "data_subjects",
    "the_record",
    "counterparty",
    "clients",
    "recipients",
    "media",
]
Trigger = Literal[
    "aware",
    "processor_aware",
    "first_report",
    "high_risk",
    "contract",
    "discovered",
    "fact",
    "after",
]
Act = Literal[
    "authority_notified",
    "second_report",
    "final_report",
    "client_notified",
    "report_completed",
    "documented",
    "people_notified",
    "people_told",
    "media_told",
]
Status = Literal["reviewed", "unreviewed"]
DutyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
Place = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class DutyEntry(Entry):
    """One `[[duty]]` of a pack, as its author wrote it.

    `starts` names the fact that starts the clock: `aware` (the debtor of the breach),
    `processor_aware`, `first_report` (the first, incomplete report was filed), `high_risk` (the
    debtor assessed the risk as high), `contract` (what the engagement says), `discovered` (as
    stated, else awareness; a processor that is the debtor's agent discovers for it), `fact` (the
    stated `fact` came to hold; while that is open, `open_from` says what the alarm runs from),
    `after` (the duty of that id was met; with `latest`, by its latest filing). `met_by` names the
    act that meets the duty. `period` is absent where the law gives no number, and where the
    engagement gives it; `periods` are those of some kinds of entity; `caps` are clocks beside it,
    of which the earliest counts. `from_year_end`: it runs from the end of the start's year.
    `needs` must all hold. `no_relief_for` lists who has no relief. `waivable_by` lists the
    grounds on which the duty falls away. `late_reasons`: what comes late must say why.
    `reviewed` says whether somebody competent in law has compared the rule with its source.
    """

    id: DutyId
    title: Sentence
    stage: Sentence | None = None
    debtor: Debtor
    owed_to: OwedTo
    starts: Trigger
    fact: FactName | None = None
    open_from: Literal["aware"] | None = None
    after: DutyId | None = None
    latest: StrictBool = False
    met_by: Act
    period: Period | None = None
    periods: tuple[PeriodFor, ...] = ()
    caps: tuple[Cap, ...] = ()
    from_year_end: StrictBool = False
    restart: Restart | None = None
    needs: tuple[Need, ...] = ()
    no_relief_for: tuple[EntityKind, ...] = ()
    late_reasons: StrictBool = False
    waivable_by: tuple[WaiverGround, ...] = ()
    citation: Sentence
    source: Link
    why: Sentence
    reviewed: StrictBool

    @field_validator("period")
    @classmethod
    def _a_contract_brings_its_own(
        cls, period: Period | None, info: ValidationInfo
    ) -> Period | None:
        if period is not None and info.data.get("starts") == "contract":
            msg = "expected no period: what starts by contract ends by contract; remove the line"
            raise ValueError(msg)
        return period

    @model_validator(mode="after")
    def _starts_from_something(self) -> Self:
        for trigger, named in (("fact", self.fact), ("after", self.after)):
            if (self.starts == trigger) != bool(named):
                msg = f'`{trigger}` goes with starts = "{trigger}", and with it alone'
                raise ValueError(msg)
        return self

    @property
    def to_authority(self) -> bool:
        """Whether an authority is told."""
        return self.owed_to in {"supervisory_authority", "authority"}


class Duty(DutyEntry):
    """A duty with what it inherits from its pack: law, version, and how its period is counted."""

    law: str
    law_version: str
    computation: tuple[Convention, ...]
    place: str | None = None
    by_analogy: bool = False
    draft: str | None = None

    @property
    def name(self) -> str:
        """The duty's name everywhere else in Varsel, such as `gdpr.33-1`."""
        return f"{self.law}.{self.id}"


class Pack(Entry):
    """One version of one law: in force from its first day to its last day, both included.

    `place` is where its authorities are, if not where the debtor is established. `by_analogy`:
    Reg. 1182/71 does not count it itself. `draft` names a proposal: shown beside the law, never
    instead.
    """

    law: str
    version: int = Field(ge=1, strict=True)
    title: Sentence
    effective_from: date
    effective_to: date | None = None
    source: Link
    status: Status
    computation: tuple[Convention, ...]
    place: Place | None = None
    by_analogy: StrictBool = False
    draft: DutyId | None = None
    entries: tuple[DutyEntry, ...] = Field(alias="duty")

    @property
    def law_version(self) -> str:
        """Law, first day in force and version, such as `gdpr 2018-05-25 v1`; or the draft."""
        if self.draft:
            return f"{self.draft} (draft)"
        return f"{self.law} {self.effective_from.isoformat()} v{self.version}"

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """The pack's duties, each complete with what the pack says for all of them."""
        inherited = {
            "law": self.law,
            "law_version": self.law_version,
            "computation": self.computation,
            "place": self.place,
            "by_analogy": self.by_analogy,
            "draft": self.draft,
        }
        stage = {"stage": f"draft {self.draft}"} if self.draft else {}
        every = (dict(entry) | inherited | stage for entry in self.entries)
        return tuple(Duty.model_validate(entry) for entry in every)

    def in_force(self, at: date) -> bool:
        """Whether the law's version applies on that day."""
        return self.effective_from <= at and (self.effective_to is None or at <= self.effective_to)

    @field_validator("law")
    @classmethod
    def _known(cls, law: str) -> str:
        if law not in LAWS:
            msg = f"unknown law; {near(law, LAWS)}"
            raise ValueError(msg)
        return law

    @field_validator("effective_to")
    @classmethod
    def _ends_after_it_starts(cls, last: date | None, info: ValidationInfo) -> date | None:
        first: date | None = info.data.get("effective_from")
        if last is not None and first is not None and last < first:
            msg = f"expected a day on or after effective_from, {first.isoformat()}"
            raise ValueError(msg)
        return last

    @field_validator("computation")
    @classmethod
    def _computable(
        cls, names: tuple[Convention, ...], info: ValidationInfo
    ) -> tuple[Convention, ...]:
        if not names:
            msg = f"got none; expected one or more of {', '.join(COMPUTED)}"
            raise ValueError(msg)
        law: str | None = info.data.get("law")
        if "r1182" in names and law is not None and law not in COUNTED_BY_1182:
            msg = f"r1182 counts EU, EEA and UK acts, not {law}; expected strict"
            raise ValueError(msg)
        return names

    @field_validator("entries")
    @classmethod
    def _consistent(
        cls, entries: tuple[DutyEntry, ...], info: ValidationInfo
    ) -> tuple[DutyEntry, ...]:
        if not entries:
            msg = "got none; expected one [[duty]] or more"
            raise ValueError(msg)
        ids = [entry.id for entry in entries]
        twice = sorted({duty for duty in ids if ids.count(duty) > 1})
        if twice:
            msg = f"duty {twice[0]} is there twice; expected each id once"
            raise ValueError(msg)
        lost = sorted({entry.after for entry in entries if entry.after} - set(ids))
        if lost:
            msg = f"no duty here has the id {lost[0]}, after which another one starts"
            raise ValueError(msg)
        unread = [entry.id for entry in entries if not entry.reviewed]
        if info.data.get("status") == "reviewed" and unread:
            msg = f"duty {unread[0]} is not reviewed; expected status unreviewed until all are"
            raise ValueError(msg)
        return entries
