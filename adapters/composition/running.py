"""What those in the same process hold of a platform that is up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.folder import Folder
    from adapters.http.house import House
    from adapters.platform import Parts, Platform


@dataclass(frozen=True)
class Running:
    """A platform, or one process of it, that is up.

    `url` is where its broker is reached (empty where it has nothing to do with it), `ops` where the
    operator's door is; `parts` and `platform` are for those in the same process.
    """

    platform: Platform
    parts: Parts
    url: str
    folder: Folder
    house: House | None
    ops: str | None = None
