"""One process of a platform that is several: it can be ended, held, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.journeys.lab import PATIENCE, VARSEL, seen


class Process:
    """`varsel serve` in a role, on a folder of its own; its name is ROLE-NUMBER."""

    def __init__(self, name: str, folder: Path, env: Mapping[str, str]) -> None:
        self.name, self.role = name, name.partition("-")[0]
        self.program: Sequence[str] = (VARSEL,)
        self.log, self._said = folder / f"{name}.log", folder / f"{name}.said"
        self._data, self._env = folder / name, env
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def web(self) -> str:
        """Its HTTP door; the address stays over its lives."""
        return f"http://127.0.0.1:{(self._data / 'http.port').read_text().strip()}"

    def launch(self) -> None:
        """Start it, and do not wait."""
        doors = ["--ops", "127.0.0.1:0", "--http", "127.0.0.1:0" if self.role == "api" else "off"]
        words = [*self.program, "serve", "--data", str(self._data), "--role", self.role, *doors]
        with self._said.open("wb") as said, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                words, stdout=said, stderr=log, env={**os.environ, **self._env}
            )

    def await_ready(self) -> None:
        """Returns when it says that it is ready."""

        def ready() -> bool:
            assert self.runs, f"{self.name} has ended: {self.log.read_text()[-2000:]}"
            return self._said.read_bytes().startswith(b"ready ")

        seen(ready)

    def logged(self, event: str) -> list[dict[str, Any]]:
        """The log lines of that event so far, of all its lives."""
        lines = (line for line in self.log.read_text().splitlines() if line[:1] == "{")
        return [told for told in map(json.loads, lines) if told["event"] == event]

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        return self._end(signal.SIGTERM)

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            return process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
