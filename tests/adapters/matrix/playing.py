"""How a cell of the matrix is played, at whichever door."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from adapters.store.ledger import EventLedger
from domain.errors import Forbidden, Invalid, NotFound, Refused, VarselError
from domain.events import VendorReportedLeak
from tests.adapters.matrix.cast import VENDOR
from tests.adapters.matrix.cells import Ask, expected, overheard, requests


class Door(Protocol):
    """Where the cast asks."""

    text: str

    async def ask(self, actor: str, operation: str, fields: Any) -> Any:
        """An answer, or the error with which it is refused."""
        ...

    def position(self) -> int:
        """How far the ledger has come with what parties wrote."""
        ...


def a_text(ledger: EventLedger) -> str:
    """The reference of a text that the vendor wrote to those it told."""
    log = ledger.since(0, 100_000)
    reports = [x for x in log if isinstance(x.event, VendorReportedLeak)]
    return next(f"{x.id}/text" for x in reports if x.envelope.party == VENDOR)


def outcome(answer: Any) -> str:
    """What came of a request, in the words of `expected`."""
    match answer:
        case NotFound(field="by"):
            return "unregistered"
        case Forbidden(field="do"):
            return "role"
        case NotFound() | Forbidden(field="party" | "feed"):
            return "not there"
        case Refused(field="incident") if "you were cleared" in answer.message:
            return "cleared"
        case Invalid(field="url"):  # no endpoint can be reached from here: it was let in so far
            return "let in"
        case VarselError():
            return f"refused: {answer}"
        case _:
            return "let in"


def shown(answer: Any) -> Any:
    """What an answer tells; what it repeats of the request is the asker's own."""
    return {**answer.problem(), "got": ""} if isinstance(answer, VarselError) else answer


async def play(door: Door, actor: str, operation: str) -> None:
    """Ask all that an actor asks of an operation, and see that the outcome is the table's."""
    await _play(door, actor, requests(operation, actor, door.text))


async def play_briefly(door: Door, actor: str, operation: str) -> None:
    """Ask once for each outcome that the table knows for this actor and this operation.

    For the doors before the desk, at which all is asked: they add who somebody is, and no rule.
    """
    asks = requests(operation, actor, door.text)
    each = {expected(ask, actor): ask for ask in asks}
    await _play(door, actor, each.values())


async def _play(door: Door, actor: str, asks: Iterable[Ask]) -> None:
    for ask in asks:
        before = door.position()
        answer = await door.ask(actor, ask.operation, ask.fields)
        came = outcome(answer)
        assert came == expected(ask, actor), f"{actor}, {ask}: {answer}"
        assert overheard(actor, shown(answer)) == [], f"{actor}, {ask}: {answer}"
        if came != "let in":
            assert door.position() == before, f"{actor}, {ask}: a refusal recorded something"
        if came == "not there":
            await _told_alike(door, actor, ask, answer)


async def _told_alike(door: Door, actor: str, ask: Ask, answer: Any) -> None:
    """What is not yours and what is not there are refused in the same words."""
    nowhere = await door.ask(actor, ask.operation, ask.nowhere())
    assert ask.nowhere() != ask.fields
    assert type(nowhere) is type(answer)
    assert shown(nowhere) == shown(answer)
