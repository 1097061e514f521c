"""The README cannot lie: its files are written, its commands are run, its outputs compared."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer

from adapters.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Command:
    """One `$ …` line and the output shown under it."""

    line: str
    shown: list[str] = field(default_factory=list[str])


def commands(text: str) -> Iterator[Command]:
    found: Command | None = None
    for line in text.splitlines():
        if line.startswith("$ "):
            if found:
                yield found
            found = Command(line[2:])
        elif found:
            found.shown.append(line)
    if found:
        yield found


def pattern(shown: list[str]) -> re.Pattern[str]:
    """A shown output as a pattern: … stands for anything on a line, a line of it for any lines."""
    lines = [
        r"(?:.*\n)*?" if line == "…" else r".*".join(map(re.escape, line.split("…"))) + r"\s*\n"
        for line in shown
    ]
    return re.compile(r"(?:.*\n)*?".join(lines) + r"(?:.*\n)*\Z")


@dataclass
class Shop:
    """An empty folder to work in, and what was started in it."""

    folder: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list[subprocess.Popen[str]])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Everything started in it is ended."""
    found = Shop(tmp_path)
    yield found
    for process in found.started:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VARSEL_")}
    return {**clean, "PATH": path, "COLUMNS": "140"}


def run(command: Command, shop: Shop) -> str:
    if command.line.endswith(" &"):
        return first_line(command.line.removesuffix(" &"), shop)
    done = subprocess.run(
        ["bash", "-c", command.line],
        cwd=shop.folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + (done.stderr if done.returncode else "")


def first_line(line: str, shop: Shop) -> str:
    with (shop.folder / "serve.log").open("w") as log:
        process = subprocess.Popen(
            shlex.split(line),
            cwd=shop.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    shop.started.append(process)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    assert process.stdout is not None
    found = process.stdout.readline()
    watchdog.cancel()
    process.stdout.close()
    return found


@pytest.mark.journey
def test_every_command_in_the_readme_prints_what_the_readme_shows(shop: Shop) -> None:
    for kind, text in BLOCK.findall(README):
        if kind == "yaml":
            (shop.folder / text.splitlines()[0].removeprefix("# ")).write_text(text)
        if kind == "console":
            for command in commands(text):
                printed = run(command, shop)
                assert pattern(command.shown).match(printed), f"$ {command.line}\n{printed}"


def test_the_readme_names_every_command_there_is() -> None:
    shown = set(re.findall(r"^\| `varsel ([a-z-]+)", README, re.MULTILINE))
    assert shown == {*typer.main.get_group(app).commands} - {"demo"}


def test_every_link_in_the_readme_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target
