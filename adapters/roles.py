"""The roles that processes of one platform play."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a process does: answers parties, carries what goes out, keeps the views, or all."""

    ALL = "all"
    API = "api"
    RELAY = "relay"
    PROJECTOR = "projector"
