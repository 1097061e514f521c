"""The schema of a released event's message is a promise: its digest is frozen in schemas.txt.

A digest is of what a schema demands, without titles, descriptions and examples. If it differs:
undo the change; or, where an event only gained a field that need not be there, put the new digest
in and tell in CHANGELOG.md which field, since readers may refuse what their copy does not know;
or, for all else, give the event a new VERSION with an upcaster. A version's line is never removed.
`python -m adapters.schemas DIR`, run before and after, shows the difference.

A new event's line is added with:  .venv/bin/python -m tests.history.schemas --add
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from adapters.schemas import documents

FROZEN = Path(__file__).parent / "schemas.txt"
SAID = {"$schema", "$id", "title", "description", "examples"}
NAMED = {"properties", "$defs"}


def demanded(schema: Any) -> Any:
    """A schema without what only explains it; properties may well be called `title`."""
    if isinstance(schema, list):
        return [demanded(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: demanded(one) for name, one in part.items()} if key in NAMED else demanded(part)
        for key, part in schema.items()
        if key not in SAID
    }


def digest(schema: dict[str, Any]) -> str:
    body = json.dumps(demanded(schema), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def current() -> dict[str, str]:
    """The digests of the newest versions, by topic and version."""
    events = {path: one for path, one in documents().items() if path.startswith("events/")}
    named = {
        path.removeprefix("events/").removesuffix(".json"): one for path, one in events.items()
    }
    return {name.replace(".v", " v"): digest(one) for name, one in named.items()}


def frozen() -> dict[str, str]:
    lines = FROZEN.read_text(encoding="utf-8").splitlines() if FROZEN.exists() else []
    return {f"{topic} {version}": kept for topic, version, kept in map(str.split, lines)}


def add() -> list[str]:
    """Freeze what is not frozen yet; what is stays as it is."""
    missing = current().keys() - frozen().keys()
    kept = {**frozen(), **{name: current()[name] for name in missing}}
    FROZEN.write_text("".join(f"{name} {kept[name]}\n" for name in sorted(kept)), encoding="utf-8")
    return sorted(missing)


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(add() or ["nothing is missing"]) + "\n")
