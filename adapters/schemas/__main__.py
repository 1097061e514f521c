"""Writes all schemas into a folder, to look at or to compare: `python -m adapters.schemas DIR`."""

from __future__ import annotations

import sys
from pathlib import Path

from adapters.schemas import rendered


def main(arguments: list[str]) -> None:
    """Write every document; a folder that is not empty keeps what else is in it."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.exit(__doc__)
    folder = Path(arguments[0])
    for path, body in rendered().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
    sys.stdout.write(f"{len(rendered())} documents in {folder}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
