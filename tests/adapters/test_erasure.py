"""An erasure survives a kill at any point, and nothing claims it while the key lives."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters import erasure, folder
from adapters.store.ledger import EventLedger
from adapters.store.vault import SealedVault
from domain.envelope import Recorded
from domain.errors import NotFound, Unavailable
from domain.events import ContentErased, QuestionAsked, VendorReportedLeak
from tests.adapters.running import raised
from tests.adapters.test_platform import Desk, desk, play
from tests.builders import (
    Step,
    a_leak,
    a_notice,
    a_question,
    a_statement,
    an_update,
    step,
    told,
)

ROOT = Path(__file__).parents[2]
ERASE = step("joker", "erase", incident="leak", why="mistake")


def erased(made: Desk) -> list[ContentErased]:
    return made.all_of(ContentErased)


def reference(made: Desk, kind: type, path: str = "text") -> str:
    """The text of the last event of a kind."""
    log = made.parts.ledger.since(0, 10_000)
    return [f"{x.id}/{path}" for x in log if isinstance(x.event, kind)][-1]


def key(made: Desk, party: str = "joker") -> str | None:
    incidents = made.parts.ledger.since(0, 10_000)
    [stream] = {x.stream for x in incidents if isinstance(x.event, VendorReportedLeak)}
    return made.parts.ledger.seal(party, stream)


def backed_up(path: Path) -> bytes:
    """The file of a vault as a back-up has it, while a platform runs on it."""
    with closing(sqlite3.connect(path)) as db:
        return db.serialize()


async def text(made: Desk, by: str, kind: type, path: str = "text") -> Any:
    return await made.ask(by, "text", text=reference(made, kind, path))


# --- what is told -------------------------------------------------------------------------------


def test_whoever_could_read_a_text_is_told_when_it_was_erased_and_by_whom(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        assert (await text(made, "zoopit", QuestionAsked))["text"] == "How many of ours?"
        await made.take(ERASE)
        for reader in ("zoopit", "joker", "auditor"):
            gone = await raised(text(made, reader, QuestionAsked))
            assert isinstance(gone, NotFound)
            assert gone.message == "this text was erased on 2024-03-04 08:08 UTC by joker (mistake)"

    play(tmp_path, story, *told("joker"), a_question())


def test_of_what_is_said_at_once_an_erasure_ends_just_what_came_before_it(tmp_path: Path) -> None:
    """All of it waits for the writer together; those before and after share their commits."""

    async def story(made: Desk) -> None:
        names = ["b", "c"]
        before, after = ([a_question(name=f"{one}{n}") for n in names] for one in ("old", "new"))
        await asyncio.gather(*(sent(made, one) for one in (*before, ERASE, *after)))
        asked = [
            x for x in made.parts.ledger.since(0, 10_000) if isinstance(x.event, QuestionAsked)
        ]
        assert len(asked) == 1 + 2 * len(names)
        for number, one in enumerate(asked):
            opening = made.ask("zoopit", "text", text=f"{one.id}/text")
            if number <= len(names):
                assert "was erased on" in str(await raised(opening))
            else:
                assert (await opening)["text"] == "How many of ours?"

    play(tmp_path, story, *told("joker"), a_question())


async def sent(made: Desk, one: Step) -> None:
    await made.platform.handle(one.by, one.do, {"with": dict(one.fields)})


def test_whoever_could_not_read_it_is_not_told_that_it_was_erased(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.take(ERASE)
        assert "erased on" not in str(await raised(text(made, "tokmanni", QuestionAsked)))

    play(tmp_path, story, *told("joker", "tokmanni"), a_question())


def test_what_a_vendor_told_its_clients_is_gone_for_each_of_them(tmp_path: Path) -> None:
    spoken = a_statement(words="All is well.", visibility="shared")
    wrote = (a_leak(text="A copy was taken."), a_notice("joker", "tokmanni"), an_update(), spoken)

    async def story(made: Desk) -> None:
        log = made.parts.ledger.since(0, 10_000)
        pages = {
            party: {
                ref
                for entry in (await made.ask(party, "timeline"))["timeline"]
                for ref in texts_in(entry["data"])
            }
            for party in ("zoopit", "joker", "tokmanni")
        }
        report = next(str(x.id) for x in log if isinstance(x.event, VendorReportedLeak))
        pages["tokmanni"].add(f"{report}/text")
        assert all(pages.values())
        await made.take(step("zoopit", "erase", incident="leak", why="order"))
        for party, references in pages.items():
            for one in references:
                gone = await raised(made.ask(party, "text", text=one))
                assert "was erased on" in str(gone), (party, one, gone)

    play(tmp_path, story, *wrote)


def texts_in(data: Any) -> list[str]:
    """Every reference to free text."""
    if isinstance(data, dict):
        if data.keys() == {"text"}:
            return [data["text"]]
        return [one for part in data.values() for one in texts_in(part)]
    return [one for part in data for one in texts_in(part)] if isinstance(data, list) else []


def test_the_operator_is_named_as_such(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.take(step("platform", "erase", incident="leak", party="joker", why="order"))
        assert "by the operator (order)" in str(await raised(text(made, "joker", QuestionAsked)))

    play(tmp_path, story, *told("joker"), a_question())


def test_the_answer_says_what_still_holds_the_key(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        body = {"with": dict(ERASE.fields), "command": "gone"}
        receipt = (await made.platform.handle("joker", "erase", body))["receipt"]
        said = " ".join(receipt["caveats"])
        assert "vault.sqlite" in said
        assert "master key" in said
        assert "restored" in said
        assert (await made.platform.handle("joker", "erase", body))["receipt"] == receipt

    play(tmp_path, story, *told("joker"), a_question())


def test_other_commands_have_no_caveats(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        answer = await made.ask("joker", "acknowledge", incident="leak")
        assert answer["receipt"]["caveats"] == []

    play(tmp_path, story, *told("joker"))


def test_text_written_after_an_erasure_can_be_read(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.take(ERASE, a_question(name="another", text="And now?"))
        assert (await text(made, "joker", QuestionAsked))["text"] == "And now?"

    play(tmp_path, story, *told("joker"), a_question())


def test_a_repeated_erasure_leaves_what_was_written_since(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        once = ERASE.under("gone")
        await made.take(once, a_question(name="another", text="And now?"), once)
        assert (await text(made, "joker", QuestionAsked))["text"] == "And now?"

    play(tmp_path, story, *told("joker"), a_question())


def test_the_events_stay_and_every_hash_in_the_feed_is_the_same(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        before = (await made.ask("joker", "messages"))["messages"]
        await made.take(ERASE)
        after = (await made.ask("joker", "messages"))["messages"]
        assert after[: len(before)] == before
        assert "ContentErased" in after[-1]["body"]

    play(tmp_path, story, *told("joker"), a_question())


# --- what breaks --------------------------------------------------------------------------------


def test_a_vault_that_fails_between_the_two_halves_loses_nothing_that_is_said_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SealedVault.destroy

    def fail(*_: object) -> bool:
        raise Unavailable("the vault's file does not answer")

    async def story(made: Desk) -> None:
        once = ERASE.under("gone")
        monkeypatch.setattr(SealedVault, "destroy", fail)
        assert isinstance(await raised(made.take(once)), Unavailable)
        assert isinstance(await raised(made.take(a_question(name="stuck"))), Unavailable)
        assert "was erased on" in str(await raised(text(made, "joker", QuestionAsked)))
        monkeypatch.setattr(SealedVault, "destroy", whole)
        await made.take(a_question(name="another", text="And now?"), once)
        assert (await text(made, "joker", QuestionAsked))["text"] == "And now?"
        assert len(erased(made)) == 1

    play(tmp_path, story, *told("joker"), a_question())


def test_a_vault_restored_from_a_back_up_is_swept_at_the_next_start(tmp_path: Path) -> None:
    async def first() -> bytes:
        async with desk(tmp_path, *told("joker"), a_question()) as made:
            kept = backed_up(folder.Folder(tmp_path).vault)
            await made.take(ERASE)
            assert key(made) is None
            return kept

    async def second() -> None:
        async with desk(tmp_path) as made:
            assert key(made) is None
            assert "was erased on" in str(await raised(text(made, "joker", QuestionAsked)))

    kept = asyncio.run(first())
    folder.Folder(tmp_path).vault.write_bytes(kept)
    asyncio.run(second())


def test_a_start_looks_for_erasures_behind_those_that_the_last_end_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    telling = EventLedger.telling

    def noted(self: EventLedger, kinds: Any, position: int = 0) -> list[Recorded]:
        looked.append(position)
        return telling(self, kinds, position)

    async def life() -> int:
        async with desk(tmp_path, *([] if looked else told("joker"))) as made:
            return made.parts.ledger.position()

    monkeypatch.setattr(EventLedger, "telling", noted)
    last = asyncio.run(life())
    asyncio.run(life())
    at_start, at_end, again, _ = looked
    assert (at_start, again) == (0, last)
    assert at_end <= last


def test_a_vault_that_was_swept_for_another_ledger_is_swept_whole(tmp_path: Path) -> None:
    async def first() -> bytes:
        async with desk(tmp_path, *told("joker"), a_question()) as made:
            kept = backed_up(folder.Folder(tmp_path).vault)
            await made.take(ERASE)
            return kept

    async def second() -> None:
        async with desk(tmp_path) as made:
            assert key(made) is None

    kept = asyncio.run(first())
    folder.Folder(tmp_path).vault.write_bytes(kept)
    vault = folder.open_vault(folder.Folder(tmp_path), None)
    vault.put(erasure.SWEPT, b"1 018f0000-0000-7000-8000-000000000000")
    vault.close()
    asyncio.run(second())


def test_a_sweep_leaves_the_key_of_what_was_written_after_the_erasure(tmp_path: Path) -> None:
    async def first() -> None:
        async with desk(tmp_path, *told("joker"), a_question()) as made:
            await made.take(ERASE, a_question(name="another", text="And now?"))

    async def second() -> None:
        async with desk(tmp_path) as made:
            assert (await text(made, "joker", QuestionAsked))["text"] == "And now?"

    asyncio.run(first())
    asyncio.run(second())


# Killed with SIGKILL when this function is called, before it has done anything, or when it is done.
POINTS = {
    "before it is recorded": ("adapters.store.sqlite.SqliteLedgerRecorder._insert_events", "at"),
    "recorded, before the key goes": ("adapters.store.sealing.Sealer.erase", "at"),
    "while the key goes": ("adapters.store.vault.SealedVault.destroy", "at"),
    "when the key is gone": ("adapters.store.vault.SealedVault.destroy", "after"),
}
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from pkgutil import resolve_name
from tests.adapters.test_erasure import ERASE
from tests.adapters.test_platform import desk
from tests.builders import a_question, told

async def story(where, moment):
    async with desk(Path(sys.argv[1]), *told("joker"), a_question()) as made:
        owner, _, name = where.rpartition(".")
        owner = resolve_name(owner)
        whole = getattr(owner, name)
        def deadly(*given, **more):
            if moment == "after":
                whole(*given, **more)
            os.kill(os.getpid(), signal.SIGKILL)
        setattr(owner, name, deadly)
        await made.take(ERASE.under("gone"))

asyncio.run(story(*sys.argv[2:]))
"""


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_leaves_all_or_nothing_after_the_next_start(
    tmp_path: Path, point: str
) -> None:
    where, moment = POINTS[point]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), where, moment], cwd=ROOT, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    asyncio.run(all_or_nothing(tmp_path, recorded=point != "before it is recorded"))


async def all_or_nothing(root: Path, *, recorded: bool) -> None:
    async with desk(root) as made:
        assert len(erased(made)) == recorded
        assert (key(made) is None) == recorded
        if not recorded:
            assert (await text(made, "joker", QuestionAsked))["text"] == "How many of ours?"
        await made.take(ERASE.under("gone"))  # sent again: it had no answer
        assert len(erased(made)) == 1
        assert key(made) is None
        assert "was erased on" in str(await raised(text(made, "joker", QuestionAsked)))
