"""The drill of docs/operations.md, command by command: a restored platform that reaches nobody."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.ops.backup import make
from tests.adapters.nats.lab import now
from tests.adapters.running import up_with
from tests.builders import told

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")


def block() -> str:
    found = re.search(r"<!-- drill -->\n+```sh\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found.group(1)


def shell() -> list[str]:
    """Whoever is not root becomes it in a namespace of their own, and only there."""
    alone = [] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]
    return [*alone, "sh", "-euc"]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    async def story() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker", "kiwi"))
            await platform.settled()
            await asyncio.to_thread(make, tmp_path / "data", tmp_path / "backup", None, now())

    asyncio.run(story())
    shutil.copy(tmp_path / "data" / "master.key", tmp_path / "key")
    return tmp_path


def test_the_drill_finds_a_good_back_up_good_and_knows_nothing_of_production(kept: Path) -> None:
    production = {  # what an operator's shell has set: the drill must go to neither
        "VARSEL_NATS_URL": "nats://127.0.0.1:1",
        "VARSEL_DATABASE_URL": "postgresql://varsel@127.0.0.1:1/varsel",
    }
    named = {name: str(kept / name.lower()) for name in ("BACKUP", "DRILL", "KEY")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [*shell(), block()],
        env={**os.environ, **production, **named, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert "zoopit" in done.stdout, "the parties are those of the back-up"
    assert "ok: True" in done.stdout


def test_from_where_the_drill_is_held_nothing_leads_out() -> None:
    assert block().startswith("unshare --net sh -euc '\n    ip link set lo up\n")

    def there(question: str) -> list[dict[str, object]]:
        held = f"unshare --net sh -euc 'ip link set lo up; ip -json {question}'"
        seen = subprocess.run([*shell(), held], capture_output=True, text=True, check=True)
        found: list[dict[str, object]] = json.loads(seen.stdout or "[]")
        return found

    assert [one["ifname"] for one in there("link show up")] == ["lo"]
    assert there("route") == []
