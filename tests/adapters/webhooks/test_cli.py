"""The commands for webhooks, as a party types them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli import app
from adapters.webhooks import schedule
from domain.errors import VarselError
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import up_with
from tests.adapters.webhooks.lab import Receiver, receiver

pytestmark = TOLERATED


@dataclass
class Shell:
    """Runs `varsel webhook …` in joker's name."""

    creds: Path
    receiver: Receiver

    async def __call__(self, *words: object, code: int = 0) -> str:
        """What it prints; `code` is what it ends with."""
        said = ["webhook", *map(str, words), "--creds", str(self.creds)]
        ran = await asyncio.to_thread(CliRunner().invoke, app, said)
        if isinstance(ran.exception, VarselError):
            raise ran.exception
        assert ran.exit_code == code, ran.output
        return ran.stdout


def play(folder: Path, story: Callable[[Shell], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with (
            receiver() as found,
            up_with(folder / "data", webhook_allow_private=True) as platform,
        ):
            creds = folder / "joker.creds"
            creds.write_text(platform.given["joker"]["creds"])
            await story(Shell(creds, found))

    asyncio.run(scenario())


def test_an_endpoint_is_added_listed_tried_renewed_and_removed(tmp_path: Path) -> None:
    async def story(varsel: Shell) -> None:
        told = await varsel("add", varsel.receiver.url, "--after", 0, "--description", "ours")
        name, secret = told.split(":")[0], told.split()[-1]
        assert secret.startswith("whsec_")
        await until(lambda: len(varsel.receiver.got) >= 3)
        assert all(one.verified(secret) for one in varsel.receiver.got)
        listed = await varsel("list")
        assert listed.startswith(f"{name}  {varsel.receiver.url}  at ")
        assert await varsel("test", name) == "taken\n"
        varsel.receiver.then(500)
        assert await varsel("test", name, code=1) == "not taken: answered 500\n"
        before = len(varsel.receiver.got)
        renewed = (await varsel("rotate", name)).split()[-1]
        await until(lambda: len(varsel.receiver.got) > before)
        assert varsel.receiver.got[-1].verified(secret, renewed)
        again = await varsel("enable", name, "--after", 1)
        assert again == f"{name}: sends what comes after sequence 1\n"
        assert await varsel("remove", name) == f"{name} removed\n"
        assert await varsel("list") == ""

    play(tmp_path, story)


def test_for_machines_each_prints_its_answer(tmp_path: Path) -> None:
    async def story(varsel: Shell) -> None:
        words = ("--full", "--type", "ClientNotified", "--id", "c-1", "--json")
        added = json.loads(await varsel("add", varsel.receiver.url, *words))
        again = json.loads(await varsel("add", varsel.receiver.url, *words))
        assert (again["secret"], again["receipt"]) == (added["secret"], added["receipt"])
        name = added["webhook"]["id"]
        [one] = json.loads(await varsel("list", "--json"))
        assert (one["id"], one["full"], one["types"]) == (name, True, ["ClientNotified"])
        assert json.loads(await varsel("test", name, "--json"))["status"] == 204
        rotated = json.loads(await varsel("rotate", name, "--json"))
        assert rotated["secret"] != added["secret"]
        assert json.loads(await varsel("enable", name, "--json"))["webhook"]["id"] == name
        assert json.loads(await varsel("remove", name, "--json"))["webhook"] == name

    play(tmp_path, story)


def test_the_list_says_what_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(varsel: Shell) -> None:
        varsel.receiver.always = 503
        await varsel("add", varsel.receiver.url, "--after", 0, "--type", "CredentialIssued")
        await until(lambda: len(varsel.receiver.got) == 1)
        shown = await listed(varsel, "failed")
        assert "failed 1 times (answered 503)" in shown
        assert "only CredentialIssued" in shown
        varsel.receiver.always = 410
        name = shown.split()[0]
        await varsel("enable", name)
        assert "disabled: gone (answered 410)" in await listed(varsel, "disabled")

    monkeypatch.setattr(schedule, "JITTER", 0.0)
    play(tmp_path, story)


async def listed(varsel: Shell, word: str) -> str:
    """The list, once it holds a word."""
    shown = ""

    async def holds() -> bool:
        nonlocal shown
        shown = await varsel("list")
        return word in shown

    await until(holds)
    return shown


def test_what_cannot_be_a_webhook_is_refused(tmp_path: Path) -> None:
    async def story(varsel: Shell) -> None:
        with pytest.raises(VarselError, match="its scheme is ftp"):
            await varsel("add", "ftp://hooks.example/")
        with pytest.raises(VarselError, match="no such webhook"):
            await varsel("remove", "wh-0")

    play(tmp_path, story)
