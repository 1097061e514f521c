"""varsel setup makes what a NATS cluster needs before it starts, once, and nothing twice."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from cryptography import x509

from adapters import folder as folders
from adapters.cli import app
from adapters.composition.ground import stand
from adapters.nats.caller import Caller
from adapters.nats.certificates import Certificates
from adapters.nats.credentials import Credentials
from adapters.nats.processes import server_binary
from adapters.nats.trust import Trust
from adapters.settings import Settings
from domain.errors import Refused
from tests import postgres
from tests.adapters.nats.lab import now

KEY = "ab" * 32
NODES = "nats-1,nats-2,nats-3"


def setup(*words: str) -> None:
    app(["setup", *words], standalone_mode=False)


def content(folder: Path) -> Mapping[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def trust_in(settings: Settings) -> Trust:
    with AsyncExitStackNow() as stack:
        return stand(settings, now, stack).trust


def test_what_is_made_once_is_left_as_it_is(tmp_path: Path) -> None:
    out, data = tmp_path / "out", tmp_path / "data"
    words = ("--out", str(out), "--data", str(data), "--tls", NODES, "--tls-also", "nats.example")
    setup(*words, "--operator-creds", str(tmp_path / "creds" / "operator.creds"))
    before = content(tmp_path / "creds") | content(out)
    assert {path.name for path in before} == {
        "trust.conf",
        "operator.creds",
        "ca.pem",
        "ca.key",
        *(f"nats-{n}.{end}" for n in (1, 2, 3) for end in ("pem", "key")),
    }
    setup(*words, "--operator-creds", str(tmp_path / "creds" / "operator.creds"))
    assert content(tmp_path / "creds") | content(out) == before
