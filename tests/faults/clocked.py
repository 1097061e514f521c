"""`varsel` under another clock: real time and so many seconds, which stand in a file.

python -m tests.faults.clocked FILE serve …
"""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters import compose
from adapters.settings import Settings


def under(file: Path) -> None:
    """Have every platform of this process read its clock so."""
    made = compose.running

    def clock() -> datetime:
        return compose.system_clock() + timedelta(seconds=float(file.read_text()))

    def running(settings: Settings) -> AbstractAsyncContextManager[Any]:
        return made(settings, clock)

    setattr(compose, "running", running)  # noqa: B010 - of another type than what it replaces


if __name__ == "__main__":
    under(Path(sys.argv.pop(1)))
    from adapters.cli import main

    main()
