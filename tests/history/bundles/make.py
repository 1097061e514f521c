"""Makes the golden bundles of the format of today, from the Zoopit scenario, where there are none.

By hand alone, after a new format:  .venv/bin/python -m tests.history.bundles.make --add

The log's key is a test's, fixed, and known to everybody: forgeries are signed with it.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from adapters import folder as folders
from adapters.compose import system_clock
from adapters.evidence.opening import KEY
from adapters.evidence.verify import FORMAT
from adapters.play.player import Player, stage
from adapters.play.scenario import load

HERE: Final = Path(__file__).parent
SEED: Final = bytes(range(32))
NEWEST: Final = HERE / f"v{FORMAT.rpartition('/')[2]}"
BUNDLES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "joker": ("joker", {}),
    "joker-with-texts": ("joker", {"with_texts": True}),
    "zoopit-incident": ("zoopit", {"incident": "zoopit-2023"}),
    "tilsyn-period": ("tilsyn", {"party": "joker", "from": "2023-02-27", "until": "2023-02-28"}),
    "tilsyn-as-of": ("tilsyn", {"party": "joker", "as_of": "2023-02-28"}),
    "joker-with-witness": ("joker", {"witnesses": []}),
}


async def make(root: Path) -> dict[str, bytes]:
    """Play the scenario under the fixed key, and export every bundle of the list."""
    with folders.claimed(root) as claimed:
        vault = folders.open_vault(claimed, None)
        vault.put(KEY, SEED)
        vault.close()
    scenario = load("scenarios/zoopit.yaml")
    async with stage(scenario, root, system_clock) as (player, _):
        early = await _checkpoint(player)
        await player.play()
        found: dict[str, bytes] = {"early.checkpoint": early.encode()}
        for name, (by, asked) in BUNDLES.items():
            more = {"witnesses": [early]} if "witnesses" in asked else {}
            found[f"{name}.zip"] = await _export(player, by, {**asked, **more})
        return found


async def _checkpoint(player: Player) -> str:
    newest = player.platform.parts.evidence.log.checkpoint()
    assert newest is not None
    return newest.note


async def _export(player: Player, by: str, asked: dict[str, Any]) -> bytes:
    found = await player.ask(by, "export", **asked)
    assert found["parts"] == 1
    return base64.b64decode(found["data"])


def add() -> list[str]:
    """Store what is missing; nothing that is there is touched."""
    NEWEST.mkdir(exist_ok=True)
    if any(NEWEST.iterdir()):
        return []
    with tempfile.TemporaryDirectory() as root:
        made = asyncio.run(make(Path(root)))
    for name, raw in made.items():
        (NEWEST / name).write_bytes(raw)
    return sorted(made)


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(add() or ["nothing is missing"]) + "\n")
