"""Who is here: the session behind a request, its party, and the reader's language and zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from adapters.console import i18n
from adapters.http.house import House
from adapters.http.identity import TheHouse
from adapters.http.sessions import Session, cookie_name, csrf_of
from domain.errors import NotFound, VarselError
from domain.law.matter import Profile
from projections import parties

ZONE_COOKIE = "varsel_zone"


class LoginNeeded(Exception):
    """Nobody is logged in; `lost` says that something was sent, which is not recorded."""

    def __init__(self, back: str, *, lost: bool) -> None:
        super().__init__("login needed")
        self.back = back
        self.lost = lost

    @property
    def address(self) -> str:
        """Where to log in, and from there back."""
        return "/login?" + urlencode({"next": self.back, **({"lost": "1"} if self.lost else {})})


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a page: in which language, in which zone, at which instant."""

    house: House
    request: Request
    language: str
    zone: ZoneInfo
    now: datetime


@dataclass(frozen=True)
class Visitor(Reader):
    """A party at the console."""

    token: str
    session: Session
    me: Profile

    @property
    def party(self) -> str:
        """Its id."""
        return self.me.id

    @property
    def csrf(self) -> str:
        """What its forms carry."""
        return csrf_of(self.token)

    async def ask(self, question: str, **body: Any) -> Any:
        """The answer to a question; `None` stands for "not asked about"."""
        return await self.house.ask(self.party, question, **body)

    async def do(self, verb: str, fields: Mapping[str, Any], command: str) -> dict[str, Any]:
        """Say something; the receipt. A command id that was used before gets its first receipt."""
        return dict((await self.operate(verb, fields, command))["receipt"])

    async def operate(self, verb: str, fields: Mapping[str, Any], command: str) -> dict[str, Any]:
        """The same with the whole answer, for what gives more than a receipt."""
        body: dict[str, Any] = {"with": dict(fields), "command": command}
        if self.session.user:
            body["actor"] = {"user": self.session.user}
        return await self.house.handle(self.party, verb, body)

    async def texts(self, *shown: Any) -> dict[str, str | None]:
        """All free text that these rows refer to, by reference; None where it is gone."""
        found: dict[str, str | None] = {}
        for reference in references(shown):
            if reference not in found:
                found[reference] = await self.text(reference)
        return found

    async def text(self, reference: str) -> str | None:
        """One free text, or None where it is gone or not this reader's to see."""
        try:
            return str(await self.ask("text", text=reference))
        except VarselError:
            return None

    async def event(self, event_id: str, party: str | None = None) -> dict[str, Any]:
        """An event of the timeline; `NotFound` in the same words whether or not it exists."""
        for entry in await self.ask("timeline", party=party):
            if entry["event"] == event_id:
                return dict(entry)
        raise not_here()


def references(shown: Any) -> Iterator[str]:
    """The references to free text in rows as the projections give them."""
    if isinstance(shown, Mapping):
        parts = cast("Mapping[str, Any]", shown)
        if set(parts) == {"text"} and isinstance(parts["text"], str):
            yield parts["text"]
            return
        for part in parts.values():
            yield from references(part)
    elif isinstance(shown, list | tuple):
        for part in cast("Sequence[Any]", shown):
            yield from references(part)


def not_here() -> NotFound:
    """There is nothing here, or nothing for you: the two are told alike."""
    return NotFound(
        "there is no such page, or none for you",
        expected="an address from one of your own pages",
        next_step="start again from the overview",
    )


def zone_of(request: Request, otherwise: str) -> ZoneInfo:
    """The zone a reader chose, else the party's."""
    for name in (request.cookies.get(ZONE_COOKIE), otherwise):
        try:
            return ZoneInfo(name or "")
        except (KeyError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def reader(request: Request, house: TheHouse) -> Reader:
    """Anybody, logged in or not."""
    return Reader(house, request, i18n.chosen(request), zone_of(request, "UTC"), house.clock())


def visitor(request: Request, house: TheHouse) -> Visitor:
    """Who is logged in; raises `LoginNeeded` where nobody is."""
    token = request.cookies.get(cookie_name(house.url)) or ""
    session = house.sessions.find(token) if token else None
    me = parties.profile(session.party, house.rows()) if session else None
    if session is None or me is None:
        raise LoginNeeded(_back(request), lost=request.method == "POST")
    return Visitor(
        house=house,
        request=request,
        language=i18n.chosen(request),
        zone=zone_of(request, me.zone),
        now=house.clock(),
        token=token,
        session=session,
        me=me,
    )


def _back(request: Request) -> str:
    """The page to come back to: forms are shown at the address they are sent to."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


Anybody = Annotated[Reader, Depends(reader)]
Visiting = Annotated[Visitor, Depends(visitor)]
