"""Commands over TLS, to a platform on three NATS nodes: one option says whose word is taken."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import typer.main

from adapters.cli import app
from adapters.cli.later import Later
from adapters.compose import running
from adapters.composition.preparing import Wanted, prepare
from adapters.folder import Folder, open_vault
from adapters.nats.caller import Caller
from adapters.nats.certificates import Certificates
from adapters.nats.server import free_port
from adapters.settings import Settings
from tests.adapters.cli.lab import Varsel, script, written
from tests.adapters.nats.lab import TOLERATED, now
from tests.builders import a_leak
from tests.cluster import Cluster, cluster

pytestmark = [TOLERATED, pytest.mark.xdist_group("cluster")]
PATIENCE = 60.0


@pytest.fixture(scope="module")
def nodes() -> Cluster:
    return cluster()


@pytest.fixture(scope="module")
def data(nodes: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a platform that is up on the cluster; the operator's creds are in it."""
    folder = tmp_path_factory.mktemp("served")
    folder.chmod(0o700)
    vault = open_vault(Folder(folder), None)
    nodes.trusts(vault)
    vault.close()
    # As people write it, with spaces: in credentials it is one word.
    url = nodes.url.replace(",", ", ")
    settings = Settings(data=folder, nats_url=url, nats_ca=nodes.ca, log_level="ERROR")
    wanted = Wanted(folder / "setup", operator_creds=Folder(folder).operator_creds)
    asyncio.run(prepare(settings, wanted, now))
    with served(settings):
        yield folder


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """A platform in a thread of its own: commands have loops of theirs."""
    up, over = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    async def serve() -> None:
        async with running(settings):
            up.set()
            await asyncio.to_thread(over.wait)

    def work() -> None:
        try:
            asyncio.run(serve())
        except BaseException as broken:  # noqa: BLE001 - raised in the thread that waits for it
            failed.append(broken)
        finally:
            up.set()

    thread = threading.Thread(target=work, name="served")
    thread.start()
    try:
        assert up.wait(PATIENCE)
        if not failed:
            yield
    finally:
        over.set()
        thread.join(PATIENCE)
    if failed:
        raise failed[0]


def commands() -> dict[str, set[str]]:
    """Every command, by its words, with its options."""
    found: dict[str, set[str]] = {}

    def walk(listed: Any, words: str) -> None:
        one = listed.load() if isinstance(listed, Later) else listed
        for name, inner in getattr(one, "commands", {}).items():
            walk(inner, f"{words} {name}".strip())
        if not hasattr(one, "commands"):
            found[words] = {f"{o} {p.envvar}" for p in one.params for o in p.opts}

    walk(typer.main.get_group(app), "")
    return found


def test_every_command_that_speaks_to_nats_can_be_told_whose_word_is_taken() -> None:
    speak = {name for name, options in commands().items() if "--url VARSEL_URL" in options}
    assert len(speak) > 25
    told = {name for name, options in commands().items() if "--ca VARSEL_NATS_CA" in options}
    assert told == speak
    creds = {name for name, said in commands().items() if "--creds VARSEL_CREDS" in said}
    assert creds < speak


@pytest.fixture(scope="module")
def zoopit(data: Path, nodes: Cluster) -> Path:
    """A vendor's credentials, given over TLS by the real script; the environment says how."""
    creds = data / "zoopit.creds"
    words = ("party", "add", "zoopit", "--role", "vendor", "--creds", creds, "--json")
    script(*words, VARSEL_DATA=str(data), VARSEL_NATS_CA=str(nodes.ca)).json()
    assert f"varsel-url: {nodes.url}\n" in creds.read_text()
    return creds


def test_commands_and_questions_go_over_tls(
    zoopit: Path, nodes: Cluster, varsel: Varsel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = ("--creds", zoopit, "--ca", nodes.ca, "--json")
    said = json.dumps(dict(a_leak().fields))
    assert varsel("report", written("leak.json", said), *way).json()["verb"] == "report_leak"
    monkeypatch.setenv("VARSEL_CREDS", str(zoopit))
    monkeypatch.setenv("VARSEL_NATS_CA", str(nodes.ca))
    assert varsel("board", "leak", "--json").json() is not None
    made = varsel("audit-report", "zoopit", "--out", "report.html", "--json").json()
    assert made["bytes"] == (folder / "report.html").stat().st_size
    first = json.loads(varsel("follow", "--limit", "1", "--json").out)
    assert first["feed"] == "zoopit"
    assert varsel("webhook", "list", "--json").json() == []


def test_the_operator_speaks_over_tls(data: Path, nodes: Cluster, varsel: Varsel) -> None:
    here = ("--data", data, "--ca", nodes.ca, "--json")
    assert "operator" in {one["id"] for one in varsel("party", "list", *here).json()}
    assert varsel("rebuild", *here).json()["generation"]
    health = json.loads(varsel("doctor", *here).out)
    assert health["ledger"] > 0


def test_any_of_the_nodes_named_will_do(data: Path, nodes: Cluster, varsel: Varsel) -> None:
    gone = f"tls://127.0.0.1:{free_port()}"
    several = ("--url", f"{gone},{nodes.nodes[1].url}")
    assert varsel("party", "list", *several, "--data", data, "--ca", nodes.ca, "--json").json()


def test_a_certificate_that_nobody_known_signed_is_refused_and_the_option_named(
    zoopit: Path, nodes: Cluster, varsel: Varsel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Caller, "connect", partial(Caller.connect, patience=2))
    stranger = Certificates(folder)
    stranger.make(["nats-1"], [], now())
    for words in ((), ("--ca", stranger.ca)):
        problem = varsel("webhook", "list", "--creds", zoopit, *words, "--json").problem()
        assert "not trusted" in problem["title"]
        assert "--ca FILE" in problem["next"]
    plain = nodes.url.replace("tls://", "nats://")
    way = ("--creds", zoopit, "--url", plain, "--ca", nodes.ca)
    assert "tls://HOST:PORT" in varsel("webhook", "list", *way, "--json").problem()["expected"]


def test_an_authority_that_cannot_be_read_is_named(zoopit: Path, varsel: Varsel) -> None:
    problem = varsel("webhook", "list", "--creds", zoopit, "--ca", "no.pem", "--json").problem()
    assert "no.pem" in problem["got"]
