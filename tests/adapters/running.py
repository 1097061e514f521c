"""A whole platform in this process, on a real nats-server, with parties to play with."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.admission import Admission
from adapters.compose import Running, running, system_clock
from adapters.nats.caller import Caller
from adapters.nats.connection import Connection
from adapters.nats.credentials import Credentials
from adapters.nats.follower import Follower
from adapters.nats.relay import Relay
from adapters.settings import Settings
from tests.adapters.nats.lab import until
from tests.builders import Step

SETTINGS: dict[str, Any] = {"nats_port": 0, "log_level": "INFO"}


@dataclass
class Up:
    """A platform that is up, its operator, and what was given to each party."""

    running: Running
    operator: Caller
    stack: AsyncExitStack
    given: dict[str, dict[str, Any]]
    callers: dict[str, Caller]

    @property
    def relay(self) -> Relay:
        assert self.running.platform.relay is not None
        return self.running.platform.relay

    @property
    def admission(self) -> Admission:
        assert self.running.platform.admission is not None
        return self.running.platform.admission

    @property
    def nc(self) -> Connection:
        """The platform's own connection."""
        return self.relay._nc

    async def add(self, party: str, *roles: str, **more: Any) -> Caller:
        """Let a party in, and speak for it from here on."""
        fields = {"id": party, "roles": list(roles), "country": "NO", "zone": "Europe/Oslo", **more}
        self.given[party] = await self.operator.call("party_add", {"with": fields})
        return await self.speak(party, self.given[party]["creds"])

    async def speak(self, party: str, creds: str) -> Caller:
        caller = await Caller.connect(self.running.url, creds)
        self.callers[party] = await self.stack.enter_async_context(caller)
        return caller

    async def follow(self, party: str) -> Follower:
        creds = self.given[party]["creds"]
        follower = await Follower.connect(self.running.url, creds)
        return await self.stack.enter_async_context(follower)

    async def take(self, *steps: Step) -> list[dict[str, Any]]:
        """Take steps as their parties would, each through its own credentials."""
        receipts: list[dict[str, Any]] = []
        for step in steps:
            body = {"with": dict(step.fields), "command": step.command}
            answer = await self.callers[step.by].call(step.do, body)
            receipts.append(answer["receipt"])
        return receipts

    async def ask(self, party: str, question: str, **body: Any) -> Any:
        return (await self.callers[party].call(question, {"with": body}))[question]

    async def settled(self) -> None:
        """Everything accepted is in the views and in the stream."""

        def ok() -> bool:
            return bool(self.running.platform.health()["ok"])

        await until(ok)


@asynccontextmanager
async def up(
    folder: Path, clock: Callable[[], datetime] = system_clock, **settings: Any
) -> AsyncGenerator[Up]:
    chosen = Settings(data=folder, **{**SETTINGS, **settings})
    async with running(chosen, clock) as platform, AsyncExitStack() as stack:
        operator = await Caller.connect(platform.url, platform.folder.operator_creds)
        await stack.enter_async_context(operator)
        yield Up(platform, operator, stack, {}, {})


@asynccontextmanager
async def up_with(folder: Path, **settings: Any) -> AsyncGenerator[Up]:
    """The same with a vendor, two clients and an auditor of one of them."""
    async with up(folder, **settings) as platform:
        await platform.add("zoopit", "vendor")
        await platform.add("joker", "client")
        await platform.add("kiwi", "client")
        await platform.add("tilsyn", "auditor", scope=["joker"])
        yield platform


def seed_in(creds: str) -> str:
    """The private key in a creds text."""
    return next(line for line in creds.splitlines() if line.startswith("SU"))


def claims_in(creds: str) -> dict[str, Any]:
    """What the JWT in a creds text says."""
    lines = creds.splitlines()
    payload = lines[lines.index("-----BEGIN NATS USER JWT-----") + 1].split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def user_of(given: dict[str, Any]) -> str:
    return Credentials.parse(given["creds"]).user_key


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def raised(work: Awaitable[Any]) -> BaseException:
    """The error that comes of it."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - whatever it is, the specification looks at it
        return error
    raise AssertionError("nothing was raised")
