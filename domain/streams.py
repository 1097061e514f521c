"""The ids of the five kinds of stream, each a pure function of what it is about."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

_VARSEL = UUID("6f1d0c0e-2f5c-5d0b-9a4e-7c7a5b9d3f10")


def incident_id(vendor: str, slug: str) -> UUID:
    """The incident a vendor calls by `slug`; everybody else sees only this opaque id."""
    return uuid5(_VARSEL, f"incident/{vendor}/{slug}")


def notice_id(incident: UUID, client: str) -> UUID:
    """What the vendor tells one client of one incident."""
    return uuid5(incident, f"{client}/notice")


def case_id(incident: UUID, client: str) -> UUID:
    """What one client does about one incident."""
    return uuid5(incident, f"{client}/case")


def concern_id(client: str, slug: str) -> UUID:
    """What a client noticed before any incident existed."""
    return uuid5(_VARSEL, f"concern/{client}/{slug}")


@lru_cache(maxsize=10_000)
def party_stream(party: str) -> UUID:
    """A party's own stream."""
    return uuid5(_VARSEL, f"party/{party}")
