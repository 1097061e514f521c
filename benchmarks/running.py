"""Runs the modules of `benchmarks/figures`, each in a process of its own, and collects their lines.

A process of its own starts with nothing warm, leaves nothing behind for the next one, and can be
ended where it hangs.
"""

from __future__ import annotations

import contextlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from threading import Timer
from typing import Any, Final

from benchmarks import figures

BOUND: Final = 300.0  # seconds for one module, many times what it takes on a machine of its own
PATIENCE: Final = 20.0  # seconds for it to clean up after itself

Line = dict[str, Any]
"""What a module printed for one figure (`measuring.Figure.line`), and `module`."""


@dataclass(frozen=True)
class Failed:
    """A module that did not measure all of its figures, and why."""

    module: str
    why: str


def modules() -> list[str]:
    """The names of all modules in `benchmarks/figures`, in order."""
    return sorted(one.name for one in pkgutil.iter_modules(figures.__path__))


def run(module: str, bound: float = BOUND) -> Generator[Line | Failed]:
    """The module's lines as they come, and a `Failed` at the end where it failed.

    Its stderr is ours. What has not ended after `bound` seconds is ended, with all it started.
    """
    words = [sys.executable, "-m", f"{figures.__name__}.{module}"]
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a module has to hear it: `_end`
    with (
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as one,
        _bounded(one, bound) as late,
    ):
        told = 0
        for text in one.stdout or ():
            try:
                line = {**json.loads(text), "module": module}
            except (ValueError, TypeError):
                yield Failed(module, f"printed what is no figure: {text.strip()[:120]}")
                continue
            told += 1
            yield line
        status = one.wait()
    if late():
        yield Failed(module, f"did not end within {bound:g} s")
    elif status:
        yield Failed(module, f"ended with status {status}; what it said stands above")
    elif not told:
        yield Failed(module, "printed no figure")


@contextlib.contextmanager
def _bounded(process: subprocess.Popen[str], bound: float) -> Iterator[Callable[[], bool]]:
    """Ends the process when time is up, or when the block is left early; says which."""
    ended: list[bool] = []

    def end() -> None:
        ended.append(True)
        _end(process)

    timer = Timer(bound, end)
    timer.start()
    try:
        yield lambda: bool(ended)
    finally:
        timer.cancel()
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """As Ctrl-C would, so that it cleans up; then its whole group, as nobody else would."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
