"""Becomes the command it is given, and has the kernel end that when the parent dies.

Run as a script: `python launch.py PARENT COMMAND …`. A `preexec_fn` would do the same in the
forked half of a threaded process, where CPython warns of deadlocks (3.12: DeprecationWarning).
The kernel watches the *thread* that started us (prctl(2), PR_SET_PDEATHSIG), across execve.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, command: list[str]) -> None:
    """Does not return: this process is the command from here on."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
