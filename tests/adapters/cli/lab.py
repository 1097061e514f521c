"""Running commands: in this process, or as the real console script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPT = Path(sys.executable).with_name("varsel")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The document on stdout, of a command that went well."""
        assert self.code == 0, self.err
        return json.loads(self.out)

    def problem(self) -> dict[str, Any]:
        """The problem document on stderr, of one that was refused; stdout is empty."""
        assert self.code != 0
        assert not self.out
        found: dict[str, Any] = json.loads(self.err)["error"]
        return found


Varsel = Callable[..., Ran]


def script(*words: str | Path, said: str | None = None, **env: str) -> Ran:
    """The real console script in a process of its own."""
    done = subprocess.run(
        [SCRIPT, *map(str, words)],
        input=said,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def written(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name
