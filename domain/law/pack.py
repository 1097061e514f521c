"""What a pack says: one version of one law, its duties, and what may be said about each."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from domain.law.calendar import COMPUTED, Convention, Period
from domain.words import WaiverGround, near

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

Debtor = Literal["controller", "processor"]
OwedTo = Literal[
    "supervisory_authority", "controller", "data_subjects", "the_record", "counterparty"
]
Trigger = Literal["aware", "processor_aware", "first_report", "high_risk", "contract"]
Act = Literal[
    "authority_notified", "client_notified", "report_completed", "documented", "people_notified"
]
Status = Literal["reviewed", "unreviewed"]
DutyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Link = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class Entry(BaseModel):
    """Base of everything a pack file may hold: closed, and never changed once read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DutyEntry(Entry):
    """One `[[duty]]` of a pack, as its author wrote it.

    `starts` names the fact that starts the clock: `aware` (the debtor of the breach),
    `processor_aware`, `first_report` (the first, incomplete report was filed), `high_risk` (the
    debtor assessed the risk as high), `contract` (what the engagement says). `met_by` names the
    act that meets the duty. `period` is absent where the law gives no number, and where the
    engagement gives it. `waivable_by` lists the grounds on which the duty falls away. `reviewed`
    says whether somebody competent in law has compared the rule with its source.
    """

    id: DutyId
    title: Sentence
    debtor: Debtor
    owed_to: OwedTo
    starts: Trigger
    met_by: Act
    period: Period | None = None
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


class Duty(DutyEntry):
    """A duty with what it inherits from its pack: law, version, and how its period is counted."""

    law: str
    law_version: str
    computation: tuple[Convention, ...]

    @property
    def name(self) -> str:
        """The duty's name everywhere else in Varsel, such as `gdpr.33-1`."""
        return f"{self.law}.{self.id}"


class Pack(Entry):
    """One version of one law: in force from its first day to its last day, both included."""

    law: str
    version: int = Field(ge=1, strict=True)
    title: Sentence
    effective_from: date
    effective_to: date | None = None
    source: Link
    status: Status
    computation: tuple[Convention, ...]
    entries: tuple[DutyEntry, ...] = Field(alias="duty")

    @property
    def law_version(self) -> str:
        """Law, first day in force and version, such as `gdpr 2018-05-25 v1`."""
        return f"{self.law} {self.effective_from.isoformat()} v{self.version}"

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """The pack's duties, each complete with what the pack says for all of them."""
        inherited = {
            "law": self.law,
            "law_version": self.law_version,
            "computation": self.computation,
        }
        return tuple(Duty.model_validate(dict(entry) | inherited) for entry in self.entries)

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
        unread = [entry.id for entry in entries if not entry.reviewed]
        if info.data.get("status") == "reviewed" and unread:
            msg = f"duty {unread[0]} is not reviewed; expected status unreviewed until all are"
            raise ValueError(msg)
        return entries
