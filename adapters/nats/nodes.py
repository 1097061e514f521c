"""The nodes of a NATS cluster as the system account sees them: each is asked, each answers.

An account that is pushed must be known to every node before its party is told of it. A node that is
down is waited for once; it fetches an account from the others when somebody comes to it with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any, Final, NamedTuple, Self

from adapters.nats.connection import GLANCE, Connection, Message, Report, Session, ask, silent
from adapters.nats.errors import AccountRefused, Disconnected, Unanswered
from adapters.nats.insisting import insist

_PUSH: Final = "$SYS.REQ.CLAIMS.UPDATE"
_LOOKUP: Final = "$SYS.REQ.ACCOUNT.{}.CLAIMS.LOOKUP"
_JETSTREAM: Final = "$SYS.REQ.SERVER.PING.JSZ"
_FIRST: Final = 10.0  # seconds in which one node at least must have answered
_QUIET: Final = 0.5  # seconds without another answer, after which all that are up have answered
_ABSENT: Final = 2.0  # the same for a node that was up a moment ago

Answer = dict[str, Any]
Enough = Callable[[set[str]], bool]


class Node(NamedTuple):
    """A node that is up, and what it says of its JetStream (`jsz` of nats-server)."""

    name: str
    version: str
    jetstream: Answer

    @property
    def config(self) -> Answer:
        """Its JetStream's configuration; empty where that is off."""
        found: Answer = self.jetstream.get("config") or {}
        return found

    @classmethod
    def told(cls, name: str, answer: Answer) -> Self:
        """From a node's own answer."""
        said: Answer = answer.get("data") or {}
        return cls(name, str(answer["server"]["ver"]), said)


class Nodes:
    """Asks all nodes through the system account's connection, and knows which of them are up."""

    def __init__(self, system: Connection, report: Report = silent) -> None:
        self._nc = system
        self._report = report
        self._inbox = system.new_inbox()
        self._open: dict[str, _Question] = {}
        self._numbers = count()
        self._subscribing = asyncio.Lock()
        self._subscribed = False
        self.present: set[str] = set()

    async def look(self) -> list[Node]:
        """Every node that is up, by name; they are what `push` waits for from here on."""
        found = await insist(self._nc, _JETSTREAM, self._look, self._report)
        self.present = set(found)
        return [Node.told(name, found[name]) for name in sorted(found)]

    async def push(self, jwt: str) -> None:
        """Admits or changes an account on every node that is up.

        Raises `AccountRefused` where one of them does not take it.
        """
        found = await insist(self._nc, _PUSH, partial(self._push, jwt), self._report)
        for silent_one in sorted(self.present - set(found)):
            self.present.discard(silent_one)
            self._report(f"nats.node-silent name={silent_one}", None)
        for name, answer in found.items():
            if error := answer.get("error"):
                raise AccountRefused(
                    "the resolver did not take an account",
                    got=f"{error.get('description', error)} (node {name})",
                    expected="a JWT signed by this server's operator",
                    next_step="was the server started with another platform's operator?",
                )

    async def known(self, account: str) -> str | None:
        """The JWT of an account, from the first node to answer; None where none knows it."""
        try:
            answer = await ask(self._nc, _LOOKUP.format(account), b"", _ABSENT)
        except Unanswered:
            return None
        return answer.data.decode() or None

    async def _look(self) -> dict[str, Answer]:
        return await self._ask(_JETSTREAM, b"", lambda _: False, _QUIET)

    async def _push(self, jwt: str) -> dict[str, Answer]:
        return await self._ask(_PUSH, jwt.encode(), lambda seen: seen >= self.present, _ABSENT)

    async def _ask(
        self, subject: str, body: bytes, enough: Enough, quiet: float
    ) -> dict[str, Answer]:
        """The answers by node: what is `enough`, else all that came before they went quiet."""
        session = Session(self._nc)
        if session.lost:
            raise Disconnected(f"{subject} was not sent: the connection to NATS is lost")
        await self._listen()
        token, question = str(next(self._numbers)), _Question()
        self._open[token] = question
        try:
            await self._nc.publish(subject, body, f"{self._inbox}.{token}")
            await question.answered(subject, enough, quiet, session)
        finally:
            del self._open[token]
        return question.answers

    async def _listen(self) -> None:
        """One subscription for good: so a node that was silent is heard of when it is back."""
        async with self._subscribing:
            if not self._subscribed:
                await self._nc.subscribe(f"{self._inbox}.*", cb=self._receive)
                self._subscribed = True

    async def _receive(self, message: Message) -> None:
        answer: Answer = json.loads(message.data)
        name = str(answer["server"]["name"])
        if self.present and name not in self.present:
            self._report(f"nats.node-heard name={name}", None)
            self.present.add(name)
        if question := self._open.get(message.subject.rpartition(".")[2]):
            question.take(name, answer)


class _Question:
    """What was sent to all nodes at once, and who has answered it."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self._news = asyncio.Event()

    def take(self, name: str, answer: Answer) -> None:
        self.answers[name] = answer
        self._news.set()

    async def answered(self, subject: str, enough: Enough, quiet: float, session: Session) -> None:
        """Returns with one answer at least."""
        loop = asyncio.get_running_loop()
        latest = loop.time()
        while not (self.answers and enough(set(self.answers))):
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(quiet, GLANCE))
                latest = loop.time()
                continue
            if session.lost:
                raise Disconnected(f"the connection to NATS was lost before {subject} was answered")
            waited = loop.time() - latest
            if self.answers and waited >= quiet:
                return
            if waited >= _FIRST:
                raise Unanswered(f"no answer to {subject} within {_FIRST:g} s")
