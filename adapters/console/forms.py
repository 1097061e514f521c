"""A form for a verb: shown, read, said to the platform; shown again where that was refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from adapters.console.controls import Control, Mistakes, Typed, first, read_all
from adapters.console.i18n import mark
from adapters.console.render import page
from adapters.console.visit import Visitor
from adapters.http.house import House
from domain.errors import CommandReused, Forbidden, VarselError

MOST_FIELDS = 5000
CSRF, COMMAND, MORE = "csrf", "command", "more"
STALE = mark("You were logged in anew since this form was opened. Look it over and send it again.")
AGAIN = mark(
    "This form was sent before with other content, and that was recorded. "
    "Send it again if this is to be recorded as well."
)


@dataclass(frozen=True)
class Form:
    """What a verb takes, control by control; `title`, `intro` and `send` are messages."""

    verb: str
    title: str
    send: str
    controls: tuple[Control, ...] = ()
    intro: str = ""
    template: str = "form.html"


@dataclass(frozen=True)
class Filled:
    """A form as it stands on a page: what is typed, what is wrong with it, where it goes."""

    form: Form
    action: str
    command: str
    typed: Typed = field(default_factory=dict[str, list[str]])
    wrong: Mapping[str, str] = field(default_factory=dict[str, str])
    error: VarselError | None = None
    notice: str = ""
    back: str = "/"

    def text(self, name: str) -> str:
        """What a plain control shows."""
        return (self.typed.get(name) or [""])[0]

    def has(self, name: str, value: str) -> bool:
        """Whether a choice is made."""
        return value in self.typed.get(name, ())

    @property
    def at(self) -> str:
        """The control that the platform's refusal is about; "" where it is about the whole."""
        return place_of(self.error, self.form.controls) if self.error else ""


def place_of(error: VarselError, controls: Sequence[Control]) -> str:
    """The full name of the control nearest to the field an error names."""
    named = error.field or ""
    known = {name for control in controls for name in control.names(control.name)}
    while named and named not in known:
        named = named.rpartition(".")[0]
    return named


def blank(form: Form, action: str, typed: Typed | None = None, back: str = "/") -> Filled:
    """A form to be filled in, with a command id of its own: sent twice, it is done once."""
    return Filled(form, action, str(uuid4()), typed or {}, back=back)


def show(visit: Visitor, filled: Filled, status: int = 200, **more: Any) -> Response:
    """A form's page."""
    return page(visit, filled.form.template, status, filled=filled, **more)


async def take(
    visit: Visitor,
    form: Form,
    fixed: Mapping[str, Any],
    done: Callable[[Mapping[str, Any]], str],
    back: str = "/",
    **more: Any,
) -> Response:
    """Read a form, say it, go on to `done(receipt)`; or show it again, with all that was typed.

    `fixed` are fields that the page gives, such as the incident; `more` goes to the template.
    """
    return await take_as(visit, form, lambda read: {**read, **fixed}, done, back, **more)


async def take_as(
    visit: Visitor,
    form: Form,
    fields: Callable[[dict[str, Any]], Mapping[str, Any]],
    done: Callable[[Mapping[str, Any]], str],
    back: str = "/",
    **more: Any,
) -> Response:
    """The same for a form whose controls are not the verb's fields: `fields` makes those."""
    filled = await received(visit, form, back)
    if filled.notice or first(filled.typed, MORE):
        return show(visit, filled, 422 if filled.notice else 200, **more)
    try:
        read = read_all(form.controls, filled.typed, "", visit.zone)
    except Mistakes as wrong:
        said = wrong.by_name
        return show(visit, replace(filled, wrong=said), 422, **more)
    return await finish(visit, filled, fields(read), done, **more)


async def finish(
    visit: Visitor,
    filled: Filled,
    fields: Mapping[str, Any],
    done: Callable[[Mapping[str, Any]], str],
    **more: Any,
) -> Response:
    """Say what was read, and go on; or show the form again with the refusal."""
    try:
        receipt = await visit.do(filled.form.verb, fields, filled.command)
    except CommandReused:
        anew = replace(filled, command=str(uuid4()), notice=AGAIN)
        return show(visit, anew, 409, **more)
    except VarselError as refused:
        return show(visit, replace(filled, error=refused), refused.status, **more)
    return RedirectResponse(done(receipt), 303)


async def give(
    visit: Visitor,
    form: Form,
    fields: Callable[[dict[str, Any]], Mapping[str, Any]],
    shown: Callable[[Mapping[str, Any]], Response],
    back: str = "/",
) -> Response:
    """Read a form whose answer `shown` makes a page of: a secret goes into no address, no cache."""
    filled = await received(visit, form, back)
    if filled.notice:
        return show(visit, filled, 422)
    try:
        read = read_all(form.controls, filled.typed, "", visit.zone)
        answer = await visit.operate(form.verb, fields(read), filled.command)
    except Mistakes as wrong:
        return show(visit, replace(filled, wrong=wrong.by_name), 422)
    except CommandReused:
        return show(visit, replace(filled, command=str(uuid4()), notice=AGAIN), 409)
    except VarselError as refused:
        return show(visit, replace(filled, error=refused), refused.status)
    return shown(answer)


async def received(visit: Visitor, form: Form, back: str = "/") -> Filled:
    """What was sent; with a notice where it did not come from a page of this session."""
    require_own_origin(visit.request, visit.house)
    typed = await typed_in(visit.request)
    token, command = first(typed, CSRF), first(typed, COMMAND)
    mine = hmac.compare_digest(token.encode(), visit.csrf.encode())
    for name in (CSRF, COMMAND):
        typed.pop(name, None)
    return Filled(
        form,
        visit.request.url.path,
        command if command and mine else str(uuid4()),
        typed,
        notice="" if mine else STALE,
        back=back,
    )


async def typed_in(request: Request) -> Typed:
    """The fields of a sent form, each with all its values; files are left out."""
    found: Typed = {}
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                found.setdefault(name, []).append(value)
    return found


def require_own_origin(request: Request, house: House) -> None:
    """Refuse what another site's page had the browser send.

    Browsers say so themselves: Sec-Fetch-Site (Fetch Metadata), or Origin in older ones. What is
    no browser sends neither, and holds no cookie of anybody else.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        hosts = {request.headers.get("host"), urlsplit(house.url).netloc}
        ours = origin is None or urlsplit(origin).netloc in hosts
    if not ours:
        raise Forbidden(
            "this was sent by a page of another site",
            field="Origin",
            got=site or origin,
            expected="a form of this console",
            next_step="open the page here and send it from there",
        )
