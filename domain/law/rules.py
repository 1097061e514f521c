"""All the law in use: finding a duty, the duties in force on a day, and who supervises where."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints, ValidationInfo, field_validator

from domain.errors import Invalid
from domain.law.pack import LAWS, Duty, Entry, Pack, Sentence, Status
from domain.words import near

__all__ = ["LAWS", "Authorities", "Authority", "Duty", "LawError", "Pack", "Rules"]


AuthorityId = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2})?/[a-z0-9]+(-[a-z0-9]+)*$")
]


class LawError(Invalid, ValueError):
    """A pack that cannot be used, or a duty or law that is not known."""


class Authority(Entry):
    """Who is told where: its id in Varsel, its own name, and under which laws.

    `also` lists other ids it goes by; with `others`, authorities of the country that are not
    listed count too: where there are many, one for each part of it. `channel` says how a filing
    reaches it, `languages` (ISO 639-1) in which it takes one.
    """

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z]{2})?$")]
    id: AuthorityId
    name: Sentence
    laws: tuple[str, ...] = Field(default=("gdpr",), min_length=1)
    also: tuple[AuthorityId, ...] = ()
    others: StrictBool = False
    channel: Sentence | None = None
    languages: tuple[str, ...] = ()
    note: Sentence | None = None

    @field_validator("id")
    @classmethod
    def _of_its_country(cls, name: str, info: ValidationInfo) -> str:
        country: str = info.data.get("country", name[:2])
        if not name.startswith(f"{country}/"):
            msg = f"expected an id that starts with {country}/"
            raise ValueError(msg)
        return name

    @field_validator("laws")
    @classmethod
    def _known(cls, laws: tuple[str, ...]) -> tuple[str, ...]:
        for law in laws:
            if law not in LAWS:
                msg = f"unknown law {law!r}; {near(law, LAWS)}"
                raise ValueError(msg)
        return laws


class Authorities(Entry):
    """The table of authorities of one file."""

    status: Status
    entries: tuple[Authority, ...] = Field(alias="authority")


@dataclass(frozen=True, eq=False)
class Rules:
    """All packs in use, each by the name of the file it came from, and the authorities.

    `drafts` are proposals that were asked for, shown beside the law. LawError if two versions of
    one law are in force on the same day.
    """

    packs: Mapping[str, Pack]
    authorities: tuple[Authority, ...] = ()
    drafts: tuple[Pack, ...] = ()

    def __post_init__(self) -> None:
        for law in LAWS:
            _refuse_overlap([(file, pack) for file, pack in self.packs.items() if pack.law == law])

    def duty(self, name: str, at: date | None = None) -> Duty:
        """The duty of that name as the law stood on the day `at`, or in its newest version.

        LawError if no pack (in force on that day) has it, with the names that are near.
        """
        versions = [
            duty
            for pack in sorted(self.packs.values(), key=lambda pack: pack.effective_from)
            if at is None or pack.in_force(at)
            for duty in pack.duties
            if duty.name == name
        ]
        if not versions:
            when = "" if at is None else f" in force on {at.isoformat()}"
            msg = f"unknown duty{when}"
            raise LawError(
                msg,
                got=name,
                expected="a duty named <law>.<duty>",
                next_step=near(name, self.names),
            )
        return versions[-1]

    def in_force(self, law: str, at: date) -> tuple[Duty, ...]:
        """The duties of a law on a day: none before it applied, or while it has no pack yet.

        LawError for a law that is not in LAWS.
        """
        if law not in LAWS:
            msg = "unknown law"
            raise LawError(msg, got=law, expected="one of LAWS", next_step=near(law, LAWS))
        every = (*self.packs.values(), *self.drafts)
        packs = (pack for pack in every if pack.law == law and pack.in_force(at))
        return tuple(duty for pack in packs for duty in pack.duties)

    def drafted(self, name: str) -> tuple[Duty, ...]:
        """What the drafts say of the duty of that name."""
        return tuple(duty for pack in self.drafts for duty in pack.duties if duty.name == name)

    def authority_for(self, country: str, law: str = "gdpr") -> str:
        """The id of a place's (first) authority under a law; a general id if none is listed."""
        return self.authorities_for(country, law)[0]

    def authorities_for(self, place: str, law: str) -> tuple[str, ...]:
        """The ids of those to be told in a place under a law; a general one if none is listed."""
        found = tuple(one.id for one in self.listed(place, law))
        return found or (f"{place}/{GENERAL.get(law, f'{law}-authority')}",)

    def listed(self, place: str, law: str) -> tuple[Authority, ...]:
        """The listed authorities of a place under a law."""
        return self._listed.get((place, law), ())

    def laws_of(self, authority: str) -> frozenset[str]:
        """The laws under which an authority is listed; none for one that is not."""
        return self._laws.get(authority, frozenset())

    @cached_property
    def _listed(self) -> Mapping[tuple[str, str], tuple[Authority, ...]]:
        found: dict[tuple[str, str], tuple[Authority, ...]] = {}
        for one in self.authorities:
            for law in one.laws:
                found[one.country, law] = (*found.get((one.country, law), ()), one)
        return found

    @cached_property
    def _laws(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for one in self.authorities:
            for name in (one.id, *one.also):
                found[name] = found.get(name, frozenset()) | frozenset(one.laws)
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all duties, sorted."""
        return tuple(sorted({duty.name for pack in self.packs.values() for duty in pack.duties}))

    @cached_property
    def content(self) -> str:
        """What the rules say, as canonical JSON; files, their order and layout do not count."""
        content = {
            "packs": sorted(_canonical(one) for one in (*self.packs.values(), *self.drafts)),
            "authorities": sorted(_json(entry.model_dump()) for entry in self.authorities),
        }
        return _json(content)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of `content`."""
        return hashlib.sha256(self.content.encode()).hexdigest()


GENERAL: Mapping[str, str] = MappingProxyType(
    {"gdpr": "supervisory-authority", "uk-gdpr": "supervisory-authority", "nis2": "csirt"}
)
"""What an authority is called that is not listed, by law."""


def _refuse_overlap(versions: list[tuple[str, Pack]]) -> None:
    versions.sort(key=lambda version: version[1].effective_from)
    for (file, earlier), (other, later) in pairwise(versions):
        if earlier.in_force(later.effective_from):
            msg = f"{other}: two versions of one law are in force on the same day"
            raise LawError(
                msg,
                field="effective_from",
                got=f"{later.law_version}, while {earlier.law_version} ({file}) is in force",
                expected="periods that do not overlap",
                next_step=f"end the earlier one with effective_to before {later.effective_from}",
            )


def _canonical(pack: Pack) -> str:
    duties = sorted(_json(entry.model_dump(mode="json")) for entry in pack.entries)
    return _json(pack.model_dump(mode="json", exclude={"entries"}) | {"duties": duties})


def _json(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
