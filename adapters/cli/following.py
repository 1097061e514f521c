"""varsel follow: a party's feed, live; it goes on where it was."""

from __future__ import annotations

import contextlib
import json as jsons
import sys
from typing import Annotated, Any

import typer

from adapters.cli import show
from adapters.cli.common import Ca, Creds, Json, Reach, Url, reach, run
from domain.errors import VarselError

From = Annotated[
    int | None, typer.Option("--from", help="show the feed again from this sequence on", min=1)
]
Limit = Annotated[int | None, typer.Option("--limit", help="leave after so many messages", min=1)]


def follow(
    from_: From = None,
    limit: Limit = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Your feed, live, resuming where you were; free text is fetched while it is there."""
    with contextlib.suppress(KeyboardInterrupt):
        run(_follow(reach(creds, url, ca), from_, limit, json=json))


class _Printer:
    """Prints each message once, in the order of its feed."""

    def __init__(self, caller: Any, zone: str, limit: int | None, *, json: bool) -> None:
        self._caller = caller
        self._zone = zone
        self._left = limit
        self._json = json
        self._out = show.console()
        self._shown: set[tuple[str, int]] = set()

    @property
    def done(self) -> bool:
        return self._left == 0

    async def show(self, body: dict[str, Any]) -> None:
        """Print a message unless it was printed before."""
        place = body["feed"], int(body["sequence"])
        if self.done or place in self._shown:
            return
        self._shown.add(place)
        texts, erased = await self._texts(body)
        if self._json:
            found = {"texts": texts, "erased": erased}
            line = {**body, **{name: part for name, part in found.items() if part}}
            sys.stdout.write(jsons.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            show.message(self._out, body, {**texts, **erased}, self._zone)
        self._left = None if self._left is None else self._left - 1

    async def _texts(self, body: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        """The texts that are there, and what is said of those that were erased."""
        texts, erased = dict[str, str](), dict[str, str]()
        for reference in body["data"]["texts"]:
            try:
                answer = await self._caller.call("text", {"with": {"text": reference}})
                texts[reference] = answer["text"]
            except VarselError as gone:
                if "erased" in gone.message:  # else it was never written
                    erased[reference] = gone.message
        return texts, erased


async def _follow(way: Reach, from_: int | None, limit: int | None, *, json: bool) -> None:
    from adapters.nats.caller import Caller  # noqa: PLC0415 - a fast --help
    from adapters.nats.follower import Follower  # noqa: PLC0415

    async with (
        await Caller.connect(way.url, way.creds, ca=way.ca) as caller,
        await Follower.connect(way.url, way.creds, ca=way.ca) as follower,
    ):
        me = (await caller.call("whoami", {}))["whoami"]
        printer = _Printer(caller, me["zone"], limit, json=json)
        if from_ is not None:
            await _history(caller, me, from_, printer)
        if not printer.done:
            await _live(follower, printer)


async def _live(follower: Any, printer: _Printer) -> None:
    async for message in follower:
        await printer.show(jsons.loads(message.body))
        await message.ack()
        if printer.done:
            break


async def _history(caller: Any, me: dict[str, Any], from_: int, printer: _Printer) -> None:
    for party in me["scope"] or [me["id"]]:
        after = from_ - 1
        while not printer.done:
            page = {"after": after, "party": party}
            messages = (await caller.call("messages", {"with": page}))["messages"]
            if not messages:
                break
            for one in messages:
                await printer.show(jsons.loads(one["body"]))
            after = messages[-1]["sequence"]
